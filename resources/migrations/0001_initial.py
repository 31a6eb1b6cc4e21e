import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.core.validators
import django.db.models.deletion
import roadshow.core.models
import roadshow.core.search
import simple_history.models
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '__first__'),
        ('events', '0001_initial'),
        ('speakers', '0001_initial'),
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
                ('search', models.GeneratedField(db_persist=True, expression=roadshow.core.search._Joined(roadshow.core.search._Weighted(roadshow.core.search.Fold(models.F('title')), weight='A'), roadshow.core.search._Weighted(roadshow.core.search.Fold(models.F('text')), weight='C')), output_field=django.contrib.postgres.search.SearchVectorField())),
            ],
            options={
                'verbose_name': 'collection',
                'verbose_name_plural': 'collections',
                'ordering': ['title', 'pk'],
                'indexes': [django.contrib.postgres.indexes.GinIndex(models.F('search'), name='collection_search'), django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(roadshow.core.search.Fold(models.F('title')), name='gin_trgm_ops'), name='collection_similar')],
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
                ('language', roadshow.core.models.LanguageField(blank=True, default='en', max_length=20, validators=[django.core.validators.RegexValidator('^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$', 'Use a language code such as “en” or “zh-hans”.')], verbose_name='language')),
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
                ('language', roadshow.core.models.LanguageField(blank=True, default='en', max_length=20, validators=[django.core.validators.RegexValidator('^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$', 'Use a language code such as “en” or “zh-hans”.')], verbose_name='language')),
                ('authors', models.CharField(blank=True, help_text='Separated by semicolons.', max_length=500, verbose_name='authors')),
                ('year', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1500), django.core.validators.MaxValueValidator(2200)], verbose_name='year')),
                ('note', models.TextField(blank=True, help_text='Markdown. Why it is worth reading.', verbose_name="curator's note")),
                ('free', models.BooleanField(default=True, verbose_name='free of charge')),
                ('state', models.CharField(choices=[('suggested', 'suggested'), ('published', 'published'), ('rejected', 'rejected'), ('retired', 'retired')], db_index=True, default='suggested', max_length=12, verbose_name='state')),
                ('health', models.CharField(choices=[('unknown', 'not checked yet'), ('good', 'works'), ('moved', 'has moved'), ('failing', 'did not answer lately'), ('broken', 'broken')], db_index=True, default='unknown', editable=False, max_length=8, verbose_name='health')),
                ('checked_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='last checked')),
                ('archived_url', models.URLField(blank=True, max_length=2000, verbose_name='archived copy')),
                ('search', models.GeneratedField(db_persist=True, expression=roadshow.core.search._Joined(roadshow.core.search._Weighted(roadshow.core.search.Fold(models.F('title')), weight='A'), roadshow.core.search._Weighted(roadshow.core.search.Fold(models.F('authors')), weight='B'), roadshow.core.search._Weighted(roadshow.core.search.Fold(models.F('note')), weight='C')), output_field=django.contrib.postgres.search.SearchVectorField())),
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
                'indexes': [models.Index(fields=['state', '-created_at', '-id'], name='resource_newest'), models.Index(fields=['state', 'title', 'id'], name='resource_by_title'), django.contrib.postgres.indexes.GinIndex(models.F('search'), name='resource_search'), django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(roadshow.core.search.Fold(models.F('title')), name='gin_trgm_ops'), name='resource_similar')],
                'constraints': [models.UniqueConstraint(fields=('url_key',), name='resource_address_once', violation_error_message='This address is in the library already.'), models.CheckConstraint(condition=models.Q(('url__startswith', 'http://'), ('url__startswith', 'https://'), _connector='OR'), name='resource_address_is_http', violation_error_message='The address has to begin with http:// or https://.')],
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
                'constraints': [models.UniqueConstraint(fields=('collection', 'resource'), name='resource_once_in_a_collection', violation_error_message='The collection has this link already.')],
            },
        ),
        migrations.AddField(
            model_name='collection',
            name='resources',
            field=models.ManyToManyField(related_name='collections', through='resources.CollectionItem', to='resources.resource'),
        ),
    ]
