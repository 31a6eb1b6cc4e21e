"""The private page of a person at an event: its links, and whether the person gives their talks."""

import datetime as dt
import secrets

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from roadshow.core.models import CheckedTexts
from roadshow.journal.triggers import journal_triggers
from speakers.models import Speaker

from .event_speaker import EventSpeaker
from .role import digest_token
from .talk import Talk
from .talk_parts import EVENT_OF_TALK

PASS_LIFETIME = dt.timedelta(days=60)  # after the event, or from now, whichever is later
SPEAKER_NAME = "(SELECT name FROM speakers_speaker WHERE id = r.speaker_id)"


class SpeakerPassQuerySet(models.QuerySet):
    def unexpired(self):
        return self.filter(expires_at__gt=timezone.now())

    def valid(self, token: str):
        """The pass of a token, unless it has expired."""
        return self.unexpired().filter(digest=digest_token(token))


class SpeakerPass(CheckedTexts):
    """A private link to a person's own page. The link holds the token; its digest is stored."""

    person = models.ForeignKey(EventSpeaker, models.CASCADE, related_name="passes")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"), db_index=True)
    used_at = models.DateTimeField(_("last used"), null=True)

    objects = SpeakerPassQuerySet.as_manager()

    class Meta:
        triggers = journal_triggers(
            "events_speakerpass",
            event="(SELECT event_id FROM events_eventspeaker WHERE id = r.person_id)",
            operations=(pgtrigger.Delete,),
        )
        verbose_name, verbose_name_plural = _("private link"), _("private links")

    def __str__(self):
        return str(self.person)

    @classmethod
    def build(cls, person: EventSpeaker, by) -> tuple["SpeakerPass", str]:
        """An unsaved pass and its token, which is not stored."""
        token = secrets.token_urlsafe(24)
        last = dt.datetime.combine(person.event.ends_on, dt.time.max, person.event.zone)
        expires_at = max(last, timezone.now()) + PASS_LIFETIME
        made = cls(person=person, digest=digest_token(token), created_by=by, expires_at=expires_at)
        return made, token


class Confirmation(models.Model):
    """A person's answer whether they give a talk. It outlives the credit, which imports write anew."""

    talk = models.ForeignKey(Talk, models.CASCADE, related_name="confirmations", verbose_name=_("talk"))
    speaker = models.ForeignKey(
        Speaker, models.CASCADE, related_name="confirmations", verbose_name=_("speaker")
    )
    accepted = models.BooleanField(_("comes"))
    at = models.DateTimeField(_("answered"), auto_now=True)

    class Meta:
        triggers = journal_triggers("events_confirmation", event=EVENT_OF_TALK, label=SPEAKER_NAME)
        verbose_name, verbose_name_plural = _("answer of a speaker"), _("answers of speakers")
        constraints = [
            models.UniqueConstraint(fields=["talk", "speaker"], name="one_answer_per_talk"),
        ]

    def __str__(self):
        return f"{self.speaker}: {self.talk}"
