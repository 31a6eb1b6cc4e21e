"""Slugs that speakers had are stored."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0005_former_address'),
        ('speakers', '0002_content_scopes'),
    ]

    operations = [
        pgtrigger.migrations.AddTrigger(
            model_name='speaker',
            trigger=pgtrigger.compiler.Trigger(name='former_address', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.slug IS DISTINCT FROM NEW.slug)', func="\n  DELETE FROM core_formeraddress\n    WHERE kind = 'speakers' AND scope = 0 AND address = NEW.slug;\n  INSERT INTO core_formeraddress (kind, scope, address, record, created_at)\n    VALUES ('speakers', 0, OLD.slug, NEW.id, now())\n    ON CONFLICT (kind, scope, address) DO UPDATE SET record = excluded.record, created_at = excluded.created_at;\n  RETURN NULL;", hash='6938ef4d502eda0a9f080b2175ba8ad6500669e1', operation='UPDATE', pgid='pgtrigger_former_address_da1c1', table='speakers_speaker', when='AFTER')),
        ),
    ]
