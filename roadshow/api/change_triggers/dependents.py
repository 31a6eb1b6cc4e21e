"""Triggers that record what else a change of a row changes: the JSON of other records."""

import pgtrigger

from roadshow.core.statement_triggers import pair_rows, statement_trigger

from .statements import INSERT, ON_CONFLICT, record, when_changed

MOVED_SLOTS = """
      (SELECT {columns} FROM (
        (SELECT {compared} FROM events_releasedslot WHERE release_id = one.old_release
         EXCEPT SELECT {compared} FROM events_releasedslot WHERE release_id = one.new_release)
        UNION ALL
        (SELECT {compared} FROM events_releasedslot WHERE release_id = one.new_release
         EXCEPT SELECT {compared} FROM events_releasedslot WHERE release_id = one.old_release)) AS moved)"""
# What a talk shows of its slots, and what the records of slots show besides: a new title is a change of those, too.
SHOWN_BY_TALK = "guid, talk_id, starts_at, ends_at, room_id, cancelled"
SHOWN_BY_SLOT = f"{SHOWN_BY_TALK}, sequence, changed_at, previous_starts_at"
CHANGED_SLOTS = MOVED_SLOTS.format(columns="guid", compared=SHOWN_BY_SLOT)
OF_EVENT_OR_ITS_TALKS = """SELECT resource_id FROM resources_resource_events WHERE event_id = one.id
    UNION SELECT rt.resource_id FROM resources_resource_talks rt JOIN events_talk t ON t.id = rt.talk_id
          WHERE t.event_id = one.id"""
VENUES_OF_EVENT = """SELECT m.venue_id FROM events_eventroom er JOIN events_room m ON m.id = er.room_id
    WHERE er.event_id = one.id UNION SELECT one.new_venue"""
SLOTS_OF_RELEASES = (
    "SELECT id FROM events_releasedslot WHERE release_id IN (one.old_release, one.new_release)"
)


def _event_updated() -> pgtrigger.Trigger:
    of_event = {
        "talks": "SELECT id FROM events_talk WHERE event_id = one.id",
        "tracks": "SELECT id FROM events_track WHERE event_id = one.id",
        "releases": "SELECT id FROM events_release WHERE event_id = one.id",
        "slots": "SELECT id FROM events_releasedslot WHERE release_id = one.new_release",
        "rooms": "SELECT room_id FROM events_eventroom WHERE event_id = one.id",
        "venues": VENUES_OF_EVENT,
    }
    of_releases = {
        "releases": "SELECT unnest(ARRAY[one.old_release, one.new_release])",
        "slots": f"{SLOTS_OF_RELEASES} AND guid IN {CHANGED_SLOTS}",
        "talks": MOVED_SLOTS.format(columns="talk_id", compared=SHOWN_BY_TALK),
    }
    body = f"""
  FOR one IN
    SELECT n.id, o.venue_id AS old_venue, n.venue_id AS new_venue, o.current_release_id AS old_release,
           n.current_release_id AS new_release, o.state <> 'draft' OR n.state <> 'draft' AS was_public,
           (o.state = 'draft') <> (n.state = 'draft') OR o.slug <> n.slug OR o.timezone <> n.timezone AS spreads
    FROM {pair_rows()} ORDER BY n.id
  LOOP
    IF one.spreads THEN
      PERFORM FROM events_event WHERE id = one.id FOR UPDATE;
      {"".join(record(kind, keys, "one.was_public") for kind, keys in of_event.items())}
      {record("resources", OF_EVENT_OR_ITS_TALKS)}
    END IF;
    IF one.old_venue IS DISTINCT FROM one.new_venue THEN
      {record("venues", "SELECT unnest(ARRAY[one.old_venue, one.new_venue])", "one.was_public")}
    END IF;
    IF one.old_release IS DISTINCT FROM one.new_release THEN
      {"".join(record(kind, keys, "one.was_public") for kind, keys in of_releases.items())}
    END IF;
  END LOOP;"""
    return statement_trigger("record_dependents", pgtrigger.Update, body, declare=[("one", "record")])


def _event_room_trigger(operation: pgtrigger.Operation) -> pgtrigger.Trigger:
    """Which rooms and venues are public follows from the events that use them."""
    rows = {pgtrigger.Insert: ["new_rows"], pgtrigger.Delete: ["old_rows"]}.get(
        operation, ["new_rows", "old_rows"]
    )
    public = (
        "EXISTS (SELECT FROM events_event WHERE state <> 'draft' AND id IN (SELECT event_id FROM {rows}))"
    )
    body = "".join(
        record("events", f"SELECT event_id FROM {side}")
        + record("rooms", f"SELECT room_id FROM {side}", public.format(rows=side))
        + record(
            "venues",
            f"SELECT m.venue_id FROM events_room m JOIN {side} er ON er.room_id = m.id",
            public.format(rows=side),
        )
        for side in rows
    )
    return statement_trigger("record_dependents", operation, body)


