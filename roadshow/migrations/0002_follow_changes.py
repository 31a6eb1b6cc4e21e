"""Triggers that note every change of a record, and of every other record whose answer it changes.

They are one for each statement, so that importing a thousand talks costs a few inserts. A cascade first locks the
rows it spreads from against new references: whoever adds one at the same moment is noted by one side or the other.
"""

from django.db import migrations

EVENT_PUBLIC = "EXISTS (SELECT FROM events_event e WHERE e.id = r.event_id AND e.state <> 'draft')"

# kind: table, whether the row itself is public, whether what it belongs to is, which event it belongs to
RECORDS = {
    "series": ("events_series", "r.state = 'published'", "true", "NULL::bigint"),
    "events": ("events_event", "r.state <> 'draft'", "true", "r.id"),
    "venues": (
        "events_venue",
        "true",
        """EXISTS (SELECT FROM events_event e WHERE e.state <> 'draft' AND (e.venue_id = r.id OR e.id IN (
             SELECT er.event_id FROM events_eventroom er JOIN events_room m ON m.id = er.room_id
             WHERE m.venue_id = r.id)))""",
        "NULL::bigint",
    ),
    "rooms": (
        "events_room",
        "true",
        """EXISTS (SELECT FROM events_eventroom er JOIN events_event e ON e.id = er.event_id
             WHERE er.room_id = r.id AND e.state <> 'draft')""",
        "NULL::bigint",
    ),
    "tracks": ("events_track", "true", EVENT_PUBLIC, "r.event_id"),
    "topics": ("events_topic", "true", "true", "NULL::bigint"),
    "talks": ("events_talk", "r.state IN ('confirmed', 'cancelled')", EVENT_PUBLIC, "r.event_id"),
    "releases": ("events_release", "true", EVENT_PUBLIC, "r.event_id"),
    "slots": (
        "events_releasedslot",
        "EXISTS (SELECT FROM events_talk t WHERE t.id = r.talk_id AND t.state IN ('confirmed', 'cancelled'))",
        "EXISTS (SELECT FROM events_event e WHERE e.current_release_id = r.release_id AND e.state <> 'draft')",
        "(SELECT l.event_id FROM events_release l WHERE l.id = r.release_id)",
    ),
    "speakers": ("speakers_speaker", "r.state = 'published'", "true", "NULL::bigint"),
    "resources": ("resources_resource", "r.state IN ('published', 'retired')", "true", "NULL::bigint"),
    "collections": ("resources_collection", "r.state = 'published'", "true", "NULL::bigint"),
}

INSERT = "INSERT INTO base_change (kind, guid, operation, public, event)"
ONCE = """ON CONFLICT (xid, kind, guid) DO UPDATE SET
  operation = CASE WHEN base_change.operation = 'create' AND excluded.operation = 'update'
                   THEN 'create' ELSE excluded.operation END,
  public = base_change.public OR excluded.public,
  at = excluded.at"""

# Notes rows by primary key. `was` says that what they belong to was public until now.
NOTE = """
CREATE FUNCTION roadshow_note_{kind}(ids bigint[], was boolean DEFAULT false) RETURNS void LANGUAGE sql AS $$
  {insert} SELECT '{kind}', r.guid, 'update', bool_or({own} AND (was OR {parent})), max({event})
  FROM {table} r WHERE r.id = ANY(ids) GROUP BY r.guid {once}
$$;
"""
FOLLOW = """
CREATE FUNCTION roadshow_follow_{kind}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    {insert} SELECT '{kind}', r.guid, 'create', {own} AND {parent}, {event} FROM new_rows r {once};
  ELSIF TG_OP = 'UPDATE' THEN
    {insert} SELECT '{kind}', guid, 'update', bool_or(public), max(event) FROM (
      SELECT r.guid, {own} AND {parent} AS public, {event} AS event FROM new_rows r
        WHERE EXISTS (SELECT FROM old_rows o WHERE o.id = r.id AND o IS DISTINCT FROM r)
      UNION ALL
      SELECT r.guid, {own} AND {parent}, {event} FROM old_rows r
        WHERE EXISTS (SELECT FROM new_rows n WHERE n.id = r.id AND n IS DISTINCT FROM r)) AS both_sides
    GROUP BY guid {once};
  ELSE
    {insert} SELECT '{kind}', r.guid, 'delete', bool_or({own} AND {parent}), max({event})
    FROM old_rows r GROUP BY r.guid {once};
  END IF;
  RETURN NULL;
END $$;
"""
TRANSITIONS = {
    "INSERT": "NEW TABLE AS new_rows",
    "UPDATE": "OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "DELETE": "OLD TABLE AS old_rows",
}

