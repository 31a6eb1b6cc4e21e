"""The log of changes and stored responses. They were tables of an app `base` in version 0.1."""

import django.db.models.deletion
import django.db.models.functions.comparison
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

FREE_NAMES = """
ALTER TABLE IF EXISTS base_change DROP CONSTRAINT change_once_in_a_transaction;
DROP INDEX IF EXISTS change_in_order, change_by_record, change_by_time;
ALTER TABLE IF EXISTS base_answered DROP CONSTRAINT idempotency_key_once;
"""
MOVE_FROM_BASE = """
DO $$
BEGIN
  IF to_regclass('base_change') IS NULL THEN RETURN; END IF;
  INSERT INTO api_change (id, xid, kind, guid, operation, public, event, at)
    SELECT id, xid, kind, guid, operation, public, event, at FROM base_change;
  PERFORM setval(pg_get_serial_sequence('api_change', 'id'), (SELECT max(id) FROM api_change));
  INSERT INTO api_storedresponse (key, request, status, body, created_at, user_id)
    SELECT key, request, status, body, created_at, user_id FROM base_answered;
  DROP TABLE base_change, base_answered;
  UPDATE auth_permission SET codename = replace(codename, 'answered', 'storedresponse')
    WHERE content_type_id IN (SELECT id FROM django_content_type WHERE app_label = 'base');
  UPDATE django_content_type SET app_label = 'api', model = replace(model, 'answered', 'storedresponse')
    WHERE app_label = 'base';
END $$;
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('contenttypes', '0002_remove_content_type_name'),
        ('core', '0002_content_version'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(FREE_NAMES, migrations.RunSQL.noop),
        migrations.CreateModel(
            name='StoredResponse',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=100)),
                ('request', models.CharField(max_length=64)),
                ('status', models.PositiveSmallIntegerField(default=0)),
                ('body', models.TextField(blank=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'verbose_name': 'stored response',
                'verbose_name_plural': 'stored responses',
            },
        ),
        migrations.CreateModel(
            name='Change',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('xid', models.BigIntegerField(db_default=django.db.models.functions.comparison.Cast(django.db.models.functions.comparison.Cast(models.Func(function='pg_current_xact_id'), models.TextField()), models.BigIntegerField()), editable=False)),
                ('kind', models.CharField(max_length=20)),
                ('guid', models.UUIDField()),
                ('operation', models.CharField(choices=[('create', 'created'), ('update', 'changed'), ('delete', 'deleted')], max_length=6)),
                ('public', models.BooleanField(help_text='Whether everybody may know that it exists or did.')),
                ('event', models.BigIntegerField(help_text='Primary key of the event it belongs to.', null=True)),
                ('at', models.DateTimeField(db_default=models.Func(function='clock_timestamp'))),
            ],
            options={
                'verbose_name': 'change',
                'verbose_name_plural': 'changes',
                'ordering': ['xid', 'id'],
                'indexes': [models.Index(fields=['xid', 'id'], name='change_in_order'), models.Index(fields=['kind', 'guid'], name='change_by_record'), models.Index(fields=['kind', 'at', 'guid'], name='change_by_time')],
                'constraints': [models.UniqueConstraint(fields=('xid', 'kind', 'guid'), name='change_once_in_a_transaction')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='change',
            trigger=pgtrigger.compiler.Trigger(name='content_version', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n  IF coalesce(current_setting('roadshow.version_changed', true), '') <> '1' THEN\n    UPDATE core_contentversion SET value = (random() * 1e15)::bigint\n    WHERE id = (SELECT id FROM core_contentversion ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED);\n    IF NOT FOUND THEN\n      INSERT INTO core_contentversion (value) VALUES ((random() * 1e15)::bigint);\n    END IF;\n    PERFORM set_config('roadshow.version_changed', '1', true);\n  END IF;\n  RETURN NULL;", hash='eca2898a17e2e32029c4d1a865ada3192742b56e', level='STATEMENT', operation='INSERT OR UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_content_version_c28c6', table='api_change', when='AFTER')),
        ),
        migrations.AddField(
            model_name='storedresponse',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='storedresponse',
            constraint=models.UniqueConstraint(fields=('user', 'key'), name='idempotency_key_once'),
        ),
        migrations.RunSQL(MOVE_FROM_BASE, migrations.RunSQL.noop),
    ]
