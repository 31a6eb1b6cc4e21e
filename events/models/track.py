"""An event's own strands."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from roadshow.api.change_triggers import change_triggers
from roadshow.core.fields import COLOR, AddressField
from roadshow.core.models import Record
from roadshow.core.slugs import make_unique_slug
from roadshow.journal.triggers import journal_triggers

from .event import Event
from .event_scope import EventScopedQuerySet


class Track(Record):
    """An event's own strand, with a colour."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="tracks", verbose_name=_("event"))
    name = models.CharField(_("name"), max_length=200)
    slug = AddressField(blank=True)
    color = models.CharField(_("colour"), max_length=7, blank=True, validators=[COLOR])
    description = models.TextField(_("description"), blank=True, help_text=_("Markdown."))
    imported = models.JSONField(_("as it was imported"), null=True, blank=True, editable=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class QuerySet(EventScopedQuerySet):
        search_title = "name"

        def search(self, text):
            return self.filter(name__icontains=text) if text.strip() else self

    objects = QuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["imported"])

    class Meta:
        triggers = [
            *change_triggers("events_track"),
            *journal_triggers("events_track", event="r.event_id", label="r.name", is_record=True),
        ]
        verbose_name, verbose_name_plural = _("track"), _("tracks")
        ordering = ["position", "name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "slug"],
                name="track_address_once_in_an_event",
                violation_error_message=_("The event has a track with that address already."),
            ),
            models.UniqueConstraint(
                fields=["event", "name"],
                name="track_name_once_in_an_event",
                violation_error_message=_("The event has a track of that name already."),
            ),
        ]

    def __str__(self):
        return self.name

    def save(self, **options):
        if not self.slug:
            others = Track.objects.filter(event=self.event_id).exclude(pk=self.pk)
            self.slug = make_unique_slug(
                self.name, lambda slug: others.filter(slug=slug).exists(), fallback="track"
            )
        super().save(**options)
