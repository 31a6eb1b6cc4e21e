"""Endpoints for events, talks and schedules."""

from .actions import FeedbackView, MergeView
from .event_document import EventDocumentView
from .feedback import FeedbackListView
from .imports import ImportApplyView, ImportJobView, ImportUndoView, ImportView, NewEventView
from .live import LiveChangeView, LiveView, RoomStatesView
from .material import PhotoViewSet, RecapViewSet
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
    "FeedbackListView",
    "FeedbackView",
    "ImportApplyView",
    "ImportJobView",
    "ImportUndoView",
    "ImportView",
    "LiveChangeView",
    "LiveView",
    "MergeView",
    "NewEventView",
    "PeopleView",
    "PersonView",
    "PhotoViewSet",
    "PlanViewSet",
    "RecapViewSet",
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
