"""JSON of talks, tracks and topics."""

from zoneinfo import ZoneInfo

from django.db.models import F, OuterRef, Prefetch
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from roadshow.api.serializers import (
    Links,
    PageUrl,
    PictureUrl,
    RecordSerializer,
    Reference,
    References,
    Rows,
    Shape,
    StrictSerializer,
    json_rows,
    key_array,
    local_time,
)
from speakers.models import Speaker
from speakers.serializers import SpeakerSerializer

from ..models import Event, ReleasedSlot, Talk, TalkLink, TalkSpeaker, Topic, Track
from .event import EventSerializer
from .talk_writing import TalkWriter


class TopicSerializer(RecordSerializer):
    url = PageUrl("topic", "slug")

    class Meta(RecordSerializer.Meta):
        model = Topic
        fields = ["url", "guid", "slug", "name", "description", "created_at", "updated_at"]

    @classmethod
    def load(cls, rows, shape: Shape, user):
        return super().load(rows, shape, user).defer("search")


class TrackSerializer(RecordSerializer):
    url = PageUrl("events:talks", "event_key", "slug", tail="?track={}")
    event = Reference(Event.objects)

    class Meta(RecordSerializer.Meta):
        model = Track
        fields = [
            "url", "guid", "slug", "event", "name", "color", "description", "position",
            "created_at", "updated_at",
        ]  # fmt: skip
        expandable = {"event": (EventSerializer, "event")}

    @classmethod
    def load(cls, rows, shape: Shape, user):
        rows = super().load(rows, shape, user).annotate(event_key=F("event__slug"))
        return with_event(rows, shape, user)

    def validate_event(self, event: Event) -> Event:
        if self.instance and self.instance.event_id != event.pk and self.instance.talks.exists():
            raise ValidationError(_("Its talks stay with their event. Give them another track first."))
        return event


def with_event(rows, shape: Shape, user):
    """Prefetch the events of `rows`, when the shape expands them."""
    if "event" not in shape.expanded:
        return rows
    events = EventSerializer.load(Event.objects.all(), shape.expanded["event"], user)
    return rows.prefetch_related(Prefetch("event", events))


class TalkLinkSerializer(StrictSerializer):
    class Meta:
        model = TalkLink
        fields = ["url", "title", "kind"]


class Speakers(References):
    """Slugs of a talk's speakers, in order."""

    def reader(self, context):
        return lambda row: [one["slug"] for one in row.credits_list]


class Roles(serializers.DictField):
    """Speaker's slug -> role in the talk."""

    child = serializers.ChoiceField(TalkSpeaker.Role.choices)

    def reader(self, context):
        return lambda row: {one["slug"]: one["role"] for one in row.credits_list}


SLOT = {
    "guid": {"type": "string", "format": "uuid"},
    "starts_at": {"type": "string", "format": "date-time"},
    "ends_at": {"type": "string", "format": "date-time"},
    "room": {"type": ["string", "null"], "format": "uuid"},
}


class Times(Rows):
    """The slots of a talk in the current release, in the event's time zone."""

    def reader(self, context):
        def read(row):
            zone = ZoneInfo(row.event_zone)
            return [
                slot | {name: local_time(slot[name], zone) for name in ("starts_at", "ends_at")}
                for slot in row.slots_list
            ]

        return read


