"""The log of changes, and stored responses to repeated requests."""

from collections.abc import Iterable
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Func, Q
from django.utils.translation import gettext_lazy as _

from .change_triggers import log_triggers
from .changes import ChangeCursor, horizon


class ChangeQuerySet(models.QuerySet):
    def settled(self):
        """Changes that no later one can precede any more, in order; see `roadshow.api.changes`."""
        return self.filter(xid__lt=horizon()).order_by("xid", "id")

    def of_events(self, keys: Iterable[int]):
        """Changes of what belongs to events, or did until it moved to another one."""
        return self.filter(Q(event__in=keys) | Q(other_event__in=keys))

    def was_public(self, kind: str, guids: Iterable[UUID | str]):
        """Changes that say that everybody could read these records, or can."""
        return self.filter(kind=kind, guid__in=guids, public=True)

    def of_records(self):
        """Without semantic events."""
        return self.filter(data__isnull=True)

    def after(self, cursor: ChangeCursor):
        return self.extra(where=["(xid, id) > (%s, %s)"], params=[cursor.xid, cursor.id])


class Change(models.Model):
    """A record was created, updated or deleted; only triggers write it, see `change_triggers`.

    With `data` it is a semantic event, see `semantic_events`.
    """

    class Operation(models.TextChoices):
        CREATE = "create", _("created")
        UPDATE = "update", _("changed")
        DELETE = "delete", _("deleted")

    xid = models.BigIntegerField(editable=False, db_default=Func(function="roadshow_change_number"))
    kind = models.CharField(max_length=20)
    guid = models.UUIDField()
    operation = models.CharField(max_length=6, choices=Operation)
    public = models.BooleanField(help_text=_("Whether everybody may know that it exists or did."))
    event = models.BigIntegerField(null=True, help_text=_("Primary key of the event it belongs to."))
    other_event = models.BigIntegerField(
        null=True, help_text=_("Primary key of the event that it belonged to before.")
    )
    at = models.DateTimeField(db_default=Func(function="clock_timestamp"))
    data = models.JSONField(null=True)

    objects = ChangeQuerySet.as_manager()

    class Meta:
        ordering = ["xid", "id"]
        triggers = log_triggers()
        verbose_name, verbose_name_plural = _("change"), _("changes")
        constraints = [
            models.UniqueConstraint(fields=["xid", "kind", "guid"], name="change_once_in_a_transaction"),
        ]
        indexes = [
            models.Index(fields=["xid", "id"], name="change_in_order"),
            models.Index(fields=["kind", "guid"], name="change_by_record"),
            models.Index(fields=["kind", "at", "guid"], name="change_by_time"),
        ]

    def __str__(self):
        return f"{self.kind} {self.guid} {self.operation}"


class ChangeNumbering(models.Model):
    """What is added to the numbers of transactions in the log of changes; one row. See `roadshow.api.changes`.

    `server` is the identity of the PostgreSQL server that the numbers are of.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    server = models.CharField(max_length=60)
    shift = models.BigIntegerField()

    class Meta:
        verbose_name, verbose_name_plural = _("numbering of changes"), _("numberings of changes")
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_change_numbering")]

    def __str__(self):
        return self.server


class StoredResponse(models.Model):
    """The response to a POST with an idempotency key, written in the transaction of what the POST did.

    `request` is the SHA-256 of the request, `status` 0 until the response is there, `body` JSON. `headers` are those
    that a repeated response has, too.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key = models.CharField(max_length=100)
    request = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    body = models.TextField(blank=True)
    headers = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name, verbose_name_plural = _("stored response"), _("stored responses")
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="idempotency_key_once")]

    def __str__(self):
        return self.key
