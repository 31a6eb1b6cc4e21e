"""Former addresses of every kind of record."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0004_search_terms'),
    ]

    operations = [
        migrations.CreateModel(
            name='FormerAddress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=20)),
                ('scope', models.BigIntegerField(default=0)),
                ('address', models.CharField(max_length=2000)),
                ('record', models.BigIntegerField()),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'default_permissions': (),
                'indexes': [models.Index(fields=['kind', 'record'], name='former_address_of_record')],
                'constraints': [models.UniqueConstraint(fields=('kind', 'scope', 'address'), name='former_address_once')],
            },
        ),
    ]
