"""When each talk of a file begins and ends, although the file's own statements may contradict each other.

A schedule file says the time of a talk up to three times: `date` (a moment, mostly with an offset from UTC),
`start` (what the clock on the wall shows), and the date of the day it stands in. The rule:

1. `start` is what organisers and attendees read, so the right reading is the one under which most talks of
   the file begin, in the event's zone, at their `start`.
2. If that is `date` as an instant, it is believed (a date in UTC beside a local `start` agrees with it). If
   it is the clock of `date` without its offset, then an offset of zero is taken for a local time that was
   marked as UTC by mistake; any other offset was computed by somebody who knew the zone, so the zone's name
   is wrong.
3. A day's date is checked against the talks in it: where most dated talks begin a whole number of days off,
   the day is off by so many, if the event's own first and last day do not say the opposite. What begins
   before the day changes (the file's `day_change`, else the hour its days end at, else 04:00) belongs to the
   day before.
4. One talk that disagrees with its own `start` keeps its `date`, and is reported.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from .days import CHANGE, boundary, change_of, day_of, whole_day
from .document import Day
from .raw import RawDay, RawEvent, RawSchedule
from .reading import Report, UnreadableFile
from .times import DAY, clock, duration, moment, resolve, zone_at_offsets, zone_named

Span = tuple[datetime, datetime]
_UNKNOWN = timedelta(minutes=30)  # a talk whose length nothing tells
_GUESS = timedelta(hours=4)  # the longest that a talk without a length may fill a gap


@dataclass(slots=True)
class _Timed:
    """An event's statements about time, taken apart."""

    event: RawEvent
    stamp: date | datetime | None
    wall: time | None
    length: timedelta | None

    @property
    def instant(self) -> datetime | None:
        """The stamp, if it is a moment that needs no zone."""
        return self.stamp if isinstance(self.stamp, datetime) and self.stamp.tzinfo else None


