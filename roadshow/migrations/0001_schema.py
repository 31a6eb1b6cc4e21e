"""The schema of version 0.1, whose migrations this one replaces."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
import secrets
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ("roadshow", "0001_api_tokens"),
        ("roadshow", "0002_follow_changes"),
        ("roadshow", "0003_limited_tokens"),
        ("roadshow", "0004_stamp"),
        ("roadshow", "0005_webhooks"),
        ("roadshow", "0006_a_release_changes_what_it_moves"),
    ]

    dependencies = [
        ('events', '0001_schema'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ApiToken',
            fields=[
                ('digest', models.CharField(max_length=128, primary_key=True, serialize=False)),
                ('token_key', models.CharField(db_index=True, max_length=25)),
                ('created', models.DateTimeField(auto_now_add=True)),
                ('expiry', models.DateTimeField(blank=True, null=True)),
                ('name', models.CharField(help_text='What it is for, such as “video team”.', max_length=100, verbose_name='name')),
                ('may_write', models.BooleanField(default=False, help_text='Without this it can only read.', verbose_name='may write')),
                ('every_event', models.BooleanField(default=True, help_text='All events of its owner, later ones too.', verbose_name='for every event')),
                ('events', models.ManyToManyField(blank=True, help_text='The only events that it is for, unless it is for every one.', related_name='+', to='events.event', verbose_name='events')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='auth_token_set', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'API token',
                'verbose_name_plural': 'API tokens',
                'ordering': ['-created'],
                'indexes': [],
                'constraints': [],
            },
        ),
        migrations.CreateModel(
            name='Webhook',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, db_index=True, verbose_name='last changed')),
                ('guid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='GUID')),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('url', models.URLField(help_text='Changes are sent there with POST.', max_length=2000, verbose_name='address')),
                ('secret', models.CharField(default=secrets.token_urlsafe, help_text='Deliveries are signed with it.', max_length=100, verbose_name='secret')),
                ('kinds', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('series', 'series'), ('events', 'events'), ('venues', 'venues'), ('rooms', 'rooms'), ('tracks', 'tracks'), ('topics', 'topics'), ('talks', 'talks'), ('slots', 'slots'), ('releases', 'releases'), ('speakers', 'speakers'), ('resources', 'links'), ('collections', 'collections')], max_length=20), blank=True, default=list, help_text='Without any it is told of all.', size=None, verbose_name='kinds of record')),
                ('active', models.BooleanField(default=True, verbose_name='active')),
                ('place_xid', models.BigIntegerField(editable=False, null=True)),
                ('place_id', models.BigIntegerField(default=0, editable=False)),
                ('event', models.ForeignKey(blank=True, help_text='Without one it is told of the whole portal.', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='webhooks', to='events.event', verbose_name='event')),
            ],
            options={
                'verbose_name': 'webhook',
                'verbose_name_plural': 'webhooks',
                'ordering': ['name', 'pk'],
                'indexes': [],
                'constraints': [],
            },
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, db_index=True, verbose_name='last changed')),
                ('guid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='GUID')),
                ('body', models.TextField(verbose_name='what was sent')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                ('next_try_at', models.DateTimeField(default=django.utils.timezone.now, null=True, verbose_name='next attempt')),
                ('delivered_at', models.DateTimeField(null=True, verbose_name='delivered')),
                ('status', models.PositiveSmallIntegerField(null=True, verbose_name='status')),
                ('problem', models.CharField(blank=True, max_length=500, verbose_name='problem')),
                ('webhook', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='roadshow.webhook', verbose_name='webhook')),
            ],
            options={
                'verbose_name': 'delivery',
                'verbose_name_plural': 'deliveries',
                'ordering': ['-pk'],
                'indexes': [models.Index(condition=models.Q(('delivered_at', None)), fields=['next_try_at'], name='delivery_due')],
                'constraints': [],
            },
        ),
    ]
