"""The schema of version 0.1, whose migrations this one replaces."""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.core.validators
import django.db.models.deletion
import pgtrigger.compiler
import simple_history.models
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ("resources", "0001_initial"),
        ("resources", "0002_link_checks"),
        ("resources", "0003_keys_with_fragments"),
        ("resources", "0004_former_addresses"),
    ]

    dependencies = [
        ('events', '0001_schema'),
        ('speakers', '0001_schema'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Collection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, db_index=True, verbose_name='last changed')),
                ('guid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='GUID')),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('slug', models.SlugField(allow_unicode=True, blank=True, max_length=80, unique=True, verbose_name='address')),
                ('text', models.TextField(blank=True, help_text='Markdown.', verbose_name='text')),
                ('is_path', models.BooleanField(default=False, help_text='Its links are numbered steps.', verbose_name='learning path')),
                ('state', models.CharField(choices=[('draft', 'draft'), ('published', 'published')], default='draft', max_length=12, verbose_name='state')),
                ('search', models.GeneratedField(db_persist=True, expression=models.Func(models.Func(models.Func(models.F('title'), function='public.roadshow_fold', output_field=models.TextField()), output_field=django.contrib.postgres.search.SearchVectorField(), template="setweight(to_tsvector('pg_catalog.simple'::regconfig, %(expressions)s), '%(weight)s')", weight='A'), models.Func(models.Func(models.F('text'), function='public.roadshow_fold', output_field=models.TextField()), output_field=django.contrib.postgres.search.SearchVectorField(), template="setweight(to_tsvector('pg_catalog.simple'::regconfig, %(expressions)s), '%(weight)s')", weight='C'), arg_joiner=' || ', output_field=django.contrib.postgres.search.SearchVectorField(), template='(%(expressions)s)'), output_field=django.contrib.postgres.search.SearchVectorField())),
            ],
            options={
                'verbose_name': 'collection',
                'verbose_name_plural': 'collections',
                'ordering': ['title', 'pk'],
                'indexes': [django.contrib.postgres.indexes.GinIndex(models.F('search'), name='collection_search'), django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(models.Func(models.F('title'), function='public.roadshow_fold', output_field=models.TextField()), name='gin_trgm_ops'), name='collection_similar')],
                'constraints': [],
                'triggers': [pgtrigger.compiler.Trigger(name='record_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n  INSERT INTO api_change (kind, guid, operation, public, event)\n  SELECT 'collections', r.guid, 'create', r.state = 'published' AND true, NULL::bigint FROM new_rows r\n  ON CONFLICT (xid, kind, guid) DO UPDATE SET\n    operation = CASE WHEN api_change.operation = 'create' AND excluded.operation = 'update'\n                     THEN 'create' ELSE excluded.operation END,\n    public = api_change.public OR excluded.public,\n    at = excluded.at;\n  RETURN NULL;", hash='6f6119b398f7e4a12d1c0983c93d54c5ad35af15', level='STATEMENT', operation='INSERT', pgid='pgtrigger_record_insert_f3f49', referencing='REFERENCING NEW TABLE AS new_rows ', table='resources_collection', when='AFTER')), pgtrigger.compiler.Trigger(name='record_update', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n  INSERT INTO api_change (kind, guid, operation, public, event)\n  SELECT 'collections', guid, 'update', bool_or(public), max(event) FROM (\n    SELECT r.guid, r.state = 'published' AND true AS public, NULL::bigint AS event FROM new_rows r\n      WHERE EXISTS (SELECT FROM old_rows o WHERE o.id = r.id AND o IS DISTINCT FROM r)\n    UNION ALL\n    SELECT r.guid, r.state = 'published' AND true, NULL::bigint FROM old_rows r\n      WHERE EXISTS (SELECT FROM new_rows n WHERE n.id = r.id AND n IS DISTINCT FROM r)) AS both_sides\n  GROUP BY guid\n  ON CONFLICT (xid, kind, guid) DO UPDATE SET\n    operation = CASE WHEN api_change.operation = 'create' AND excluded.operation = 'update'\n                     THEN 'create' ELSE excluded.operation END,\n    public = api_change.public OR excluded.public,\n    at = excluded.at;\n  RETURN NULL;", hash='d60db3af05a4c30c292ea0cae9b51e52a4821af5', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_record_update_0b6be', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='resources_collection', when='AFTER')), pgtrigger.compiler.Trigger(name='record_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n  INSERT INTO api_change (kind, guid, operation, public, event)\n  SELECT 'collections', r.guid, 'delete', bool_or(r.state = 'published' AND true), max(NULL::bigint)\n  FROM old_rows r GROUP BY r.guid\n  ON CONFLICT (xid, kind, guid) DO UPDATE SET\n    operation = CASE WHEN api_change.operation = 'create' AND excluded.operation = 'update'\n                     THEN 'create' ELSE excluded.operation END,\n    public = api_change.public OR excluded.public,\n    at = excluded.at;\n  RETURN NULL;", hash='3c4ec110493aeeff071e594aa6d55c91048b13d9', level='STATEMENT', operation='DELETE', pgid='pgtrigger_record_delete_16e22', referencing='REFERENCING OLD TABLE AS old_rows ', table='resources_collection', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='HistoricalCollection',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('created_at', models.DateTimeField(blank=True, editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(blank=True, db_index=True, editable=False, verbose_name='last changed')),
                ('guid', models.UUIDField(db_index=True, default=uuid.uuid4, editable=False, verbose_name='GUID')),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('slug', models.SlugField(allow_unicode=True, blank=True, max_length=80, verbose_name='address')),
                ('text', models.TextField(blank=True, help_text='Markdown.', verbose_name='text')),
                ('is_path', models.BooleanField(default=False, help_text='Its links are numbered steps.', verbose_name='learning path')),
                ('state', models.CharField(choices=[('draft', 'draft'), ('published', 'published')], default='draft', max_length=12, verbose_name='state')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical collection',
                'verbose_name_plural': 'historical collections',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
                'indexes': [],
                'constraints': [],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalResource',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('created_at', models.DateTimeField(blank=True, editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(blank=True, db_index=True, editable=False, verbose_name='last changed')),
                ('guid', models.UUIDField(db_index=True, default=uuid.uuid4, editable=False, verbose_name='GUID')),
                ('title', models.CharField(max_length=300, verbose_name='title')),
                ('slug', models.SlugField(allow_unicode=True, blank=True, max_length=80, verbose_name='address here')),
                ('url', models.URLField(max_length=2000, verbose_name='address')),
                ('url_key', models.CharField(editable=False, max_length=2000, verbose_name='address, normalised')),
                ('kind', models.CharField(choices=[('article', 'article'), ('paper', 'paper'), ('demo', 'demo'), ('video', 'video'), ('slides', 'slides'), ('code', 'code'), ('dataset', 'dataset'), ('course', 'course'), ('book', 'book'), ('tool', 'tool'), ('gallery', 'gallery'), ('podcast', 'podcast')], default='article', max_length=12, verbose_name='kind')),
                ('level', models.CharField(blank=True, choices=[('', 'for everyone'), ('beginner', 'beginner'), ('intermediate', 'intermediate'), ('advanced', 'advanced')], default='', max_length=12, verbose_name='level')),
                ('language', models.CharField(blank=True, default='en', max_length=20, validators=[django.core.validators.RegexValidator('^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$', 'Use a language code such as “en” or “zh-hans”.')], verbose_name='language')),
                ('authors', models.CharField(blank=True, help_text='Separated by semicolons.', max_length=500, verbose_name='authors')),
                ('year', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1500), django.core.validators.MaxValueValidator(2200)], verbose_name='year')),
                ('note', models.TextField(blank=True, help_text='Markdown. Why it is worth reading.', verbose_name="curator's note")),
                ('free', models.BooleanField(default=True, verbose_name='free of charge')),
                ('state', models.CharField(choices=[('suggested', 'suggested'), ('published', 'published'), ('rejected', 'rejected'), ('retired', 'retired')], db_index=True, default='suggested', max_length=12, verbose_name='state')),
                ('archived_url', models.URLField(blank=True, max_length=2000, verbose_name='archived copy')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('created_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical resource',
                'verbose_name_plural': 'historical resources',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
                'indexes': [],
                'constraints': [],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='Resource',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, db_index=True, verbose_name='last changed')),
                ('guid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='GUID')),
                ('title', models.CharField(max_length=300, verbose_name='title')),
                ('slug', models.SlugField(allow_unicode=True, blank=True, max_length=80, unique=True, verbose_name='address here')),
                ('url', models.URLField(max_length=2000, verbose_name='address')),
                ('url_key', models.CharField(editable=False, max_length=2000, verbose_name='address, normalised')),
                ('kind', models.CharField(choices=[('article', 'article'), ('paper', 'paper'), ('demo', 'demo'), ('video', 'video'), ('slides', 'slides'), ('code', 'code'), ('dataset', 'dataset'), ('course', 'course'), ('book', 'book'), ('tool', 'tool'), ('gallery', 'gallery'), ('podcast', 'podcast')], default='article', max_length=12, verbose_name='kind')),
                ('level', models.CharField(blank=True, choices=[('', 'for everyone'), ('beginner', 'beginner'), ('intermediate', 'intermediate'), ('advanced', 'advanced')], default='', max_length=12, verbose_name='level')),
                ('language', models.CharField(blank=True, default='en', max_length=20, validators=[django.core.validators.RegexValidator('^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$', 'Use a language code such as “en” or “zh-hans”.')], verbose_name='language')),
                ('authors', models.CharField(blank=True, help_text='Separated by semicolons.', max_length=500, verbose_name='authors')),
                ('year', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1500), django.core.validators.MaxValueValidator(2200)], verbose_name='year')),
                ('note', models.TextField(blank=True, help_text='Markdown. Why it is worth reading.', verbose_name="curator's note")),
                ('free', models.BooleanField(default=True, verbose_name='free of charge')),
                ('state', models.CharField(choices=[('suggested', 'suggested'), ('published', 'published'), ('rejected', 'rejected'), ('retired', 'retired')], db_index=True, default='suggested', max_length=12, verbose_name='state')),
                ('health', models.CharField(choices=[('unknown', 'not checked yet'), ('good', 'works'), ('moved', 'has moved'), ('failing', 'did not answer lately'), ('broken', 'broken')], db_index=True, default='unknown', editable=False, max_length=8, verbose_name='health')),
                ('checked_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='last checked')),
                ('next_check_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='next check')),
                ('failures', models.PositiveSmallIntegerField(default=0, editable=False, verbose_name='failures in a row')),
                ('failing_since', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='fails since')),
                ('moved_to', models.URLField(blank=True, editable=False, max_length=2000, verbose_name='has moved to')),
                ('archived_url', models.URLField(blank=True, max_length=2000, verbose_name='archived copy')),
                ('search', models.GeneratedField(db_persist=True, expression=models.Func(models.Func(models.Func(models.F('title'), function='public.roadshow_fold', output_field=models.TextField()), output_field=django.contrib.postgres.search.SearchVectorField(), template="setweight(to_tsvector('pg_catalog.simple'::regconfig, %(expressions)s), '%(weight)s')", weight='A'), models.Func(models.Func(models.F('authors'), function='public.roadshow_fold', output_field=models.TextField()), output_field=django.contrib.postgres.search.SearchVectorField(), template="setweight(to_tsvector('pg_catalog.simple'::regconfig, %(expressions)s), '%(weight)s')", weight='B'), models.Func(models.Func(models.F('note'), function='public.roadshow_fold', output_field=models.TextField()), output_field=django.contrib.postgres.search.SearchVectorField(), template="setweight(to_tsvector('pg_catalog.simple'::regconfig, %(expressions)s), '%(weight)s')", weight='C'), arg_joiner=' || ', output_field=django.contrib.postgres.search.SearchVectorField(), template='(%(expressions)s)'), output_field=django.contrib.postgres.search.SearchVectorField())),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('events', models.ManyToManyField(blank=True, related_name='resources', to='events.event', verbose_name='events')),
                ('speakers', models.ManyToManyField(blank=True, related_name='resources', to='speakers.speaker', verbose_name='speakers')),
                ('talks', models.ManyToManyField(blank=True, related_name='resources', to='events.talk', verbose_name='talks')),
                ('topics', models.ManyToManyField(blank=True, related_name='resources', to='events.topic', verbose_name='topics')),
            ],
            options={
                'verbose_name': 'resource',
                'verbose_name_plural': 'resources',
                'ordering': ['-created_at', '-pk'],
                'indexes': [models.Index(fields=['state', '-created_at', '-id'], name='resource_newest'), models.Index(fields=['state', 'title', 'id'], name='resource_by_title'), models.Index(fields=['state', 'next_check_at', 'id'], name='resource_due'), models.Index(fields=['state', 'kind', 'level', 'language', 'year', 'free', 'id'], name='resource_facets'), django.contrib.postgres.indexes.GinIndex(models.F('search'), name='resource_search'), django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(models.Func(models.F('title'), function='public.roadshow_fold', output_field=models.TextField()), name='gin_trgm_ops'), name='resource_similar')],
                'constraints': [models.UniqueConstraint(fields=('url_key',), name='resource_address_once', violation_error_message='This address is in the library already.'), models.CheckConstraint(condition=models.Q(('url__startswith', 'http://'), ('url__startswith', 'https://'), _connector='OR'), name='resource_address_is_http', violation_error_message='The address has to begin with http:// or https://.')],
                'triggers': [pgtrigger.compiler.Trigger(name='record_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n  INSERT INTO api_change (kind, guid, operation, public, event)\n  SELECT 'resources', r.guid, 'create', r.state IN ('published', 'retired') AND true, NULL::bigint FROM new_rows r\n  ON CONFLICT (xid, kind, guid) DO UPDATE SET\n    operation = CASE WHEN api_change.operation = 'create' AND excluded.operation = 'update'\n                     THEN 'create' ELSE excluded.operation END,\n    public = api_change.public OR excluded.public,\n    at = excluded.at;\n  RETURN NULL;", hash='e0a4b9a3cfeb5ba59ffc38166435f6cbfa238415', level='STATEMENT', operation='INSERT', pgid='pgtrigger_record_insert_8d81a', referencing='REFERENCING NEW TABLE AS new_rows ', table='resources_resource', when='AFTER')), pgtrigger.compiler.Trigger(name='record_update', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n  INSERT INTO api_change (kind, guid, operation, public, event)\n  SELECT 'resources', guid, 'update', bool_or(public), max(event) FROM (\n    SELECT r.guid, r.state IN ('published', 'retired') AND true AS public, NULL::bigint AS event FROM new_rows r\n      WHERE EXISTS (SELECT FROM old_rows o WHERE o.id = r.id AND o IS DISTINCT FROM r)\n    UNION ALL\n    SELECT r.guid, r.state IN ('published', 'retired') AND true, NULL::bigint FROM old_rows r\n      WHERE EXISTS (SELECT FROM new_rows n WHERE n.id = r.id AND n IS DISTINCT FROM r)) AS both_sides\n  GROUP BY guid\n  ON CONFLICT (xid, kind, guid) DO UPDATE SET\n    operation = CASE WHEN api_change.operation = 'create' AND excluded.operation = 'update'\n                     THEN 'create' ELSE excluded.operation END,\n    public = api_change.public OR excluded.public,\n    at = excluded.at;\n  RETURN NULL;", hash='bea7f6ecfe4ddc93fcfa55dd5d99a0ea77af7515', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_record_update_a6365', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='resources_resource', when='AFTER')), pgtrigger.compiler.Trigger(name='record_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n  INSERT INTO api_change (kind, guid, operation, public, event)\n  SELECT 'resources', r.guid, 'delete', bool_or(r.state IN ('published', 'retired') AND true), max(NULL::bigint)\n  FROM old_rows r GROUP BY r.guid\n  ON CONFLICT (xid, kind, guid) DO UPDATE SET\n    operation = CASE WHEN api_change.operation = 'create' AND excluded.operation = 'update'\n                     THEN 'create' ELSE excluded.operation END,\n    public = api_change.public OR excluded.public,\n    at = excluded.at;\n  RETURN NULL;", hash='e00d9cd5773814a849c5adec89c86535eac6852d', level='STATEMENT', operation='DELETE', pgid='pgtrigger_record_delete_0152d', referencing='REFERENCING OLD TABLE AS old_rows ', table='resources_resource', when='AFTER')), pgtrigger.compiler.Trigger(name='record_dependents_update', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE changed bigint[];', func="\n  changed := ARRAY(SELECT n.id FROM old_rows o JOIN new_rows n ON n.id = o.id\n                   WHERE (o.state, o.slug) IS DISTINCT FROM (n.state, n.slug));\n  IF changed = '{}' THEN RETURN NULL; END IF;\n  PERFORM FROM resources_resource WHERE id = ANY(changed) ORDER BY id FOR UPDATE;\n  INSERT INTO api_change (kind, guid, operation, public, event)\n  SELECT 'collections', r.guid, 'update', bool_or(r.state = 'published' AND (false OR true)), max(NULL::bigint)\n  FROM resources_collection r WHERE r.id = ANY(ARRAY(SELECT collection_id FROM resources_collectionitem WHERE resource_id = ANY(changed))) GROUP BY r.guid\n  ON CONFLICT (xid, kind, guid) DO UPDATE SET\n    operation = CASE WHEN api_change.operation = 'create' AND excluded.operation = 'update'\n                     THEN 'create' ELSE excluded.operation END,\n    public = api_change.public OR excluded.public,\n    at = excluded.at;\n  RETURN NULL;", hash='2f88e6d4c35825d7b188d883bf1892b27578d926', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_record_dependents_update_71da6', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='resources_resource', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='LinkCheck',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(verbose_name='checked')),
                ('outcome', models.CharField(choices=[('ok', 'works'), ('failed', 'failed'), ('later', 'decides nothing')], max_length=8, verbose_name='outcome')),
                ('status', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='HTTP status')),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='what was wrong')),
                ('final_url', models.CharField(blank=True, max_length=2000, verbose_name='redirected to')),
                ('seconds', models.FloatField(default=0, verbose_name='seconds')),
                ('resource', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='checks', to='resources.resource')),
            ],
            options={
                'verbose_name': 'check',
                'verbose_name_plural': 'checks',
                'ordering': ['-at', '-pk'],
                'indexes': [models.Index(fields=['resource', '-at'], name='check_newest')],
                'constraints': [],
            },
        ),
        migrations.CreateModel(
            name='FormerAddress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('url_key', models.CharField(max_length=2000, unique=True, verbose_name='address, normalised')),
                ('resource', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='former_addresses', to='resources.resource')),
            ],
            options={
                'verbose_name': 'former address',
                'verbose_name_plural': 'former addresses',
                'indexes': [],
                'constraints': [],
            },
        ),
        migrations.CreateModel(
            name='CollectionItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('heading', models.CharField(blank=True, help_text='Begins a section or a step.', max_length=200, verbose_name='heading')),
                ('note', models.TextField(blank=True, help_text='Markdown. What to do with it here.', verbose_name='note')),
                ('position', models.PositiveIntegerField(default=0, verbose_name='position')),
                ('collection', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='items', to='resources.collection')),
                ('resource', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='collection_items', to='resources.resource', verbose_name='resource')),
            ],
            options={
                'verbose_name': 'link',
                'verbose_name_plural': 'links',
                'ordering': ['position', 'pk'],
                'indexes': [],
                'constraints': [models.UniqueConstraint(fields=('collection', 'resource'), name='resource_once_in_a_collection', violation_error_message='The collection has this link already.')],
                'triggers': [pgtrigger.compiler.Trigger(name='record_whole_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n  INSERT INTO api_change (kind, guid, operation, public, event)\n  SELECT 'collections', r.guid, 'update', bool_or(r.state = 'published' AND (false OR true)), max(NULL::bigint)\n  FROM resources_collection r WHERE r.id = ANY(ARRAY(SELECT DISTINCT collection_id FROM new_rows)) GROUP BY r.guid\n  ON CONFLICT (xid, kind, guid) DO UPDATE SET\n    operation = CASE WHEN api_change.operation = 'create' AND excluded.operation = 'update'\n                     THEN 'create' ELSE excluded.operation END,\n    public = api_change.public OR excluded.public,\n    at = excluded.at;\n  RETURN NULL;", hash='e37c357006dcbb8cf99a2a943ab5e12acc57f6bc', level='STATEMENT', operation='INSERT', pgid='pgtrigger_record_whole_insert_f8a9f', referencing='REFERENCING NEW TABLE AS new_rows ', table='resources_collectionitem', when='AFTER')), pgtrigger.compiler.Trigger(name='record_whole_update', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n  INSERT INTO api_change (kind, guid, operation, public, event)\n  SELECT 'collections', r.guid, 'update', bool_or(r.state = 'published' AND (false OR true)), max(NULL::bigint)\n  FROM resources_collection r WHERE r.id = ANY(ARRAY(SELECT DISTINCT collection_id FROM new_rows)) GROUP BY r.guid\n  ON CONFLICT (xid, kind, guid) DO UPDATE SET\n    operation = CASE WHEN api_change.operation = 'create' AND excluded.operation = 'update'\n                     THEN 'create' ELSE excluded.operation END,\n    public = api_change.public OR excluded.public,\n    at = excluded.at;\n  INSERT INTO api_change (kind, guid, operation, public, event)\n  SELECT 'collections', r.guid, 'update', bool_or(r.state = 'published' AND (false OR true)), max(NULL::bigint)\n  FROM resources_collection r WHERE r.id = ANY(ARRAY(SELECT DISTINCT collection_id FROM old_rows)) GROUP BY r.guid\n  ON CONFLICT (xid, kind, guid) DO UPDATE SET\n    operation = CASE WHEN api_change.operation = 'create' AND excluded.operation = 'update'\n                     THEN 'create' ELSE excluded.operation END,\n    public = api_change.public OR excluded.public,\n    at = excluded.at;\n  RETURN NULL;", hash='392bb60331742d9a4a01acfbeb38edf2a1c23692', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_record_whole_update_a54fe', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='resources_collectionitem', when='AFTER')), pgtrigger.compiler.Trigger(name='record_whole_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n  INSERT INTO api_change (kind, guid, operation, public, event)\n  SELECT 'collections', r.guid, 'update', bool_or(r.state = 'published' AND (false OR true)), max(NULL::bigint)\n  FROM resources_collection r WHERE r.id = ANY(ARRAY(SELECT DISTINCT collection_id FROM old_rows)) GROUP BY r.guid\n  ON CONFLICT (xid, kind, guid) DO UPDATE SET\n    operation = CASE WHEN api_change.operation = 'create' AND excluded.operation = 'update'\n                     THEN 'create' ELSE excluded.operation END,\n    public = api_change.public OR excluded.public,\n    at = excluded.at;\n  RETURN NULL;", hash='af0a7fe66b5e678613d048f74e2e9f79992989d1', level='STATEMENT', operation='DELETE', pgid='pgtrigger_record_whole_delete_244be', referencing='REFERENCING OLD TABLE AS old_rows ', table='resources_collectionitem', when='AFTER'))],
            },
        ),
        migrations.AddField(
            model_name='collection',
            name='resources',
            field=models.ManyToManyField(related_name='collections', through='resources.CollectionItem', to='resources.resource'),
        ),
    ]
