"""People are public when a talk of theirs is, which triggers write into a column."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('speakers', '0003_former_address'),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='speaker',
            name='record_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='speaker',
            name='record_delete',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='speaker',
            name='record_dependents_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='speaker',
            name='record_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='speakerlink',
            name='record_whole_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='speakerlink',
            name='record_whole_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='speakerlink',
            name='record_whole_delete',
        ),
        migrations.AddField(
            model_name='speaker',
            name='is_public',
            field=models.BooleanField(db_index=True, default=False, editable=False),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='speaker',
            trigger=pgtrigger.compiler.Trigger(name='record_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n  INSERT INTO api_change (kind, guid, operation, public, event)\n  SELECT 'speakers', r.guid, 'create', r.is_public AND true, NULL::bigint FROM new_rows r\n  ON CONFLICT (xid, kind, guid) DO UPDATE SET\n    operation = CASE WHEN api_change.operation = 'create' AND excluded.operation = 'update'\n                     THEN 'create' ELSE excluded.operation END,\n    public = api_change.public OR excluded.public,\n    at = excluded.at;\n  RETURN NULL;", hash='be8656ff13c864094bea67b451c3caa9a1494996', level='STATEMENT', operation='INSERT', pgid='pgtrigger_record_insert_2ae47', referencing='REFERENCING NEW TABLE AS new_rows ', table='speakers_speaker', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='speaker',
            trigger=pgtrigger.compiler.Trigger(name='record_update', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n  INSERT INTO api_change (kind, guid, operation, public, event)\n  SELECT 'speakers', guid, 'update', bool_or(public), max(event) FROM (\n    SELECT r.guid, r.is_public AND true AND to_jsonb(r) - '{imported,updated_at,search}'::text[] IS DISTINCT FROM to_jsonb(o) - '{imported,updated_at,search}'::text[] AS public, NULL::bigint AS event\n      FROM old_rows o FULL JOIN new_rows r ON r.id = o.id WHERE o IS DISTINCT FROM r\n    UNION ALL\n    SELECT r.guid, r.is_public AND true AND to_jsonb(r) - '{imported,updated_at,search}'::text[] IS DISTINCT FROM to_jsonb(n) - '{imported,updated_at,search}'::text[], NULL::bigint\n      FROM old_rows r FULL JOIN new_rows n ON n.id = r.id WHERE n IS DISTINCT FROM r) AS both_sides\n  GROUP BY guid\n  ON CONFLICT (xid, kind, guid) DO UPDATE SET\n    operation = CASE WHEN api_change.operation = 'create' AND excluded.operation = 'update'\n                     THEN 'create' ELSE excluded.operation END,\n    public = api_change.public OR excluded.public,\n    at = excluded.at;\n  RETURN NULL;", hash='fe8419071ff24acd93583b0a07f8cc48790d4b12', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_record_update_a8949', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='speakers_speaker', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='speaker',
            trigger=pgtrigger.compiler.Trigger(name='record_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n  INSERT INTO api_change (kind, guid, operation, public, event)\n  SELECT 'speakers', r.guid, 'delete', bool_or(r.is_public AND true), max(NULL::bigint)\n  FROM old_rows r GROUP BY r.guid\n  ON CONFLICT (xid, kind, guid) DO UPDATE SET\n    operation = CASE WHEN api_change.operation = 'create' AND excluded.operation = 'update'\n                     THEN 'create' ELSE excluded.operation END,\n    public = api_change.public OR excluded.public,\n    at = excluded.at;\n  RETURN NULL;", hash='2e81b280211b6d6fe88ca10ebac8b86d9a637a18', level='STATEMENT', operation='DELETE', pgid='pgtrigger_record_delete_2e2df', referencing='REFERENCING OLD TABLE AS old_rows ', table='speakers_speaker', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='speaker',
            trigger=pgtrigger.compiler.Trigger(name='record_dependents_update', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE changed bigint[];', func="\n  changed := ARRAY(SELECT n.id FROM old_rows o FULL JOIN new_rows n ON n.id = o.id\n                   WHERE (o.state, o.is_public, o.slug) IS DISTINCT FROM (n.state, n.is_public, n.slug));\n  IF changed = '{}' THEN RETURN NULL; END IF;\n  PERFORM FROM speakers_speaker WHERE id = ANY(changed) ORDER BY id FOR UPDATE;\n  INSERT INTO api_change (kind, guid, operation, public, event)\n  SELECT 'talks', r.guid, 'update', bool_or(r.state IN ('confirmed', 'cancelled') AND (false OR EXISTS (SELECT FROM events_event e WHERE e.id = r.event_id AND e.state <> 'draft'))), max(r.event_id)\n  FROM events_talk r WHERE r.id = ANY(ARRAY(SELECT talk_id FROM events_talkspeaker WHERE speaker_id = ANY(changed))) GROUP BY r.guid\n  ON CONFLICT (xid, kind, guid) DO UPDATE SET\n    operation = CASE WHEN api_change.operation = 'create' AND excluded.operation = 'update'\n                     THEN 'create' ELSE excluded.operation END,\n    public = api_change.public OR excluded.public,\n    at = excluded.at;\n  INSERT INTO api_change (kind, guid, operation, public, event)\n  SELECT 'resources', r.guid, 'update', bool_or(r.state IN ('published', 'retired') AND (false OR true)), max(NULL::bigint)\n  FROM resources_resource r WHERE r.id = ANY(ARRAY(SELECT resource_id FROM resources_resource_speakers WHERE speaker_id = ANY(changed))) GROUP BY r.guid\n  ON CONFLICT (xid, kind, guid) DO UPDATE SET\n    operation = CASE WHEN api_change.operation = 'create' AND excluded.operation = 'update'\n                     THEN 'create' ELSE excluded.operation END,\n    public = api_change.public OR excluded.public,\n    at = excluded.at;\n  RETURN NULL;", hash='739dd39407b859d1f267b4bf78759111a8b3c86e', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_record_dependents_update_cb223', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='speakers_speaker', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='speaker',
            trigger=pgtrigger.compiler.Trigger(name='set_public', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n  NEW.is_public := (NEW.state = 'published' AND EXISTS (\n    SELECT FROM events_talkspeaker c JOIN events_talk t ON t.id = c.talk_id JOIN events_event e ON e.id = t.event_id\n    WHERE c.speaker_id = NEW.id AND t.state IN ('confirmed', 'cancelled') AND e.state <> 'draft'));\n  RETURN NEW;", hash='4d23407b9ddfa4d477163f978a628a7104f53e41', operation='INSERT OR UPDATE', pgid='pgtrigger_set_public_f2587', table='speakers_speaker', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='speakerlink',
            trigger=pgtrigger.compiler.Trigger(name='record_whole_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n  INSERT INTO api_change (kind, guid, operation, public, event)\n  SELECT 'speakers', r.guid, 'update', bool_or(r.is_public AND (false OR true)), max(NULL::bigint)\n  FROM speakers_speaker r WHERE r.id = ANY(ARRAY(SELECT DISTINCT speaker_id FROM new_rows)) GROUP BY r.guid\n  ON CONFLICT (xid, kind, guid) DO UPDATE SET\n    operation = CASE WHEN api_change.operation = 'create' AND excluded.operation = 'update'\n                     THEN 'create' ELSE excluded.operation END,\n    public = api_change.public OR excluded.public,\n    at = excluded.at;\n  RETURN NULL;", hash='2e549a55a916d027b083a04e07f54b160177df2c', level='STATEMENT', operation='INSERT', pgid='pgtrigger_record_whole_insert_a9eca', referencing='REFERENCING NEW TABLE AS new_rows ', table='speakers_speakerlink', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='speakerlink',
            trigger=pgtrigger.compiler.Trigger(name='record_whole_update', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n  INSERT INTO api_change (kind, guid, operation, public, event)\n  SELECT 'speakers', r.guid, 'update', bool_or(r.is_public AND (false OR true)), max(NULL::bigint)\n  FROM speakers_speaker r WHERE r.id = ANY(ARRAY(SELECT DISTINCT speaker_id FROM new_rows)) GROUP BY r.guid\n  ON CONFLICT (xid, kind, guid) DO UPDATE SET\n    operation = CASE WHEN api_change.operation = 'create' AND excluded.operation = 'update'\n                     THEN 'create' ELSE excluded.operation END,\n    public = api_change.public OR excluded.public,\n    at = excluded.at;\n  INSERT INTO api_change (kind, guid, operation, public, event)\n  SELECT 'speakers', r.guid, 'update', bool_or(r.is_public AND (false OR true)), max(NULL::bigint)\n  FROM speakers_speaker r WHERE r.id = ANY(ARRAY(SELECT DISTINCT speaker_id FROM old_rows)) GROUP BY r.guid\n  ON CONFLICT (xid, kind, guid) DO UPDATE SET\n    operation = CASE WHEN api_change.operation = 'create' AND excluded.operation = 'update'\n                     THEN 'create' ELSE excluded.operation END,\n    public = api_change.public OR excluded.public,\n    at = excluded.at;\n  RETURN NULL;", hash='bcb19cd23a5b5a873f14e52d3562190e58fa5051', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_record_whole_update_bebcf', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='speakers_speakerlink', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='speakerlink',
            trigger=pgtrigger.compiler.Trigger(name='record_whole_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n  INSERT INTO api_change (kind, guid, operation, public, event)\n  SELECT 'speakers', r.guid, 'update', bool_or(r.is_public AND (false OR true)), max(NULL::bigint)\n  FROM speakers_speaker r WHERE r.id = ANY(ARRAY(SELECT DISTINCT speaker_id FROM old_rows)) GROUP BY r.guid\n  ON CONFLICT (xid, kind, guid) DO UPDATE SET\n    operation = CASE WHEN api_change.operation = 'create' AND excluded.operation = 'update'\n                     THEN 'create' ELSE excluded.operation END,\n    public = api_change.public OR excluded.public,\n    at = excluded.at;\n  RETURN NULL;", hash='07f0a452c7a40c0807eeba01c7159ae38c4020d7', level='STATEMENT', operation='DELETE', pgid='pgtrigger_record_whole_delete_57990', referencing='REFERENCING OLD TABLE AS old_rows ', table='speakers_speakerlink', when='AFTER')),
        ),
    ]
