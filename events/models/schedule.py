"""The plan, its releases, and the bookings that the database keeps apart."""

import uuid

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.contrib.postgres.indexes import GistIndex
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Func, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from roadshow.core.access import can_see_all
from speakers.models import Speaker

from .event import Event
from .of_event import OfEventQuerySet
from .talk import Talk, shown_to
from .venue import Room


class Placed(models.Model):
    """A talk at a time in a room."""

    guid = models.UUIDField("GUID", default=uuid.uuid4, editable=False)
    number = models.PositiveIntegerField(
        _("number"), editable=False, help_text=_("Unique in the event, never reused.")
    )
    starts_at = models.DateTimeField(_("start"))
    ends_at = models.DateTimeField(_("end"))

    class Meta:
        abstract = True

    def __str__(self):
        return f"{self.talk} ({self.starts_at:%Y-%m-%d %H:%M} UTC)"

    @property
    def minutes(self) -> int:
        return round((self.ends_at - self.starts_at).total_seconds() / 60)


class Slot(Placed):
    """A slot of the plan: private, and allowed to be wrong. Its GUID survives rescheduling."""

    event = models.ForeignKey(
        Event, models.CASCADE, related_name="slots", verbose_name=_("event"), editable=False
    )
    talk = models.ForeignKey(Talk, models.CASCADE, related_name="slots", verbose_name=_("talk"))
    room = models.ForeignKey(
        Room, models.SET_NULL, null=True, blank=True, related_name="slots", verbose_name=_("room")
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("last changed"), auto_now=True)

    class QuerySet(models.QuerySet):
        def visible_to(self, user):
            return self.editable_by(user)

        def editable_by(self, user):
            return self if can_see_all(user) else self.filter(event__in=Event.objects.editable_by(user))

    objects = QuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name, verbose_name_plural = _("slot of the plan"), _("slots of the plan")
        ordering = ["starts_at", "number"]
        constraints = [
            models.UniqueConstraint(fields=["guid"], name="slot_guid_once"),
            models.UniqueConstraint(fields=["event", "number"], name="slot_number_once_in_an_event"),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="slot_ends_after_it_starts",
                violation_error_message=_("The end is not after the start. Correct one of them."),
            ),
        ]

    def clean(self):
        if self.talk_id and self.event_id and self.talk.event_id != self.event_id:
            raise ValidationError({"talk": _("This talk belongs to another event.")})
        if self.room_id and self.event_id and not self.event.event_rooms.filter(room=self.room_id).exists():
            raise ValidationError(
                {"room": _("The event does not use this room yet. Add it to the event first.")}
            )

    @transaction.atomic
    def save(self, **options):
        self.event_id = self.talk.event_id
        if not self.number:
            # Numbers are given one after the other.
            Event.objects.select_for_update().only("pk").get(pk=self.event_id)
            self.number = Slot.next_number(self.event_id)
        super().save(**options)

    @staticmethod
    def next_number(event_id: int) -> int:
        """The next free number of an event, counting what was ever released."""
        highest = models.Max("number")
        return 1 + max(
            Slot.objects.filter(event=event_id).aggregate(n=highest)["n"] or 0,
            ReleasedSlot.objects.filter(release__event=event_id).aggregate(n=highest)["n"] or 0,
        )


class Release(models.Model):
    """A published, numbered, immutable copy of the plan, with a note."""

    guid = models.UUIDField("GUID", default=uuid.uuid4, unique=True, editable=False)
    event = models.ForeignKey(Event, models.CASCADE, related_name="releases", verbose_name=_("event"))
    number = models.PositiveIntegerField(_("number"))
    note = models.TextField(_("note"), blank=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("released by")
    )
    created_at = models.DateTimeField(_("released"), db_index=True)
    document = models.TextField(
        _("document"), help_text=_("The whole schedule as JSON; see formats.document.")
    )

    class QuerySet(OfEventQuerySet):
        def with_document(self):
            return self.defer(None)

    objects = models.Manager.from_queryset(QuerySet)()

    class Meta:
        verbose_name, verbose_name_plural = _("release"), _("releases")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "number"],
                name="release_number_once_in_an_event",
                violation_error_message=_(
                    "Somebody released at the same moment. Look at the fresh plan and try again."
                ),
            ),
        ]

    def __str__(self):
        return _("release %(number)s") % {"number": self.number}

    def get_absolute_url(self):
        return reverse("events:changes", args=[self.event.slug]) + f"#release-{self.number}"

    @property
    def updated_at(self):
        return self.created_at


