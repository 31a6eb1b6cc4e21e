"""Triggers that change the content version: whatever cached responses show has changed."""

import pgtrigger

# A random value never comes back, not even when a change is undone or a backup restored. Each transaction updates a
# row that no other one holds, so that none waits; the sum over the rows differs as soon as one of them commits.
# Once in a transaction is enough: nobody else sees its changes before its end.
CHANGE_VERSION = """
  IF coalesce(current_setting('roadshow.version_changed', true), '') <> '1' THEN
    UPDATE core_contentversion SET value = (random() * 1e15)::bigint
    WHERE id = (SELECT id FROM core_contentversion ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED);
    IF NOT FOUND THEN
      INSERT INTO core_contentversion (value) VALUES ((random() * 1e15)::bigint);
    END IF;
    PERFORM set_config('roadshow.version_changed', '1', true);
  END IF;
  RETURN NULL;"""


def version_trigger(
    name: str,
    operation: pgtrigger.Operation,
    *,
    when: str = "",
    level: pgtrigger.Level = pgtrigger.Row,
) -> pgtrigger.Trigger:
    """A trigger that changes the content version, where the SQL condition `when` on OLD and NEW is true."""
    return pgtrigger.Trigger(
        name=name,
        level=level,
        when=pgtrigger.After,
        operation=operation,
        condition=pgtrigger.Condition(when) if when else None,
        func=CHANGE_VERSION,
    )
