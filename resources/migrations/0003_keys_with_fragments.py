"""Addresses that differ in their fragment are different links: their keys say so from now on."""

from django.db import migrations

from roadshow.core.url_normalization import compute_url_key


def write_keys(apps, schema_editor):
    rows = apps.get_model("resources", "Resource").objects.filter(url__contains="#").only("url", "url_key")
    changed = []
    for row in rows:
        row.url_key = compute_url_key(row.url)
        changed.append(row)
    rows.model.objects.bulk_update(changed, ["url_key"], batch_size=500)


class Migration(migrations.Migration):
    dependencies = [("resources", "0002_link_checks")]
    operations = [migrations.RunPython(write_keys, migrations.RunPython.noop)]
