"""Triggers on changes of a state: counted for the SEQUENCE of calendars; a talk's cancellation recorded as an event."""

import pgtrigger

from roadshow.core.statement_triggers import pair_rows, statement_trigger

RECORD_CANCELLED = f"""
  INSERT INTO api_change (kind, guid, operation, public, event, data)
  SELECT 'talk.cancelled', gen_random_uuid(), 'create',
         (SELECT e.state <> 'draft' FROM events_event e WHERE e.id = n.event_id), n.event_id,
         jsonb_build_object('record', n.guid, 'slot', NULL)
  FROM {pair_rows()} WHERE (o.state, n.state) IS NOT DISTINCT FROM ('confirmed', 'cancelled');"""  # noqa: S608 - no value of a request


def count_state_change() -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name="count_state_change",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        condition=pgtrigger.Condition("OLD.state IS DISTINCT FROM NEW.state"),
        func="\n  NEW.sequence := OLD.sequence + 1;\n  RETURN NEW;",
    )


def record_cancellation() -> pgtrigger.Trigger:
    """The semantic event "talk.cancelled", however the state was changed."""
    return statement_trigger("record_cancelled", pgtrigger.Update, RECORD_CANCELLED)
