"""A roadshow or a yearly conference: an ordered set of events with a page of its own."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from roadshow.api.change_triggers import change_triggers
from roadshow.core.access import can_see_all, is_organiser, only_events
from roadshow.core.fields import AddressField
from roadshow.core.former_addresses import former_address
from roadshow.core.models import Record
from roadshow.core.search import SearchQuerySet, search_indexes, search_vector
from roadshow.core.view_addresses import reverse
from roadshow.journal.triggers import journal_triggers


class SeriesQuerySet(SearchQuerySet):
    search_title = "name"

    def visible_to(self, user):
        if can_see_all(user):
            return self
        public = Q(state=Series.State.PUBLISHED)
        return self.filter(public | Q(pk__in=self._of(user)) if self._may_own(user) else public)

    def editable_by(self, user):
        if can_see_all(user):
            return self
        return self.filter(pk__in=self._of(user)) if self._may_own(user) else self.none()

    @staticmethod
    def _may_own(user) -> bool:
        return is_organiser(user) and only_events(user) is None

    def _of(self, user):
        return Series.organisers.through.objects.filter(user=user).values("series")


class Series(Record):
    address_kind = "series"

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        PUBLISHED = "published", _("published")

    name = models.CharField(_("name"), max_length=200)
    slug = AddressField(unique=True)
    tagline = models.CharField(_("tagline"), max_length=250, blank=True)
    description = models.TextField(_("description"), blank=True, help_text=_("Markdown."))
    website = models.URLField(_("website"), max_length=500, blank=True)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.DRAFT)
    organisers = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        blank=True,
        related_name="organised_series",
        verbose_name=_("organisers"),
        help_text=_("They may change the series and all its events."),
    )
    search = search_vector(name="A", tagline="B", description="C")

    objects = SeriesQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["search"])

    class Meta:
        triggers = [
            *change_triggers("events_series"),
            former_address("series"),
            *journal_triggers("events_series", label="r.name", is_record=True),
        ]
        verbose_name, verbose_name_plural = _("series"), _("series")
        ordering = ["name", "pk"]
        indexes = search_indexes("series", "name")

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("events:series", args=[self.slug])


class SeriesOrganiser(Series.organisers.through):  # type: ignore[name-defined]  # Django makes the model
    """Carries the triggers of the table that Django makes for `Series.organisers`."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [
            *change_triggers("events_series_organisers"),
            *journal_triggers(
                "events_series_organisers", label="(SELECT username FROM auth_user WHERE id = r.user_id)"
            ),
        ]
