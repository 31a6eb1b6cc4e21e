"""Changes that touch several rows. Each is keyword-only and one transaction."""

from .plan import document_of, plan_of, plans_of
from .release import ScheduleConflict, check, release

__all__ = ["ScheduleConflict", "check", "document_of", "plan_of", "plans_of", "release"]
