"""Comparing a row with what is stored."""

from django.db.models import Model


def column_values(row: Model) -> dict[str, object]:
    """The values of the loaded columns: compare before and after a change, to save only what differs."""
    loaded = row.__dict__
    return {one.attname: loaded[one.attname] for one in row._meta.concrete_fields if one.attname in loaded}
