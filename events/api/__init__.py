"""Endpoints for events, talks and schedules."""

from .actions import FeedbackView, ImportView, MergeView, NewEventView
from .event_document import EventDocumentView
from .records import (
    RoomViewSet,
    SeriesViewSet,
    TalkViewSet,
    TopicViewSet,
    TrackViewSet,
    VenueViewSet,
)
from .schedule import EventViewSet, PlanViewSet, ReleaseViewSet, SlotViewSet

__all__ = [
    "EventDocumentView",
    "EventViewSet",
    "FeedbackView",
    "ImportView",
    "MergeView",
    "NewEventView",
    "PlanViewSet",
    "ReleaseViewSet",
    "RoomViewSet",
    "SeriesViewSet",
    "SlotViewSet",
    "TalkViewSet",
    "TopicViewSet",
    "TrackViewSet",
    "VenueViewSet",
]
