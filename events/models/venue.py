"""Venues, their rooms, and which rooms an event uses."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from roadshow.api.change_triggers import change_triggers
from roadshow.core.access import can_curate, is_organiser
from roadshow.core.models import Located, Record
from roadshow.core.plans import PlanField
from roadshow.core.search import SearchQuerySet, search_indexes, search_vector
from roadshow.journal.triggers import journal_triggers

from .event import Event

PERCENT = [MinValueValidator(0), MaxValueValidator(100)]


class VenueQuerySet(SearchQuerySet):
    search_title = "name"

    def visible_to(self, user):
        """Venues of events that `user` sees; all of them to organisers, who may want to use one."""
        if is_organiser(user):
            return self
        events = Event.objects.visible_to(user)
        return self.filter(Q(pk__in=events.values("venue")) | Q(pk__in=events.values("rooms__venue")))

    def editable_by(self, user):
        return self if can_curate(user) else self.none()


class Venue(Located, Record):
    """A place with an address and coordinates, which events share."""

    name = models.CharField(_("name"), max_length=200)
    address = models.TextField(_("address"), blank=True, help_text=_("Street, number, postal code."))
    city = models.CharField(_("city"), max_length=120, blank=True)
    country = models.CharField(_("country"), max_length=120, blank=True)
    website = models.URLField(_("website"), max_length=500, blank=True)
    directions = models.TextField(_("how to get there"), blank=True, help_text=_("Markdown."))
    accessibility = models.TextField(
        _("accessibility"),
        blank=True,
        help_text=_("Markdown: steps, lifts, toilets, hearing loops, quiet room."),
    )
    plan = PlanField(_("plan"), upload_to="plans/", blank=True, help_text=_("A picture, or SVG."))
    search = search_vector(name="A", city="B", address="C")

    objects = VenueQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["search", "plan"])

    class Meta:
        triggers = [
            *change_triggers("events_venue"),
            *journal_triggers(
                "events_venue",
                events="SELECT e.id FROM events_event e WHERE e.venue_id = r.id",
                label="r.name",
                is_record=True,
            ),
        ]
        verbose_name, verbose_name_plural = _("venue"), _("venues")
        ordering = ["name", "pk"]
        indexes = search_indexes("venue", "name")
        constraints = Located.Meta.constraints

    def __str__(self):
        return ", ".join(filter(None, [self.name, self.city]))

    def get_absolute_url(self):
        return reverse("events:venue", args=[self.guid])

    @property
    def coordinates(self) -> str:
        """As links to maps have them: "12.97160,77.59460"."""
        return f"{self.latitude:.5f},{self.longitude:.5f}"

    @property
    def written(self) -> str:
        """The whole address in a line."""
        return ", ".join(filter(None, [*self.address.splitlines(), self.city, self.country]))


class RoomQuerySet(SearchQuerySet):
    search_title = "name"

    def visible_to(self, user):
        """Rooms of events that `user` sees; all of them to organisers."""
        if is_organiser(user):
            return self
        return self.filter(pk__in=Event.objects.visible_to(user).values("rooms"))

    def editable_by(self, user):
        return self if can_curate(user) else self.none()


class Room(Record):
    """A room of a venue."""

    venue = models.ForeignKey(Venue, models.RESTRICT, related_name="rooms", verbose_name=_("venue"))
    name = models.CharField(_("name"), max_length=200)
    capacity = models.PositiveIntegerField(_("seats"), null=True, blank=True)
    building = models.CharField(_("building"), max_length=60, blank=True)
    floor = models.CharField(_("floor"), max_length=60, blank=True)
    description = models.TextField(_("description"), blank=True, help_text=_("Markdown."))
    shared = models.BooleanField(
        _("shared"), default=False, help_text=_("Several talks may be here at once: a hall, an online room.")
    )
    directions = models.TextField(_("how to get there"), blank=True, help_text=_("Markdown."))
    plan = PlanField(
        _("plan"),
        upload_to="plans/",
        blank=True,
        help_text=_("A picture, or SVG; else the venue's plan is shown."),
    )
    plan_x = models.FloatField(
        _("on the plan, from the left"), null=True, blank=True, validators=PERCENT, help_text=_("Percent.")
    )
    plan_y = models.FloatField(
        _("on the plan, from the top"), null=True, blank=True, validators=PERCENT, help_text=_("Percent.")
    )
    step_free = models.BooleanField(_("step-free"), null=True, blank=True)
    hearing_loop = models.BooleanField(_("hearing loop"), null=True, blank=True)
    quiet = models.BooleanField(_("quiet"), null=True, blank=True)
    light = models.CharField(_("light"), max_length=120, blank=True, help_text=_("Such as “dimmed”."))
    stream_url = models.URLField(_("stream"), max_length=500, blank=True)
    chat_url = models.URLField(_("chat"), max_length=500, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    search = search_vector(name="A", description="C")

    objects = RoomQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["search", "plan"])

    class Meta:
        triggers = [
            *change_triggers("events_room"),
            *journal_triggers(
                "events_room",
                events="SELECT er.event_id FROM events_eventroom er WHERE er.room_id = r.id",
                label="r.name",
                is_record=True,
            ),
        ]
        verbose_name, verbose_name_plural = _("room"), _("rooms")
        ordering = ["position", "name", "pk"]
        indexes = search_indexes("room", "name")
        constraints = [
            models.UniqueConstraint(
                fields=["venue", "name"],
                name="room_name_once_in_a_venue",
                violation_error_message=_("This venue has a room of that name already."),
            ),
            models.CheckConstraint(
                condition=Q(plan_x__isnull=True, plan_y__isnull=True)
                | Q(plan_x__range=(0, 100), plan_y__range=(0, 100)),
                name="room_is_at_a_point_of_the_plan_or_none",
                violation_error_message=_("Give both places on the plan (0 to 100 percent), or neither."),
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def facts(self) -> list[tuple[str | Promise, bool]]:
        """What is known of its accessibility: (fact, whether it is so)."""
        known = [
            (_("step-free"), self.step_free),
            (_("hearing loop"), self.hearing_loop),
            (_("quiet"), self.quiet),
        ]
        return [(label, value) for label, value in known if value is not None]

    @property
    def shown_plan(self):
        """Its own plan, else that of its venue; falsy without one."""
        return self.plan or self.venue.plan


class EventRoom(models.Model):
    """A room that an event uses, in the event's own order, with its opening times there."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="event_rooms")
    room = models.ForeignKey(Room, models.RESTRICT, related_name="event_rooms", verbose_name=_("room"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    opens_at = models.TimeField(_("opens at"), null=True, blank=True)
    closes_at = models.TimeField(_("closes at"), null=True, blank=True)
    imported = models.JSONField(_("as it was imported"), null=True, blank=True, editable=False)

    class Meta:
        triggers = [
            *change_triggers("events_eventroom"),
            *journal_triggers(
                "events_eventroom",
                event="r.event_id",
                label="(SELECT name FROM events_room WHERE id = r.room_id)",
            ),
        ]
        verbose_name, verbose_name_plural = _("room"), _("rooms")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "room"],
                name="event_has_a_room_once",
                violation_error_message=_("The event has this room already."),
            ),
            models.CheckConstraint(
                condition=Q(opens_at__isnull=True, closes_at__isnull=True)
                | Q(opens_at__isnull=False, closes_at__isnull=False),
                name="event_room_has_both_times_or_none",
                violation_error_message=_("Give both an opening and a closing time, or neither."),
            ),
        ]

    def __str__(self):
        return str(self.room)
