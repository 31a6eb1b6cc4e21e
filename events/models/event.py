"""One stop or edition: dates, time zone, place, state."""

import datetime as dt
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Count, F, Max, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from roadshow.api.change_triggers import change_triggers
from roadshow.core.access import can_see_all, is_organiser, only_events
from roadshow.core.fields import COLOR, AddressField, LanguageField, PictureField, TimezoneField
from roadshow.core.former_addresses import former_address
from roadshow.core.models import Located, Record
from roadshow.core.roles import ROLE_PERMISSIONS, Permission, roles_with
from roadshow.core.search import SearchQuerySet, search_indexes, search_vector
from roadshow.core.view_addresses import reverse
from roadshow.http.caching import cache_by_cost
from roadshow.journal.triggers import journal_triggers

from .public_people import event_changed
from .series import Series
from .state_changes import count_state_change

LASTS = F("ends_on") - F("starts_on")
USERNAME = "(SELECT username FROM auth_user WHERE id = r.user_id)"


class EventQuerySet(SearchQuerySet):
    search_title = "name"

    def visible_to(self, user):
        """Events that are not drafts, and those for which `user` has a role."""
        if can_see_all(user):
            return self
        public = ~Q(state=Event.State.DRAFT)
        return self.filter(public | self._of(user, Permission.VIEW) if is_organiser(user) else public)

    def editable_by(self, user):
        """Events whose settings `user` may change."""
        return self.with_permission(user, Permission.EDIT_EVENT)

    def listed_for(self, user):
        """Events that the admin lists for `user`."""
        return self.with_permission(user, Permission.VIEW)

    def with_permission(self, user, permission: Permission):
        """Events for which `user` has a permission: as an organiser or by a role, of the event or its series."""
        if can_see_all(user):
            return self
        return self.filter(self._of(user, permission)) if is_organiser(user) else self.none()

    @staticmethod
    def _of(user, permission: Permission):
        roles = user.roles.filter(name__in=roles_with(permission)).order_by()
        theirs = (
            Q(pk__in=Event.organisers.through.objects.filter(user=user).values("event"))
            | Q(series__in=Series.organisers.through.objects.filter(user=user).values("series"))
            | Q(pk__in=roles.filter(event__isnull=False).values("event"))
            | Q(series__in=roles.filter(series__isnull=False).values("series"))
        )
        chosen = only_events(user)
        if chosen is None:
            return theirs
        return Q(pk__in=chosen) if user.is_superuser else theirs & Q(pk__in=chosen)

    def deletable_by(self, user):
        return self.with_permission(user, Permission.MANAGE_PEOPLE)

    def upcoming(self, today=None):
        """Events that are on or to come, the next one first. `today` is a date or an expression, by default in UTC.

        None that is on began longer ago than the longest event lasts: so the index leads to where they begin.
        """
        today = today or Value(timezone.localdate(timezone=dt.UTC))
        longest = Event.objects.order_by().values(one=Value(1)).annotate(days=Max(LASTS)).values("days")
        began = today - Coalesce(Subquery(longest), dt.timedelta())
        return self.filter(ends_on__gte=today, starts_on__gte=began).order_by("starts_on", "pk")

    def past(self, today=None):
        """Events that are over, the latest first."""
        today = today or Value(timezone.localdate(timezone=dt.UTC))
        return self.filter(ends_on__lt=today, starts_on__lt=today).order_by("-starts_on", "-pk")

    def for_cards(self):
        return self.select_related("series", "venue").defer("description", "search")

    def state(self) -> dict:
        """How many there are (`number`), and when one of them changed last (`latest`; None when there is none)."""
        return cache_by_cost(self.order_by(), _state)


def _state(events: EventQuerySet) -> dict:
    return events.aggregate(number=Count("pk"), latest=Max("updated_at"))


