from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("roadshow", "0003_webhook_breaker")]

    operations = [
        migrations.RenameField("webhook", "place_xid", "cursor_xid"),
        migrations.RenameField("webhook", "place_id", "cursor_id"),
    ]