# Rows that belong to a record and are part of its answer: table -> {kind: column}
PARTS = {
    "events_series_organisers": {"series": "series_id"},
    "events_event_organisers": {"events": "event_id"},
    "events_recap": {"events": "event_id"},
    "events_photo": {"events": "event_id"},
    "events_talkspeaker": {"talks": "talk_id"},
    "events_talk_topics": {"talks": "talk_id"},
    "events_talklink": {"talks": "talk_id"},
    "speakers_speakerlink": {"speakers": "speaker_id"},
    "resources_resource_topics": {"resources": "resource_id"},
    "resources_resource_talks": {"resources": "resource_id"},
    "resources_resource_speakers": {"resources": "resource_id"},
    "resources_resource_events": {"resources": "resource_id"},
    "resources_collectionitem": {"collections": "collection_id"},
}
PART = """
CREATE FUNCTION roadshow_part_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'DELETE' THEN PERFORM roadshow_note_{kind}(ARRAY(SELECT DISTINCT {column} FROM new_rows)); END IF;
  IF TG_OP <> 'INSERT' THEN PERFORM roadshow_note_{kind}(ARRAY(SELECT DISTINCT {column} FROM old_rows)); END IF;
  RETURN NULL;
END $$;
"""

# What else a change of a row changes, as the body of a trigger on (table, operations).
SPREAD = {
    ("events_event", "UPDATE"): """
DECLARE
  one record;
BEGIN
  FOR one IN
    SELECT n.id, o.venue_id AS old_venue, n.venue_id AS new_venue, o.current_release_id AS old_release,
           n.current_release_id AS new_release, o.state <> 'draft' OR n.state <> 'draft' AS was,
           (o.state = 'draft') <> (n.state = 'draft') OR o.slug <> n.slug OR o.timezone <> n.timezone AS spreads
    FROM old_rows o JOIN new_rows n ON n.id = o.id ORDER BY n.id
  LOOP
    IF one.spreads THEN
      PERFORM FROM events_event WHERE id = one.id FOR UPDATE;
      PERFORM roadshow_note_talks(ARRAY(SELECT id FROM events_talk WHERE event_id = one.id), one.was);
      PERFORM roadshow_note_tracks(ARRAY(SELECT id FROM events_track WHERE event_id = one.id), one.was);
      PERFORM roadshow_note_releases(ARRAY(SELECT id FROM events_release WHERE event_id = one.id), one.was);
      PERFORM roadshow_note_slots(ARRAY(
        SELECT id FROM events_releasedslot WHERE release_id = one.new_release), one.was);
      PERFORM roadshow_note_rooms(ARRAY(SELECT room_id FROM events_eventroom WHERE event_id = one.id), one.was);
      PERFORM roadshow_note_venues(ARRAY(
        SELECT m.venue_id FROM events_eventroom er JOIN events_room m ON m.id = er.room_id
        WHERE er.event_id = one.id UNION SELECT one.new_venue), one.was);
      PERFORM roadshow_note_resources(ARRAY(
        SELECT resource_id FROM resources_resource_events WHERE event_id = one.id
        UNION SELECT rt.resource_id FROM resources_resource_talks rt JOIN events_talk t ON t.id = rt.talk_id
              WHERE t.event_id = one.id));
    END IF;
    IF one.old_venue IS DISTINCT FROM one.new_venue THEN
      PERFORM roadshow_note_venues(ARRAY[one.old_venue, one.new_venue], one.was);
    END IF;
    IF one.old_release IS DISTINCT FROM one.new_release THEN
      PERFORM roadshow_note_releases(ARRAY[one.old_release, one.new_release], one.was);
      PERFORM roadshow_note_slots(ARRAY(
        SELECT id FROM events_releasedslot WHERE release_id IN (one.old_release, one.new_release)), one.was);
      PERFORM roadshow_note_talks(ARRAY(
        SELECT talk_id FROM events_releasedslot WHERE release_id IN (one.old_release, one.new_release)), one.was);
    END IF;
  END LOOP;
  RETURN NULL;
END""",
    ("events_event", "INSERT"): """
BEGIN
  PERFORM roadshow_note_venues(ARRAY(SELECT venue_id FROM new_rows WHERE venue_id IS NOT NULL));
  RETURN NULL;
END""",
    ("events_event", "DELETE"): """
BEGIN
  PERFORM roadshow_note_venues(ARRAY(SELECT venue_id FROM old_rows WHERE state <> 'draft'), true);
  RETURN NULL;
END""",
    ("events_eventroom", "INSERT UPDATE DELETE"): """
BEGIN
  IF TG_OP <> 'DELETE' THEN
    PERFORM roadshow_note_event_rooms(
      ARRAY(SELECT event_id FROM new_rows), ARRAY(SELECT room_id FROM new_rows));
  END IF;
  IF TG_OP <> 'INSERT' THEN
    PERFORM roadshow_note_event_rooms(
      ARRAY(SELECT event_id FROM old_rows), ARRAY(SELECT room_id FROM old_rows));
  END IF;
  RETURN NULL;
END""",
    ("events_series", "UPDATE"): """
DECLARE
  changed bigint[] := ARRAY(SELECT n.id FROM old_rows o JOIN new_rows n ON n.id = o.id
                            WHERE (o.state, o.slug) IS DISTINCT FROM (n.state, n.slug));
BEGIN
  PERFORM FROM events_series WHERE id = ANY(changed) ORDER BY id FOR UPDATE;
  PERFORM roadshow_note_events(ARRAY(SELECT id FROM events_event WHERE series_id = ANY(changed)));
  RETURN NULL;
END""",
    ("events_topic", "UPDATE"): """
DECLARE
  changed bigint[] := ARRAY(SELECT n.id FROM old_rows o JOIN new_rows n ON n.id = o.id
                            WHERE (o.name, o.slug) IS DISTINCT FROM (n.name, n.slug));
BEGIN
  PERFORM FROM events_topic WHERE id = ANY(changed) ORDER BY id FOR UPDATE;
  PERFORM roadshow_note_talks(ARRAY(SELECT talk_id FROM events_talk_topics WHERE topic_id = ANY(changed)));
  PERFORM roadshow_note_resources(ARRAY(
    SELECT resource_id FROM resources_resource_topics WHERE topic_id = ANY(changed)));
  RETURN NULL;
END""",
    ("events_talk", "UPDATE"): """
DECLARE
  changed bigint[] := ARRAY(SELECT n.id FROM old_rows o JOIN new_rows n ON n.id = o.id
                            WHERE (o.state, o.slug, o.event_id) IS DISTINCT FROM (n.state, n.slug, n.event_id));
BEGIN
  PERFORM FROM events_talk WHERE id = ANY(changed) ORDER BY id FOR UPDATE;
  PERFORM roadshow_note_resources(ARRAY(
    SELECT resource_id FROM resources_resource_talks WHERE talk_id = ANY(changed)));
  {insert} SELECT 'slots', s.guid, 'update', o.state IN ('confirmed', 'cancelled') AND e.state <> 'draft', e.id
    FROM old_rows o JOIN events_releasedslot s ON s.talk_id = o.id
    JOIN events_event e ON e.current_release_id = s.release_id WHERE o.id = ANY(changed) {once};
  PERFORM roadshow_note_slots(ARRAY(
    SELECT s.id FROM events_releasedslot s JOIN events_event e ON e.current_release_id = s.release_id
    WHERE s.talk_id = ANY(changed)));
  RETURN NULL;
END""",
    ("speakers_speaker", "UPDATE"): """
DECLARE
  changed bigint[] := ARRAY(SELECT n.id FROM old_rows o JOIN new_rows n ON n.id = o.id
                            WHERE (o.state, o.slug) IS DISTINCT FROM (n.state, n.slug));
BEGIN
  PERFORM FROM speakers_speaker WHERE id = ANY(changed) ORDER BY id FOR UPDATE;
  PERFORM roadshow_note_talks(ARRAY(SELECT talk_id FROM events_talkspeaker WHERE speaker_id = ANY(changed)));
  PERFORM roadshow_note_resources(ARRAY(
    SELECT resource_id FROM resources_resource_speakers WHERE speaker_id = ANY(changed)));
  RETURN NULL;
END""",
    ("resources_resource", "UPDATE"): """
DECLARE
  changed bigint[] := ARRAY(SELECT n.id FROM old_rows o JOIN new_rows n ON n.id = o.id
                            WHERE (o.state, o.slug) IS DISTINCT FROM (n.state, n.slug));
BEGIN
  PERFORM FROM resources_resource WHERE id = ANY(changed) ORDER BY id FOR UPDATE;
  PERFORM roadshow_note_collections(ARRAY(
    SELECT collection_id FROM resources_collectionitem WHERE resource_id = ANY(changed)));
  RETURN NULL;
END""",
    ("events_room", "UPDATE"): """
BEGIN
  PERFORM roadshow_note_venues(ARRAY(
    SELECT unnest(ARRAY[o.venue_id, n.venue_id]) FROM old_rows o JOIN new_rows n ON n.id = o.id
    WHERE o.venue_id <> n.venue_id), true);
  RETURN NULL;
END""",
}
# Which rooms and venues are public follows from the events that use them.
EVENT_ROOMS = """
CREATE FUNCTION roadshow_note_event_rooms(events bigint[], rooms bigint[]) RETURNS void LANGUAGE sql AS $$
  SELECT roadshow_note_events(events);
  SELECT roadshow_note_rooms(rooms, public), roadshow_note_venues(ARRAY(
           SELECT venue_id FROM events_room WHERE id = ANY(rooms)), public)
  FROM (SELECT EXISTS (SELECT FROM events_event WHERE id = ANY(events) AND state <> 'draft') AS public) AS known;
$$;
"""


