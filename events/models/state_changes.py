"""A trigger that counts how often the state of a row changed, for the SEQUENCE of calendars."""

import pgtrigger


def count_state_change() -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name="count_state_change",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        condition=pgtrigger.Condition("OLD.state IS DISTINCT FROM NEW.state"),
        func="\n  NEW.sequence := OLD.sequence + 1;\n  RETURN NEW;",
    )
