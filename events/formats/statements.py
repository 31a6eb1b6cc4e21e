"""What each talk of a file says about its time, taken apart, and how long a talk lasts that does not say."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from .raw import RawEvent

_UNKNOWN = timedelta(minutes=30)  # a talk whose length nothing tells
_GUESS = timedelta(hours=4)  # the longest that a talk without a length may fill a gap


@dataclass(slots=True)
class Statement:
    """An event's statements about time, taken apart."""

    event: RawEvent
    stamp: date | datetime | None
    wall: time | None
    length: timedelta | None

    @property
    def instant(self) -> datetime | None:
        """The stamp, if it is a moment that needs no zone."""
        return self.stamp if isinstance(self.stamp, datetime) and self.stamp.tzinfo else None


class Lengths:
    """How long a talk lasts that does not say so: to the next one in its room, else as long as most do."""

    def __init__(self, timed: list[Statement], starts: list[datetime | None]) -> None:
        self.timed, self.starts = timed, starts
        self.rooms: dict[str, list[datetime]] = defaultdict(list)
        for one, start in zip(timed, starts, strict=True):
            if start:
                self.rooms[one.event.room].append(start)
        lengths = Counter(one.length for one in timed if one.length)
        self.usual = max(sorted(lengths), key=lengths.__getitem__, default=_UNKNOWN)

    def of(self, index: int) -> timedelta:
        start = self.starts[index]
        later = [other for other in self.rooms[self.timed[index].event.room] if other > start]
        gap = min(later) - start if later else None
        return gap if gap and gap <= _GUESS else self.usual


def is_same_minute(local: datetime, wall: time) -> bool:
    return (local.hour, local.minute) == (wall.hour, wall.minute)
