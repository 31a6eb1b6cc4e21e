"""A talk is found by words of its own and of its speakers' names in one search, and by one index.

Triggers keep the names: whoever writes a talk cannot write them. As in `roadshow.0002_follow_changes`, a change
that spreads locks its rows against new references first, and talks in one order.
"""

from django.contrib.postgres.indexes import GinIndex
from django.db import migrations, models

from roadshow.core.search import search_vector

CREATE = """
CREATE FUNCTION roadshow_people(talk bigint) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT coalesce(string_agg(s.name, ' ' ORDER BY c.position, c.id), '')
  FROM events_talkspeaker c JOIN speakers_speaker s ON s.id = c.speaker_id
  WHERE c.talk_id = talk AND s.state = 'published'
$$;
-- To those who follow changes this is none.
ALTER TABLE events_talk DISABLE TRIGGER USER;
UPDATE events_talk SET people = roadshow_people(id);
ALTER TABLE events_talk ENABLE TRIGGER USER;

CREATE FUNCTION roadshow_keep_people() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.people := roadshow_people(NEW.id);
  RETURN NEW;
END $$;
CREATE TRIGGER keep_people BEFORE UPDATE ON events_talk FOR EACH ROW EXECUTE FUNCTION roadshow_keep_people();

CREATE FUNCTION roadshow_people_of(talks bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM events_talk WHERE id = ANY(talks) AND people <> roadshow_people(id)
    ORDER BY id FOR NO KEY UPDATE;
  UPDATE events_talk SET people = '' WHERE id = ANY(talks) AND people <> roadshow_people(id);
END $$;

CREATE FUNCTION roadshow_credits_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'DELETE' THEN PERFORM roadshow_people_of(ARRAY(SELECT DISTINCT talk_id FROM new_rows)); END IF;
  IF TG_OP <> 'INSERT' THEN PERFORM roadshow_people_of(ARRAY(SELECT DISTINCT talk_id FROM old_rows)); END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER people_insert AFTER INSERT ON events_talkspeaker REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION roadshow_credits_changed();
CREATE TRIGGER people_update AFTER UPDATE ON events_talkspeaker
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION roadshow_credits_changed();
CREATE TRIGGER people_delete AFTER DELETE ON events_talkspeaker REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION roadshow_credits_changed();

CREATE FUNCTION roadshow_speakers_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  changed bigint[] := ARRAY(SELECT n.id FROM old_rows o JOIN new_rows n ON n.id = o.id
                            WHERE (o.name, o.state) IS DISTINCT FROM (n.name, n.state));
BEGIN
  IF changed <> '{}' THEN
    PERFORM FROM speakers_speaker WHERE id = ANY(changed) ORDER BY id FOR UPDATE;
    PERFORM roadshow_people_of(ARRAY(
      SELECT DISTINCT talk_id FROM events_talkspeaker WHERE speaker_id = ANY(changed)));
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER people_update AFTER UPDATE ON speakers_speaker
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION roadshow_speakers_changed();
"""
DROP = """
DROP TRIGGER people_update ON speakers_speaker;
DROP TRIGGER people_delete ON events_talkspeaker;
DROP TRIGGER people_update ON events_talkspeaker;
DROP TRIGGER people_insert ON events_talkspeaker;
DROP TRIGGER keep_people ON events_talk;
DROP FUNCTION roadshow_speakers_changed();
DROP FUNCTION roadshow_credits_changed();
DROP FUNCTION roadshow_people_of(bigint[]);
DROP FUNCTION roadshow_keep_people();
DROP FUNCTION roadshow_people(bigint);
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0009_slots_by_covering_index"), ("speakers", "0002_lists_by_index")]

    operations = [
        migrations.AddField(
            model_name="talk",
            name="people",
            field=models.TextField(blank=True, default="", editable=False),
        ),
        migrations.RunSQL(CREATE, DROP),
        migrations.RemoveIndex(model_name="talk", name="talk_search"),
        migrations.RemoveField(model_name="talk", name="search"),
        migrations.AddField(
            model_name="talk",
            name="search",
            field=search_vector(title="A", people="A", subtitle="B", abstract="C", description="D"),
        ),
        migrations.AddIndex(model_name="talk", index=GinIndex(models.F("search"), name="talk_search")),
    ]
