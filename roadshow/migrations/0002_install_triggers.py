"""Install the triggers of the models, as migrations name them, where they are not there yet.

Creating a table installs its triggers, but an upgraded installation of version 0.1 has its tables already, and Django
creates no table for the proxies that carry the triggers of tables of relations.
"""

from django.db import migrations


def install_triggers(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger")
        installed = {name for (name,) in cursor.fetchall()}
        for model in apps.get_models():
            for trigger in getattr(model._meta, "triggers", []):
                if trigger.sql.pgid not in installed:
                    cursor.execute(trigger.install_sql)


class Migration(migrations.Migration):

    dependencies = [
        ('api', '0001_initial'),
        ('core', '0002_content_version'),
        ('events', '0002_relations'),
        ('resources', '0002_relations'),
        ('roadshow', '0001_schema'),
        ('speakers', '0001_schema'),
    ]

    operations = [migrations.RunPython(install_triggers, migrations.RunPython.noop)]
