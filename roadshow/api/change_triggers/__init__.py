"""Triggers that record in `api_change` each change of a record, and of each record whose JSON it changes.

Models declare those of their table: `triggers = change_triggers("events_talk")`. There is one for each statement, so
that an import of a thousand talks costs a few inserts. Where a change of one row changes the JSON of others, the row
is locked first (`FOR UPDATE`): a transaction that adds a reference to it at the same moment waits, and one of the
two records the change.
"""

import pgtrigger

from roadshow.core.content_version import PRIVATE, PUBLIC, change_version
from roadshow.core.statement_triggers import statement_trigger

from .dependents import DEPENDENTS
from .record_types import PARTS, RECORD_TYPES
from .statements import part_trigger, record_trigger

__all__ = ["change_triggers", "log_triggers"]


def change_triggers(table: str) -> list[pgtrigger.Trigger]:
    """All triggers of this module for a table, for `Meta.triggers` of its model."""
    triggers = [
        record_trigger(kind, of, operation)
        for kind, of in RECORD_TYPES.items()
        if of.table == table
        for operation in of.operations
    ]
    if table in PARTS:
        triggers += [
            part_trigger(table, operation)
            for operation in (pgtrigger.Insert, pgtrigger.Update, pgtrigger.Delete)
        ]
    return triggers + DEPENDENTS.get(table, [])


def log_triggers() -> list[pgtrigger.Trigger]:
    """Triggers of the log itself: each change alters the private content version, a public one the public one too."""
    recorded = f"""{change_version(PRIVATE)}
  IF EXISTS (SELECT FROM new_rows WHERE public) THEN{change_version(PUBLIC)}
  END IF;"""
    return [
        statement_trigger("content_version", pgtrigger.Insert, recorded),
        statement_trigger("content_version", pgtrigger.Update, recorded),
        statement_trigger("content_version", pgtrigger.Delete, change_version(PRIVATE)),
    ]
