"""Contact and notes of speakers go to the events whose people entered them, and so does the right to edit them."""

from django.db import migrations

# The events of a person whose organisers or helpers entered them; where nobody is known, the first that had them.
EVENTS = """
    WITH credited AS (
      SELECT DISTINCT c.speaker_id AS speaker, t.event_id AS event, e.series_id AS series, min(t.id) AS first
      FROM events_talkspeaker c JOIN events_talk t ON t.id = c.talk_id JOIN events_event e ON e.id = t.event_id
      GROUP BY 1, 2, 3),
    own AS (
      SELECT d.speaker, d.event FROM credited d JOIN speakers_speaker s ON s.id = d.speaker
      WHERE EXISTS (SELECT FROM events_event_organisers o WHERE o.event_id = d.event AND o.user_id = s.created_by_id)
         OR EXISTS (SELECT FROM events_series_organisers o WHERE o.series_id = d.series AND o.user_id = s.created_by_id)
         OR EXISTS (SELECT FROM events_role r WHERE r.user_id = s.created_by_id
                    AND (r.event_id = d.event OR r.series_id = d.series))),
    chosen AS (
      SELECT speaker, event FROM own
      UNION
      (SELECT DISTINCT ON (d.speaker) d.speaker, d.event FROM credited d
       WHERE d.speaker NOT IN (SELECT speaker FROM own) ORDER BY d.speaker, d.first))"""
MOVE = f"""
    INSERT INTO events_eventspeaker (event_id, speaker_id, email, phone, requirements, notes, availability,
      photo_consent, biography, picture, picture_credit, profile_access, created_at, updated_at)
    {EVENTS}
    SELECT c.event, s.id, s.email, '', '', s.notes, '[]'::jsonb, '', '', '', '', 'granted', now(), now()
    FROM chosen c JOIN speakers_speaker s ON s.id = c.speaker"""  # noqa: S608 - of constants
BACK = """
    UPDATE speakers_speaker s SET email = p.email, notes = p.notes FROM (
      SELECT DISTINCT ON (speaker_id) speaker_id, email, notes FROM events_eventspeaker
      ORDER BY speaker_id, email = '', id) p WHERE p.speaker_id = s.id"""


class Migration(migrations.Migration):

    dependencies = [
        ('events', '0012_event_speakers'),
        ('speakers', '0004_public_with_a_talk'),
    ]

    operations = [
        migrations.RunSQL([MOVE], [BACK]),
        # The trigger computes the value of every row that is written.
        migrations.RunSQL(["UPDATE speakers_speaker SET is_public = true"], migrations.RunSQL.noop),
    ]
