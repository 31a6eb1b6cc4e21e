"""The ordered rows of a talk: its speakers and its links."""

from typing import Any

from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from roadshow.api.change_triggers import change_triggers
from roadshow.core.models import Timestamped
from roadshow.journal.triggers import journal_triggers
from speakers.models import Speaker

from .public_people import credits_changed
from .talk_people import speakers_of_talk_changed

BATCH = 500  # rows in one statement
EVENT_OF_TALK = "(SELECT event_id FROM events_talk WHERE id = r.talk_id)"


class OrderedPartsQuerySet(models.QuerySet):
    def replace(self, wanted: dict[Any, list]) -> None:
        """Replace the rows of each talk by unsaved ones, in order; two statements however many talks."""
        self.filter(talk__in=wanted).delete()
        rows = []
        for talk, parts in wanted.items():
            for position, part in enumerate(parts):
                part.talk, part.position = talk, position
                rows.append(part)
        self.bulk_create(rows, batch_size=BATCH)


class TalkSpeaker(models.Model):
    """A person gives a talk, in a role and at a position in the order."""

    class Role(models.TextChoices):
        SPEAKER = "speaker", _("speaker")
        MODERATOR = "moderator", _("moderator")
        PANELIST = "panelist", _("panelist")
        HOST = "host", _("host")
        AUTHOR = "author", _("author")

    talk = models.ForeignKey("Talk", models.CASCADE, related_name="talk_speakers")
    speaker = models.ForeignKey(
        Speaker, models.RESTRICT, related_name="talk_speakers", verbose_name=_("speaker")
    )
    role = models.CharField(_("role"), max_length=12, choices=Role, default=Role.SPEAKER)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class QuerySet(OrderedPartsQuerySet):
        def published(self):
            """Those whose speaker everybody may see, with the speaker."""
            return (
                self.filter(speaker__state=Speaker.State.PUBLISHED)
                .select_related("speaker")
                .defer("speaker__biography", "speaker__search")
            )

    objects = QuerySet.as_manager()

    class Meta:
        triggers = [
            *change_triggers("events_talkspeaker"),
            *speakers_of_talk_changed,
            *credits_changed,
            *journal_triggers(
                "events_talkspeaker",
                event=EVENT_OF_TALK,
                label="(SELECT name FROM speakers_speaker WHERE id = r.speaker_id)",
            ),
        ]
        verbose_name, verbose_name_plural = _("speaker"), _("speakers")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["talk", "speaker"],
                name="speaker_once_in_a_talk",
                violation_error_message=_("This speaker gives the talk already."),
            ),
        ]

    def __str__(self):
        return str(self.speaker)


class TalkLink(Timestamped):
    """Slides, a recording, a paper: an address as it was given, not validated."""

    class Kind(models.TextChoices):
        SLIDES = "slides", _("slides")
        RECORDING = "recording", _("recording")
        PAPER = "paper", _("paper")
        CODE = "code", _("code")
        ARTICLE = "article", _("article")
        BLOG = "blog", _("blog")
        MEDIA = "media", _("media")
        ACTIVITYPUB = "activitypub", _("fediverse")
        RELATED = "related", _("related")
        WEB = "web", _("web page")

    talk = models.ForeignKey("Talk", models.CASCADE, related_name="links", verbose_name=_("talk"))
    url = models.CharField(_("address"))
    title = models.CharField(_("title"), blank=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.WEB)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = OrderedPartsQuerySet.as_manager()

    class Meta:
        triggers = [
            *change_triggers("events_talklink"),
            *journal_triggers(
                "events_talklink", event=EVENT_OF_TALK, label="coalesce(nullif(r.title, ''), r.url)"
            ),
        ]
        verbose_name, verbose_name_plural = _("link"), _("links")
        ordering = ["position", "pk"]
        indexes = [models.Index(F("kind"), F("talk"), name="talk_link_by_kind")]

    def __str__(self):
        return self.title or self.url
