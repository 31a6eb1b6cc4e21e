"""Triggers that keep `Speaker.is_public`: a person is public when a talk of theirs is, not before.

They overwrite what anybody writes into the column. Whoever changes the state of a talk or event holds its row; who
credits a person there waits for that, so that one of the two sees both.
"""

import pgtrigger

from roadshow.core.statement_triggers import pair_rows, statement_trigger
from speakers.models import Speaker

IS_PUBLIC = """({speaker}.state = 'published' AND EXISTS (
    SELECT FROM events_talkspeaker c JOIN events_talk t ON t.id = c.talk_id JOIN events_event e ON e.id = t.event_id
    WHERE c.speaker_id = {speaker}.id AND t.state IN ('confirmed', 'cancelled') AND e.state <> 'draft'))"""
STALE = f"id = ANY(persons) AND is_public <> {IS_PUBLIC.format(speaker='s')}"
# The trigger on speakers computes the value of every speaker that is written.
UPDATE_PERSONS = f"""
  persons := ARRAY({{persons}});
  IF persons = '{{{{}}}}' THEN RETURN NULL; END IF;
  PERFORM FROM speakers_speaker s WHERE {STALE} ORDER BY id FOR NO KEY UPDATE;
  UPDATE speakers_speaker s SET is_public = NOT is_public WHERE {STALE};"""
LOCK_TALKS = """
  PERFORM FROM events_event WHERE id IN (SELECT event_id FROM events_talk WHERE id IN ({talks})) ORDER BY id FOR SHARE;
  PERFORM FROM events_talk WHERE id IN ({talks}) ORDER BY id FOR SHARE;"""

set_public = pgtrigger.Trigger(
    name="set_public",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.Update,
    func=f"\n  NEW.is_public := {IS_PUBLIC.format(speaker='NEW')};\n  RETURN NEW;",
)
pgtrigger.register(set_public)(Speaker)


def _update_public(operation: pgtrigger.Operation, persons: str, *, before: str = "") -> pgtrigger.Trigger:
    return statement_trigger(
        "update_public",
        operation,
        before + UPDATE_PERSONS.format(persons=persons),
        declare=[("persons", "bigint[]")],
    )


def _when_state_changed(of: str, columns: tuple[str, ...]) -> pgtrigger.Trigger:
    changed = " OR ".join(f"o.{name} IS DISTINCT FROM n.{name}" for name in columns)
    rows = f"SELECT n.id FROM {pair_rows()} WHERE {changed}"
    credits_ = "SELECT DISTINCT c.speaker_id FROM events_talkspeaker c JOIN events_talk t ON t.id = c.talk_id"
    return _update_public(pgtrigger.Update, f"{credits_} WHERE {of} IN ({rows})")


credits_changed = [
    _update_public(
        pgtrigger.Insert,
        "SELECT DISTINCT speaker_id FROM new_rows",
        before=LOCK_TALKS.format(talks="SELECT talk_id FROM new_rows"),
    ),
    _update_public(
        pgtrigger.Update,
        "SELECT speaker_id FROM new_rows UNION SELECT speaker_id FROM old_rows",
        before=LOCK_TALKS.format(talks="SELECT talk_id FROM new_rows"),
    ),
    _update_public(pgtrigger.Delete, "SELECT DISTINCT speaker_id FROM old_rows"),
]
talk_changed = _when_state_changed("t.id", ("state", "event_id"))
event_changed = _when_state_changed("t.event_id", ("state",))
