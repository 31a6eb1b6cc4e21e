"""Endpoints for speakers."""

from roadshow.api.viewsets import RecordViewSet

from .filters import SpeakerFilter
from .serializers import SpeakerSerializer


class SpeakerViewSet(RecordViewSet):
    """People who give talks, one record each across all events."""

    serializer_class = SpeakerSerializer
    filterset_class = SpeakerFilter
    lookup_field = "slug"
