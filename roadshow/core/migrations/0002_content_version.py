"""The content version, and the triggers that change it. The triggers of version 0.1 go: models declare them now."""

import django.contrib.auth.models
import django.contrib.sessions.models
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

FIRST_VERSION = "INSERT INTO core_contentversion (value) VALUES ((random() * 1e15)::bigint)"
# Their functions, and with them the triggers, in every app.
DROP_FORMER_TRIGGERS = r"""
DO $$
DECLARE
  former regprocedure;
BEGIN
  FOR former IN
    SELECT oid FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND proname ~
      '^roadshow_(note|follow|part|spread|stamp|refuse_change|people|keep_people|credits_changed|speakers_changed)'
  LOOP
    EXECUTE format('DROP FUNCTION IF EXISTS %s CASCADE', former);
  END LOOP;
END $$;
DROP TABLE IF EXISTS base_stamp;
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('core', '0001_schema'),
        ('sessions', '0001_initial'),
    ]

    operations = [
        migrations.RunSQL(DROP_FORMER_TRIGGERS, migrations.RunSQL.noop),
        migrations.CreateModel(
            name='ContentVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('value', models.BigIntegerField()),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.RunSQL(FIRST_VERSION, migrations.RunSQL.noop),
        migrations.CreateModel(
            name='Account',
            fields=[
            ],
            options={
                'proxy': True,
                'default_permissions': (),
                'indexes': [],
                'constraints': [],
            },
            bases=('auth.user',),
            managers=[
                ('objects', django.contrib.auth.models.UserManager()),
            ],
        ),
        migrations.CreateModel(
            name='SignedInSession',
            fields=[
            ],
            options={
                'proxy': True,
                'default_permissions': (),
                'indexes': [],
                'constraints': [],
            },
            bases=('sessions.session',),
            managers=[
                ('objects', django.contrib.sessions.models.SessionManager()),
            ],
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='account',
            trigger=pgtrigger.compiler.Trigger(name='content_version_update', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n  IF coalesce(current_setting('roadshow.version_changed', true), '') <> '1' THEN\n    UPDATE core_contentversion SET value = (random() * 1e15)::bigint\n    WHERE id = (SELECT id FROM core_contentversion ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED);\n    IF NOT FOUND THEN\n      INSERT INTO core_contentversion (value) VALUES ((random() * 1e15)::bigint);\n    END IF;\n    PERFORM set_config('roadshow.version_changed', '1', true);\n  END IF;\n  RETURN NULL;", hash='c49e16533fc1446b5a8b7583ffc0a50de4eedf0f', operation='UPDATE OF "password", "is_active", "is_staff", "is_superuser"', pgid='pgtrigger_content_version_update_0b332', table='auth_user', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='account',
            trigger=pgtrigger.compiler.Trigger(name='content_version_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n  IF coalesce(current_setting('roadshow.version_changed', true), '') <> '1' THEN\n    UPDATE core_contentversion SET value = (random() * 1e15)::bigint\n    WHERE id = (SELECT id FROM core_contentversion ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED);\n    IF NOT FOUND THEN\n      INSERT INTO core_contentversion (value) VALUES ((random() * 1e15)::bigint);\n    END IF;\n    PERFORM set_config('roadshow.version_changed', '1', true);\n  END IF;\n  RETURN NULL;", hash='202ffbaed7aaa3bc4640254b149328126eab17c3', operation='DELETE', pgid='pgtrigger_content_version_delete_cc0c7', table='auth_user', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='signedinsession',
            trigger=pgtrigger.compiler.Trigger(name='content_version', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n  IF coalesce(current_setting('roadshow.version_changed', true), '') <> '1' THEN\n    UPDATE core_contentversion SET value = (random() * 1e15)::bigint\n    WHERE id = (SELECT id FROM core_contentversion ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED);\n    IF NOT FOUND THEN\n      INSERT INTO core_contentversion (value) VALUES ((random() * 1e15)::bigint);\n    END IF;\n    PERFORM set_config('roadshow.version_changed', '1', true);\n  END IF;\n  RETURN NULL;", hash='39ae3f5762b6f682ebed350feb0ba02c2f5f02db', operation='UPDATE OR DELETE', pgid='pgtrigger_content_version_7a42a', table='django_session', when='AFTER')),
        ),
    ]
