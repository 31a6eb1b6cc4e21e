"""Other people's schedules become an event's plan: previewed, in one transaction, as often as one likes."""

from .report import ChangedTalk, FieldChange, Report
from .run import ImportRefused, import_schedule

__all__ = ["ChangedTalk", "FieldChange", "ImportRefused", "Report", "import_schedule"]
