"""Pure functions over schedules: grouping, filtering, conflicts of a plan, changes between releases."""

from .conflicts import KINDS, Conflict, Level, PlannedSlot, PlanRules, find_conflicts
from .days import DaySchedule, Entry, group_by_day, list_entries
from .differences import ScheduleChange, compare_documents
from .filtering import RECORDED, collect_facets, filter_entries, fold_text, is_recorded, join_searchable_text
from .grid import Cell, Grid, Row, build_grid

__all__ = [
    "KINDS",
    "RECORDED",
    "Cell",
    "Conflict",
    "DaySchedule",
    "Entry",
    "Grid",
    "Level",
    "PlanRules",
    "PlannedSlot",
    "Row",
    "ScheduleChange",
    "build_grid",
    "collect_facets",
    "compare_documents",
    "filter_entries",
    "find_conflicts",
    "fold_text",
    "group_by_day",
    "is_recorded",
    "join_searchable_text",
    "list_entries",
]
