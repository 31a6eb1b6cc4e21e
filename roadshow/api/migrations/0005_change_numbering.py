"""Numbers of changes that go on rising after a restore: see roadshow.api.changes."""

from django.db import migrations, models
from django.db.models import Func

FUNCTION = """
CREATE FUNCTION roadshow_change_number() RETURNS bigint LANGUAGE sql VOLATILE AS $$
  SELECT pg_current_xact_id()::text::bigint + coalesce((SELECT shift FROM api_changenumbering), 0)
$$
"""
# Changes of higher numbers than this server has are of another one, and were to be renumbered when they were read.
FIRST_ROW = """
INSERT INTO api_changenumbering (id, server, shift)
SELECT 1, (SELECT system_identifier FROM pg_control_system()) || '-' ||
          (SELECT timeline_id FROM pg_control_checkpoint()),
       CASE WHEN max(xid) >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint
            THEN ((max(xid) >> 40) + 1) << 40 ELSE 0 END
FROM api_change
"""


class Migration(migrations.Migration):
    dependencies = [("api", "0004_change_other_event")]
    operations = [
        migrations.CreateModel(
            name="ChangeNumbering",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("server", models.CharField(max_length=60)),
                ("shift", models.BigIntegerField()),
            ],
            options={
                "verbose_name": "numbering of changes",
                "verbose_name_plural": "numberings of changes",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="one_change_numbering")
                ],
            },
        ),
        migrations.RunSQL(FUNCTION, "DROP FUNCTION roadshow_change_number()"),
        migrations.RunSQL(FIRST_ROW, migrations.RunSQL.noop),
        migrations.AlterField(
            "change",
            "xid",
            models.BigIntegerField(db_default=Func(function="roadshow_change_number"), editable=False),
        ),
    ]
