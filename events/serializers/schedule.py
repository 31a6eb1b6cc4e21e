"""JSON of slots, plans and releases."""

from datetime import UTC
from zoneinfo import ZoneInfo

from django.db.models import BooleanField, Exists, ExpressionWrapper, F, OuterRef, Prefetch, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from roadshow.api.serializers import (
    Column,
    PageUrl,
    RecordSerializer,
    Reference,
    Shape,
    StrictSerializer,
    StrictTypes,
)
from speakers.models import Speaker

from ..models import Event, Feedback, Release, ReleasedSlot, Room, Slot, Talk
from .event import EventSerializer
from .talk import TalkSerializer, with_event
from .venue import RoomSerializer

GUID = {"type": "string", "format": "uuid"}
MOMENT = {"type": "string", "format": "date-time"}


class LocalTime(serializers.DateTimeField):
    """A time, returned in the event's time zone; input needs an offset."""

    default_error_messages = {
        "naive": _("Say the offset too, such as 2025-02-01T10:00:00Z."),
        "far": _("Give a time between 1900 and 2200."),
    }

    def enforce_timezone(self, value):
        if timezone.is_naive(value):
            self.fail("naive")
        if not 1900 < value.year < 2200:
            self.fail("far")
        return value.astimezone(UTC)

    def reader(self, context):
        source = self.source

        def read(row):
            value = getattr(row, str(source))
            return value and value.astimezone(ZoneInfo(row.event_zone))

        return read


class SlotSerializer(RecordSerializer):
    """A slot of a current release."""

    url = PageUrl("events:talk", "event_key", "talk_slug")
    event = Column("event_key", help_text=_("Slug of the event."))
    talk = Column("talk_key", GUID, help_text=_("GUID of the talk."))
    room = Column("room_key", GUID | {"type": ["string", "null"]}, help_text=_("GUID of the room, or null."))
    starts_at = LocalTime(
        source="present_starts_at", read_only=True, help_text=_("As the day itself changed it.")
    )
    ends_at = LocalTime(source="present_ends_at", read_only=True)
    previous_starts_at = LocalTime(
        read_only=True, allow_null=True, help_text=_("Start in the release before, if it moved.")
    )
    cancelled = Column(
        "is_cancelled", {"type": "boolean"}, help_text=_("Whether the talk or the event is cancelled.")
    )
    sequence = Column("present_sequence", {"type": "integer"}, help_text=_("How often it changed."))
    created_at = Column("released_at", MOMENT, help_text=_("When it was released first."))
    updated_at = serializers.DateTimeField(source="present_changed_at", read_only=True)

    class Meta(RecordSerializer.Meta):
        model = ReleasedSlot
        fields = [
            "url", "guid", "number", "event", "talk", "room", "starts_at", "ends_at", "cancelled",
            "previous_starts_at", "sequence", "created_at", "updated_at",
        ]  # fmt: skip
        expandable = {
            "event": (EventSerializer, "release.event"),
            "talk": (TalkSerializer, "talk"),
            "room": (RoomSerializer, "room"),
        }

    @classmethod
    def load(cls, rows, shape: Shape, user):
        rows = rows.with_present().annotate(
            event_key=F("release__event__slug"),
            event_zone=F("release__event__timezone"),
            talk_key=F("talk__guid"),
            talk_slug=F("talk__slug"),
            room_key=F("present_room_guid"),
            released_at=Subquery(
                ReleasedSlot.objects.filter(talk=OuterRef("talk"), guid=OuterRef("guid"))
                .order_by("release_id")
                .values("release__created_at")[:1]
            ),
            is_cancelled=Coalesce(  # of most slots the live layer says nothing
                ExpressionWrapper(
                    Q(talk__state=Talk.State.CANCELLED)
                    | Q(release__event__state__in=Event.OFF)
                    | Q(live__cancelled=True),
                    BooleanField(),
                ),
                False,
            ),
            present_changed_at=Coalesce("live__changed_at", "changed_at"),
            present_sequence=F("sequence")
            + F("talk__sequence")
            + F("release__event__sequence")
            + Coalesce(F("live__sequence"), 0),
        )
        for name, serializer, model in (("talk", TalkSerializer, Talk), ("room", RoomSerializer, Room)):
            if name in shape.expanded:
                found = serializer.load(model.objects.visible_to(user), shape.expanded[name], user)
                rows = rows.prefetch_related(Prefetch(name, found))
        if "event" in shape.expanded:
            events = EventSerializer.load(Event.objects.all(), shape.expanded["event"], user)
            releases = Release.objects.defer("document").prefetch_related(Prefetch("event", events))
            rows = rows.prefetch_related(Prefetch("release", releases))
        return rows


