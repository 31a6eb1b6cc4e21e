import django.contrib.postgres.indexes
import django.contrib.postgres.search
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
        ('base', '0001_text'),
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
                ('picture', roadshow.core.models.PictureField(blank=True, upload_to='speakers/', verbose_name='picture')),
                ('picture_credit', models.CharField(blank=True, max_length=200, verbose_name='credit of the picture')),
                ('state', models.CharField(choices=[('draft', 'draft'), ('published', 'published')], db_index=True, default='published', max_length=12, verbose_name='state')),
                ('email', models.EmailField(blank=True, help_text='Only organisers see it.', max_length=254, verbose_name='e-mail')),
                ('notes', models.TextField(blank=True, help_text='Only organisers see them.', verbose_name='notes')),
                ('imported', models.JSONField(blank=True, editable=False, null=True, verbose_name='as it was imported')),
                ('search', models.GeneratedField(db_persist=True, expression=roadshow.core.search._Joined(roadshow.core.search._Weighted(roadshow.core.search.Fold(models.F('name')), weight='A'), roadshow.core.search._Weighted(roadshow.core.search.Fold(models.F('headline')), weight='B'), roadshow.core.search._Weighted(roadshow.core.search.Fold(models.F('biography')), weight='C')), output_field=django.contrib.postgres.search.SearchVectorField())),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'speaker',
                'verbose_name_plural': 'speakers',
                'ordering': ['name', 'pk'],
                'indexes': [models.Index(fields=['name', 'id'], name='speaker_by_name'), django.contrib.postgres.indexes.GinIndex(models.F('search'), name='speaker_search'), django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(roadshow.core.search.Fold(models.F('name')), name='gin_trgm_ops'), name='speaker_similar')],
                'constraints': [models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='speaker_has_a_name', violation_error_message='A speaker needs a name.')],
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
                'constraints': [models.UniqueConstraint(fields=('speaker', 'url'), name='speaker_link_once', violation_error_message='This link is there already.')],
            },
        ),
    ]
