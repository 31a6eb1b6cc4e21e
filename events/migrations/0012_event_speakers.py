"""What an event knows of a person."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('events', '0011_record_slots_that_read_differently'),
        ('speakers', '0004_public_with_a_talk'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='EventSpeaker',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, db_index=True, verbose_name='last changed')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail')),
                ('phone', models.CharField(blank=True, max_length=60, verbose_name='telephone')),
                ('requirements', models.TextField(blank=True, help_text='What the person needs: equipment, access, food.', verbose_name='requirements')),
                ('notes', models.TextField(blank=True, help_text="Only this event's people see them.", verbose_name='notes')),
                ('availability', models.JSONField(blank=True, default=list, verbose_name='available')),
                ('photo_consent', models.CharField(blank=True, choices=[('', 'not asked'), ('yes', 'agrees to photos'), ('no', 'no photos, please')], default='', max_length=3, verbose_name='photos of the person')),
                ('biography', models.TextField(blank=True, help_text="Markdown. Shown here instead of the profile's.", verbose_name='biography for this event')),
                ('picture', models.ImageField(blank=True, upload_to='speakers/', verbose_name='picture for this event')),
                ('picture_credit', models.CharField(blank=True, max_length=200, verbose_name='credit of the picture')),
                ('profile_access', models.CharField(blank=True, choices=[('', 'may not edit the profile'), ('requested', 'asked to edit the profile'), ('granted', 'may edit the profile')], default='', editable=False, max_length=10, verbose_name='profile')),
            ],
            options={
                'verbose_name': 'person at an event',
                'verbose_name_plural': 'people at an event',
                'ordering': ['speaker__name', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='HistoricalEventSpeaker',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('created_at', models.DateTimeField(blank=True, editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(blank=True, db_index=True, editable=False, verbose_name='last changed')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail')),
                ('phone', models.CharField(blank=True, max_length=60, verbose_name='telephone')),
                ('requirements', models.TextField(blank=True, help_text='What the person needs: equipment, access, food.', verbose_name='requirements')),
                ('notes', models.TextField(blank=True, help_text="Only this event's people see them.", verbose_name='notes')),
                ('availability', models.JSONField(blank=True, default=list, verbose_name='available')),
                ('photo_consent', models.CharField(blank=True, choices=[('', 'not asked'), ('yes', 'agrees to photos'), ('no', 'no photos, please')], default='', max_length=3, verbose_name='photos of the person')),
                ('biography', models.TextField(blank=True, help_text="Markdown. Shown here instead of the profile's.", verbose_name='biography for this event')),
                ('picture_credit', models.CharField(blank=True, max_length=200, verbose_name='credit of the picture')),
                ('profile_access', models.CharField(blank=True, choices=[('', 'may not edit the profile'), ('requested', 'asked to edit the profile'), ('granted', 'may edit the profile')], default='', editable=False, max_length=10, verbose_name='profile')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
            ],
            options={
                'verbose_name': 'historical person at an event',
                'verbose_name_plural': 'historical people at an event',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='event',
            trigger=pgtrigger.compiler.Trigger(name='update_public_update', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE persons bigint[];', func="\n  persons := ARRAY(SELECT DISTINCT c.speaker_id FROM events_talkspeaker c JOIN events_talk t ON t.id = c.talk_id WHERE t.event_id IN (SELECT n.id FROM old_rows o FULL JOIN new_rows n ON n.id = o.id WHERE o.state IS DISTINCT FROM n.state));\n  IF persons = '{}' THEN RETURN NULL; END IF;\n  PERFORM FROM speakers_speaker s WHERE id = ANY(persons) AND is_public <> (s.state = 'published' AND EXISTS (\n    SELECT FROM events_talkspeaker c JOIN events_talk t ON t.id = c.talk_id JOIN events_event e ON e.id = t.event_id\n    WHERE c.speaker_id = s.id AND t.state IN ('confirmed', 'cancelled') AND e.state <> 'draft')) ORDER BY id FOR NO KEY UPDATE;\n  UPDATE speakers_speaker s SET is_public = NOT is_public WHERE id = ANY(persons) AND is_public <> (s.state = 'published' AND EXISTS (\n    SELECT FROM events_talkspeaker c JOIN events_talk t ON t.id = c.talk_id JOIN events_event e ON e.id = t.event_id\n    WHERE c.speaker_id = s.id AND t.state IN ('confirmed', 'cancelled') AND e.state <> 'draft'));\n  RETURN NULL;", hash='9de1aa151716f4053e2131ad80633a2656fd288a', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_public_update_c0728', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='events_event', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='talk',
            trigger=pgtrigger.compiler.Trigger(name='update_public_update', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE persons bigint[];', func="\n  persons := ARRAY(SELECT DISTINCT c.speaker_id FROM events_talkspeaker c JOIN events_talk t ON t.id = c.talk_id WHERE t.id IN (SELECT n.id FROM old_rows o FULL JOIN new_rows n ON n.id = o.id WHERE o.state IS DISTINCT FROM n.state OR o.event_id IS DISTINCT FROM n.event_id));\n  IF persons = '{}' THEN RETURN NULL; END IF;\n  PERFORM FROM speakers_speaker s WHERE id = ANY(persons) AND is_public <> (s.state = 'published' AND EXISTS (\n    SELECT FROM events_talkspeaker c JOIN events_talk t ON t.id = c.talk_id JOIN events_event e ON e.id = t.event_id\n    WHERE c.speaker_id = s.id AND t.state IN ('confirmed', 'cancelled') AND e.state <> 'draft')) ORDER BY id FOR NO KEY UPDATE;\n  UPDATE speakers_speaker s SET is_public = NOT is_public WHERE id = ANY(persons) AND is_public <> (s.state = 'published' AND EXISTS (\n    SELECT FROM events_talkspeaker c JOIN events_talk t ON t.id = c.talk_id JOIN events_event e ON e.id = t.event_id\n    WHERE c.speaker_id = s.id AND t.state IN ('confirmed', 'cancelled') AND e.state <> 'draft'));\n  RETURN NULL;", hash='97615fa63b8df7b0fdba28bfb6258bd8eae1e6f1', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_public_update_9753a', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='events_talk', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='talkspeaker',
            trigger=pgtrigger.compiler.Trigger(name='update_public_insert', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE persons bigint[];', func="\n  PERFORM FROM events_event WHERE id IN (SELECT event_id FROM events_talk WHERE id IN (SELECT talk_id FROM new_rows)) ORDER BY id FOR SHARE;\n  PERFORM FROM events_talk WHERE id IN (SELECT talk_id FROM new_rows) ORDER BY id FOR SHARE;\n  persons := ARRAY(SELECT DISTINCT speaker_id FROM new_rows);\n  IF persons = '{}' THEN RETURN NULL; END IF;\n  PERFORM FROM speakers_speaker s WHERE id = ANY(persons) AND is_public <> (s.state = 'published' AND EXISTS (\n    SELECT FROM events_talkspeaker c JOIN events_talk t ON t.id = c.talk_id JOIN events_event e ON e.id = t.event_id\n    WHERE c.speaker_id = s.id AND t.state IN ('confirmed', 'cancelled') AND e.state <> 'draft')) ORDER BY id FOR NO KEY UPDATE;\n  UPDATE speakers_speaker s SET is_public = NOT is_public WHERE id = ANY(persons) AND is_public <> (s.state = 'published' AND EXISTS (\n    SELECT FROM events_talkspeaker c JOIN events_talk t ON t.id = c.talk_id JOIN events_event e ON e.id = t.event_id\n    WHERE c.speaker_id = s.id AND t.state IN ('confirmed', 'cancelled') AND e.state <> 'draft'));\n  RETURN NULL;", hash='055872154c769728782793ef11725bd607c8fe9f', level='STATEMENT', operation='INSERT', pgid='pgtrigger_update_public_insert_1799f', referencing='REFERENCING NEW TABLE AS new_rows ', table='events_talkspeaker', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='talkspeaker',
            trigger=pgtrigger.compiler.Trigger(name='update_public_update', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE persons bigint[];', func="\n  PERFORM FROM events_event WHERE id IN (SELECT event_id FROM events_talk WHERE id IN (SELECT talk_id FROM new_rows)) ORDER BY id FOR SHARE;\n  PERFORM FROM events_talk WHERE id IN (SELECT talk_id FROM new_rows) ORDER BY id FOR SHARE;\n  persons := ARRAY(SELECT speaker_id FROM new_rows UNION SELECT speaker_id FROM old_rows);\n  IF persons = '{}' THEN RETURN NULL; END IF;\n  PERFORM FROM speakers_speaker s WHERE id = ANY(persons) AND is_public <> (s.state = 'published' AND EXISTS (\n    SELECT FROM events_talkspeaker c JOIN events_talk t ON t.id = c.talk_id JOIN events_event e ON e.id = t.event_id\n    WHERE c.speaker_id = s.id AND t.state IN ('confirmed', 'cancelled') AND e.state <> 'draft')) ORDER BY id FOR NO KEY UPDATE;\n  UPDATE speakers_speaker s SET is_public = NOT is_public WHERE id = ANY(persons) AND is_public <> (s.state = 'published' AND EXISTS (\n    SELECT FROM events_talkspeaker c JOIN events_talk t ON t.id = c.talk_id JOIN events_event e ON e.id = t.event_id\n    WHERE c.speaker_id = s.id AND t.state IN ('confirmed', 'cancelled') AND e.state <> 'draft'));\n  RETURN NULL;", hash='bb25dbbf976a9780b33f0a500330582c0958889e', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_public_update_18dde', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='events_talkspeaker', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='talkspeaker',
            trigger=pgtrigger.compiler.Trigger(name='update_public_delete', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE persons bigint[];', func="\n  persons := ARRAY(SELECT DISTINCT speaker_id FROM old_rows);\n  IF persons = '{}' THEN RETURN NULL; END IF;\n  PERFORM FROM speakers_speaker s WHERE id = ANY(persons) AND is_public <> (s.state = 'published' AND EXISTS (\n    SELECT FROM events_talkspeaker c JOIN events_talk t ON t.id = c.talk_id JOIN events_event e ON e.id = t.event_id\n    WHERE c.speaker_id = s.id AND t.state IN ('confirmed', 'cancelled') AND e.state <> 'draft')) ORDER BY id FOR NO KEY UPDATE;\n  UPDATE speakers_speaker s SET is_public = NOT is_public WHERE id = ANY(persons) AND is_public <> (s.state = 'published' AND EXISTS (\n    SELECT FROM events_talkspeaker c JOIN events_talk t ON t.id = c.talk_id JOIN events_event e ON e.id = t.event_id\n    WHERE c.speaker_id = s.id AND t.state IN ('confirmed', 'cancelled') AND e.state <> 'draft'));\n  RETURN NULL;", hash='6841925c4d449ba9b31c50ed66ebda6469fe3fa1', level='STATEMENT', operation='DELETE', pgid='pgtrigger_update_public_delete_c7d6a', referencing='REFERENCING OLD TABLE AS old_rows ', table='events_talkspeaker', when='AFTER')),
        ),
        migrations.AddField(
            model_name='eventspeaker',
            name='event',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='event_speakers', to='events.event', verbose_name='event'),
        ),
        migrations.AddField(
            model_name='eventspeaker',
            name='requested_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='eventspeaker',
            name='speaker',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='event_speakers', to='speakers.speaker', verbose_name='speaker'),
        ),
        migrations.AddField(
            model_name='historicaleventspeaker',
            name='event',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='events.event', verbose_name='event'),
        ),
        migrations.AddField(
            model_name='historicaleventspeaker',
            name='history_user',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='historicaleventspeaker',
            name='requested_by',
            field=models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='historicaleventspeaker',
            name='speaker',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='speakers.speaker', verbose_name='speaker'),
        ),
        migrations.AddConstraint(
            model_name='eventspeaker',
            constraint=models.UniqueConstraint(fields=('event', 'speaker'), name='speaker_once_at_an_event', violation_error_message='The event has this person already.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='eventspeaker',
            trigger=pgtrigger.compiler.Trigger(name='content_version', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n  IF coalesce(current_setting('roadshow.changed_private', true), '') <> '1' THEN\n    UPDATE core_contentversion SET value = (random() * 1e15)::bigint WHERE id = (\n      SELECT id FROM core_contentversion WHERE scope = 'private' ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED);\n    IF NOT FOUND THEN\n      INSERT INTO core_contentversion (scope, value) VALUES ('private', (random() * 1e15)::bigint);\n    END IF;\n    PERFORM set_config('roadshow.changed_private', '1', true);\n  END IF;\n  RETURN NULL;", hash='cbd55ea83534c3d0693312ba0c4a8743585ff5c4', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_content_version_65af0', table='events_eventspeaker', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='eventspeaker',
            trigger=pgtrigger.compiler.Trigger(name='shown_insert', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (NEW.biography <> '' OR NEW.picture <> '')", func="\n  IF coalesce(current_setting('roadshow.changed_site', true), '') <> '1' THEN\n    UPDATE core_contentversion SET value = (random() * 1e15)::bigint WHERE id = (\n      SELECT id FROM core_contentversion WHERE scope = 'site' ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED);\n    IF NOT FOUND THEN\n      INSERT INTO core_contentversion (scope, value) VALUES ('site', (random() * 1e15)::bigint);\n    END IF;\n    PERFORM set_config('roadshow.changed_site', '1', true);\n  END IF;\n  RETURN NULL;", hash='3ecb001e743db5b61494ae2844bc94a89b43e039', operation='INSERT', pgid='pgtrigger_shown_insert_413b2', table='events_eventspeaker', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='eventspeaker',
            trigger=pgtrigger.compiler.Trigger(name='shown_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.biography IS DISTINCT FROM NEW.biography OR OLD.picture IS DISTINCT FROM NEW.picture OR OLD.picture_credit IS DISTINCT FROM NEW.picture_credit)', func="\n  IF coalesce(current_setting('roadshow.changed_site', true), '') <> '1' THEN\n    UPDATE core_contentversion SET value = (random() * 1e15)::bigint WHERE id = (\n      SELECT id FROM core_contentversion WHERE scope = 'site' ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED);\n    IF NOT FOUND THEN\n      INSERT INTO core_contentversion (scope, value) VALUES ('site', (random() * 1e15)::bigint);\n    END IF;\n    PERFORM set_config('roadshow.changed_site', '1', true);\n  END IF;\n  RETURN NULL;", hash='b1edcac0358de7b40fa4dbf36f91ceb063f233cf', operation='UPDATE', pgid='pgtrigger_shown_update_52026', table='events_eventspeaker', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='eventspeaker',
            trigger=pgtrigger.compiler.Trigger(name='shown_delete', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (OLD.biography <> '' OR OLD.picture <> '')", func="\n  IF coalesce(current_setting('roadshow.changed_site', true), '') <> '1' THEN\n    UPDATE core_contentversion SET value = (random() * 1e15)::bigint WHERE id = (\n      SELECT id FROM core_contentversion WHERE scope = 'site' ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED);\n    IF NOT FOUND THEN\n      INSERT INTO core_contentversion (scope, value) VALUES ('site', (random() * 1e15)::bigint);\n    END IF;\n    PERFORM set_config('roadshow.changed_site', '1', true);\n  END IF;\n  RETURN NULL;", hash='5d204b082c94b48bd3dadbc4884519b6189bbcdf', operation='DELETE', pgid='pgtrigger_shown_delete_38062', table='events_eventspeaker', when='AFTER')),
        ),
    ]
