"""Privacy and imprint as texts of the owner."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('roadshow', '0004_webhook_cursor'),
    ]

    operations = [
        migrations.CreateModel(
            name='PortalText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, db_index=True, verbose_name='last changed')),
                ('kind', models.CharField(choices=[('privacy', 'Privacy'), ('imprint', 'Imprint')], max_length=10, verbose_name='page')),
                ('language', models.CharField(choices=[('en', 'English'), ('zh-hans', '简体中文')], default='en', max_length=20, verbose_name='language')),
                ('text', models.TextField(help_text='Markdown.', verbose_name='text')),
            ],
            options={
                'verbose_name': 'privacy or imprint',
                'verbose_name_plural': 'privacy and imprint',
                'ordering': ['kind', 'language'],
                'constraints': [models.UniqueConstraint(fields=('kind', 'language'), name='portal_text_once_in_a_language', violation_error_message='This page has a text in that language already.')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='portaltext',
            trigger=pgtrigger.compiler.Trigger(name='content_version', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n  IF coalesce(current_setting('roadshow.changed_site', true), '') <> '1' THEN\n    UPDATE core_contentversion SET value = (random() * 1e15)::bigint WHERE id = (\n      SELECT id FROM core_contentversion WHERE scope = 'site' ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED);\n    IF NOT FOUND THEN\n      INSERT INTO core_contentversion (scope, value) VALUES ('site', (random() * 1e15)::bigint);\n    END IF;\n    PERFORM set_config('roadshow.changed_site', '1', true);\n  END IF;\n  RETURN NULL;", hash='4ecbd1113ca481d8c236ba7753e825991b580f92', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_content_version_cb5a4', table='roadshow_portaltext', when='AFTER')),
        ),
    ]
