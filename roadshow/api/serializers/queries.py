"""Pieces of queries: what a record shows of others, as columns of its own row."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, Func, JSONField, Model, OuterRef, QuerySet
from django.db.models.functions import JSONObject


def keys(rows: QuerySet, column: str) -> ArraySubquery:
    """The values of `column` of related rows, in their order, as one column."""
    return ArraySubquery(rows.values_list(column))


def objects(rows: QuerySet, **columns: str) -> Func:
    """Related rows as one column: a list of dictionaries."""
    pairs = ArraySubquery(rows.values(pair=JSONObject(**columns)))
    return Func(pairs, function="to_jsonb", output_field=JSONField())


def local_time(text: str, zone: ZoneInfo) -> datetime:
    """A time as the database writes it into JSON, in a zone."""
    return datetime.fromisoformat(text).astimezone(zone)


def may_edit(model: type[Model], user) -> Exists:
    """A column: whether `user` may change the row. Asked row by row, for the few rows of a page."""
    return Exists(model._default_manager.editable_by(user).order_by().filter(pk=OuterRef("pk")))
