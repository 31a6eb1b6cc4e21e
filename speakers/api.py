"""Endpoints for speakers."""

from roadshow.api.uploads import PictureViewSet
from roadshow.core.access import can_add_events
from roadshow.core.roles import Permission, roles_with

from .filters import SpeakerFilter
from .serializers import SpeakerSerializer


class SpeakerViewSet(PictureViewSet):
    """People who give talks, one record each across all events."""

    serializer_class = SpeakerSerializer
    filterset_class = SpeakerFilter
    lookup_field = "slug"

    def may_create(self, user) -> bool:
        return (
            can_add_events(user) or user.roles.filter(name__in=roles_with(Permission.EDIT_SPEAKERS)).exists()
        )