class Event(Located, Record):
    """One stop or edition, with its dates, time zone, place and state."""

    address_kind = "events"

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        PUBLISHED = "published", _("published")
        CANCELLED = "cancelled", _("cancelled")
        POSTPONED = "postponed", _("postponed")

    class DatePrecision(models.TextChoices):
        DAY = "day", _("the day is known")
        MONTH = "month", _("only the month is known")
        YEAR = "year", _("only the year is known")

    OFF = [State.CANCELLED, State.POSTPONED]  # does not take place when it was announced

    series = models.ForeignKey(
        Series, models.SET_NULL, null=True, blank=True, related_name="events", verbose_name=_("series")
    )
    name = models.CharField(_("name"), max_length=200)
    slug = AddressField(unique=True)
    tagline = models.CharField(_("tagline"), max_length=250, blank=True)
    description = models.TextField(_("description"), blank=True, help_text=_("Markdown."))
    notice = models.TextField(
        _("notice"),
        blank=True,
        help_text=_("Markdown, shown at the top of the event's page: a change, a doubt."),
    )
    language = LanguageField(default="en")

    starts_on = models.DateField(_("first day"), db_index=True)
    ends_on = models.DateField(_("last day"), db_index=True)
    date_precision = models.CharField(
        _("how exact the dates are"), max_length=5, choices=DatePrecision, default=DatePrecision.DAY
    )
    previous_starts_on = models.DateField(_("first day before it was moved"), null=True, blank=True)
    timezone = TimezoneField(help_text=_("Such as Asia/Kolkata."))
    day_change = models.TimeField(
        _("the day changes at"),
        default=dt.time(4),
        help_text=_("What begins before belongs to the day before."),
    )

    venue = models.ForeignKey(
        "Venue", models.RESTRICT, null=True, blank=True, related_name="events", verbose_name=_("venue")
    )
    city = models.CharField(_("city"), max_length=120, blank=True)
    country = models.CharField(_("country"), max_length=120, blank=True)
    online_url = models.URLField(
        _("stream"), max_length=500, blank=True, help_text=_("Where to watch it online.")
    )
    rooms: models.ManyToManyField = models.ManyToManyField(
        "Room", through="EventRoom", related_name="events", verbose_name=_("rooms")
    )

    website = models.URLField(_("website"), max_length=500, blank=True)
    registration_url = models.URLField(_("registration"), max_length=500, blank=True)
    organiser_name = models.CharField(_("organised by"), max_length=200, blank=True)
    picture = PictureField(_("picture"), upload_to="events/", blank=True)
    color = models.CharField(_("colour"), max_length=7, blank=True, validators=[COLOR])
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.DRAFT, db_index=True)
    sequence = models.PositiveIntegerField(default=0, editable=False)  # how often `state` changed
    feedback_open = models.BooleanField(_("feedback is open"), default=False)

    slot_minutes = models.PositiveSmallIntegerField(
        _("grid in minutes"), default=15, validators=[MinValueValidator(5), MaxValueValidator(60)]
    )
    room_changeover = models.PositiveSmallIntegerField(_("minutes between talks in a room"), default=0)
    speaker_changeover = models.PositiveSmallIntegerField(
        _("minutes a speaker needs between venues"), default=0
    )
    conflict_levels = models.JSONField(
        _("what conflicts do"),
        default=dict,
        blank=True,
        help_text=_("Kind of conflict to ignore, warn or block."),
    )
    current_release = models.OneToOneField(
        "Release", models.SET_NULL, null=True, blank=True, editable=False, related_name="current_for"
    )
    organisers = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="organised_events", verbose_name=_("organisers")
    )
    search = search_vector(name="A", city="A", tagline="B", description="C")

    objects = EventQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["search", "picture", "current_release", "sequence"])

    class Meta:
        triggers = [
            *change_triggers("events_event"),
            count_state_change(),
            event_changed,
            former_address("events"),
            *journal_triggers("events_event", event="r.id", label="r.name", is_record=True),
        ]
        verbose_name, verbose_name_plural = _("event"), _("events")
        ordering = ["-starts_on", "-pk"]
        indexes = [
            models.Index(fields=["starts_on", "id"], name="event_by_start"),
            models.Index(fields=["-created_at", "-id"], name="event_newest"),
            models.Index(LASTS, name="event_length"),
            *search_indexes("event", "name"),
        ]
        constraints = [
            *Located.Meta.constraints,
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="event_ends_after_it_starts",
                violation_error_message=_("The last day is before the first. Correct one of them."),
            ),
            models.CheckConstraint(
                condition=Q(slot_minutes__range=(5, 60)),
                name="event_grid_of_5_to_60_minutes",
                violation_error_message=_("The grid has to be between 5 and 60 minutes."),
            ),
        ]

    def __str__(self):
        return self.name

    def permissions_of(self, user) -> frozenset[Permission]:
        """What `user` may do with the event; 1 to 3 queries."""
        if can_see_all(user):
            return frozenset(Permission)
        if not is_organiser(user):
            return frozenset()
        is_owner = Event.objects.with_permission(user, Permission.MANAGE_PEOPLE).filter(pk=self.pk).exists()
        if is_owner:
            return frozenset(Permission) - {Permission.CURATE}
        scope = Q(event=self.pk) | Q(series=self.series_id, series__isnull=False)
        names = user.roles.filter(scope).values_list("name", flat=True)
        return frozenset().union(*(ROLE_PERMISSIONS[name] for name in names))

    def get_absolute_url(self):
        return reverse("events:event", args=[self.slug])

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def public_series(self):
        """The series, unless it is still a draft: then it is nobody's business."""
        return self.series if self.series and self.series.state == self.series.State.PUBLISHED else None

    @property
    def is_over(self) -> bool:
        return self.ends_on < timezone.localdate(timezone=self.zone)

    @property
    def has_several_days(self) -> bool:
        return self.ends_on > self.starts_on

    @property
    def location_label(self) -> str:
        """Where it is, in a word or two: "Main hall, Bangalore", "Zurich", or empty."""
        if self.venue:
            return str(self.venue)
        return ", ".join(filter(None, [self.city, self.country]))

    @property
    def town(self) -> str:
        """The name of the place on a map."""
        return (self.venue and self.venue.city) or self.city or self.name

    @property
    def position(self) -> tuple[float, float] | None:
        """Latitude and longitude: the venue's, or else those of the town."""
        located = self.venue if self.venue and self.venue.latitude is not None else self
        if located.latitude is None or located.longitude is None:
            return None
        return located.latitude, located.longitude


class EventOrganiser(Event.organisers.through):  # type: ignore[name-defined]  # Django makes the model
    """Carries the triggers of the table that Django makes for `Event.organisers`."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [
            *change_triggers("events_event_organisers"),
            *journal_triggers("events_event_organisers", event="r.event_id", label=USERNAME),
        ]
