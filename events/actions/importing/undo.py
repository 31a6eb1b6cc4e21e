"""Taking an import back by what its `UndoLog` recorded, unless something depends on it."""

# ruff: noqa: S608 - the names in the statements are those of tables and columns of the models

import gzip
import json
from collections.abc import Iterable, Iterator

from django.db import connection, models, transaction
from django.utils.translation import gettext as _

from .undo_log import KEPT, SCHEDULES, Table, list_tables, own_keys

_NAMED = ("events_room", "events_track")  # tables in which two rows may have swapped their names
_GO_ALONG = ("resources_linkcheck",)  # whose rows are deleted with those that they refer to
_ENTRIES = ("events_import", "resources_linkimport")
_BATCH = 1000


class CannotUndo(Exception):  # noqa: N818 - a refusal, in sentences, not a fault
    """What stands in the way; `reasons` are sentences."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = reasons


@transaction.atomic
def apply_undo(data: bytes, labels: Iterable[str] = SCHEDULES) -> None:
    """Take back what an `UndoLog` recorded. Raises CannotUndo if anything depends on it; then nothing changes."""
    log = json.loads(gzip.decompress(data))
    tables = [table for table in list_tables(labels) if table.name in log]
    reasons = [*_find_later_changes(tables, log), *_find_dependants(tables, log)]
    if reasons:
        raise CannotUndo(reasons[:10])
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        _restore_event_first(cursor, log)
        _raise_sequence(cursor, log)
        for table in _children_first(tables):
            keys = [int(key) for key in log[table.name].get("added", ())]
            _delete_what_goes_along(cursor, table, keys)
            cursor.execute(f"DELETE FROM {table.name} WHERE {table.key} = ANY(%s)", [keys])
        for table in tables:
            _restore(cursor, table, log[table.name])


def _children_first(tables: list[Table]) -> list[Table]:
    """Tables in an order in which no row is deleted before those that refer to it."""
    order: list[Table] = []
    left = list(tables)
    while left:
        referred = {
            _target(field)
            for table in left
            for field in table.model._meta.fields
            if _target(field) != table.name
        }
        free = [table for table in left if table.name not in referred] or left[:1]
        order += free
        left = [table for table in left if table not in free]
    return order


def _target(field: models.Field) -> str:
    return field.related_model._meta.db_table if field.is_relation and field.related_model else ""


def _restore_event_first(cursor, log: dict) -> None:
    """Let the event no longer name a release that is about to go."""
    for line, _digest in log.get("events_event", {}).get("changed", ()):
        cursor.execute(
            "UPDATE events_event SET current_release_id = %s WHERE id = %s",
            [line["current_release_id"], line["id"]],
        )


def _raise_sequence(cursor, log: dict) -> None:
    """Let the event's calendars be newer than those of the releases that are about to go."""
    keys = [int(key) for key in log.get("events_release", {}).get("added", ())]
    cursor.execute(
        "UPDATE events_event e SET sequence = e.sequence + s.highest + 1 FROM (SELECT r.event_id, MAX(t.sequence) AS"
        " highest FROM events_releasedslot t JOIN events_release r ON r.id = t.release_id WHERE r.id = ANY(%s)"
        " GROUP BY r.event_id) s WHERE e.id = s.event_id",
        [keys],
    )


def _delete_what_goes_along(cursor, table: Table, keys: list[int]) -> None:
    for relation in table.model._meta.related_objects if keys and not table.is_history else ():
        name, column = relation.related_model._meta.db_table, getattr(relation.field, "column", None)
        if name in _GO_ALONG and column:
            cursor.execute(f"DELETE FROM {name} WHERE {column} = ANY(%s)", [keys])


def _columns(cursor, table: Table) -> list[str]:
    """The columns that can be written: not those that the database computes."""
    cursor.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
        " AND attgenerated = ''",
        [table.name],
    )
    return [name for (name,) in cursor.fetchall()]


def _restore(cursor, table: Table, parts: dict) -> None:
    changed = [line for line, _digest in parts.get("changed", ())]
    removed = parts.get("removed", [])
    if not changed and not removed:
        return
    columns = _columns(cursor, table)
    names = ", ".join(map(_quote, columns))
    restored = [name for name in columns if name not in KEPT.get(table.name, ())]
    if table.name in _NAMED and len(changed) > 1:
        keys = [line["id"] for line in changed]
        cursor.execute(f"UPDATE {table.name} SET name = '~' || id WHERE id = ANY(%s)", [keys])
    for start in range(0, len(changed), _BATCH):
        cursor.execute(
            f"UPDATE {table.name} t SET ({', '.join(map(_quote, restored))})"
            f" = (SELECT {', '.join(f'r.{name}' for name in map(_quote, restored))})"
            f" FROM jsonb_populate_recordset(null::{table.name}, %s::jsonb) r WHERE t.id = r.id",
            [json.dumps(changed[start : start + _BATCH])],
        )
    for start in range(0, len(removed), _BATCH):
        cursor.execute(
            f"INSERT INTO {table.name} ({names}) SELECT {names}"
            f" FROM jsonb_populate_recordset(null::{table.name}, %s::jsonb)",
            [json.dumps(removed[start : start + _BATCH])],
        )


def _quote(name: str) -> str:
    return f'"{name}"'


# What stands in the way


def _find_later_changes(tables: list[Table], log: dict) -> Iterator[str]:
    """A sentence for each table with rows that were changed or deleted after the import."""
    with connection.cursor() as cursor:
        for table in tables:
            if table.is_history:
                continue
            wanted = dict(log[table.name].get("added", {}))
            wanted |= {str(line["id"]): digest for line, digest in log[table.name].get("changed", ())}
            cursor.execute(
                f"SELECT id, {table.digest} FROM {table.name} t WHERE id = ANY(%s)",
                [[int(key) for key in wanted]],
            )
            now = {str(key): digest for key, digest in cursor.fetchall()}
            odd = [int(key) for key, digest in wanted.items() if now.get(key) != digest]
            if odd:
                yield _sentence(table, odd)


def _sentence(table: Table, keys: list[int]) -> str:
    rows = table.model._base_manager.filter(pk__in=keys)[:3]
    names = ", ".join(f"“{row}”" for row in rows) or _("deleted")
    message = _("Changed since the import: %(kind)s %(names)s (%(count)d in all).")
    return message % {"kind": table.model._meta.verbose_name, "names": names, "count": len(keys)}


def _find_dependants(tables: list[Table], log: dict) -> Iterator[str]:
    """A sentence for each kind of later rows that refer to rows which the import added."""
    for table in tables:
        keys = [] if table.is_history else [int(key) for key in log[table.name].get("added", ())]
        for relation in table.model._meta.related_objects if keys else ():
            model, field = relation.related_model, relation.field
            if (
                not hasattr(field, "column")
                or field.column is None
                or model._meta.db_table in (*_ENTRIES, *_GO_ALONG)
            ):
                continue
            own = own_keys(log, model._meta.db_table)
            rows = model._base_manager.filter(**{f"{field.name}__in": keys}).exclude(pk__in=own)
            first = list(rows[:3])
            if first:
                message = _("Refers to what was imported: %(kind)s %(names)s.")
                names = ", ".join(f"“{row}”" for row in first)
                yield message % {"kind": model._meta.verbose_name, "names": names}
