"""Triggers that record in `api_change` each change of a record, and of each record whose JSON it changes.

Models declare those of their table: `triggers = change_triggers("events_talk")`. There is one for each statement, so
that an import of a thousand talks costs a few inserts. Where a change of one row changes the JSON of others, the row
is locked first (`FOR UPDATE`): a transaction that adds a reference to it at the same moment waits, and one of the
two records the change.
"""

from dataclasses import dataclass

import pgtrigger

from roadshow.core.content_version import PRIVATE, PUBLIC, SITE, change_version

OF_PUBLIC_EVENT = "EXISTS (SELECT FROM events_event e WHERE e.id = r.event_id AND e.state <> 'draft')"


@dataclass(frozen=True)
class RecordType:
    """A kind of record: its table, and SQL about a row `r` of it.

    `public` says whether the row itself is public, `parent_public` whether what it belongs to is, `event` is the
    primary key of its event. A change of the `private` columns alone is not public.
    """

    table: str
    public: str = "true"
    parent_public: str = "true"
    event: str = "NULL::bigint"
    private: tuple[str, ...] = ()
    operations: tuple[pgtrigger.Operation, ...] = (pgtrigger.Insert, pgtrigger.Update, pgtrigger.Delete)


RECORD_TYPES = {
    "series": RecordType("events_series", "r.state = 'published'"),
    "events": RecordType("events_event", "r.state <> 'draft'", event="r.id"),
    "venues": RecordType(
        "events_venue",
        parent_public="""EXISTS (
      SELECT FROM events_event e WHERE e.state <> 'draft' AND (e.venue_id = r.id OR e.id IN (
        SELECT er.event_id FROM events_eventroom er JOIN events_room m ON m.id = er.room_id
        WHERE m.venue_id = r.id)))""",
    ),
    "rooms": RecordType(
        "events_room",
        parent_public="""EXISTS (
      SELECT FROM events_eventroom er JOIN events_event e ON e.id = er.event_id
      WHERE er.room_id = r.id AND e.state <> 'draft')""",
    ),
    "tracks": RecordType("events_track", parent_public=OF_PUBLIC_EVENT, event="r.event_id"),
    "topics": RecordType("events_topic"),
    "talks": RecordType(
        "events_talk",
        "r.state IN ('confirmed', 'cancelled')",
        OF_PUBLIC_EVENT,
        event="r.event_id",
        private=("notes", "imported"),
    ),
    "releases": RecordType("events_release", parent_public=OF_PUBLIC_EVENT, event="r.event_id"),
    # A released slot is public from when its release is the event's current one: a trigger on events records that.
    "slots": RecordType(
        "events_releasedslot",
        "EXISTS (SELECT FROM events_talk t WHERE t.id = r.talk_id AND t.state IN ('confirmed', 'cancelled'))",
        "EXISTS (SELECT FROM events_event e WHERE e.current_release_id = r.release_id AND e.state <> 'draft')",
        event="(SELECT l.event_id FROM events_release l WHERE l.id = r.release_id)",
        operations=(pgtrigger.Delete,),
    ),
    "speakers": RecordType(
        "speakers_speaker", "r.state = 'published'", private=("email", "notes", "imported")
    ),
    "resources": RecordType(
        "resources_resource",
        "r.state IN ('published', 'retired')",
        private=("next_check_at", "failures"),
    ),
    "collections": RecordType("resources_collection", "r.state = 'published'"),
}

# Tables whose rows are part of the JSON of a record: (kind of record, column with its key)
PARTS = {
    "events_series_organisers": ("series", "series_id"),
    "events_event_organisers": ("events", "event_id"),
    "events_recap": ("events", "event_id"),
    "events_photo": ("events", "event_id"),
    "events_talkspeaker": ("talks", "talk_id"),
    "events_talk_topics": ("talks", "talk_id"),
    "events_talklink": ("talks", "talk_id"),
    "speakers_speakerlink": ("speakers", "speaker_id"),
    "resources_resource_topics": ("resources", "resource_id"),
    "resources_resource_talks": ("resources", "resource_id"),
    "resources_resource_speakers": ("resources", "resource_id"),
    "resources_resource_events": ("resources", "resource_id"),
    "resources_collectionitem": ("collections", "collection_id"),
}

