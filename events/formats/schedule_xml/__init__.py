"""schedule.xml, as Pentabarf began it and frab, wafer, pretalx and c3voc continue it (https://c3voc.de/wiki/schedule)."""

from .read import read
from .write import write

__all__ = ["read", "write"]