class During(Func):
    """From start to end, the end not included: of this the database knows how few are on at once."""

    function = "tstzrange"
    output_field = DateTimeRangeField()

    def __init__(self, *expressions, **extra):
        super().__init__(*(expressions or (F("starts_at"), F("ends_at"))), **extra)


class ReleasedSlot(Placed):
    """A slot as it was released. It never changes."""

    release = models.ForeignKey(Release, models.CASCADE, related_name="slots", verbose_name=_("release"))
    talk = models.ForeignKey(Talk, models.RESTRICT, related_name="released_slots", verbose_name=_("talk"))
    room = models.ForeignKey(
        Room, models.RESTRICT, null=True, blank=True, related_name="released_slots", verbose_name=_("room")
    )
    cancelled = models.BooleanField(_("cancelled"), default=False)
    sequence = models.PositiveIntegerField(_("how often it changed"), default=0)
    changed_at = models.DateTimeField(_("last changed"))
    previous_starts_at = models.DateTimeField(_("start before it was moved"), null=True, blank=True)

    class QuerySet(models.QuerySet):
        def current(self):
            """Those of the releases that attendees see."""
            released = Event.objects.filter(current_release__isnull=False)
            return self.filter(release__in=released.order_by().values("current_release"))

        def visible_to(self, user):
            """Those of talks that `user` sees; a slot's talk is of the event of its release."""
            return self if can_see_all(user) else self.filter(*shown_to(user, "talk__"))

        def at(self, instant):
            """Those that are on at an aware datetime."""
            return self.alias(during=During()).filter(during__contains=instant)

    objects = QuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("slot"), _("slots")
        ordering = ["starts_at", "number"]
        indexes = [
            models.Index(fields=["talk", "release"], name="released_slot_by_talk"),
            # With what says who sees a slot, so that the rows before a page need not be fetched.
            *(
                models.Index(
                    fields=[field, "number", "id"],
                    include=["release", "talk"],
                    name=f"released_slot_by_{name}",
                )
                for name, field in {"start": "starts_at", "end": "ends_at"}.items()
            ),
            models.Index(fields=["changed_at"], name="released_slot_changed"),
            GistIndex(During(), name="released_slot_during"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["release", "guid"], name="released_slot_guid_once"),
            models.UniqueConstraint(fields=["release", "number"], name="released_slot_number_once"),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="released_slot_ends_after_it_starts"
            ),
        ]


class Booking(models.Model):
    """That an event's current release occupies a room or a speaker (by GUID) for a time."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="bookings")
    slot = models.ForeignKey(ReleasedSlot, models.CASCADE, related_name="bookings")
    resource = models.UUIDField(_("room or speaker"))
    during = DateTimeRangeField(_("during"))

    class Meta:
        verbose_name, verbose_name_plural = _("booking"), _("bookings")
        constraints = [
            ExclusionConstraint(
                name="one_booking_at_a_time",
                expressions=[("resource", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                violation_error_message=_("Already taken then. Pick another time, room or speaker."),
            ),
        ]

    def __str__(self):
        return f"{self.resource} {self.during}"


class AcceptedClash(models.Model):
    """An organiser's word that a speaker's slot may overlap another: it takes no booking of the speaker."""

    slot = models.ForeignKey(Slot, models.CASCADE, related_name="accepted_clashes", verbose_name=_("slot"))
    speaker = models.ForeignKey(
        Speaker, models.CASCADE, related_name="accepted_clashes", verbose_name=_("speaker")
    )
    reason = models.CharField(_("reason"), max_length=300)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("accepted by"),
    )
    created_at = models.DateTimeField(_("accepted"), auto_now_add=True)

    class Meta:
        verbose_name, verbose_name_plural = _("accepted clash"), _("accepted clashes")
        constraints = [
            models.UniqueConstraint(
                fields=["slot", "speaker"],
                name="clash_accepted_once",
                violation_error_message=_("This clash is accepted already."),
            ),
        ]

    def __str__(self):
        return f"{self.speaker}: {self.slot}"
