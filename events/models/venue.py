"""Places with an address, and the rooms in them, which events share."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from roadshow.core.access import can_curate, is_organiser
from roadshow.core.models import Record
from roadshow.core.search import SearchQuerySet, search_indexes, search_vector


class Located(models.Model):
    """Something with coordinates in degrees, or without."""

    latitude = models.FloatField(
        _("latitude"), null=True, blank=True, validators=[MinValueValidator(-90), MaxValueValidator(90)]
    )
    longitude = models.FloatField(
        _("longitude"), null=True, blank=True, validators=[MinValueValidator(-180), MaxValueValidator(180)]
    )

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="%(class)s_has_both_coordinates_or_none",
                violation_error_message=_(
                    "Give both latitude (-90 to 90) and longitude (-180 to 180), or neither."
                ),
            ),
        ]


class VenueQuerySet(SearchQuerySet):
    search_title = "name"

    def visible_to(self, user):
        """Venues of events that `user` sees; all of them to organisers, who may want to use one."""
        if is_organiser(user):
            return self
        from .event import Event  # both are one package: a venue is public through its events

        events = Event.objects.visible_to(user)
        return self.filter(Q(pk__in=events.values("venue")) | Q(pk__in=events.values("rooms__venue")))

    def editable_by(self, user):
        return self if can_curate(user) else self.none()


class Venue(Located, Record):
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
    search = search_vector(name="A", city="B", address="C")

    objects = VenueQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["search"])

    class Meta:
        verbose_name, verbose_name_plural = _("venue"), _("venues")
        ordering = ["name", "pk"]
        indexes = search_indexes("venue", "name")
        constraints = Located.Meta.constraints

    def __str__(self):
        return ", ".join(filter(None, [self.name, self.city]))

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
        from .event import Event

        return self.filter(pk__in=Event.objects.visible_to(user).values("rooms"))

    def editable_by(self, user):
        return self if can_curate(user) else self.none()


class Room(Record):
    venue = models.ForeignKey(Venue, models.RESTRICT, related_name="rooms", verbose_name=_("venue"))
    name = models.CharField(_("name"), max_length=200)
    capacity = models.PositiveIntegerField(_("seats"), null=True, blank=True)
    floor = models.CharField(_("floor"), max_length=60, blank=True)
    description = models.TextField(_("description"), blank=True, help_text=_("Markdown."))
    shared = models.BooleanField(
        _("shared"), default=False, help_text=_("Several talks may be here at once: a hall, an online room.")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    search = search_vector(name="A", description="C")

    objects = RoomQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["search"])

    class Meta:
        verbose_name, verbose_name_plural = _("room"), _("rooms")
        ordering = ["position", "name", "pk"]
        indexes = search_indexes("room", "name")
        constraints = [
            models.UniqueConstraint(
                fields=["venue", "name"],
                name="room_name_once_in_a_venue",
                violation_error_message=_("This venue has a room of that name already."),
            ),
        ]

    def __str__(self):
        return self.name
