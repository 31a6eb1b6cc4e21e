"""Triggers that keep `Talk.people`: the names of a talk's public speakers, for one search over both.

They overwrite what anybody writes into the column. As in `roadshow.api.change_triggers`, speakers whose change
spreads are locked against new references first, and talks in one order.
"""

import pgtrigger

from roadshow.core.statement_triggers import pair_rows, statement_trigger
from speakers.models import Speaker

PEOPLE = """(
    SELECT coalesce(string_agg(s.name, ' ' ORDER BY c.position, c.id), '')
    FROM events_talkspeaker c JOIN speakers_speaker s ON s.id = c.speaker_id
    WHERE c.talk_id = {talk} AND s.state = 'published')"""
STALE = f"id = ANY(talks) AND people <> {PEOPLE.format(talk='t.id')}"
# The trigger on talks computes the value of every talk that is updated.
UPDATE_TALKS = f"""
  talks := ARRAY({{talks}});
  PERFORM FROM events_talk t WHERE {STALE} ORDER BY id FOR NO KEY UPDATE;
  UPDATE events_talk t SET people = '' WHERE {STALE};"""

set_people = pgtrigger.Trigger(
    name="set_people",
    when=pgtrigger.Before,
    operation=pgtrigger.Update,
    func=f"\n  NEW.people := {PEOPLE.format(talk='NEW.id')};\n  RETURN NEW;",
)


def _update_people(operation: pgtrigger.Operation, talks: str, *, before: str = "", declare=()):
    return statement_trigger(
        "update_people",
        operation,
        before + UPDATE_TALKS.format(talks=talks),
        declare=[("talks", "bigint[]"), *declare],
    )


speakers_of_talk_changed = [
    _update_people(pgtrigger.Insert, "SELECT talk_id FROM new_rows"),
    _update_people(pgtrigger.Update, "SELECT talk_id FROM new_rows UNION SELECT talk_id FROM old_rows"),
    _update_people(pgtrigger.Delete, "SELECT talk_id FROM old_rows"),
]
speaker_changed = _update_people(
    pgtrigger.Update,
    "SELECT talk_id FROM events_talkspeaker WHERE speaker_id = ANY(changed)",
    before=f"""
  changed := ARRAY(SELECT n.id FROM {pair_rows()}
                   WHERE (o.name, o.state) IS DISTINCT FROM (n.name, n.state));
  IF changed = '{{}}' THEN RETURN NULL; END IF;
  PERFORM FROM speakers_speaker WHERE id = ANY(changed) ORDER BY id FOR UPDATE;""",
    declare=[("changed", "bigint[]")],
)
pgtrigger.register(speaker_changed)(Speaker)
