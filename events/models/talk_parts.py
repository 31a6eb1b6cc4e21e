"""What a talk has several of, in an order: those who give it, and links."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from roadshow.core.models import Timestamped
from speakers.models import Speaker

if TYPE_CHECKING:
    from .talk import Talk

BATCH = 500  # rows in one statement


class Parts(models.QuerySet):
    def replace(self, wanted: "dict[Talk, list]") -> None:
        """Makes the rows of each talk be these, in this order; in two statements however many talks."""
        self.filter(talk__in=wanted).delete()
        rows = []
        for talk, parts in wanted.items():
            for position, part in enumerate(parts):
                part.talk, part.position = talk, position
                rows.append(part)
        self.bulk_create(rows, batch_size=BATCH)


class TalkSpeaker(models.Model):
    """That somebody gives a talk, in which role and in which place of the order."""

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

    class QuerySet(Parts):
        def published(self):
            """Those whose speaker everybody may see, with the speaker."""
            return (
                self.filter(speaker__state=Speaker.State.PUBLISHED)
                .select_related("speaker")
                .defer("speaker__biography", "speaker__notes", "speaker__search")
            )

    objects = QuerySet.as_manager()

    class Meta:
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
    """Slides, a recording, a paper: an address as somebody gave it, odd ones too."""

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

    objects = Parts.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("link"), _("links")
        ordering = ["position", "pk"]
        indexes = [models.Index(F("kind"), F("talk"), name="talk_link_by_kind")]

    def __str__(self):
        return self.title or self.url