class PlanSerializer(RecordSerializer):
    """A slot of a plan: only the event's organisers see it."""

    talk = Reference(Talk.objects, "guid")
    room = Reference(Room.objects, "guid", required=False, allow_null=True)
    starts_at = LocalTime()
    ends_at = LocalTime(required=False)
    seen = serializers.DateTimeField(
        write_only=True,
        required=False,
        help_text=_("The `updated_at` that the change is based on: when it is another by now, 409."),
    )

    class Meta(RecordSerializer.Meta):
        model = Slot
        fields = [
            "guid",
            "number",
            "talk",
            "room",
            "starts_at",
            "ends_at",
            "seen",
            "created_at",
            "updated_at",
        ]
        read_only_fields = ["guid", "number"]
        example = {
            "talk": "64a336b5-d6d4-524f-9921-8d02fa0b856c",
            "room": "92b5fd71-a030-5c8e-aacc-c09b7eb1a964",
            "starts_at": "2018-10-06T09:30:00+05:30",
            "ends_at": "2018-10-06T09:45:00+05:30",
        }
        expandable = {"talk": (TalkSerializer, "talk"), "room": (RoomSerializer, "room")}

    @classmethod
    def load(cls, rows, shape: Shape, user):
        rows = rows.annotate(
            event_zone=F("event__timezone"), talk_key=F("talk__guid"), room_key=F("room__guid")
        )
        for name, serializer, model in (("talk", TalkSerializer, Talk), ("room", RoomSerializer, Room)):
            if name in shape.expanded:
                found = serializer.load(model.objects.all(), shape.expanded[name], user)
                rows = rows.prefetch_related(Prefetch(name, found))
        return rows

    def validate_talk(self, talk: Talk) -> Talk:
        if talk.event_id != self.context["view"].event.pk:
            raise ValidationError(_("This talk belongs to another event."))
        if self.instance and self.instance.talk_id != talk.pk:
            raise ValidationError(_("A slot keeps its talk. Delete it, and place the other talk."))
        return talk


class ReleasingSerializer(StrictTypes, serializers.Serializer):
    """Input of a release."""

    note = serializers.CharField(
        required=False, allow_blank=True, default="", help_text=_("What is new, for attendees.")
    )
    plan_version = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        help_text=_("Version of the plan that was reviewed, from `conflicts`; 409 when it changed since."),
    )
    allow_empty = serializers.BooleanField(
        required=False, default=False, help_text=_("Release a plan without any slot of a public talk.")
    )


class FeedbackSerializer(StrictSerializer):
    """Feedback: stars, a comment or both."""

    rating = serializers.IntegerField(
        min_value=1, max_value=5, required=False, allow_null=True, help_text=_("Stars, from 1 to 5.")
    )

    class Meta:
        model = Feedback
        fields = ["rating", "comment", "name"]


class MergingSerializer(StrictTypes, serializers.Serializer):
    """Input of a merge."""

    other = Reference(Speaker.objects, help_text=_("Slug of the speaker who is merged and deleted."))


class ReleaseSerializer(RecordSerializer):
    url = PageUrl("events:changes", "event_key", "number", tail="#release-{}")
    event = Column("event_key", help_text=_("Slug of the event."))
    updated_at = serializers.DateTimeField(source="created_at", read_only=True)
    current = Column("is_current", {"type": "boolean"}, help_text=_("Whether attendees see it."))

    class Meta(RecordSerializer.Meta):
        model = Release
        fields = ["url", "guid", "event", "number", "note", "current", "created_at", "updated_at"]
        read_only_fields = fields
        expandable = {"event": (EventSerializer, "event")}

    @classmethod
    def load(cls, rows, shape: Shape, user):
        rows = rows.defer("document").annotate(
            event_key=F("event__slug"),
            is_current=Exists(Event.objects.filter(current_release=OuterRef("pk")).order_by()),
        )
        return with_event(rows, shape, user)