class TalkSerializer(TalkWriter):
    url = PageUrl("events:talk", "event_key", "slug")
    event = Reference(Event.objects)
    track = Reference(Track.objects, "guid", required=False, allow_null=True)
    topics = References(Topic.objects, required=False)
    speakers = Speakers(Speaker.objects, required=False, help_text=_("Slugs, in order."))
    roles = Roles(required=False, help_text=_("What each speaker does, by slug."))
    slots = Times(SLOT, help_text=_("When and where, as the day itself changed it; in the event's own time."))
    links = Links(child=TalkLinkSerializer(), required=False)
    picture = PictureUrl(help_text=_("Address of the picture."))

    class Meta(TalkWriter.Meta):
        model = Talk
        fields = [
            "url", "guid", "slug", "event", "title", "subtitle", "abstract", "description", "kind",
            "type_label", "level", "language", "state", "track", "topics", "speakers", "roles", "slots",
            "links", "picture", "origin_url", "feedback_url",
            "duration", "recording_license", "do_not_record", "code", "created_at", "updated_at",
            "expected_audience", "notes",
        ]  # fmt: skip
        example = {
            "event": "bangalore-2018",
            "title": "Distributed TensorFlow",
            "abstract": "From one machine to many.",
            "kind": "talk",
            "level": "advanced",
            "language": "en",
            "state": "confirmed",
            "topics": ["distributed-training"],
            "speakers": ["ada-lovelace"],
            "roles": {"ada-lovelace": "speaker"},
            "links": [{"url": "https://example.org/slides.pdf", "title": "Slides", "kind": "slides"}],
        }
        private = ("expected_audience", "notes")
        related = ("topics", "speakers", "roles", "links")
        expandable = {
            "event": (EventSerializer, "event"),
            "track": (TrackSerializer, "track"),
            "topics": (TopicSerializer, "topics"),
            "speakers": (SpeakerSerializer, "credits"),
        }

    @classmethod
    def load(cls, rows, shape: Shape, user):
        rows = (
            super()
            .load(rows, shape, user)
            .defer("people", "search", "imported")
            .annotate(event_key=F("event__slug"), event_zone=F("event__timezone"), track_key=F("track__guid"))
        )
        rows = with_event(rows.annotate(**cls._lists(shape, user)), shape, user)
        for name, serializer, model in (
            ("track", TrackSerializer, Track),
            ("topics", TopicSerializer, Topic),
        ):
            if name in shape.expanded:
                found = serializer.load(model.objects.all(), shape.expanded[name], user)
                rows = rows.prefetch_related(Prefetch(name, found))
        if "speakers" in shape.expanded:
            people = SpeakerSerializer.load(Speaker.objects.all(), shape.expanded["speakers"], user)
            credits_ = cls.visible_credits(user).prefetch_related(Prefetch("speaker", people))
            rows = rows.prefetch_related(Prefetch("talk_speakers", credits_, to_attr="credits"))
        return rows

    @staticmethod
    def visible_credits(user):
        people = Speaker.objects.visible_to(user).order_by()
        return TalkSpeaker.objects.filter(speaker__in=people).order_by("position", "pk")

    @classmethod
    def _lists(cls, shape: Shape, user) -> dict:
        own = {"talk": OuterRef("pk")}
        lists = {
            "topics_keys": key_array(Topic.objects.filter(talks=OuterRef("pk")).order_by("name", "pk"), "slug"),
            "links_list": json_rows(
                TalkLink.objects.filter(**own).order_by("position", "pk"),
                url="url", title="title", kind="kind",
            ),
            "slots_list": json_rows(
                ReleasedSlot.objects.current().filter(**own).with_present().order_by("present_starts_at", "pk"),
                guid="guid", starts_at="present_starts_at", ends_at="present_ends_at",
                room="present_room_guid",
            ),
        }  # fmt: skip
        lists = {name: value for name, value in lists.items() if shape.wants(name.partition("_")[0])}
        if shape.wants("speakers") or shape.wants("roles"):
            seen = cls.visible_credits(user).filter(**own)
            lists["credits_list"] = json_rows(seen, slug="speaker__slug", role="role")
        return lists

    @staticmethod
    def schema_speakers(speaker: dict) -> dict:
        """OpenAPI schema of what `extend_speakers` returns."""
        role = {"type": "string", "enum": TalkSpeaker.Role.values}
        roles = {"type": "object", "properties": {"role": role}, "required": ["role"]}
        return {"x-name": "TalkSpeaker", "allOf": [speaker, roles]}

    @staticmethod
    def extend_speakers(credit: TalkSpeaker, readers) -> dict:
        """The expanded speaker, with the role in this talk."""
        return {name: read(credit.speaker) for name, read in readers} | {"role": credit.role}