# Tables that tie a record to pages of others, which do not follow changes of the record before they show it
TIES = {"resources_resource_talks", "resources_resource_speakers", "resources_resource_events"}

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


def statement_trigger(name: str, operation: pgtrigger.Operation, body: str, **options) -> pgtrigger.Trigger:
    """A trigger that runs once after each statement, with the rows as `old_rows` and `new_rows`."""
    return pgtrigger.Trigger(
        name=f"{name}_{str(operation).lower()}",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=pgtrigger.Referencing(
            old=None if operation is pgtrigger.Insert else "old_rows",
            new=None if operation is pgtrigger.Delete else "new_rows",
        ),
        func=f"{body}\n  RETURN NULL;",
        **options,
    )


def _shows_change(of: RecordType, other: str) -> str:
    """SQL that says whether rows `r` and `other` differ in a column that is public."""
    if not of.private:
        return "true"
    private = f"'{{{','.join([*of.private, 'updated_at', 'search'])}}}'::text[]"
    return f"to_jsonb(r) - {private} IS DISTINCT FROM to_jsonb({other}) - {private}"


def _record_trigger(kind: str, of: RecordType, operation: pgtrigger.Operation) -> pgtrigger.Trigger:
    seen = f"{of.public} AND {of.parent_public}"
    events = "max(event), nullif(min(event), max(event))" if kind in MOVABLE else "max(event)"
    selections = {
        pgtrigger.Insert: f"SELECT '{kind}', r.guid, 'create', {seen}, {of.event} FROM new_rows r",
        pgtrigger.Update: f"""SELECT '{kind}', guid, 'update', bool_or(public), {events} FROM (
    SELECT r.guid, {seen} AND {_shows_change(of, "o")} AS public, {of.event} AS event
      FROM new_rows r JOIN old_rows o ON o.id = r.id AND o IS DISTINCT FROM r
    UNION ALL
    SELECT r.guid, {seen} AND {_shows_change(of, "n")}, {of.event}
      FROM old_rows r JOIN new_rows n ON n.id = r.id AND n IS DISTINCT FROM r) AS both_sides
  GROUP BY guid""",
        pgtrigger.Delete: f"""SELECT '{kind}', r.guid, 'delete', bool_or({seen}), max({of.event})
  FROM old_rows r GROUP BY r.guid""",
    }
    moves = kind in MOVABLE and operation is pgtrigger.Update
    insert, on_conflict = (INSERT_MOVED, ON_CONFLICT_MOVED) if moves else (INSERT, ON_CONFLICT)
    return statement_trigger(
        "record", operation, f"\n  {insert}\n  {selections[operation]}\n  {on_conflict};"
    )


def _part_trigger(table: str, operation: pgtrigger.Operation) -> pgtrigger.Trigger:
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


def _when_changed(table: str, columns: str, *statements: str) -> pgtrigger.Trigger:
    """After an update: `statements`, in which `changed` has the keys of rows that differ in one of the columns."""
    old, new = (", ".join(f"{side}.{name}" for name in columns.split()) for side in "on")
    body = f"""
  changed := ARRAY(SELECT n.id FROM old_rows o JOIN new_rows n ON n.id = o.id
                   WHERE ({old}) IS DISTINCT FROM ({new}));
  IF changed = '{{}}' THEN RETURN NULL; END IF;
  PERFORM FROM {table} WHERE id = ANY(changed) ORDER BY id FOR UPDATE;{"".join(statements)}"""
    return statement_trigger("record_dependents", pgtrigger.Update, body, declare=[("changed", "bigint[]")])


