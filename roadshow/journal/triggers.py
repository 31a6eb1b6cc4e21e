"""Triggers that record each change of a row in the journal.

Models declare those of their table: `triggers = journal_triggers("events_talk", …)`. There is one for each statement:
an import of a thousand talks costs a few inserts more. What no application code announces, such as cascades, bulk
updates and statements of other tools, is recorded too.
"""

import pgtrigger

from roadshow.core.statement_triggers import pair_rows, statement_trigger

# Columns that follow from others, or say only that there was a change: never a change themselves.
DERIVED = ("updated_at", "search", "people", "sequence")
JOURNALED: dict[str, tuple[str, ...]] = {}  # table -> its derived columns
BEGIN = """
  INSERT INTO journal_activity (key, at, by_id)
    VALUES (coalesce(nullif(current_setting('roadshow.activity', true), ''), 'x' || pg_current_xact_id()::text), now(),
            nullif(current_setting('roadshow.actor', true), '')::bigint)
    ON CONFLICT (key) DO UPDATE SET at = journal_activity.at RETURNING id INTO entry;"""
SCOPE = """
  UPDATE journal_activity a SET events = ARRAY(
      SELECT DISTINCT unnest(a.events || c.events) FROM journal_change c WHERE c.activity_id = a.id AND c.id > last)
    WHERE a.id = entry AND EXISTS (
      SELECT FROM journal_change c WHERE c.activity_id = entry AND c.id > last AND NOT c.events <@ a.events);"""
COLUMNS = '(activity_id, "table", row, operation, is_record, label, events, before, after, digest)'


def journal_triggers(
    table: str,
    *,
    event: str = "NULL::bigint",
    events: str = "",
    label: str = "''",
    is_record: bool = False,
    derived: tuple[str, ...] = (),
    operations: tuple[pgtrigger.Operation, ...] = (pgtrigger.Insert, pgtrigger.Update, pgtrigger.Delete),
) -> list[pgtrigger.Trigger]:
    """The triggers of a table.

    SQL about a row `r`: `event` is the primary key of its event, or `events` a query of several, `label` how people
    call it. A change of `derived` columns alone, which no person makes, is not recorded.
    """
    scope = f"ARRAY({events})" if events else f"array_remove(ARRAY[{event}], NULL)"
    values = {"table": table, "scope": scope, "label": label, "is_record": str(is_record).lower()}
    JOURNALED[table] = (*DERIVED, *derived)
    return [_trigger(operation, values, JOURNALED[table]) for operation in operations]


def _trigger(operation: pgtrigger.Operation, values: dict, derived: tuple[str, ...]) -> pgtrigger.Trigger:
    ignored = f"'{{{','.join(derived)}}}'::text[]"
    template = {pgtrigger.Insert: _INSERT, pgtrigger.Update: _UPDATE, pgtrigger.Delete: _DELETE}[operation]
    body = template.format(
        **values,
        ignored=ignored,
        begin=BEGIN,
        scope_update=SCOPE,
        columns=COLUMNS,
        changed=pair_rows(new="r"),
    )
    return statement_trigger("journal", operation, body, declare=[("entry", "bigint"), ("last", "bigint")])


_LAST = "\n  last := coalesce((SELECT max(id) FROM journal_change WHERE activity_id = entry), 0);"
_INSERT = (
    """
  IF NOT EXISTS (SELECT FROM new_rows) THEN RETURN NULL; END IF;{begin}"""
    + _LAST
    + """
  INSERT INTO journal_change {columns}
  SELECT entry, '{table}', r.id, 'insert', {is_record}, left(coalesce({label}, ''), 200), {scope}, NULL, NULL,
         md5((to_jsonb(r) - {ignored})::text)
  FROM new_rows r ORDER BY r.id;{scope_update}"""
)
_UPDATE = (
    """
  IF NOT EXISTS (SELECT FROM {changed}
                 WHERE to_jsonb(o) - {ignored} IS DISTINCT FROM to_jsonb(r) - {ignored})
    THEN RETURN NULL; END IF;{begin}"""
    + _LAST
    + """
  INSERT INTO journal_change {columns}
  SELECT entry, '{table}', r.id, 'update', {is_record}, left(coalesce({label}, ''), 200), {scope},
         (SELECT jsonb_object_agg(e.key, e.value) FROM jsonb_each(to_jsonb(o) - {ignored}) e
           WHERE to_jsonb(r) -> e.key <> e.value),
         (SELECT jsonb_object_agg(e.key, e.value) FROM jsonb_each(to_jsonb(r) - {ignored}) e
           WHERE to_jsonb(o) -> e.key <> e.value), ''
  FROM {changed}
  WHERE to_jsonb(o) - {ignored} IS DISTINCT FROM to_jsonb(r) - {ignored} ORDER BY r.id;{scope_update}"""
)
_DELETE = (
    """
  IF NOT EXISTS (SELECT FROM old_rows) THEN RETURN NULL; END IF;{begin}"""
    + _LAST
    + """
  INSERT INTO journal_change {columns}
  SELECT entry, '{table}', r.id, 'delete', {is_record}, left(coalesce({label}, ''), 200), {scope},
         to_jsonb(r) - ARRAY['search'], NULL, ''
  FROM old_rows r ORDER BY r.id;{scope_update}"""
)
