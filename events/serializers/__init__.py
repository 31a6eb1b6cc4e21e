"""JSON of events, talks and their parts."""

from .event import EventSerializer, SeriesSerializer
from .material import PhotoSerializer, RecapSerializer
from .people import EventSpeakerSerializer
from .schedule import (
    FeedbackSerializer,
    MergingSerializer,
    PlanSerializer,
    ReleaseSerializer,
    ReleasingSerializer,
    SlotSerializer,
)
from .talk import TalkSerializer, TopicSerializer, TrackSerializer
from .venue import RoomSerializer, VenueSerializer

__all__ = [
    "EventSerializer",
    "EventSpeakerSerializer",
    "FeedbackSerializer",
    "MergingSerializer",
    "PhotoSerializer",
    "PlanSerializer",
    "RecapSerializer",
    "ReleaseSerializer",
    "ReleasingSerializer",
    "RoomSerializer",
    "SeriesSerializer",
    "SlotSerializer",
    "TalkSerializer",
    "TopicSerializer",
    "TrackSerializer",
    "VenueSerializer",
]
