"""The slots of a document grouped by day and room, in the event's time zone."""

from bisect import bisect_right
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from ..formats.days import is_all_day
from ..formats.document import Day, Document, Room, Slot, Talk, Track

LONG = timedelta(hours=12)  # from which a slot is shown on each day that it reaches


@dataclass(frozen=True, slots=True)
class Entry:
    """One slot of a talk, with its times in the displayed time zone."""

    talk: Talk
    slot: Slot
    starts_at: datetime
    ends_at: datetime
    is_all_day: bool = False  # whole days of the calendar
    is_long: bool = False  # goes on for at least a day's change; shown on each of its days
    is_continued: bool = False  # on a day after its first

    @property
    def minutes(self) -> int:
        return round((self.slot.ends_at - self.slot.starts_at).total_seconds() / 60)

    @property
    def last_day(self) -> datetime:
        """An instant of the last day of an entry of whole days."""
        return self.ends_at - timedelta(hours=1)

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


def group_by_day(
    document: Document, zone: ZoneInfo | None = None, *, each_day: bool = False
) -> list[DaySchedule]:
    """The document's days, each with the entries that start in it; with `each_day` also those that go on in it.

    Whole days are those of the calendar. The first day has what begins before the day changes, too. A slot outside
    the days of the document gets a day of its own.
    """
    own_zone = ZoneInfo(document.timezone or "UTC")
    shown_in = zone or own_zone
    days = sorted(document.days, key=lambda day: day.starts_at)
    found: dict[Day, list[Entry]] = {day: [] for day in days}
    for entry in list_entries(document, zone):
        spanned = _list_days_of(entry.slot, days, own_zone)
        all_day = is_all_day(entry.slot.starts_at, entry.slot.ends_at, own_zone)
        for number, day in enumerate(spanned if each_day else spanned[:1]):
            is_long = all_day or len(spanned) > 1
            shown = replace(entry, is_all_day=all_day, is_long=is_long, is_continued=number > 0)
            found.setdefault(day, []).append(shown)
    return [
        _build_day(document, day, entries, shown_in)
        for day, entries in sorted(found.items(), key=lambda item: item[0].starts_at)
    ]


def _list_days_of(slot: Slot, days: list[Day], zone: ZoneInfo) -> list[Day]:
    """The days on which a slot is shown: that of its start, and later ones where it fills half a day or more."""
    local = slot.starts_at.astimezone(zone)
    if is_all_day(slot.starts_at, slot.ends_at, zone):
        last = (slot.ends_at.astimezone(zone) - timedelta(microseconds=1)).date()
        found = [day for day in days if local.date() <= day.date <= last]
        return found or [_calendar_day(slot.starts_at, zone)]
    index = bisect_right([day.starts_at for day in days], slot.starts_at) - 1
    if index < 0 and days and days[0].date == local.date():
        index = 0
    is_inside = index >= 0 and slot.starts_at < days[index].ends_at
    first = days[index] if is_inside else _calendar_day(slot.starts_at, zone)
    if slot.ends_at - slot.starts_at < LONG:
        return [first]
    return [first, *(day for day in days if first.ends_at <= day.starts_at < slot.ends_at)]


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
