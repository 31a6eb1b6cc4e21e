"""Contact and notes belong to a person at an event: see events.EventSpeaker."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('speakers', '0004_public_with_a_talk'),
        ('events', '0013_move_private_data'),
    ]

    operations = [
        migrations.RemoveField(
            model_name='historicalspeaker',
            name='email',
        ),
        migrations.RemoveField(
            model_name='historicalspeaker',
            name='notes',
        ),
        migrations.RemoveField(
            model_name='speaker',
            name='email',
        ),
        migrations.RemoveField(
            model_name='speaker',
            name='notes',
        ),
    ]
