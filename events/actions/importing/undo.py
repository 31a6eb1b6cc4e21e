"""Taking an import back: which rows it added, and what those were like that it changed or removed.

The rows of the event are copied to a temporary table before the import, rows that events share (rooms,
speakers) before each is changed. Afterwards the database itself tells the difference. Rows that this
transaction added are known by their transaction id, so that those of others are never among them.
"""

# ruff: noqa: S608 - the names in the statements are those of tables and columns of the models

import gzip
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db import connection, models, transaction
from django.utils.translation import gettext as _

_TEMPORARY = "import_before"
_IN_EVENT = {  # table: which of its rows belong to an event
    "events_event": "id = %s",
    "events_event_organisers": "event_id = %s",
    "events_eventroom": "event_id = %s",
    "events_track": "event_id = %s",
    "events_talk": "event_id = %s",
    "events_talk_topics": "talk_id IN (SELECT id FROM events_talk WHERE event_id = %s)",
    "events_talkspeaker": "talk_id IN (SELECT id FROM events_talk WHERE event_id = %s)",
    "events_talklink": "talk_id IN (SELECT id FROM events_talk WHERE event_id = %s)",
    "events_slot": "event_id = %s",
    "events_acceptedclash": "slot_id IN (SELECT id FROM events_slot WHERE event_id = %s)",
    "events_acceptedoverlap": "slot_id IN (SELECT id FROM events_slot WHERE event_id = %s)",
    "events_booking": "event_id = %s",
}
_NAMED = ("events_room", "events_track")  # tables in which two rows may have swapped their names
SCHEDULES = ("events", "speakers")  # apps whose tables an import of a schedule writes
_NOT_WRITTEN = (
    "events_import", "events_privatecalendar", "events_feedback", "resources_linkimport", "resources_linkcheck",
)  # fmt: skip
_ENTRIES = ("events_import", "resources_linkimport")
_GO_ALONG = ("resources_linkcheck",)  # whose rows are deleted with those that they refer to
# Columns that an undo neither compares nor restores: counters that calendars rely on never fall, checks are facts.
_KEPT = {
    "events_event": ["sequence"],
    "events_talk": ["sequence"],
    "resources_resource": ["health", "checked_at", "next_check_at", "failures", "failing_since", "moved_to"],
}
_BATCH = 1000


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose rows have an integer key `key`; `is_history` for those of simple_history."""

    name: str
    key: str
    model: type[models.Model]

    @property
    def is_history(self) -> bool:
        return self.key == "history_id"

    @property
    def digest(self) -> str:
        """SQL for the digest of a row `t`, without the columns that an undo keeps."""
        return _digest_of(self.name)


def _digest_of(table: str) -> str:
    kept = _KEPT.get(table, ())
    without = f" - ARRAY[{', '.join(map(repr, kept))}]" if kept else ""
    return f"md5((to_jsonb(t){without})::text)"


def list_tables(labels: Iterable[str] = SCHEDULES) -> list[Table]:
    """The tables that an import may write: those of apps, and single ones such as "events_topic"."""
    found = []
    apps_, names = {label for label in labels if "_" not in label}, set(labels)
    for app in dict.fromkeys(label.partition("_")[0] for label in labels):
        for model in apps.get_app_config(app).get_models(include_auto_created=True):
            if app not in apps_ and model._meta.db_table not in names:
                continue
            if model._meta.managed and model._meta.db_table not in _NOT_WRITTEN and not model._meta.proxy:
                found.append(Table(model._meta.db_table, model._meta.pk.column, model))
    return found


class UndoLog:
    """Records what an import does; `finish` gives it as bytes. Inside one transaction."""

    def __init__(self, event_id: int | None, labels: Iterable[str] = SCHEDULES) -> None:
        self.tables = list_tables(labels)
        parts = [
            f"SELECT '{table.name}', COALESCE(MAX({table.key}), 0) FROM {table.name}" for table in self.tables
        ]
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(parts))
            self.highest = dict(cursor.fetchall())
            cursor.execute(
                f"CREATE TEMPORARY TABLE IF NOT EXISTS {_TEMPORARY} (name text, id bigint, line jsonb) ON COMMIT DROP"
            )
            cursor.execute(f"TRUNCATE {_TEMPORARY}")
            if event_id is not None:
                copies = [
                    f"SELECT '{name}', id, to_jsonb(t) FROM {name} t WHERE {rows}"
                    for name, rows in _IN_EVENT.items()
                ]
                cursor.execute(
                    f"INSERT INTO {_TEMPORARY} {' UNION ALL '.join(copies)}", [event_id] * len(copies)
                )

    def remember(self, model: type[models.Model], keys: Iterable[int]) -> None:
        """Copy rows that events share before they are changed."""
        name, keys = model._meta.db_table, list(keys)
        if keys:
            with connection.cursor() as cursor:
                cursor.execute(
                    f"INSERT INTO {_TEMPORARY} SELECT %s, id, to_jsonb(t) FROM {name} t WHERE id = ANY(%s)"
                    f" AND NOT EXISTS (SELECT FROM {_TEMPORARY} b WHERE b.name = %s AND b.id = t.id)",
                    [name, keys, name],
                )

    def finish(self) -> bytes:
        """What was added, changed and removed, in two statements."""
        found: dict[str, dict] = {table.name: {} for table in self.tables}
        with connection.cursor() as cursor:
            self._find_added(cursor, found)
            self._find_changed(cursor, found)
        return gzip.compress(
            json.dumps({name: parts for name, parts in found.items() if parts}).encode(), mtime=0
        )

    def _find_added(self, cursor, found: dict[str, dict]) -> None:
        """Rows of this transaction: key -> digest; of a history, the keys alone."""
        parts = []
        for table in self.tables:
            digest = "''" if table.is_history else table.digest
            parts.append(
                f"SELECT '{table.name}', {table.key}, {digest} FROM {table.name} t"
                f" WHERE {table.key} > {self.highest[table.name]} AND {_OWN}"
            )
        cursor.execute(" UNION ALL ".join(parts))
        histories = {table.name for table in self.tables if table.is_history}
        for name, key, digest in cursor.fetchall():
            if name in histories:
                found[name].setdefault("added", []).append(key)
            else:
                found[name].setdefault("added", {})[str(key)] = digest

    @staticmethod
    def _find_changed(cursor, found: dict[str, dict]) -> None:
        cursor.execute(f"SELECT DISTINCT name FROM {_TEMPORARY}")
        parts = [
            f"SELECT b.name, b.line::text, {_digest_of(name)}, t.id IS NULL FROM {_TEMPORARY} b"
            f" LEFT JOIN {name} t ON t.id = b.id WHERE b.name = '{name}'"
            " AND (t.id IS NULL OR to_jsonb(t) <> b.line)"
            for (name,) in cursor.fetchall()
        ]
        if not parts:
            return
        cursor.execute(" UNION ALL ".join(parts))
        for name, line, digest, is_gone in cursor.fetchall():
            kind, part = ("removed", json.loads(line)) if is_gone else ("changed", [json.loads(line), digest])
            found[name].setdefault(kind, []).append(part)


# A row is of this transaction (or a part of it) if the transaction that wrote it is still in progress: of others
# that are, nothing can be seen.
_OWN = (
    "pg_xact_status((((pg_current_xact_id()::text::bigint >> 32) << 32) | t.xmin::text::bigint)::text::xid8)"
    " = 'in progress'"
)


def copy_rows(table: str, keys: Iterable[int]) -> dict[int, dict]:
    """Rows of a table as they are, by their primary keys."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id, to_jsonb(t)::text FROM {table} t WHERE id = ANY(%s)", [list(keys)])
        return {key: json.loads(line) for key, line in cursor.fetchall()}


