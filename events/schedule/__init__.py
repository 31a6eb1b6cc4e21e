"""Pure functions over schedules: days and rooms, conflicts of a plan, the difference of two releases."""

from .conflicts import KINDS, Conflict, Level, Planned, Rules, conflicts
from .days import DaySchedule, Entry, days_of, entries_of
from .differences import Change, differences
from .grid import Cell, Grid, Row, grid_of
from .narrowing import RECORDED, facets, folded, is_recorded, narrow, words_of

__all__ = [
    "KINDS",
    "RECORDED",
    "Cell",
    "Change",
    "Conflict",
    "DaySchedule",
    "Entry",
    "Grid",
    "Level",
    "Planned",
    "Row",
    "Rules",
    "conflicts",
    "days_of",
    "differences",
    "entries_of",
    "facets",
    "folded",
    "grid_of",
    "is_recorded",
    "narrow",
    "words_of",
]
