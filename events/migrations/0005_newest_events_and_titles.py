"""Indexes for the newest events, and for talks in the order of their titles."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("events", "0004_private_calendars")]

    operations = [
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["-created_at", "-id"], name="event_newest"),
        ),
        migrations.AddIndex(
            model_name="talk",
            index=models.Index(fields=["title", "id"], name="talk_title"),
        ),
    ]
