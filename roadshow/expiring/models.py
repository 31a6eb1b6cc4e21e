"""Counter and upload models, with an end each; `manage.py maintain` deletes what has expired."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import connection, models
from django.utils import timezone

INCREASE = """
INSERT INTO expiring_counter (key, count, expires_at) VALUES (%s, 1, %s)
ON CONFLICT (key) DO UPDATE SET count = expiring_counter.count + 1
RETURNING count
"""


class Counter(models.Model):
    """A number that grows until it expires. `key` is a digest that holds its period: nothing personal is stored."""

    key = models.CharField(max_length=64, primary_key=True)
    count = models.PositiveIntegerField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "expiring_counter"

    def __str__(self):
        return f"{self.key}: {self.count}"


def increase(key: str, *, seconds: int) -> int:
    """Add one to the counter `key` in one statement, and return its value; it expires after `seconds`."""
    with connection.cursor() as cursor:
        cursor.execute(INCREASE, [key, timezone.now() + timedelta(seconds=seconds)])
        return cursor.fetchone()[0]


class UploadQuerySet(models.QuerySet):
    def valid(self):
        return self.filter(expires_at__gt=timezone.now())


class Upload(models.Model):
    """Bytes that a user sent for a purpose, such as the import that follows a preview."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    purpose = models.CharField(max_length=100)
    options = models.JSONField(default=dict)
    data = models.BinaryField()
    expires_at = models.DateTimeField(db_index=True)

    objects = UploadQuerySet.as_manager()

    class Meta:
        db_table = "expiring_upload"

    def __str__(self):
        return f"{self.purpose}: {self.pk}"


def delete_expired() -> int:
    """Delete counters and uploads that have expired. Returns how many there were."""
    now = timezone.now()
    return sum(model.objects.filter(expires_at__lte=now).delete()[0] for model in (Counter, Upload))
