"""What changes the stamp: every noted change of a record, shown feedback, and who is signed in with which rights."""

from django.conf import settings
from django.db import migrations

CREATE = """
CREATE TRIGGER stamp AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON base_change
  FOR EACH STATEMENT EXECUTE FUNCTION roadshow_stamp();
CREATE TRIGGER stamp_new AFTER INSERT ON events_feedback
  FOR EACH ROW WHEN (NEW.state = 'shown') EXECUTE FUNCTION roadshow_stamp();
CREATE TRIGGER stamp_changed AFTER UPDATE ON events_feedback
  FOR EACH ROW WHEN (OLD.state = 'shown' OR NEW.state = 'shown') EXECUTE FUNCTION roadshow_stamp();
CREATE TRIGGER stamp_gone AFTER DELETE ON events_feedback
  FOR EACH ROW WHEN (OLD.state = 'shown') EXECUTE FUNCTION roadshow_stamp();
CREATE TRIGGER stamp_changed AFTER UPDATE OF password, is_active, is_staff, is_superuser ON auth_user
  FOR EACH ROW EXECUTE FUNCTION roadshow_stamp();
CREATE TRIGGER stamp_gone AFTER DELETE ON auth_user FOR EACH ROW EXECUTE FUNCTION roadshow_stamp();
CREATE TRIGGER stamp_changed AFTER UPDATE OR DELETE ON django_session
  FOR EACH ROW EXECUTE FUNCTION roadshow_stamp();
"""
DROP = """
DROP TRIGGER stamp ON base_change;
DROP TRIGGER stamp_new ON events_feedback;
DROP TRIGGER stamp_changed ON events_feedback;
DROP TRIGGER stamp_gone ON events_feedback;
DROP TRIGGER stamp_changed ON auth_user;
DROP TRIGGER stamp_gone ON auth_user;
DROP TRIGGER stamp_changed ON django_session;
"""


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("sessions", "0001_initial"),
        ("base", "0004_stamp"),
        ("events", "0002_releases_do_not_change"),
        ("roadshow", "0003_limited_tokens"),
    ]
    operations = [migrations.RunSQL(CREATE, DROP)]
