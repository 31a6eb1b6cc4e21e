"""Venues and rooms in JSON."""

from django.db.models import F, Prefetch

from roadshow.api.serializers import PageUrl, RecordSerializer, Reference, Shape

from ..models import Room, Venue


class VenueSerializer(RecordSerializer):
    url = PageUrl("events:events", "guid", tail="?venue={}")

    class Meta(RecordSerializer.Meta):
        model = Venue
        fields = [
            "url", "guid", "name", "address", "city", "country", "latitude", "longitude", "website",
            "directions", "accessibility", "created_at", "updated_at",
        ]  # fmt: skip

    @classmethod
    def load(cls, rows, shape: Shape, user):
        return super().load(rows, shape, user).defer("search")


class RoomSerializer(RecordSerializer):
    url = PageUrl("events:events", "guid", tail="?room={}")
    venue = Reference(Venue.objects, "guid")

    class Meta(RecordSerializer.Meta):
        model = Room
        fields = [
            "url", "guid", "venue", "name", "capacity", "building", "floor", "description", "directions", "step_free",
            "hearing_loop", "quiet", "light", "stream_url", "chat_url", "shared", "position",
            "created_at", "updated_at",
        ]  # fmt: skip
        expandable = {"venue": (VenueSerializer, "venue")}

    @classmethod
    def load(cls, rows, shape: Shape, user):
        rows = super().load(rows, shape, user).defer("search").annotate(venue_key=F("venue__guid"))
        if "venue" in shape.expanded:
            venues = VenueSerializer.load(Venue.objects.all(), shape.expanded["venue"], user)
            rows = rows.prefetch_related(Prefetch("venue", venues))
        return rows
