"""Former addresses of links are former addresses like any other."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations

MOVE = """
INSERT INTO core_formeraddress (kind, scope, address, record, created_at)
SELECT 'urls', 0, url_key, resource_id, now() FROM resources_formeraddress
"""


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0005_former_address'),
        ('resources', '0003_content_scopes'),
    ]

    operations = [
        migrations.RunSQL(MOVE, migrations.RunSQL.noop),
        migrations.RemoveField(
            model_name='formeraddress',
            name='resource',
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='collection',
            trigger=pgtrigger.compiler.Trigger(name='former_address', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.slug IS DISTINCT FROM NEW.slug)', func="\n  DELETE FROM core_formeraddress\n    WHERE kind = 'collections' AND scope = 0 AND address = NEW.slug;\n  INSERT INTO core_formeraddress (kind, scope, address, record, created_at)\n    VALUES ('collections', 0, OLD.slug, NEW.id, now())\n    ON CONFLICT (kind, scope, address) DO UPDATE SET record = excluded.record, created_at = excluded.created_at;\n  RETURN NULL;", hash='23ad132bea91b468d3b2b16dae5f335d0e23b71a', operation='UPDATE', pgid='pgtrigger_former_address_4ae6a', table='resources_collection', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='resource',
            trigger=pgtrigger.compiler.Trigger(name='former_address', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.slug IS DISTINCT FROM NEW.slug)', func="\n  DELETE FROM core_formeraddress\n    WHERE kind = 'resources' AND scope = 0 AND address = NEW.slug;\n  INSERT INTO core_formeraddress (kind, scope, address, record, created_at)\n    VALUES ('resources', 0, OLD.slug, NEW.id, now())\n    ON CONFLICT (kind, scope, address) DO UPDATE SET record = excluded.record, created_at = excluded.created_at;\n  RETURN NULL;", hash='3e1d8215f1c05e784b1f0339522674a73587472e', operation='UPDATE', pgid='pgtrigger_former_address_d5aa0', table='resources_resource', when='AFTER')),
        ),
        migrations.DeleteModel(
            name='FormerAddress',
        ),
    ]
