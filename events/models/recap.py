"""What happened: recaps in several languages, and pictures."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from roadshow.api.change_triggers import change_triggers
from roadshow.core.fields import LanguageField, PictureField
from roadshow.core.models import Record
from roadshow.core.view_addresses import reverse
from roadshow.journal.triggers import journal_triggers

from .event import Event
from .event_scope import EventScopedQuerySet
from .talk import Talk


class Recap(Record):
    """An event told afterwards, once for each language."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="recaps", verbose_name=_("event"))
    language = LanguageField(blank=False, default=settings.LANGUAGE_CODE)
    title = models.CharField(_("title"), max_length=200)
    text = models.TextField(_("text"), help_text=_("Markdown."))
    author = models.CharField(_("author"), max_length=200, blank=True)
    source = models.CharField(
        _("source"), max_length=500, blank=True, help_text=_("What it was written from.")
    )

    objects = EventScopedQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        triggers = [
            *change_triggers("events_recap"),
            *journal_triggers("events_recap", event="r.event_id", label="r.title", is_record=True),
        ]
        verbose_name, verbose_name_plural = _("recap"), _("recaps")
        ordering = ["language", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "language"],
                name="recap_once_in_a_language",
                violation_error_message=_("The event has a recap in this language already."),
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("events:event", args=[self.event.slug]) + "#recap"


class Photo(Record):
    """A picture of an event, with what it shows, who made it and on what terms."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="photos", verbose_name=_("event"))
    talk = models.ForeignKey(
        Talk, models.SET_NULL, null=True, blank=True, related_name="photos", verbose_name=_("talk")
    )
    picture = PictureField(_("picture"), upload_to="photos/%Y/", width_field="width", height_field="height")
    width = models.PositiveIntegerField(editable=False, default=0)
    height = models.PositiveIntegerField(editable=False, default=0)
    caption = models.CharField(_("caption"), max_length=300, blank=True)
    alternative = models.CharField(
        _("alternative text"),
        max_length=500,
        help_text=_("What a reader who cannot see the picture should know."),
    )
    credit = models.CharField(_("credit"), max_length=200, blank=True)
    credit_url = models.URLField(_("address of the credit"), max_length=500, blank=True)
    license = models.CharField(_("licence"), max_length=100, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = EventScopedQuerySet.as_manager()

    class Meta:
        triggers = [
            *change_triggers("events_photo"),
            *journal_triggers(
                "events_photo",
                event="r.event_id",
                label="coalesce(nullif(r.caption, ''), r.alternative)",
                is_record=True,
            ),
        ]
        verbose_name, verbose_name_plural = _("picture"), _("pictures")
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(alternative=""),
                name="photo_has_an_alternative_text",
                violation_error_message=_("Say in a sentence what the picture shows."),
            ),
        ]

    def __str__(self):
        return self.caption or self.alternative
