"""The table of changes, with what PostgreSQL fills in itself."""

from django.db import migrations, models

DEFAULTS = """
ALTER TABLE base_change ALTER COLUMN xid SET DEFAULT pg_current_xact_id()::text::bigint;
ALTER TABLE base_change ALTER COLUMN at SET DEFAULT clock_timestamp();
"""


class Migration(migrations.Migration):
    dependencies = [("base", "0001_text")]

    operations = [
        migrations.CreateModel(
            name="Change",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("xid", models.BigIntegerField(editable=False)),
                ("kind", models.CharField(max_length=20)),
                ("guid", models.UUIDField()),
                (
                    "operation",
                    models.CharField(
                        choices=[("create", "created"), ("update", "changed"), ("delete", "deleted")], max_length=6
                    ),
                ),
                ("public", models.BooleanField(help_text="Whether everybody may know that it exists or did.")),
                ("event", models.BigIntegerField(help_text="Primary key of the event it belongs to.", null=True)),
                ("at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "change",
                "verbose_name_plural": "changes",
                "ordering": ["xid", "id"],
                "indexes": [
                    models.Index(fields=["xid", "id"], name="change_in_order"),
                    models.Index(fields=["kind", "guid"], name="change_by_record"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("xid", "kind", "guid"), name="change_once_in_a_transaction")
                ],
            },
        ),
        migrations.RunSQL(DEFAULTS, migrations.RunSQL.noop),
    ]
