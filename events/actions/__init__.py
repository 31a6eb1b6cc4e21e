"""Changes of several rows. Each is keyword-only and one transaction."""

from .document import build_document
from .feedback import give_feedback
from .importing import ImportRefused, Report, import_schedule
from .merging import MergeRefused, merge_speakers, repeat_talk
from .plan import load_plan, load_plans
from .planning import StalePlan, load_release, schedule_slot, unschedule_slot
from .release import ScheduleConflict, find_plan_conflicts, release
from .topics import get_or_create_topics

__all__ = [
    "ImportRefused",
    "MergeRefused",
    "Report",
    "ScheduleConflict",
    "StalePlan",
    "build_document",
    "find_plan_conflicts",
    "get_or_create_topics",
    "give_feedback",
    "import_schedule",
    "load_plan",
    "load_plans",
    "load_release",
    "merge_speakers",
    "release",
    "repeat_talk",
    "schedule_slot",
    "unschedule_slot",
]
