"""Other people's schedules become an event's plan: previewed, in one transaction, as often as one likes."""

from .entries import undo_import
from .report import ChangedTalk, Concern, FieldChange, PreviewRow, Report
from .run import ImportRefused, import_schedule
from .undo import CannotUndo
from .words import describe_change

__all__ = [
    "CannotUndo",
    "ChangedTalk",
    "Concern",
    "FieldChange",
    "ImportRefused",
    "PreviewRow",
    "Report",
    "describe_change",
    "import_schedule",
    "undo_import",
]
