"""The schema of version 0.1, whose migrations this one replaces."""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import pgtrigger.compiler
import simple_history.models
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ("speakers", "0001_initial"),
        ("speakers", "0002_lists_by_index"),
    ]

    dependencies = [
        ('core', '0001_schema'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='HistoricalSpeaker',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('created_at', models.DateTimeField(blank=True, editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(blank=True, db_index=True, editable=False, verbose_name='last changed')),
                ('guid', models.UUIDField(db_index=True, default=uuid.uuid4, editable=False, verbose_name='GUID')),
                ('name', models.CharField(help_text="As it is to be shown, in the speaker's own order.", max_length=200, verbose_name='name')),
                ('slug', models.SlugField(allow_unicode=True, blank=True, max_length=80, verbose_name='address')),
                ('headline', models.CharField(blank=True, help_text='Role and organisation.', max_length=250, verbose_name='headline')),
                ('pronouns', models.CharField(blank=True, max_length=40, verbose_name='pronouns')),
                ('biography', models.TextField(blank=True, help_text='Markdown.', verbose_name='biography')),
                ('picture_credit', models.CharField(blank=True, max_length=200, verbose_name='credit of the picture')),
                ('state', models.CharField(choices=[('draft', 'draft'), ('published', 'published')], db_index=True, default='published', max_length=12, verbose_name='state')),
                ('email', models.EmailField(blank=True, help_text='Only organisers see it.', max_length=254, verbose_name='e-mail')),
                ('notes', models.TextField(blank=True, help_text='Only organisers see them.', verbose_name='notes')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('created_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical speaker',
                'verbose_name_plural': 'historical speakers',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
                'indexes': [],
                'constraints': [],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='Speaker',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, db_index=True, verbose_name='last changed')),
                ('guid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='GUID')),
                ('name', models.CharField(help_text="As it is to be shown, in the speaker's own order.", max_length=200, verbose_name='name')),
                ('slug', models.SlugField(allow_unicode=True, blank=True, max_length=80, unique=True, verbose_name='address')),
                ('headline', models.CharField(blank=True, help_text='Role and organisation.', max_length=250, verbose_name='headline')),
                ('pronouns', models.CharField(blank=True, max_length=40, verbose_name='pronouns')),
                ('biography', models.TextField(blank=True, help_text='Markdown.', verbose_name='biography')),
                ('picture', models.ImageField(blank=True, upload_to='speakers/', verbose_name='picture')),
                ('picture_credit', models.CharField(blank=True, max_length=200, verbose_name='credit of the picture')),
                ('state', models.CharField(choices=[('draft', 'draft'), ('published', 'published')], db_index=True, default='published', max_length=12, verbose_name='state')),
                ('email', models.EmailField(blank=True, help_text='Only organisers see it.', max_length=254, verbose_name='e-mail')),
                ('notes', models.TextField(blank=True, help_text='Only organisers see them.', verbose_name='notes')),
                ('imported', models.JSONField(blank=True, editable=False, null=True, verbose_name='as it was imported')),
                ('search', models.GeneratedField(db_persist=True, expression=models.Func(models.Func(models.Func(models.F('name'), function='public.roadshow_fold', output_field=models.TextField()), output_field=django.contrib.postgres.search.SearchVectorField(), template="setweight(to_tsvector('pg_catalog.simple'::regconfig, %(expressions)s), '%(weight)s')", weight='A'), models.Func(models.Func(models.F('headline'), function='public.roadshow_fold', output_field=models.TextField()), output_field=django.contrib.postgres.search.SearchVectorField(), template="setweight(to_tsvector('pg_catalog.simple'::regconfig, %(expressions)s), '%(weight)s')", weight='B'), models.Func(models.Func(models.F('biography'), function='public.roadshow_fold', output_field=models.TextField()), output_field=django.contrib.postgres.search.SearchVectorField(), template="setweight(to_tsvector('pg_catalog.simple'::regconfig, %(expressions)s), '%(weight)s')", weight='C'), arg_joiner=' || ', output_field=django.contrib.postgres.search.SearchVectorField(), template='(%(expressions)s)'), output_field=django.contrib.postgres.search.SearchVectorField())),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'speaker',
                'verbose_name_plural': 'speakers',
                'ordering': ['name', 'pk'],
                'indexes': [models.Index(fields=['name', 'id'], name='speaker_by_name'), models.Index(fields=['created_at', 'id'], name='speaker_by_creation'), django.contrib.postgres.indexes.GinIndex(models.F('search'), name='speaker_search'), django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(models.Func(models.F('name'), function='public.roadshow_fold', output_field=models.TextField()), name='gin_trgm_ops'), name='speaker_similar')],
                'constraints': [models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='speaker_has_a_name', violation_error_message='A speaker needs a name.')],
                'triggers': [pgtrigger.compiler.Trigger(name='record_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n  INSERT INTO api_change (kind, guid, operation, public, event)\n  SELECT 'speakers', r.guid, 'create', r.state = 'published' AND true, NULL::bigint FROM new_rows r\n  ON CONFLICT (xid, kind, guid) DO UPDATE SET\n    operation = CASE WHEN api_change.operation = 'create' AND excluded.operation = 'update'\n                     THEN 'create' ELSE excluded.operation END,\n    public = api_change.public OR excluded.public,\n    at = excluded.at;\n  RETURN NULL;", hash='6c07828dc4a9c183a321a5c4d4e576adf32ee430', level='STATEMENT', operation='INSERT', pgid='pgtrigger_record_insert_2ae47', referencing='REFERENCING NEW TABLE AS new_rows ', table='speakers_speaker', when='AFTER')), pgtrigger.compiler.Trigger(name='record_update', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n  INSERT INTO api_change (kind, guid, operation, public, event)\n  SELECT 'speakers', guid, 'update', bool_or(public), max(event) FROM (\n    SELECT r.guid, r.state = 'published' AND true AS public, NULL::bigint AS event FROM new_rows r\n      WHERE EXISTS (SELECT FROM old_rows o WHERE o.id = r.id AND o IS DISTINCT FROM r)\n    UNION ALL\n    SELECT r.guid, r.state = 'published' AND true, NULL::bigint FROM old_rows r\n      WHERE EXISTS (SELECT FROM new_rows n WHERE n.id = r.id AND n IS DISTINCT FROM r)) AS both_sides\n  GROUP BY guid\n  ON CONFLICT (xid, kind, guid) DO UPDATE SET\n    operation = CASE WHEN api_change.operation = 'create' AND excluded.operation = 'update'\n                     THEN 'create' ELSE excluded.operation END,\n    public = api_change.public OR excluded.public,\n    at = excluded.at;\n  RETURN NULL;", hash='05e3878403bc402ae80eef72a30d5f9b3d20e85d', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_record_update_a8949', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='speakers_speaker', when='AFTER')), pgtrigger.compiler.Trigger(name='record_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n  INSERT INTO api_change (kind, guid, operation, public, event)\n  SELECT 'speakers', r.guid, 'delete', bool_or(r.state = 'published' AND true), max(NULL::bigint)\n  FROM old_rows r GROUP BY r.guid\n  ON CONFLICT (xid, kind, guid) DO UPDATE SET\n    operation = CASE WHEN api_change.operation = 'create' AND excluded.operation = 'update'\n                     THEN 'create' ELSE excluded.operation END,\n    public = api_change.public OR excluded.public,\n    at = excluded.at;\n  RETURN NULL;", hash='e4a8ae734e7280ce9820f112548ee35445772bfa', level='STATEMENT', operation='DELETE', pgid='pgtrigger_record_delete_2e2df', referencing='REFERENCING OLD TABLE AS old_rows ', table='speakers_speaker', when='AFTER')), pgtrigger.compiler.Trigger(name='record_dependents_update', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE changed bigint[];', func="\n  changed := ARRAY(SELECT n.id FROM old_rows o JOIN new_rows n ON n.id = o.id\n                   WHERE (o.state, o.slug) IS DISTINCT FROM (n.state, n.slug));\n  IF changed = '{}' THEN RETURN NULL; END IF;\n  PERFORM FROM speakers_speaker WHERE id = ANY(changed) ORDER BY id FOR UPDATE;\n  INSERT INTO api_change (kind, guid, operation, public, event)\n  SELECT 'talks', r.guid, 'update', bool_or(r.state IN ('confirmed', 'cancelled') AND (false OR EXISTS (SELECT FROM events_event e WHERE e.id = r.event_id AND e.state <> 'draft'))), max(r.event_id)\n  FROM events_talk r WHERE r.id = ANY(ARRAY(SELECT talk_id FROM events_talkspeaker WHERE speaker_id = ANY(changed))) GROUP BY r.guid\n  ON CONFLICT (xid, kind, guid) DO UPDATE SET\n    operation = CASE WHEN api_change.operation = 'create' AND excluded.operation = 'update'\n                     THEN 'create' ELSE excluded.operation END,\n    public = api_change.public OR excluded.public,\n    at = excluded.at;\n  INSERT INTO api_change (kind, guid, operation, public, event)\n  SELECT 'resources', r.guid, 'update', bool_or(r.state IN ('published', 'retired') AND (false OR true)), max(NULL::bigint)\n  FROM resources_resource r WHERE r.id = ANY(ARRAY(SELECT resource_id FROM resources_resource_speakers WHERE speaker_id = ANY(changed))) GROUP BY r.guid\n  ON CONFLICT (xid, kind, guid) DO UPDATE SET\n    operation = CASE WHEN api_change.operation = 'create' AND excluded.operation = 'update'\n                     THEN 'create' ELSE excluded.operation END,\n    public = api_change.public OR excluded.public,\n    at = excluded.at;\n  RETURN NULL;", hash='337314d7168390b177a14411f86922ee270e9dda', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_record_dependents_update_cb223', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='speakers_speaker', when='AFTER')), pgtrigger.compiler.Trigger(name='update_people_update', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE talks bigint[]; changed bigint[];', func="\n  changed := ARRAY(SELECT n.id FROM old_rows o JOIN new_rows n ON n.id = o.id\n                   WHERE (o.name, o.state) IS DISTINCT FROM (n.name, n.state));\n  IF changed = '{}' THEN RETURN NULL; END IF;\n  PERFORM FROM speakers_speaker WHERE id = ANY(changed) ORDER BY id FOR UPDATE;\n  talks := ARRAY(SELECT talk_id FROM events_talkspeaker WHERE speaker_id = ANY(changed));\n  PERFORM FROM events_talk t WHERE id = ANY(talks) AND people <> (\n    SELECT coalesce(string_agg(s.name, ' ' ORDER BY c.position, c.id), '')\n    FROM events_talkspeaker c JOIN speakers_speaker s ON s.id = c.speaker_id\n    WHERE c.talk_id = t.id AND s.state = 'published') ORDER BY id FOR NO KEY UPDATE;\n  UPDATE events_talk t SET people = '' WHERE id = ANY(talks) AND people <> (\n    SELECT coalesce(string_agg(s.name, ' ' ORDER BY c.position, c.id), '')\n    FROM events_talkspeaker c JOIN speakers_speaker s ON s.id = c.speaker_id\n    WHERE c.talk_id = t.id AND s.state = 'published');\n  RETURN NULL;", hash='4121a484ab30b7f37a0a9511a367874adb6c0e2d', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_people_update_f0bda', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='speakers_speaker', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='SpeakerLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, db_index=True, verbose_name='last changed')),
                ('url', models.CharField(verbose_name='address')),
                ('title', models.CharField(blank=True, verbose_name='title')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
                ('speaker', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='links', to='speakers.speaker', verbose_name='speaker')),
            ],
            options={
                'verbose_name': 'link',
                'verbose_name_plural': 'links',
                'ordering': ['position', 'pk'],
                'indexes': [],
                'constraints': [models.UniqueConstraint(fields=('speaker', 'url'), name='speaker_link_once', violation_error_message='This link is there already.')],
                'triggers': [pgtrigger.compiler.Trigger(name='record_whole_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n  INSERT INTO api_change (kind, guid, operation, public, event)\n  SELECT 'speakers', r.guid, 'update', bool_or(r.state = 'published' AND (false OR true)), max(NULL::bigint)\n  FROM speakers_speaker r WHERE r.id = ANY(ARRAY(SELECT DISTINCT speaker_id FROM new_rows)) GROUP BY r.guid\n  ON CONFLICT (xid, kind, guid) DO UPDATE SET\n    operation = CASE WHEN api_change.operation = 'create' AND excluded.operation = 'update'\n                     THEN 'create' ELSE excluded.operation END,\n    public = api_change.public OR excluded.public,\n    at = excluded.at;\n  RETURN NULL;", hash='b077aa9b377d96031e3eab0a6222298844b528c7', level='STATEMENT', operation='INSERT', pgid='pgtrigger_record_whole_insert_a9eca', referencing='REFERENCING NEW TABLE AS new_rows ', table='speakers_speakerlink', when='AFTER')), pgtrigger.compiler.Trigger(name='record_whole_update', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n  INSERT INTO api_change (kind, guid, operation, public, event)\n  SELECT 'speakers', r.guid, 'update', bool_or(r.state = 'published' AND (false OR true)), max(NULL::bigint)\n  FROM speakers_speaker r WHERE r.id = ANY(ARRAY(SELECT DISTINCT speaker_id FROM new_rows)) GROUP BY r.guid\n  ON CONFLICT (xid, kind, guid) DO UPDATE SET\n    operation = CASE WHEN api_change.operation = 'create' AND excluded.operation = 'update'\n                     THEN 'create' ELSE excluded.operation END,\n    public = api_change.public OR excluded.public,\n    at = excluded.at;\n  INSERT INTO api_change (kind, guid, operation, public, event)\n  SELECT 'speakers', r.guid, 'update', bool_or(r.state = 'published' AND (false OR true)), max(NULL::bigint)\n  FROM speakers_speaker r WHERE r.id = ANY(ARRAY(SELECT DISTINCT speaker_id FROM old_rows)) GROUP BY r.guid\n  ON CONFLICT (xid, kind, guid) DO UPDATE SET\n    operation = CASE WHEN api_change.operation = 'create' AND excluded.operation = 'update'\n                     THEN 'create' ELSE excluded.operation END,\n    public = api_change.public OR excluded.public,\n    at = excluded.at;\n  RETURN NULL;", hash='9397a6284251eebe987ac89f2492fdf99f15ab18', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_record_whole_update_bebcf', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='speakers_speakerlink', when='AFTER')), pgtrigger.compiler.Trigger(name='record_whole_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n  INSERT INTO api_change (kind, guid, operation, public, event)\n  SELECT 'speakers', r.guid, 'update', bool_or(r.state = 'published' AND (false OR true)), max(NULL::bigint)\n  FROM speakers_speaker r WHERE r.id = ANY(ARRAY(SELECT DISTINCT speaker_id FROM old_rows)) GROUP BY r.guid\n  ON CONFLICT (xid, kind, guid) DO UPDATE SET\n    operation = CASE WHEN api_change.operation = 'create' AND excluded.operation = 'update'\n                     THEN 'create' ELSE excluded.operation END,\n    public = api_change.public OR excluded.public,\n    at = excluded.at;\n  RETURN NULL;", hash='810cc47c4e96599611d594609cb1099c05f4ad35', level='STATEMENT', operation='DELETE', pgid='pgtrigger_record_whole_delete_57990', referencing='REFERENCING OLD TABLE AS old_rows ', table='speakers_speakerlink', when='AFTER'))],
            },
        ),
    ]
