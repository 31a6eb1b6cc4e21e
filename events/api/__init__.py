"""Endpoints for events, talks and schedules."""

from .actions import FeedbackView, ImportView, MergeView, NewEventView
from .event_document import EventDocumentView
from .live import LiveChangeView, LiveView, RoomStatesView
from .people import PeopleView, PersonView
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
    "LiveChangeView",
    "LiveView",
    "MergeView",
    "NewEventView",
    "PeopleView",
    "PersonView",
    "PlanViewSet",
    "ReleaseViewSet",
    "RoomStatesView",
    "RoomViewSet",
    "SeriesViewSet",
    "SlotViewSet",
    "TalkViewSet",
    "TopicViewSet",
    "TrackViewSet",
    "VenueViewSet",
]
