"""Kinds of record, the tables whose rows are part of their JSON, and who may read them."""

from dataclasses import dataclass

import pgtrigger

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
    "speakers": RecordType("speakers_speaker", "r.is_public", private=("imported",)),
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
TIES = {
    "events_talkspeaker",
    "resources_resource_talks",
    "resources_resource_speakers",
    "resources_resource_events",
}