# A change of the day is shown by pages of its slots and rooms; a notice to everybody by all of its event.
LIVE_CHANGE = {
    "events": "SELECT event_id FROM new_rows WHERE kind = 'notice' AND slot IS NULL AND room_id IS NULL",
    "rooms": "SELECT room_id FROM new_rows WHERE room_id IS NOT NULL",
    "slots": """SELECT s.id FROM new_rows n JOIN events_event e ON e.id = n.event_id
    JOIN events_releasedslot s ON s.release_id = e.current_release_id AND s.guid IN (n.slot, n.other)""",
    "talks": """SELECT s.talk_id FROM new_rows n JOIN events_event e ON e.id = n.event_id
    JOIN events_releasedslot s ON s.release_id = e.current_release_id AND s.guid IN (n.slot, n.other)""",
}


def _live_change_trigger(operation: pgtrigger.Operation) -> pgtrigger.Trigger:
    body = "".join(record(kind, keys) for kind, keys in LIVE_CHANGE.items())
    return statement_trigger("record_dependents", operation, body)


def _live_slot_trigger(operation: pgtrigger.Operation) -> pgtrigger.Trigger:
    rows = "old_rows" if operation is pgtrigger.Delete else "new_rows"
    body = record("slots", f"SELECT slot_id FROM {rows}") + record(
        "talks", f"SELECT s.talk_id FROM {rows} l JOIN events_releasedslot s ON s.id = l.slot_id"
    )
    return statement_trigger("record_dependents", operation, body)


# Slots are recorded twice: as public as the talk was, and as it is now.
TALK_SLOTS = f"""
  {INSERT}
  SELECT 'slots', s.guid, 'update', o.state IN ('confirmed', 'cancelled') AND e.state <> 'draft', e.id
  FROM old_rows o JOIN events_releasedslot s ON s.talk_id = o.id
  JOIN events_event e ON e.current_release_id = s.release_id WHERE o.id = ANY(changed)
  {ON_CONFLICT};"""
# What else a change of a row changes
DEPENDENTS = {
    "events_event": [
        statement_trigger(
            "record_dependents",
            pgtrigger.Insert,
            record("venues", "SELECT venue_id FROM new_rows WHERE venue_id IS NOT NULL"),
        ),
        _event_updated(),
        statement_trigger(
            "record_dependents",
            pgtrigger.Delete,
            record("venues", "SELECT venue_id FROM old_rows WHERE state <> 'draft'", "true"),
        ),
    ],
    "events_eventroom": [
        _event_room_trigger(operation) for operation in (pgtrigger.Insert, pgtrigger.Update, pgtrigger.Delete)
    ],
    "events_series": [
        when_changed(
            "events_series",
            "state slug",
            record("events", "SELECT id FROM events_event WHERE series_id = ANY(changed)"),
        )
    ],
    "events_topic": [
        when_changed(
            "events_topic",
            "name slug",
            record("talks", "SELECT talk_id FROM events_talk_topics WHERE topic_id = ANY(changed)"),
            record(
                "resources", "SELECT resource_id FROM resources_resource_topics WHERE topic_id = ANY(changed)"
            ),
        )
    ],
    "events_talk": [
        when_changed(
            "events_talk",
            "state slug event_id",
            record(
                "resources", "SELECT resource_id FROM resources_resource_talks WHERE talk_id = ANY(changed)"
            ),
            TALK_SLOTS,
            record(
                "slots",
                """SELECT s.id FROM events_releasedslot s JOIN events_event e ON e.current_release_id = s.release_id
    WHERE s.talk_id = ANY(changed)""",
            ),
        )
    ],
    "speakers_speaker": [
        when_changed(
            "speakers_speaker",
            "state is_public slug",
            record("talks", "SELECT talk_id FROM events_talkspeaker WHERE speaker_id = ANY(changed)"),
            record(
                "resources",
                "SELECT resource_id FROM resources_resource_speakers WHERE speaker_id = ANY(changed)",
            ),
        )
    ],
    "resources_resource": [
        when_changed(
            "resources_resource",
            "state slug",
            record(
                "collections",
                "SELECT collection_id FROM resources_collectionitem WHERE resource_id = ANY(changed)",
            ),
        )
    ],
    "events_livechange": [_live_change_trigger(pgtrigger.Insert), _live_change_trigger(pgtrigger.Update)],
    "events_liveslot": [
        _live_slot_trigger(operation) for operation in (pgtrigger.Insert, pgtrigger.Update, pgtrigger.Delete)
    ],
    "events_room": [
        statement_trigger(
            "record_dependents",
            pgtrigger.Update,
            record(
                "venues",
                f"""SELECT unnest(ARRAY[o.venue_id, n.venue_id]) FROM {pair_rows()}
    WHERE o.venue_id IS DISTINCT FROM n.venue_id""",
                "true",
            ),
        )
    ],
}
