"""What was released stays as it was: the database refuses to change it."""

from django.db import migrations

CREATE = """
CREATE FUNCTION roadshow_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'A release never changes. Make a new one.' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER released_slot_never_changes BEFORE UPDATE ON events_releasedslot
  FOR EACH ROW EXECUTE FUNCTION roadshow_refuse_change();
CREATE TRIGGER release_never_changes BEFORE UPDATE OF event_id, number, note, created_at, document ON events_release
  FOR EACH ROW EXECUTE FUNCTION roadshow_refuse_change();
"""
DROP = """
DROP TRIGGER release_never_changes ON events_release;
DROP TRIGGER released_slot_never_changes ON events_releasedslot;
DROP FUNCTION roadshow_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0001_initial")]
    operations = [migrations.RunSQL(CREATE, DROP)]