def trigger(name: str, function: str, table: str, operations: str = "INSERT UPDATE DELETE") -> str:
    return "".join(
        f"CREATE TRIGGER {name}_{operation.lower()} AFTER {operation} ON {table} "
        f"REFERENCING {TRANSITIONS[operation]} FOR EACH STATEMENT EXECUTE FUNCTION {function}();\n"
        for operation in operations.split()
    )


def statements() -> str:
    words = {"insert": INSERT, "once": ONCE}
    made = []
    for kind, (table, own, parent, event) in RECORDS.items():
        words |= {"kind": kind, "table": table, "own": own, "parent": parent, "event": event}
        made += [NOTE.format(**words), FOLLOW.format(**words)]
        # A released slot is not public before its release is the current one: the event says when.
        operations = "DELETE" if kind == "slots" else "INSERT UPDATE DELETE"
        made.append(trigger(f"follow_{kind}", f"roadshow_follow_{kind}", table, operations))
    for table, parts in PARTS.items():
        for kind, column in parts.items():
            made.append(PART.format(table=table, kind=kind, column=column))
            made.append(trigger("part", f"roadshow_part_{table}", table))
    made.append(EVENT_ROOMS)
    for (table, operations), body in SPREAD.items():
        function = f"roadshow_spread_{table}_{operations.split()[0].lower()}"
        body = body.replace("{insert}", INSERT).replace("{once}", ONCE)
        made.append(f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$;")
        made.append(trigger("spread", function, table, operations))
    made.append("".join(backfill(kind, *rest) for kind, rest in RECORDS.items()))
    return "\n".join(made)


def backfill(kind: str, table: str, own: str, parent: str, event: str) -> str:
    """What is there already counts as created now."""
    where = "WHERE EXISTS (SELECT FROM events_event e WHERE e.current_release_id = r.release_id)" * (
        kind == "slots"
    )
    return (
        f"{INSERT} SELECT '{kind}', r.guid, 'create', {own} AND {parent}, {event} FROM {table} r {where};\n"
    )


class Migration(migrations.Migration):
    dependencies = [
        ("roadshow", "0001_api_tokens"),
        ("base", "0002_changes"),
        ("speakers", "0001_initial"),
        ("events", "0002_releases_do_not_change"),
        ("resources", "0001_initial"),
    ]
    operations = [migrations.RunSQL(statements(), migrations.RunSQL.noop)]
