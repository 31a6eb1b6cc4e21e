"""Pages of series, events, schedules and talks. Each names its rows and its template."""

from .changes import changes
from .events import event, event_list, series
from .schedule import schedule
from .talks import talk, talk_list

__all__ = ["changes", "event", "event_list", "schedule", "series", "talk", "talk_list"]
