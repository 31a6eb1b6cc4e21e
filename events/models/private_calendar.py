"""Somebody's choice of slots as a calendar with a secret address."""

import hashlib
import secrets

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from roadshow.journal.triggers import journal_triggers

from .event import Event


class PrivateCalendar(models.Model):
    """Which slots of an event a calendar shows, and until when. Whose it is, nobody knows.

    Only a digest of the address's secret part is stored: who reads the database cannot open the calendar.
    """

    digest = models.CharField(max_length=64, unique=True, editable=False)
    event = models.ForeignKey(
        Event, models.CASCADE, related_name="private_calendars", verbose_name=_("event"), editable=False
    )
    slots = ArrayField(models.UUIDField(), default=list, editable=False)
    expires_at = models.DateTimeField(_("expires"), db_index=True)

    class QuerySet(models.QuerySet):
        def of(self, token: str):
            """The calendar with this secret, unless it has expired."""
            return self.filter(digest=digest_of(token), expires_at__gt=timezone.now())

        def expired(self):
            return self.filter(expires_at__lte=timezone.now())

    objects = QuerySet.as_manager()

    class Meta:
        triggers = journal_triggers(
            "events_privatecalendar", event="r.event_id", operations=(pgtrigger.Delete,)
        )
        verbose_name, verbose_name_plural = _("private calendar"), _("private calendars")

    def __str__(self):
        return _("private calendar of %(event)s") % {"event": self.event}


def new_token() -> str:
    return secrets.token_urlsafe(24)


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
