"""A release is a change of those talks only whose times or rooms it changes."""

from importlib import import_module

from django.db import migrations

BEFORE = import_module("roadshow.migrations.0002_follow_changes").SPREAD["events_event", "UPDATE"]
EVERY = """
        SELECT talk_id FROM events_releasedslot WHERE release_id IN (one.old_release, one.new_release)), one.was);"""
MOVED = """
        SELECT talk_id FROM (
          (SELECT talk_id, guid, starts_at, ends_at, room_id FROM events_releasedslot
             WHERE release_id = one.old_release
           EXCEPT SELECT talk_id, guid, starts_at, ends_at, room_id FROM events_releasedslot
             WHERE release_id = one.new_release)
          UNION ALL
          (SELECT talk_id, guid, starts_at, ends_at, room_id FROM events_releasedslot
             WHERE release_id = one.new_release
           EXCEPT SELECT talk_id, guid, starts_at, ends_at, room_id FROM events_releasedslot
             WHERE release_id = one.old_release)) AS moved), one.was);"""
REPLACE = "CREATE OR REPLACE FUNCTION roadshow_spread_events_event_update() RETURNS trigger LANGUAGE plpgsql AS $$ {} $$;"
AFTER = BEFORE.replace(EVERY, MOVED)


class Migration(migrations.Migration):
    dependencies = [("roadshow", "0005_webhooks"), ("events", "0010_talks_found_by_speaker")]
    operations = [migrations.RunSQL(REPLACE.format(AFTER), REPLACE.format(BEFORE))]
