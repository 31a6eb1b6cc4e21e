"""Endpoints that are lists of records and nothing more."""

from roadshow.base.viewsets import RecordViewSet

from .. import filters, serializers


class SeriesViewSet(RecordViewSet):
    """Roadshows and yearly conferences."""

    kind = "series"
    serializer_class = serializers.SeriesSerializer
    filterset_class = filters.SeriesFilter
    lookup_field = "slug"


class VenueViewSet(RecordViewSet):
    """Places with an address."""

    kind = "venues"
    serializer_class = serializers.VenueSerializer
    filterset_class = filters.VenueFilter
    lookup_field = "guid"


class RoomViewSet(RecordViewSet):
    """Rooms, which events share."""

    kind = "rooms"
    serializer_class = serializers.RoomSerializer
    filterset_class = filters.RoomFilter
    lookup_field = "guid"


class TrackViewSet(RecordViewSet):
    """Strands of an event."""

    kind = "tracks"
    serializer_class = serializers.TrackSerializer
    filterset_class = filters.TrackFilter
    lookup_field = "guid"


class TopicViewSet(RecordViewSet):
    """Subjects that talks and links have in common."""

    kind = "topics"
    serializer_class = serializers.TopicSerializer
    filterset_class = filters.TopicFilter
    lookup_field = "slug"


class TalkViewSet(RecordViewSet):
    """Talks, workshops, keynotes and breaks."""

    kind = "talks"
    serializer_class = serializers.TalkSerializer
    filterset_class = filters.TalkFilter
    lookup_field = "guid"
