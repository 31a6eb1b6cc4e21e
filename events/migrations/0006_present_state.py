"""What calendars and redirects need of the present state, and digests of releases."""

from hashlib import sha256

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


def write_digests(apps, schema_editor):
    releases = apps.get_model("events", "Release").objects
    events = releases.order_by().values_list("event", flat=True).distinct()
    for event in list(events):
        before = ""
        rows = releases.filter(event=event).order_by("number")
        for key in list(rows.values_list("pk", flat=True)):
            document = releases.values_list("document", flat=True).get(pk=key)
            before = sha256(f"{before}\n{sha256(document.encode()).hexdigest()}".encode()).hexdigest()
            releases.filter(pk=key).update(digest=before)


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0005_former_address'),
        ('events', '0005_roles'),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='release',
            name='never_changes',
        ),
        migrations.AddField(
            model_name='event',
            name='sequence',
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name='release',
            name='digest',
            field=models.CharField(blank=True, editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name='release',
            name='erasures',
            field=models.JSONField(blank=True, default=list, editable=False),
        ),
        migrations.AddField(
            model_name='talk',
            name='sequence',
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.RunPython(write_digests, migrations.RunPython.noop),
        pgtrigger.migrations.AddTrigger(
            model_name='event',
            trigger=pgtrigger.compiler.Trigger(name='count_state_change', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.state IS DISTINCT FROM NEW.state)', func='\n  NEW.sequence := OLD.sequence + 1;\n  RETURN NEW;', hash='4029ad4d1408bbeeb2f8c9b7c85b6f429cf7ae43', operation='UPDATE', pgid='pgtrigger_count_state_change_64574', table='events_event', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='event',
            trigger=pgtrigger.compiler.Trigger(name='former_address', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.slug IS DISTINCT FROM NEW.slug)', func="\n  DELETE FROM core_formeraddress\n    WHERE kind = 'events' AND scope = 0 AND address = NEW.slug;\n  INSERT INTO core_formeraddress (kind, scope, address, record, created_at)\n    VALUES ('events', 0, OLD.slug, NEW.id, now())\n    ON CONFLICT (kind, scope, address) DO UPDATE SET record = excluded.record, created_at = excluded.created_at;\n  RETURN NULL;", hash='6facd6c3547c665155a2cbe4dc99a347ad52bc61', operation='UPDATE', pgid='pgtrigger_former_address_8a697', table='events_event', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='release',
            trigger=pgtrigger.compiler.Trigger(name='never_changes', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n  RAISE EXCEPTION 'A release never changes. Make a new one.' USING ERRCODE = 'restrict_violation';", hash='342909fb1148b514038530ce32938eb7847bc297', operation='UPDATE OF "event_id", "number", "note", "created_at", "document", "digest"', pgid='pgtrigger_never_changes_e3734', table='events_release', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='series',
            trigger=pgtrigger.compiler.Trigger(name='former_address', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.slug IS DISTINCT FROM NEW.slug)', func="\n  DELETE FROM core_formeraddress\n    WHERE kind = 'series' AND scope = 0 AND address = NEW.slug;\n  INSERT INTO core_formeraddress (kind, scope, address, record, created_at)\n    VALUES ('series', 0, OLD.slug, NEW.id, now())\n    ON CONFLICT (kind, scope, address) DO UPDATE SET record = excluded.record, created_at = excluded.created_at;\n  RETURN NULL;", hash='b428bb5897f0d1e12bf52f67dd485873d17e86a0', operation='UPDATE', pgid='pgtrigger_former_address_76b80', table='events_series', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='talk',
            trigger=pgtrigger.compiler.Trigger(name='count_state_change', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.state IS DISTINCT FROM NEW.state)', func='\n  NEW.sequence := OLD.sequence + 1;\n  RETURN NEW;', hash='fff6a8d16d71f4a59c759715470e07507c025156', operation='UPDATE', pgid='pgtrigger_count_state_change_d45d2', table='events_talk', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='talk',
            trigger=pgtrigger.compiler.Trigger(name='former_address', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.slug IS DISTINCT FROM NEW.slug)', func="\n  DELETE FROM core_formeraddress\n    WHERE kind = 'talks' AND scope = NEW.event_id AND address = NEW.slug;\n  INSERT INTO core_formeraddress (kind, scope, address, record, created_at)\n    VALUES ('talks', OLD.event_id, OLD.slug, NEW.id, now())\n    ON CONFLICT (kind, scope, address) DO UPDATE SET record = excluded.record, created_at = excluded.created_at;\n  RETURN NULL;", hash='537f1f4b91b17ed726fd36d5f868221c7abfec16', operation='UPDATE', pgid='pgtrigger_former_address_83f60', table='events_talk', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='topic',
            trigger=pgtrigger.compiler.Trigger(name='former_address', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.slug IS DISTINCT FROM NEW.slug)', func="\n  DELETE FROM core_formeraddress\n    WHERE kind = 'topics' AND scope = 0 AND address = NEW.slug;\n  INSERT INTO core_formeraddress (kind, scope, address, record, created_at)\n    VALUES ('topics', 0, OLD.slug, NEW.id, now())\n    ON CONFLICT (kind, scope, address) DO UPDATE SET record = excluded.record, created_at = excluded.created_at;\n  RETURN NULL;", hash='646ee700fc532294f5e303be21fd9fc9e1107c24', operation='UPDATE', pgid='pgtrigger_former_address_dbf0d', table='events_topic', when='AFTER')),
        ),
    ]
