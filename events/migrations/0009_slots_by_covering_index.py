from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("events", "0008_lists_by_index")]

    operations = [
        migrations.RemoveIndex(model_name="releasedslot", name="released_slot_by_start"),
        migrations.RemoveIndex(model_name="releasedslot", name="released_slot_by_end"),
        migrations.AddIndex(
            model_name="releasedslot",
            index=models.Index(
                fields=["starts_at", "number", "id"], include=("release", "talk"), name="released_slot_by_start"
            ),
        ),
        migrations.AddIndex(
            model_name="releasedslot",
            index=models.Index(
                fields=["ends_at", "number", "id"], include=("release", "talk"), name="released_slot_by_end"
            ),
        ),
    ]
