"""Changes that touch several rows. Each is keyword-only and one transaction."""

from .feedback import give_feedback
from .importing import ImportRefused, Report, import_schedule
from .merging import MergeRefused, merge_speakers, repeat_talk
from .plan import document_of, plan_of, plans_of
from .planning import StalePlan, load_release, place, unplace
from .release import ScheduleConflict, check, release
from .topics import topics_named

__all__ = [
    "ImportRefused",
    "MergeRefused",
    "Report",
    "ScheduleConflict",
    "StalePlan",
    "check",
    "document_of",
    "give_feedback",
    "import_schedule",
    "load_release",
    "merge_speakers",
    "place",
    "plan_of",
    "plans_of",
    "release",
    "repeat_talk",
    "topics_named",
    "unplace",
]
