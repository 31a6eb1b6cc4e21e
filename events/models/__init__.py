from .event import Event, EventQuerySet, EventRoom
from .feedback import Feedback
from .private_calendar import PrivateCalendar
from .recap import Photo, Recap
from .schedule import AcceptedClash, Booking, Release, ReleasedSlot, Slot
from .series import Series
from .talk import Talk
from .talk_parts import TalkLink, TalkSpeaker
from .topic import Topic
from .track import Track
from .venue import Room, Venue

__all__ = [
    "AcceptedClash",
    "Booking",
    "Event",
    "EventQuerySet",
    "EventRoom",
    "Feedback",
    "Photo",
    "PrivateCalendar",
    "Recap",
    "Release",
    "ReleasedSlot",
    "Room",
    "Series",
    "Slot",
    "Talk",
    "TalkLink",
    "TalkSpeaker",
    "Topic",
    "Track",
    "Venue",
]
