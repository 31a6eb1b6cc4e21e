"""schedule.json, as frab, pretalx and c3voc write it (https://c3voc.de/schedule/schema.json)."""

from .read import read
from .write import write

__all__ = ["read", "write"]
