"""Activities in words: what was done, and each change of a row as people read it."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import FieldDoesNotExist
from django.db import connection, models
from django.db.models import Count
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .models import Activity, Change
from .undoing import find_models

SHOWN = 12  # changes of each activity in a list
SHORT = 80  # characters of a value
PRIVATE = {
    "notes",
    "email",
    "phone",
    "requirements",
    "arrival",
    "digest",
    "token_digest",
}  # named without values
UNSAID = {"id", "guid", "imported", "position", "number", "created_at", "slug_former", "search"}
FIRST = """
SELECT c.id FROM unnest(%s::bigint[]) a(id),
  LATERAL (SELECT id FROM journal_change WHERE activity_id = a.id AND (%s::bigint[] IS NULL OR events && %s::bigint[])
  ORDER BY is_record DESC, id LIMIT %s) c"""


@dataclass(frozen=True, slots=True)
class Line:
    """A change of one row: what it is, what happened to it, and its columns as (name, before, after)."""

    kind: str
    label: str
    operation: str
    operation_label: str
    columns: list[tuple[str, str, str]]


@dataclass(slots=True)
class Entry:
    """An activity with its words. `tables` are those that it changed, `more` the number of changes not in `lines`."""

    activity: Activity
    headline: str = ""
    lines: list[Line] = field(default_factory=list)
    more: int = 0
    tables: frozenset[str] = frozenset()
    may_undo: bool = False


def describe_activities(
    activities: Sequence[Activity],
    zone: ZoneInfo | dt.tzinfo,
    limit: int = SHOWN,
    *,
    events: list[int] | None = None,
) -> list[Entry]:
    """The activities as entries of a log, with at most `limit` changes each; times in `zone`.

    An activity can change several events: with `events`, primary keys, changes of others are left out.
    The number of queries depends on the kinds of rows, not on their number.
    """
    keys = [activity.pk for activity in activities]
    counts: dict[int, list[dict]] = defaultdict(list)
    grouped = Change.objects.filter(activity__in=keys).order_by()
    if events is not None:
        grouped = grouped.filter(events__overlap=events)
    for row in grouped.values("activity", "table", "operation", "is_record").annotate(total=Count("pk")):
        counts[row["activity"]].append({**row})
    changes = _load_first(keys, limit, events)
    names = _load_names(changes)
    by_activity: dict[int, list[Change]] = defaultdict(list)
    for change in changes:
        by_activity[change.activity_id].append(change)
    entries = []
    for activity in activities:
        own, totals = by_activity[activity.pk], counts[activity.pk]
        lines = [_describe_change(change, names, zone) for change in own]
        entries.append(
            Entry(
                activity,
                describe_headline(activity, own, totals),
                lines,
                sum(row["total"] for row in totals) - len(lines),
                frozenset(row["table"] for row in totals),
            )
        )
    return entries


def _load_first(keys: list[int], limit: int, events: list[int] | None) -> list[Change]:
    with connection.cursor() as cursor:
        cursor.execute(FIRST, [keys, events, events, limit])
        found = [key for (key,) in cursor.fetchall()]
    return list(Change.objects.filter(pk__in=found).order_by("-is_record", "pk"))


def describe_headline(activity: Activity, changes: list[Change], totals: list[dict]) -> str:
    """What was done, in a line."""
    if activity.kind:
        label = activity.get_kind_display()
        return f"{label[:1].upper()}{label[1:]}: {activity.subject}" if activity.subject else label
    records = [row for row in totals if row["is_record"]]
    main = records or totals
    distinct = {(change.table, change.row) for change in changes if change.is_record or not records}
    if len(distinct) == 1 and changes:
        return _describe_single(changes[0])
    return "; ".join(_describe_total(row) for row in main) or _("Nothing that shows")


def _describe_single(change: Change) -> str:
    words = {"kind": _kind(change.table), "label": change.label or "–"}
    sentences = {
        Change.Operation.INSERT: _("%(kind)s “%(label)s” added"),
        Change.Operation.UPDATE: _("%(kind)s “%(label)s” changed"),
        Change.Operation.DELETE: _("%(kind)s “%(label)s” deleted"),
    }
    text = sentences[Change.Operation(change.operation)] % words
    return text[:1].upper() + text[1:]


def _describe_total(row: dict) -> str:
    model = find_models().get(row["table"])
    names = model._meta if model else None
    name = (
        row["table"]
        if names is None
        else names.verbose_name
        if row["total"] == 1
        else names.verbose_name_plural
    )
    sentences = {
        "insert": ngettext("%(count)d %(name)s added", "%(count)d %(name)s added", row["total"]),
        "update": ngettext("%(count)d %(name)s changed", "%(count)d %(name)s changed", row["total"]),
        "delete": ngettext("%(count)d %(name)s deleted", "%(count)d %(name)s deleted", row["total"]),
    }
    return sentences[row["operation"]] % {"count": row["total"], "name": name}


def _kind(table: str) -> str:
    model = find_models().get(table)
    return str(model._meta.verbose_name) if model else table


def _describe_change(change: Change, names: dict, zone) -> Line:
    columns = []
    model = find_models().get(change.table)
    if change.operation == Change.Operation.UPDATE and model is not None:
        for column, before in sorted((change.before or {}).items()):
            if text := _describe_column(model, column, before, (change.after or {}).get(column), names, zone):
                columns.append(text)
    label = Change.Operation(change.operation).label
    return Line(_kind(change.table), change.label, change.operation, str(label), columns)


def _describe_column(model, column: str, before, after, names: dict, zone) -> tuple[str, str, str] | None:
    found = _find_field(model, column)
    if found is None or column in UNSAID:
        return None
    name = str(found.verbose_name)
    if column in PRIVATE or isinstance(before, dict | list) or isinstance(after, dict | list):
        return name, "", ""
    old, new = (_describe_value(found, value, names, zone) for value in (before, after))
    return name, *_shorten(old, new)


def _find_field(model, column: str) -> models.Field | None:
    for one in model._meta.concrete_fields:
        if one.column == column:
            return one
    try:
        return model._meta.get_field(column)
    except FieldDoesNotExist:
        return None


def _describe_value(found: models.Field, value: Any, names: dict, zone) -> str:
    if value is None or value == "":
        return "–"
    if found.is_relation:
        return names.get((found.related_model, value)) or str(value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(found, models.DateTimeField):
        moment = parse_datetime(str(value))
        return date_format(moment.astimezone(zone), "SHORT_DATETIME_FORMAT") if moment else str(value)
    if found.flatchoices:
        return str(dict(found.flatchoices).get(value, value))
    return str(value)


def _shorten(old: str, new: str) -> tuple[str, str]:
    """Only the part of long values that differs, with a few characters around it."""
    if max(len(old), len(new)) <= SHORT:
        return old, new
    start = next(
        (n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new))
    )
    start = max(0, start - 20)
    return tuple(
        ("…" if start else "") + text[start : start + SHORT] + ("…" if len(text) > start + SHORT else "")
        for text in (old, new)
    )  # type: ignore[return-value]


def _load_names(changes: Iterable[Change]) -> dict[tuple[type, int], str]:
    """Names of the rows that foreign keys in these changes lead to, one query for each model."""
    wanted: dict[type[models.Model], set] = defaultdict(set)
    for change in changes:
        model = find_models().get(change.table)
        for column in (change.before or {}) if model and change.operation == "update" else ():
            found = _find_field(model, column)
            if found is not None and found.is_relation and isinstance(found.related_model, type):
                values = (change.before or {}).get(column), (change.after or {}).get(column)
                wanted[found.related_model].update(value for value in values if value is not None)
    names = {}
    for model, keys in wanted.items():
        rows = model._base_manager.filter(pk__in=keys)
        names.update({(model, row.pk): str(row) for row in rows})
    return names
