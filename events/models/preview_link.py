"""Private links that show a draft event and its plan to somebody without an account."""

import datetime as dt
import secrets

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from roadshow.core.models import CheckedTexts
from roadshow.journal.triggers import journal_triggers

from .event import Event
from .role import digest_token


class PreviewLinkQuerySet(models.QuerySet):
    def unexpired(self):
        return self.filter(expires_at__gt=timezone.now())

    def valid(self, token: str):
        """The link of a token, unless it has expired."""
        return self.unexpired().filter(digest=digest_token(token))


class PreviewLink(CheckedTexts):
    """Who has the link reads the event as it would be public now. It holds the token; its digest is stored."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="preview_links", verbose_name=_("event"))
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"), db_index=True)

    objects = PreviewLinkQuerySet.as_manager()

    class Meta:
        triggers = journal_triggers(
            "events_previewlink", event="r.event_id", operations=(pgtrigger.Insert, pgtrigger.Delete)
        )
        verbose_name, verbose_name_plural = _("preview link"), _("preview links")

    def __str__(self):
        return str(self.event)

    @classmethod
    def create(cls, event: Event, by, days: int) -> str:
        """Store a link that is valid for so many days; returns its token, which is not stored."""
        token = secrets.token_urlsafe(24)
        expires_at = timezone.now() + dt.timedelta(days=days)
        cls.objects.create(event=event, digest=digest_token(token), created_by=by, expires_at=expires_at)
        return token
