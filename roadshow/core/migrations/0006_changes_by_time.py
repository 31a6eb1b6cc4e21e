from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("base", "0005_short_words_are_whole")]
    operations = [
        migrations.AddIndex(
            model_name="change",
            index=models.Index(fields=["kind", "at", "guid"], name="change_by_time"),
        ),
    ]
