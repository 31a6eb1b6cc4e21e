"""Pages of series, events, schedules and talks. Each names its rows and its template."""

from .changes import changes
from .device import device_copy, device_more
from .embed import embed, embed_next, embed_schedule, embed_script, embed_speakers
from .events import event, event_list, series, series_talks
from .feedback import event_feedback, talk_feedback
from .files import calendar, schedule_file, series_calendar, talk_file
from .invitations import invitation
from .live import desk, desk_room, live, room_states
from .my import my, my_calendar, my_code, private_calendar, private_stars
from .now import display, now
from .oembed import oembed
from .offline import manifest, news, programme, worker
from .people import event_speakers
from .preview_link import preview_link
from .previews import event_preview, talk_preview
from .rooms import room, room_list, venue
from .schedule import schedule
from .speaker_page import speaker_page
from .talks import talk, talk_list
from .unsubscribe import unsubscribe

__all__ = [
    "calendar",
    "changes",
    "desk",
    "desk_room",
    "device_copy",
    "device_more",
    "display",
    "embed",
    "embed_next",
    "embed_schedule",
    "embed_script",
    "embed_speakers",
    "event",
    "event_feedback",
    "event_list",
    "event_preview",
    "event_speakers",
    "invitation",
    "live",
    "manifest",
    "my",
    "my_calendar",
    "my_code",
    "news",
    "now",
    "oembed",
    "preview_link",
    "private_calendar",
    "private_stars",
    "programme",
    "room",
    "room_list",
    "room_states",
    "schedule",
    "schedule_file",
    "series",
    "series_calendar",
    "series_talks",
    "speaker_page",
    "talk",
    "talk_feedback",
    "talk_file",
    "talk_list",
    "talk_preview",
    "unsubscribe",
    "venue",
    "worker",
]
