"""Releases, their slots, and the bookings that PostgreSQL keeps from overlapping."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from roadshow.api.change_triggers import change_triggers
from roadshow.core.access import can_see_all
from roadshow.core.roles import Permission
from roadshow.core.view_addresses import reverse
from roadshow.journal.triggers import journal_triggers

from .event import Event
from .event_scope import EventScopedQuerySet, visible_talks
from .venue import Room


def refuse_update(*columns: str) -> pgtrigger.Trigger:
    """A trigger that refuses an update of these columns of a release, or of any."""
    return pgtrigger.Trigger(
        name="never_changes",
        when=pgtrigger.Before,
        operation=pgtrigger.UpdateOf(*columns) if columns else pgtrigger.Update,
        func="""
  RAISE EXCEPTION 'A release never changes. Make a new one.' USING ERRCODE = 'restrict_violation';""",
    )


class ScheduledItem(models.Model):
    """A talk at a time in a room."""

    talk: Any  # a foreign key of each model

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


def chain_digest(before: str, document: str) -> str:
    """The digest of a release: SHA-256 of the digest of the release before it and of its own document."""
    return sha256(f"{before}\n{sha256(document.encode()).hexdigest()}".encode()).hexdigest()


class ReleaseQuerySet(EventScopedQuerySet):
    permission = Permission.RELEASE

    def with_document(self):
        return self.defer(None)


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

    # SHA-256 of the digest of the release before it and of the document, in hexadecimal
    digest = models.CharField(max_length=64, blank=True, editable=False)
    # What erasures of people replaced: [{"at", "digest" before, "document" (SHA-256 after)}]
    erasures = models.JSONField(default=list, blank=True, editable=False)

    objects = models.Manager.from_queryset(ReleaseQuerySet)()

    class Meta:
        triggers = [
            *change_triggers("events_release"),
            refuse_update("event_id", "number", "note", "created_at", "document", "digest"),
            *journal_triggers(
                "events_release",
                event="r.event_id",
                label="r.number::text",
                operations=(pgtrigger.Insert, pgtrigger.Delete),
            ),
        ]
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


def during() -> Func:
    """The time of a slot from start to end, the end not included; PostgreSQL keeps statistics of such ranges."""
    return Func(F("starts_at"), F("ends_at"), function="tstzrange", output_field=DateTimeRangeField())


class ReleasedSlotQuerySet(models.QuerySet):
    def current(self):
        """Those of the releases that attendees see."""
        released = Event.objects.filter(current_release__isnull=False)
        return self.filter(release__in=released.order_by().values("current_release"))

    def in_time_order(self):
        """Slots of current releases, the first one first, with their rooms and what the day changed."""
        return self.current().select_related("room", "live__room").order_by("starts_at", "pk")

    def with_present(self):
        """With `present_starts_at`, `present_ends_at`, `present_room` and its GUID, as the day changed them."""
        return self.annotate(
            present_starts_at=Coalesce("live__starts_at", "starts_at"),
            present_ends_at=Coalesce("live__ends_at", "ends_at"),
            present_room=Coalesce("live__room", "room"),
            present_room_guid=Coalesce("live__room__guid", "room__guid"),
        )

    def visible_to(self, user):
        """Those of talks that `user` sees; a slot's talk is of the event of its release."""
        return self if can_see_all(user) else self.filter(*visible_talks(user, "talk__"))

    def at(self, instant):
        """Those that are on at an aware datetime, by their present times."""
        released = Q(live__isnull=True, during__contains=instant)
        present = Q(live__starts_at__lte=instant, live__ends_at__gt=instant)
        return self.alias(during=during()).filter(released | present)


class ReleasedSlot(ScheduledItem):
    """A slot as it was released. It never changes."""

    release = models.ForeignKey(Release, models.CASCADE, related_name="slots", verbose_name=_("release"))
    talk = models.ForeignKey("Talk", models.RESTRICT, related_name="released_slots", verbose_name=_("talk"))
    room = models.ForeignKey(
        Room, models.RESTRICT, null=True, blank=True, related_name="released_slots", verbose_name=_("room")
    )
    cancelled = models.BooleanField(_("cancelled"), default=False)
    sequence = models.PositiveIntegerField(_("how often it changed"), default=0)
    changed_at = models.DateTimeField(_("last changed"))
    previous_starts_at = models.DateTimeField(_("start before it was moved"), null=True, blank=True)

    objects = ReleasedSlotQuerySet.as_manager()

    class Meta:
        triggers = [
            *change_triggers("events_releasedslot"),
            refuse_update(),
            *journal_triggers(
                "events_releasedslot",
                event="(SELECT event_id FROM events_release WHERE id = r.release_id)",
                operations=(pgtrigger.Delete,),
            ),
        ]
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
            GistIndex(during(), name="released_slot_during"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["release", "guid"], name="released_slot_guid_once"),
            models.UniqueConstraint(fields=["release", "number"], name="released_slot_number_once"),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="released_slot_ends_after_it_starts"
            ),
        ]

    @property
    def present(self) -> "PresentSlot":
        """The slot with what the day changed. Needs `live` loaded with its room."""
        live = getattr(self, "live", None)
        late = round((live.starts_at - self.starts_at).total_seconds() / 60) if live else 0
        return PresentSlot(
            guid=self.guid,
            starts_at=live.starts_at if live else self.starts_at,
            ends_at=live.ends_at if live else self.ends_at,
            room=live.room if live else self.room,
            cancelled=self.cancelled or bool(live and live.cancelled),
            sequence=self.sequence + (live.sequence if live else 0),
            previous_starts_at=self.previous_starts_at,
            late=late,
            former_room=self.room if live and live.room_id != self.room_id else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PresentSlot:
    """A slot as attendees see it now. `late` in minutes against the release; `former_room` where it moved."""

    guid: uuid.UUID
    starts_at: datetime
    ends_at: datetime
    room: Room | None
    cancelled: bool
    sequence: int
    previous_starts_at: datetime | None
    late: int
    former_room: Room | None

    @property
    def minutes(self) -> int:
        return round((self.ends_at - self.starts_at).total_seconds() / 60)


class Booking(models.Model):
    """That an event's current release occupies a room or a speaker (by GUID) for a time."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="bookings")
    slot = models.ForeignKey(ReleasedSlot, models.CASCADE, related_name="bookings")
    resource = models.UUIDField(_("room or speaker"))
    during = DateTimeRangeField(_("during"))

    class Meta:
        triggers = journal_triggers("events_booking", event="r.event_id")
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
