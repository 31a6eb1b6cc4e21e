"""Triggers that record changes of a row, and of the record that it is part of."""

import pgtrigger

from roadshow.core.content_version import SITE, change_version
from roadshow.core.statement_triggers import pair_rows, statement_trigger

from .record_types import PARTS, RECORD_TYPES, TIES, RecordType

INSERT = "INSERT INTO api_change (kind, guid, operation, public, event)"
# A transaction has one row for each record. Whoever saw the record while it was public is told of its end.
ON_CONFLICT = """ON CONFLICT (xid, kind, guid) DO UPDATE SET
    operation = CASE WHEN api_change.operation = 'create' AND excluded.operation = 'update'
                     THEN 'create' ELSE excluded.operation END,
    public = api_change.public OR excluded.public,
    at = excluded.at"""

# Talks and tracks may move to another event: whoever follows the one that they left is told, too.
MOVABLE = ("talks", "tracks")
INSERT_MOVED = "INSERT INTO api_change (kind, guid, operation, public, event, other_event)"
ON_CONFLICT_MOVED = f"""{ON_CONFLICT},
    event = CASE WHEN excluded.other_event IS NULL THEN api_change.event ELSE excluded.event END,
    other_event = COALESCE(excluded.other_event, api_change.other_event)"""


def record(kind: str, keys: str, was_public: str = "false") -> str:
    """A statement that records an update of the rows whose keys the query `keys` returns.

    `was_public` is SQL that says whether what they belong to was public until now.
    """
    of = RECORD_TYPES[kind]
    return f"""
  {INSERT}
  SELECT '{kind}', r.guid, 'update', bool_or({of.public} AND ({was_public} OR {of.parent_public})), max({of.event})
  FROM {of.table} r WHERE r.id = ANY(ARRAY({keys})) GROUP BY r.guid
  {ON_CONFLICT};"""


def _shows_change(of: RecordType, other: str) -> str:
    """SQL that says whether rows `r` and `other` differ in a column that is public."""
    if not of.private:
        return "true"
    private = f"'{{{','.join([*of.private, 'updated_at', 'search'])}}}'::text[]"
    return f"to_jsonb(r) - {private} IS DISTINCT FROM to_jsonb({other}) - {private}"


def record_trigger(kind: str, of: RecordType, operation: pgtrigger.Operation) -> pgtrigger.Trigger:
    seen = f"{of.public} AND {of.parent_public}"
    events = "max(event), nullif(min(event), max(event))" if kind in MOVABLE else "max(event)"
    selections = {
        pgtrigger.Insert: f"SELECT '{kind}', r.guid, 'create', {seen}, {of.event} FROM new_rows r",
        pgtrigger.Update: f"""SELECT '{kind}', guid, 'update', bool_or(public), {events} FROM (
    SELECT r.guid, {seen} AND {_shows_change(of, "o")} AS public, {of.event} AS event
      FROM {pair_rows(old="o", new="r")} WHERE o IS DISTINCT FROM r
    UNION ALL
    SELECT r.guid, {seen} AND {_shows_change(of, "n")}, {of.event}
      FROM {pair_rows(old="r", new="n")} WHERE n IS DISTINCT FROM r) AS both_sides
  GROUP BY guid""",
        pgtrigger.Delete: f"""SELECT '{kind}', r.guid, 'delete', bool_or({seen}), max({of.event})
  FROM old_rows r GROUP BY r.guid""",
    }
    moves = kind in MOVABLE and operation is pgtrigger.Update
    insert, on_conflict = (INSERT_MOVED, ON_CONFLICT_MOVED) if moves else (INSERT, ON_CONFLICT)
    return statement_trigger(
        "record", operation, f"\n  {insert}\n  {selections[operation]}\n  {on_conflict};"
    )


def part_trigger(table: str, operation: pgtrigger.Operation) -> pgtrigger.Trigger:
    kind, column = PARTS[table]
    sides = {
        pgtrigger.Insert: ["new_rows"],
        pgtrigger.Update: ["new_rows", "old_rows"],
        pgtrigger.Delete: ["old_rows"],
    }
    body = "".join(record(kind, f"SELECT DISTINCT {column} FROM {rows}") for rows in sides[operation])
    if table in TIES:
        body += change_version(SITE)
    return statement_trigger("record_whole", operation, body)


def when_changed(table: str, columns: str, *statements: str) -> pgtrigger.Trigger:
    """After an update: `statements`, in which `changed` has the keys of rows that differ in one of the columns."""
    old, new = (", ".join(f"{side}.{name}" for name in columns.split()) for side in "on")
    body = f"""
  changed := ARRAY(SELECT n.id FROM {pair_rows()}
                   WHERE ({old}) IS DISTINCT FROM ({new}));
  IF changed = '{{}}' THEN RETURN NULL; END IF;
  PERFORM FROM {table} WHERE id = ANY(changed) ORDER BY id FOR UPDATE;{"".join(statements)}"""
    return statement_trigger("record_dependents", pgtrigger.Update, body, declare=[("changed", "bigint[]")])
