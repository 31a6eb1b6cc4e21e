"""Models of events, one module each thing."""

from .event import Event, EventQuerySet
from .event_speaker import EventSpeaker, show_event_profiles
from .feedback import Feedback
from .imports import Import
from .live import LiveChange, LiveSlot, RoomStatus
from .mail import Mailing, MailKind, MailRefusal, MailTemplate, Message
from .notice import Notice
from .plan import AcceptedClash, AcceptedOverlap, Slot
from .preview_link import PreviewLink
from .private_calendar import PrivateCalendar
from .recap import Photo, Recap
from .release import Booking, Release, ReleasedSlot
from .role import Invitation, Role
from .series import Series
from .speaker_page import Confirmation, SpeakerPass
from .talk import Talk
from .talk_parts import TalkLink, TalkSpeaker
from .topic import Topic
from .track import Track
from .venue import EventRoom, Room, Venue

__all__ = [
    "AcceptedClash",
    "AcceptedOverlap",
    "Booking",
    "Confirmation",
    "Event",
    "EventQuerySet",
    "EventRoom",
    "EventSpeaker",
    "Feedback",
    "Import",
    "Invitation",
    "LiveChange",
    "LiveSlot",
    "MailKind",
    "MailRefusal",
    "MailTemplate",
    "Mailing",
    "Message",
    "Notice",
    "Photo",
    "PreviewLink",
    "PrivateCalendar",
    "Recap",
    "Release",
    "ReleasedSlot",
    "Role",
    "Room",
    "RoomStatus",
    "Series",
    "Slot",
    "SpeakerPass",
    "Talk",
    "TalkLink",
    "TalkSpeaker",
    "Topic",
    "Track",
    "Venue",
    "show_event_profiles",
]
