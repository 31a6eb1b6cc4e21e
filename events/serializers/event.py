"""JSON of series and events."""

from django.conf import settings
from django.db.models import Case, F, OuterRef, Prefetch, Q, When
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ValidationError

from roadshow.api.serializers import (
    Column,
    PageUrl,
    PictureUrl,
    RecordSerializer,
    Reference,
    References,
    Rows,
    Shape,
    json_rows,
    key_array,
)
from roadshow.core.access import is_organiser

from ..models import Event, EventRoom, Photo, Recap, Room, Series, Venue
from .venue import RoomSerializer, VenueSerializer

TEXT, COUNT = {"type": "string"}, {"type": "integer"}
RECAP = dict.fromkeys(("language", "title", "text", "author", "source"), TEXT)
PHOTO = {
    "guid": TEXT | {"format": "uuid"},
    "picture": TEXT | {"format": "uri"},
    "width": COUNT,
    "height": COUNT,
    **dict.fromkeys(("caption", "alternative", "credit", "credit_url", "license"), TEXT),
}


class SeriesSerializer(RecordSerializer):
    url = PageUrl("events:series", "slug")

    class Meta(RecordSerializer.Meta):
        model = Series
        fields = [
            "url", "guid", "slug", "name", "tagline", "description", "website", "state",
            "created_at", "updated_at",
        ]  # fmt: skip

    @classmethod
    def load(cls, rows, shape: Shape, user):
        return super().load(rows, shape, user).defer("search")

    def after_create(self, row):
        row.organisers.add(self.context["request"].user)


class Photos(Rows):
    """Pictures with absolute URLs."""

    def reader(self, context):
        site = context["site"] + settings.MEDIA_URL
        return lambda row: [photo | {"picture": site + photo["picture"]} for photo in row.photos_list]


class EventSerializer(RecordSerializer):
    url = PageUrl("events:event", "slug")
    series = Reference(Series.objects, required=False, allow_null=True)
    venue = Reference(Venue.objects, "guid", required=False, allow_null=True)
    rooms = References(Room.objects, "guid", required=False)
    picture = PictureUrl(help_text=_("Address of the picture."))
    release = Column(
        "release_number",
        {"type": ["integer", "null"]},
        help_text=_("Number of the current release; null before the first."),
    )
    recaps = Rows(RECAP, help_text=_("What happened, once for each language."))
    photos = Photos(PHOTO, help_text=_("Pictures with what they show, who made them and on what terms."))

    class Meta(RecordSerializer.Meta):
        model = Event
        fields = [
            "url", "guid", "slug", "series", "name", "tagline", "description", "notice", "language", "state",
            "starts_on", "ends_on", "date_precision", "previous_starts_on", "timezone", "day_change",
            "venue", "city", "country", "latitude", "longitude", "online_url", "rooms", "website",
            "registration_url", "organiser_name", "picture", "color", "feedback_open", "slot_minutes",
            "room_changeover", "speaker_changeover", "release", "recaps", "photos", "created_at", "updated_at",
        ]  # fmt: skip
        example = {
            "slug": "bangalore-2018",
            "series": "tensorflow-roadshow",
            "name": "TensorFlow Roadshow Bangalore 2018",
            "state": "published",
            "starts_on": "2018-10-06",
            "ends_on": "2018-10-06",
            "timezone": "Asia/Kolkata",
            "city": "Bengaluru",
            "country": "India",
        }
        related = ("rooms",)
        expandable = {
            "series": (SeriesSerializer, "series"),
            "venue": (VenueSerializer, "venue"),
            "rooms": (RoomSerializer, "ordered_rooms"),
        }

    @classmethod
    def load(cls, rows, shape: Shape, user):
        rows = (
            super()
            .load(rows, shape, user)
            .defer("search", "conflict_levels")
            .annotate(venue_key=F("venue__guid"), release_number=F("current_release__number"))
        )
        rows = cls._load_series(rows, shape, user)
        if "venue" in shape.expanded:
            venues = VenueSerializer.load(Venue.objects.all(), shape.expanded["venue"], user)
            rows = rows.prefetch_related(Prefetch("venue", venues))
        if "rooms" in shape.expanded:
            rooms = RoomSerializer.load(Room.objects.all(), shape.expanded["rooms"], user)
            rows = rows.prefetch_related(
                Prefetch("rooms", rooms.order_by("event_rooms__position", "pk"), to_attr="ordered_rooms")
            )
        return rows.annotate(**cls._lists(shape))

    @classmethod
    def _load_series(cls, rows, shape: Shape, user):
        """Draft series are only visible to their organisers."""
        seen = Q(series__state=Series.State.PUBLISHED)
        if is_organiser(user):
            seen |= Q(series__in=Series.objects.editable_by(user).order_by().values("pk"))
        rows = rows.annotate(series_key=Case(When(seen, then=F("series__slug"))))
        if "series" in shape.expanded:
            series = SeriesSerializer.load(Series.objects.visible_to(user), shape.expanded["series"], user)
            rows = rows.prefetch_related(Prefetch("series", series))
        return rows

    @classmethod
    def _lists(cls, shape: Shape) -> dict:
        own = {"event": OuterRef("pk")}
        lists = {
            "rooms_keys": key_array(
                EventRoom.objects.filter(**own).order_by("position", "pk"), "room__guid"
            ),
            "recaps_list": json_rows(
                Recap.objects.filter(**own).order_by("language"),
                language="language", title="title", text="text", author="author", source="source",
            ),
            "photos_list": json_rows(
                Photo.objects.filter(**own).order_by("position", "pk"),
                guid="guid", picture="picture", width="width", height="height", caption="caption",
                alternative="alternative", credit="credit", credit_url="credit_url", license="license",
            ),
        }  # fmt: skip
        return {name: value for name, value in lists.items() if shape.wants(name.partition("_")[0])}

    def validate_series(self, series: Series | None) -> Series | None:
        """Users may add events to series that they organise; an event may stay in its series."""
        theirs = Series.objects.editable_by(self.context["request"].user)
        before = self.instance and self.instance.series_id
        if series and series.pk != before and not theirs.filter(pk=series.pk).exists():
            raise ValidationError(_("Only its organisers put events into this series."))
        return series

    def assign(self, row, values):
        """Keep a series that the user cannot see: reading returned null for it."""
        user = self.context["request"].user
        if (
            row.series_id
            and values.get("series", row.series) is None
            and not Series.objects.visible_to(user).filter(pk=row.series_id).exists()
        ):
            values = {name: value for name, value in values.items() if name != "series"}
        return super().assign(row, values)

    def after_create(self, row):
        row.organisers.add(self.context["request"].user)

    def write_rooms(self, row, rooms: list[Room]) -> bool:
        """Set the event's rooms in this order; rooms that stay keep their opening times."""
        existing = {one.room_id: one for one in row.event_rooms.order_by("position", "pk")}
        if list(existing) == [room.pk for room in rooms]:
            return False
        row.event_rooms.exclude(room__in=rooms).delete()
        wanted = [existing.get(room.pk) or EventRoom(event=row, room=room) for room in rooms]
        for position, one in enumerate(wanted):
            one.position = position
        EventRoom.objects.bulk_create(one for one in wanted if one.pk is None)
        EventRoom.objects.bulk_update([one for one in wanted if one.room_id in existing], ["position"])
        return True