def amend_undo(data: bytes, before: dict[str, dict[int, dict]]) -> bytes:
    """What an UndoLog recorded, with rows that were changed afterwards as a part of the same import.

    `before` are the rows as they were before that, by table and primary key.
    """
    log = json.loads(gzip.decompress(data))
    for table, rows in before.items():
        parts = log.setdefault(table, {})
        changed = {line["id"]: line for line, _digest in parts.get("changed", ())}
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT id, {_digest_of(table)}, to_jsonb(t)::text FROM {table} t WHERE id = ANY(%s)",
                [list(rows)],
            )
            for key, digest, line in cursor.fetchall():
                if str(key) in parts.get("added", {}):
                    parts["added"][str(key)] = digest
                elif key in changed or json.loads(line) != rows[key]:
                    others = [part for part in parts.get("changed", ()) if part[0]["id"] != key]
                    parts["changed"] = [*others, [changed.get(key, rows[key]), digest]]
        if not parts:
            del log[table]
    return gzip.compress(json.dumps(log).encode(), mtime=0)


def list_own_keys(data: bytes) -> dict[str, list[int]]:
    """The primary keys of the rows that an import added or changed, by table."""
    log = json.loads(gzip.decompress(data))
    return {table: _own_keys(log, table) for table in log}


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
    restored = [name for name in columns if name not in _KEPT.get(table.name, ())]
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


def _own_keys(log: dict, table: str) -> list[int]:
    """The rows of a table that the import added or changed."""
    parts = log.get(table, {})
    return [*map(int, parts.get("added", ())), *(line["id"] for line, _digest in parts.get("changed", ()))]


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
            own = _own_keys(log, model._meta.db_table)
            rows = model._base_manager.filter(**{f"{field.name}__in": keys}).exclude(pk__in=own)
            first = list(rows[:3])
            if first:
                message = _("Refers to what was imported: %(kind)s %(names)s.")
                names = ", ".join(f"“{row}”" for row in first)
                yield message % {"kind": model._meta.verbose_name, "names": names}
