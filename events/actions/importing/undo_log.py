"""What takes an import back: which rows it added, and what those were like that it changed or removed.

The rows of the event are copied to a temporary table before the import, rows that events share (rooms,
speakers) before each is changed. Afterwards the database itself tells the difference. Rows that this
transaction added are known by their transaction id, so that those of others are never among them.
"""

# ruff: noqa: S608 - the names in the statements are those of tables and columns of the models

import gzip
import json
from collections.abc import Iterable
from dataclasses import dataclass

from django.apps import apps
from django.db import connection, models

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
SCHEDULES = ("events", "speakers")  # apps whose tables an import of a schedule writes
_NOT_WRITTEN = (
    "events_import", "events_privatecalendar", "events_feedback", "resources_linkimport", "resources_linkcheck",
)  # fmt: skip
# Columns that an undo neither compares nor restores: counters that calendars rely on never fall, checks are facts.
KEPT = {
    "events_event": ["sequence"],
    "events_talk": ["sequence"],
    "resources_resource": ["health", "checked_at", "next_check_at", "failures", "failing_since", "moved_to"],
}


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
    kept = KEPT.get(table, ())
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
    return {table: own_keys(log, table) for table in log}


def own_keys(log: dict, table: str) -> list[int]:
    """The rows of a table that the import added or changed."""
    parts = log.get(table, {})
    return [*map(int, parts.get("added", ())), *(line["id"] for line, _digest in parts.get("changed", ()))]
