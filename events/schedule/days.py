"""The slots of a document grouped by day and room, in the event's time zone."""

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from ..formats.document import Day, Document, Room, Slot, Talk, Track


@dataclass(frozen=True, slots=True)
class Entry:
    """One slot of a talk, with its times in the displayed time zone."""

    talk: Talk
    slot: Slot
    starts_at: datetime
    ends_at: datetime

    @property
    def minutes(self) -> int:
        return round((self.slot.ends_at - self.slot.starts_at).total_seconds() / 60)

    @property
    def is_cancelled(self) -> bool:
        return self.talk.state == "cancelled"

    @property
    def room(self) -> str:
        return self.slot.room


@dataclass(frozen=True, slots=True)
class DaySchedule:
    """A day of an event: its entries in time order, and its rooms and tracks in the event's order."""

    date: date
    starts_at: datetime
    ends_at: datetime
    entries: list[Entry] = field(default_factory=list)
    rooms: list[Room] = field(default_factory=list)
    tracks: list[Track] = field(default_factory=list)

    def entries_in_room(self, name: str) -> list[Entry]:
        return [entry for entry in self.entries if entry.slot.room == name]


def list_entries(document: Document, zone: ZoneInfo | None = None) -> list[Entry]:
    """Every slot of the document in time order, then by room; times in `zone`, else in the event's."""
    zone = zone or ZoneInfo(document.timezone or "UTC")
    order = {room.name: index for index, room in enumerate(document.rooms)}
    entries = [
        Entry(talk, slot, slot.starts_at.astimezone(zone), slot.ends_at.astimezone(zone))
        for talk in document.talks
        for slot in talk.slots
    ]
    entries.sort(key=lambda entry: (entry.slot.starts_at, order.get(entry.slot.room, -1), entry.talk.title))
    return entries


def group_by_day(document: Document, zone: ZoneInfo | None = None) -> list[DaySchedule]:
    """The document's days, each with the entries that start in it.

    A slot outside the days of the document gets a day of its own.
    """
    shown_in = zone or ZoneInfo(document.timezone or "UTC")
    days = sorted(document.days, key=lambda day: day.starts_at)
    starts = [day.starts_at for day in days]
    found: dict[Day, list[Entry]] = {day: [] for day in days}
    for entry in list_entries(document, zone):
        index = bisect_right(starts, entry.slot.starts_at) - 1
        if index >= 0 and entry.slot.starts_at < days[index].ends_at:
            day = days[index]
        else:
            day = _calendar_day(entry.slot.starts_at, ZoneInfo(document.timezone or "UTC"))
        found.setdefault(day, []).append(entry)
    return [
        _build_day(document, day, entries, shown_in)
        for day, entries in sorted(found.items(), key=lambda item: item[0].starts_at)
    ]


def _calendar_day(instant: datetime, zone: ZoneInfo) -> Day:
    local = instant.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    end = (local.replace(tzinfo=None) + timedelta(days=1)).replace(tzinfo=zone)
    return Day(date=local.date(), starts_at=local.astimezone(UTC), ends_at=end.astimezone(UTC))


def _build_day(document: Document, day: Day, entries: list[Entry], zone: ZoneInfo) -> DaySchedule:
    rooms = {entry.slot.room for entry in entries}
    tracks = {entry.talk.track for entry in entries}
    return DaySchedule(
        date=day.date,
        starts_at=day.starts_at.astimezone(zone),
        ends_at=day.ends_at.astimezone(zone),
        entries=entries,
        rooms=[room for room in document.rooms if room.name in rooms],
        tracks=[track for track in document.tracks if track.name in tracks],
    )
