"""Pure functions over schedules: days and rooms, conflicts of a plan, the difference of two releases."""

from .conflicts import KINDS, Conflict, Level, Planned, Rules, conflicts
from .days import DaySchedule, Entry, days_of, entries_of
from .differences import Change, differences

__all__ = [
    "KINDS",
    "Change",
    "Conflict",
    "DaySchedule",
    "Entry",
    "Level",
    "Planned",
    "Rules",
    "conflicts",
    "days_of",
    "differences",
    "entries_of",
]