class Clock:
    """The times of a whole file: `zone`, `days`, and for each event its span in UTC, or None, in `spans`."""

    def __init__(self, raw: RawSchedule, timezone: str, report: Report) -> None:
        self.raw, self.report = raw, report
        self.given = zone_named(timezone)
        if timezone.strip() and self.given is None:
            raise UnreadableFile(f"There is no time zone “{timezone}”; write it like Europe/Berlin.")
        self.timed = [
            _Timed(event, moment(event.date), clock(event.start) if event.start else None, None)
            for event in raw.events
        ]
        self.ignore_offsets = False
        self.zone = self._zone()
        self.change = CHANGE
        self.days_by_raw: dict[int, Day] = {}
        self.days = self._days()
        self.spans = self._spans()
        self.days = self.days or self._days_of_talks()

    # The zone

    def _zone(self) -> ZoneInfo:
        named = zone_named(self.raw.timezone)
        if self.raw.timezone and named is None:
            self.report.add("time zone", f"“{self.raw.timezone}” is not the name of a time zone.")
        zone = named or self.given
        stamped = [timed for timed in self.timed if timed.instant]
        if zone is None:
            return self._zone_without_name(stamped)
        voters = [timed for timed in stamped if timed.wall]
        as_instant = sum(_same_minute(timed.instant.astimezone(zone), timed.wall) for timed in voters)
        as_clock = sum(_same_minute(timed.instant, timed.wall) for timed in voters)
        if as_clock <= as_instant:
            return zone
        return self._contradicted(zone, named, voters, as_clock)

    def _contradicted(
        self, zone: ZoneInfo, named: ZoneInfo | None, voters: list[_Timed], count: int
    ) -> ZoneInfo:
        if sum(timed.instant.utcoffset() == timedelta(0) for timed in voters) * 2 > len(voters):
            self.ignore_offsets = True
            self.report.add(
                "date",
                f"{count} of {len(voters)} talks write local times as if they were UTC; they were read as"
                f" times of {zone.key}.",
            )
            return zone
        right = zone_at_offsets(timed.instant for timed in voters)
        if named and self.given and self._fits(self.given, voters):
            right = self.given
        elif not named:
            right = zone
        self.report.add(
            "time zone",
            f"The zone {zone.key} contradicts the offsets of {count} of {len(voters)} talks; the offsets were"
            f" believed, and times are shown in {right.key}.",
        )
        return right

    @staticmethod
    def _fits(zone: ZoneInfo, timed: list[_Timed]) -> bool:
        return all(one.instant.astimezone(zone).utcoffset() == one.instant.utcoffset() for one in timed)

    def _zone_without_name(self, stamped: list[_Timed]) -> ZoneInfo:
        away = [timed.instant for timed in stamped if timed.instant.utcoffset()]
        if away:
            zone = zone_at_offsets(timed.instant for timed in stamped)
            self.report.add(
                "time zone", f"The file names no time zone; {zone.key} has the offsets that it uses."
            )
            return zone
        if any(not event.starts_at for event in self.raw.events):
            self.report.add(
                "time zone",
                "The file names no time zone; its times were read as UTC. Name the zone if they are local.",
            )
        return ZoneInfo("UTC")

    # The days

    def _local(self, stamp: datetime) -> datetime:
        """A moment of the file as an instant in UTC."""
        if stamp.tzinfo and not self.ignore_offsets:
            return stamp.astimezone(UTC)
        return resolve(stamp.replace(tzinfo=None), self.zone)

    def _days(self) -> list[Day]:
        spans = {id(raw): self._named_span(raw) for raw in self.raw.days}
        self.change = self._change([span for span in spans.values() if span])
        dates = {id(raw): self._date_of(raw, spans[id(raw)]) for raw in self.raw.days}
        shift = self._shift(dates)
        found: dict[date, Day] = {}
        for raw in self.raw.days:
            on = dates[id(raw)]
            if on is None:
                self.report.tally("A day without a date", raw.place)
                continue
            on += shift
            day = self._day(on, spans[id(raw)])
            self.days_by_raw[id(raw)] = day
            other = found.get(on, day)
            found[on] = Day(
                date=on,
                starts_at=min(day.starts_at, other.starts_at),
                ends_at=max(day.ends_at, other.ends_at),
            )
        return [found[on] for on in sorted(found)]

    def _days_of_talks(self) -> list[Day]:
        """The days that the talks show, for a file that names none."""
        starts = {span[0] for span in self.spans if span}
        dates = {day_of(start, self.zone, self.change) for start in starts}
        return [whole_day(on, self.zone, self.change) for on in sorted(dates)]

    def _named_span(self, raw: RawDay) -> Span | None:
        """The beginning and end of a day, where the file gives both as times."""
        start, end = moment(raw.start), moment(raw.end)
        if not isinstance(start, datetime) or not isinstance(end, datetime):
            return None
        begins, ends = self._local(start), self._local(end)
        if timedelta(0) < ends - begins <= 2 * DAY:
            return begins, ends
        self.report.tally("A day that ends before it begins, or is longer than two", raw.place)
        return None

    def _change(self, spans: list[Span]) -> time:
        stated = clock(self.raw.day_change) if self.raw.day_change else None
        if stated:
            return stated
        if self.raw.day_change:
            self.report.add("day_change", f"“{self.raw.day_change}” is not a time of day.")
        days = [
            Day(date=begins.astimezone(self.zone).date(), starts_at=begins, ends_at=ends)
            for begins, ends in spans
        ]
        return change_of(days, self.zone)

    def _date_of(self, raw: RawDay, span: Span | None) -> date | None:
        stated = moment(raw.date) or moment(raw.start)
        if isinstance(stated, datetime):
            return self._local(stated).astimezone(self.zone).date()
        if stated is None and span:
            return day_of(span[0], self.zone, self.change)
        first = moment(self.raw.start)
        if stated is None and first and raw.index:
            first = first.date() if isinstance(first, datetime) else first
            return first + (raw.index - 1) * DAY
        return stated

    def _shift(self, dates: dict[int, date | None]) -> timedelta:
        """By how much the days' dates have to be moved, so that they fit the talks in them."""
        moved: Counter[int] = Counter()
        for timed in self.timed:
            on = dates.get(id(timed.event.day))
            if on and isinstance(timed.stamp, datetime):
                moved[(day_of(self._local(timed.stamp), self.zone, self.change) - on).days] += 1
        if not moved:
            return timedelta(0)
        days, votes = max(moved.items(), key=lambda item: (item[1], -abs(item[0])))
        if days == 0 or votes * 2 <= moved.total() or self._days_fit_better(dates):
            self._report_odd_days(dates, 0)
            return timedelta(0)
        self.report.add(
            "day",
            f"The dates of days are {abs(days)} day{'s' if abs(days) > 1 else ''}"
            f" too {'early' if days > 0 else 'late'} for {votes} of {moved.total()} talks in them; the talks'"
            " own dates were believed.",
        )
        self._report_odd_days(dates, days)
        return days * DAY

    def _days_fit_better(self, dates: dict[int, date | None]) -> bool:
        """Whether the event's own first and last day agree with its days more than with its talks."""
        first, last = moment(self.raw.start), moment(self.raw.end)
        if not first or not last:
            return False
        first, last = (at.date() if isinstance(at, datetime) else at for at in (first, last))
        pairs = [
            (day_of(self._local(timed.stamp), self.zone, self.change), dates[id(timed.event.day)])
            for timed in self.timed
            if isinstance(timed.stamp, datetime) and dates.get(id(timed.event.day))
        ]
        return sum(first <= on <= last for on, _ in pairs) < sum(first <= on <= last for _, on in pairs)

    def _report_odd_days(self, dates: dict[int, date | None], shift: int) -> None:
        for timed in self.timed:
            on = dates.get(id(timed.event.day))
            if on is None or not isinstance(timed.stamp, datetime):
                continue
            if (day_of(self._local(timed.stamp), self.zone, self.change) - on).days != shift:
                self.report.tally("A talk's date is not in the day that it stands in", timed.event.place)

    def _day(self, on: date, span: Span | None) -> Day:
        """The day as the file bounds it, if that is around its date at all; else from change to change."""
        if (
            span
            and abs(day_of(span[0], self.zone, self.change) - on) <= DAY
            and (
                boundary(on, self.zone, self.change) - timedelta(hours=12) <= span[0]
                and span[0] < boundary(on + DAY, self.zone, self.change)
            )
        ):
            return Day(date=on, starts_at=span[0], ends_at=span[1])
        return whole_day(on, self.zone, self.change)

    # The talks

    def _spans(self) -> list[Span | None]:
        for timed in self.timed:
            timed.length = self._length(timed)
        starts = [timed.event.starts_at or self._start(timed) for timed in self.timed]
        ends = [self._end(timed, start) for timed, start in zip(self.timed, starts, strict=True)]
        guess = _Lengths(self.timed, starts)
        spans: list[Span | None] = []
        for index, (timed, start, end) in enumerate(zip(self.timed, starts, ends, strict=True)):
            if start is None:
                self.report.tally("A talk without a time that can be read", timed.event.place)
                spans.append(None)
                continue
            if end is None:
                length = guess.of(index)
                self.report.tally(
                    "A talk without a length", timed.event.place, what=f"taken as {_minutes(length)} minutes"
                )
                end = start + length
            spans.append((start.astimezone(UTC), end.astimezone(UTC)))
        return spans

    def _length(self, timed: _Timed) -> timedelta | None:
        found = duration(timed.event.duration)
        if timed.event.duration.strip() and found is None:
            self.report.tally(
                "Not a length of time", timed.event.place, what=timed.event.duration.strip()[:40]
            )
        return found

    def _start(self, timed: _Timed) -> datetime | None:
        if isinstance(timed.stamp, datetime):
            start = self._local(timed.stamp)
            if timed.wall and not _same_minute(start.astimezone(self.zone), timed.wall):
                self.report.tally(
                    "“start” is another time than “date”; “date” was believed", timed.event.place
                )
            return start
        if timed.event.date.strip() and timed.stamp is None:
            self.report.tally("Not a date", timed.event.place, what=timed.event.date.strip()[:40])
        if timed.wall is None:
            return None
        if isinstance(timed.stamp, date):
            return resolve(datetime.combine(timed.stamp, timed.wall), self.zone)
        day = self.days_by_raw.get(id(timed.event.day))
        if day is None:
            return None
        on = day.date + DAY if timed.wall < self.change else day.date
        return resolve(datetime.combine(on, timed.wall), self.zone)

    def _end(self, timed: _Timed, start: datetime | None) -> datetime | None:
        if start is None:
            return None
        if timed.event.ends_at and timed.event.ends_at > start:
            return timed.event.ends_at
        end = moment(timed.event.end) if timed.event.end else None
        if isinstance(end, datetime) and timedelta(0) < self._local(end) - start <= 31 * DAY:
            return self._local(end)
        wall = clock(timed.event.end) if timed.event.end and end is None else None
        if wall:
            local = start.astimezone(self.zone).replace(tzinfo=None)
            after = datetime.combine(local.date(), wall)
            return resolve(after if after > local else after + DAY, self.zone)
        return start + timed.length if timed.length else None


class _Lengths:
    """How long a talk lasts that does not say so: to the next one in its room, else as long as most do."""

    def __init__(self, timed: list[_Timed], starts: list[datetime | None]) -> None:
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


def _same_minute(local: datetime, wall: time) -> bool:
    return (local.hour, local.minute) == (wall.hour, wall.minute)


def _minutes(length: timedelta) -> int:
    return round(length.total_seconds() / 60)
