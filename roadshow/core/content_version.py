"""Triggers that change the content version: whatever cached responses show has changed."""

import pgtrigger

PUBLIC = "public"  # what the log of changes records as public
SITE = "site"  # what everybody can see, but is not in the log of changes
PRIVATE = "private"  # what only some users can see, and who they are


def change_version(scope: str) -> str:
    """PL/pgSQL that changes the content version of a scope, once in a transaction: nobody sees it before its end.

    A random value never comes back, not even when a change is undone or a backup restored. Each transaction updates
    a row that no other one holds, so that none waits; the sum over the rows differs as soon as one of them commits.
    """
    return f"""
  IF coalesce(current_setting('roadshow.changed_{scope}', true), '') <> '1' THEN
    UPDATE core_contentversion SET value = (random() * 1e15)::bigint WHERE id = (
      SELECT id FROM core_contentversion WHERE scope = '{scope}' ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED);
    IF NOT FOUND THEN
      INSERT INTO core_contentversion (scope, value) VALUES ('{scope}', (random() * 1e15)::bigint);
    END IF;
    PERFORM set_config('roadshow.changed_{scope}', '1', true);
  END IF;"""  # noqa: S608 - of constants


def version_trigger(
    name: str, operation: pgtrigger.Operation, *, scope: str = SITE, when: str = ""
) -> pgtrigger.Trigger:
    """A trigger that changes the content version of a scope, where the SQL condition `when` on OLD and NEW is true."""
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Row,
        when=pgtrigger.After,
        operation=operation,
        condition=pgtrigger.Condition(when) if when else None,
        func=f"{change_version(scope)}\n  RETURN NULL;",
    )
