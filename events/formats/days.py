"""The days of an event: when each begins, and which one a moment belongs to.

A day begins at the hour when the programme of the day before is over (`change`, such as 04:00), so that a
talk at 00:15 belongs to the evening before, and a talk over midnight to the day it began in. Boundaries are
instants, never clock readings: days follow each other without gap or overlap through every change of clocks.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from .document import Day, Document
from .times import DAY, find_zone, local_to_utc

CHANGE = time(4)  # where nothing says otherwise
_MANY = 370  # days; a longer range is a mistake in the file


def day_start(on: date, zone: ZoneInfo, change: time) -> datetime:
    """The instant (UTC) at which the day `on` begins."""
    return local_to_utc(datetime.combine(on, change), zone)


def find_day(instant: datetime, zone: ZoneInfo, change: time, first: date | None = None) -> date:
    """The day that an instant belongs to: the last one that has begun. The event's `first` begins at midnight."""
    local = instant.astimezone(zone).replace(tzinfo=None)
    on = (local - timedelta(hours=change.hour, minutes=change.minute, seconds=change.second)).date()
    while day_start(on + DAY, zone, change) <= instant:
        on += DAY
    while day_start(on, zone, change) > instant:
        on -= DAY
    return first if first == local.date() and on < first else on


def whole_day(on: date, zone: ZoneInfo, change: time) -> Day:
    """The day `on` from its beginning to the next one's."""
    return Day(date=on, starts_at=day_start(on, zone, change), ends_at=day_start(on + DAY, zone, change))


def find_day_change(days: Iterable[Day], zone: ZoneInfo) -> time:
    """When the day changes, by the days that a document names.

    If they end on the morning after, then; else at 04:00, or at their beginning if that is earlier. Most
    days decide.
    """
    votes = Counter(_change(day, zone) for day in days)
    return max(sorted(votes), key=votes.__getitem__, default=CHANGE)


def _change(day: Day, zone: ZoneInfo) -> time:
    start = day.starts_at.astimezone(zone)
    end = day.ends_at.astimezone(zone).replace(tzinfo=None)
    if end.second >= 59 or end.minute == 59:  # "03:59", "23:59:59": up to the next minute
        end = (end + timedelta(minutes=1)).replace(second=0, microsecond=0)
    begin = start.time().replace(microsecond=0)
    if end.date() > start.date():
        long = end - start.replace(tzinfo=None) > DAY
        return begin if long else min(begin, end.time().replace(microsecond=0))
    return min(begin, CHANGE)


def list_days(document: Document) -> list[Day]:
    """Every day of the document in order, also those that only its slots show; at least one.

    Each slot belongs to exactly one of them: the one whose date `day_of` gives.
    """
    zone = zone_of_document(document)
    change = find_day_change(document.days, zone)
    days: dict[date, Day] = {}
    for day in document.days:
        other = days.setdefault(day.date, day)
        days[day.date] = Day(
            date=day.date,
            starts_at=min(day.starts_at, other.starts_at),
            ends_at=max(day.ends_at, other.ends_at),
        )
    starts = {slot.starts_at for talk in document.talks for slot in talk.slots}
    first = document.starts_on
    for on in {find_day(start, zone, change, first) for start in starts} or _range(document):
        days.setdefault(on, whole_day(on, zone, change))
    if first in days and (early := [at for at in starts if find_day(at, zone, change, first) == first]):
        days[first] = replace(days[first], starts_at=min(days[first].starts_at, *early))
    return [days[on] for on in sorted(days)]


def _range(document: Document) -> set[date]:
    if document.days:
        return set()
    first = document.starts_on or document.ends_on or date(1970, 1, 1)
    last = document.ends_on or first
    return {first + timedelta(days=number) for number in range(min(max((last - first).days, 0), _MANY) + 1)}


def find_date_range(first: date | None, last: date | None, days: list[date]) -> tuple[date, date]:
    """An event's first and last day: as stated, extended to its days; these alone where none is inside."""
    first, last = first or last or min(days), last or first or max(days)
    first, last = min(first, last), max(first, last)
    if not any(first <= day <= last for day in days):
        return min(days), max(days)
    return min(first, *days), max(last, *days)


def zone_of_document(document: Document) -> ZoneInfo:
    """The zone to show the document's times in; UTC where it names none that exists."""
    return find_zone(document.timezone) or ZoneInfo("UTC")


def is_all_day(starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> bool:
    """Whether a time fills whole days of the calendar, from midnight to midnight."""
    starts, ends = starts_at.astimezone(zone), ends_at.astimezone(zone)
    return starts.time() == time(0) and ends.time() == time(0) and ends > starts
