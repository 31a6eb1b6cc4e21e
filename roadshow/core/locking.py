"""Locks of rows that are about to be written: by API, admin and actions, until the transaction ends."""

from typing import Any

from django.db.models import QuerySet


def lock_row(rows: QuerySet[Any], **key: object) -> Any:
    """The row with this key, locked; None when it is not among `rows`. What it refers to is not locked."""
    return rows.order_by().select_for_update(of=("self",)).filter(**key).first()
