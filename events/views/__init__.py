"""Pages of series, events, schedules and talks. Each names its rows and its template."""

from .changes import changes
from .events import event, event_list, series, series_talks
from .feedback import event_feedback, talk_feedback
from .files import calendar, schedule_file, series_calendar, talk_file
from .my import my, my_calendar, my_code, private_calendar
from .now import display, now
from .offline import manifest, news, programme, worker
from .previews import event_preview, talk_preview
from .schedule import schedule
from .talks import talk, talk_list

__all__ = [
    "calendar",
    "changes",
    "display",
    "event",
    "event_feedback",
    "event_list",
    "event_preview",
    "manifest",
    "my",
    "my_calendar",
    "my_code",
    "news",
    "now",
    "private_calendar",
    "programme",
    "schedule",
    "schedule_file",
    "series",
    "series_calendar",
    "series_talks",
    "talk",
    "talk_feedback",
    "talk_file",
    "talk_list",
    "talk_preview",
    "worker",
]