MOVED_SLOTS = """
      (SELECT {columns} FROM (
        (SELECT guid, talk_id, starts_at, ends_at, room_id, cancelled FROM events_releasedslot
           WHERE release_id = one.old_release
         EXCEPT SELECT guid, talk_id, starts_at, ends_at, room_id, cancelled FROM events_releasedslot
           WHERE release_id = one.new_release)
        UNION ALL
        (SELECT guid, talk_id, starts_at, ends_at, room_id, cancelled FROM events_releasedslot
           WHERE release_id = one.new_release
         EXCEPT SELECT guid, talk_id, starts_at, ends_at, room_id, cancelled FROM events_releasedslot
           WHERE release_id = one.old_release)) AS moved)"""
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
        "slots": f"{SLOTS_OF_RELEASES} AND guid IN {MOVED_SLOTS.format(columns='guid')}",
        "talks": MOVED_SLOTS.format(columns="talk_id"),
    }
    body = f"""
  FOR one IN
    SELECT n.id, o.venue_id AS old_venue, n.venue_id AS new_venue, o.current_release_id AS old_release,
           n.current_release_id AS new_release, o.state <> 'draft' OR n.state <> 'draft' AS was_public,
           (o.state = 'draft') <> (n.state = 'draft') OR o.slug <> n.slug OR o.timezone <> n.timezone AS spreads
    FROM old_rows o JOIN new_rows n ON n.id = o.id ORDER BY n.id
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
        _when_changed(
            "events_series",
            "state slug",
            record("events", "SELECT id FROM events_event WHERE series_id = ANY(changed)"),
        )
    ],
    "events_topic": [
        _when_changed(
            "events_topic",
            "name slug",
            record("talks", "SELECT talk_id FROM events_talk_topics WHERE topic_id = ANY(changed)"),
            record(
                "resources", "SELECT resource_id FROM resources_resource_topics WHERE topic_id = ANY(changed)"
            ),
        )
    ],
    "events_talk": [
        _when_changed(
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
        _when_changed(
            "speakers_speaker",
            "state slug",
            record("talks", "SELECT talk_id FROM events_talkspeaker WHERE speaker_id = ANY(changed)"),
            record(
                "resources",
                "SELECT resource_id FROM resources_resource_speakers WHERE speaker_id = ANY(changed)",
            ),
        )
    ],
    "resources_resource": [
        _when_changed(
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
                """SELECT unnest(ARRAY[o.venue_id, n.venue_id]) FROM old_rows o JOIN new_rows n ON n.id = o.id
    WHERE o.venue_id <> n.venue_id""",
                "true",
            ),
        )
    ],
}


def change_triggers(table: str) -> list[pgtrigger.Trigger]:
    """All triggers of this module for a table, for `Meta.triggers` of its model."""
    triggers = [
        _record_trigger(kind, of, operation)
        for kind, of in RECORD_TYPES.items()
        if of.table == table
        for operation in of.operations
    ]
    if table in PARTS:
        triggers += [
            _part_trigger(table, operation)
            for operation in (pgtrigger.Insert, pgtrigger.Update, pgtrigger.Delete)
        ]
    return triggers + DEPENDENTS.get(table, [])


def log_triggers() -> list[pgtrigger.Trigger]:
    """Triggers of the log itself: each change alters the private content version, a public one the public one too."""
    return [
        statement_trigger(
            "content_version", pgtrigger.Insert, _change_versions("SELECT FROM new_rows WHERE public")
        ),
        statement_trigger(
            "content_version", pgtrigger.Update, _change_versions("SELECT FROM new_rows WHERE public")
        ),
        statement_trigger("content_version", pgtrigger.Delete, change_version(PRIVATE)),
    ]


def _change_versions(public_rows: str) -> str:
    return f"""{change_version(PRIVATE)}
  IF EXISTS ({public_rows}) THEN{change_version(PUBLIC)}
  END IF;"""
