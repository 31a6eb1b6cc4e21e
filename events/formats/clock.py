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

import re
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .days import CHANGE, day_start, find_day, find_day_change, whole_day
from .document import Day
from .raw import RawDay, RawSchedule
from .reading import Report, UnreadableFile
from .statements import Lengths, Statement, is_same_minute
from .times import DAY, find_zone, local_to_utc, parse_clock, parse_duration, parse_moment
from .zone import ZoneChoice

_THREE_PARTS = re.compile(r"(\d{1,2}):(\d{2}):(\d{2})")
Span = tuple[datetime, datetime]


class Clock:
    """The times of a whole file: `zone`, `days`, and for each event its span in UTC, or None, in `spans`."""

    def __init__(self, raw: RawSchedule, timezone: str, report: Report) -> None:
        self.raw, self.report = raw, report
        given = find_zone(timezone)
        if timezone.strip() and given is None:
            message = _("There is no time zone “%(zone)s”; write it like Europe/Berlin.")
            raise UnreadableFile(message % {"zone": timezone})
        self.timed = [
            Statement(
                event, parse_moment(event.date), parse_clock(event.start) if event.start else None, None
            )
            for event in raw.events
        ]
        choice = ZoneChoice(raw.timezone, given, self.timed, report)
        self.zone, self.ignore_offsets = choice.zone, choice.ignore_offsets
        self.change = CHANGE
        self.ignore_dates = False
        self.days_by_raw: dict[int, Day] = {}
        self.days = self._days()
        self.spans = self._spans()
        self.days = self.days or self._days_of_talks()

    # The days

    def _local(self, stamp: datetime) -> datetime:
        """A moment of the file as an instant in UTC."""
        if stamp.tzinfo and not self.ignore_offsets:
            return stamp.astimezone(UTC)
        return local_to_utc(stamp.replace(tzinfo=None), self.zone)

    def _days(self) -> list[Day]:
        spans = {id(raw): self._named_span(raw) for raw in self.raw.days}
        self.change = self._change([span for span in spans.values() if span])
        dates = {id(raw): self._date_of(raw, spans[id(raw)]) for raw in self.raw.days}
        shift = self._shift(dates)
        found: dict[date, Day] = {}
        for raw in self.raw.days:
            on = dates[id(raw)]
            if on is None:
                self.report.tally(_("A day without a date"), raw.place)
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
        if any(timed.event.all_day for timed in self.timed):
            self.change = time(0)  # whole days are those of the calendar
        stated = parse_moment(self.raw.start)
        first = self._local(stated).astimezone(self.zone).date() if isinstance(stated, datetime) else stated
        dates = {find_day(start, self.zone, self.change, first) for start in starts}
        return [whole_day(on, self.zone, self.change) for on in sorted(dates)]

    def _named_span(self, raw: RawDay) -> Span | None:
        """The beginning and end of a day, where the file gives both as times."""
        start, end = parse_moment(raw.start), parse_moment(raw.end)
        if not isinstance(start, datetime) or not isinstance(end, datetime):
            return None
        begins, ends = self._local(start), self._local(end)
        if timedelta(0) < ends - begins <= 2 * DAY:
            return begins, ends
        self.report.tally(_("A day that ends before it begins, or is longer than two"), raw.place)
        return None

    def _change(self, spans: list[Span]) -> time:
        stated = parse_clock(self.raw.day_change) if self.raw.day_change else None
        if stated:
            return stated
        if self.raw.day_change:
            message = _("“%(text)s” is not a time of day.") % {"text": self.raw.day_change}
            self.report.add("day_change", message)
        days = [
            Day(date=begins.astimezone(self.zone).date(), starts_at=begins, ends_at=ends)
            for begins, ends in spans
        ]
        return find_day_change(days, self.zone)

    def _date_of(self, raw: RawDay, span: Span | None) -> date | None:
        stated = parse_moment(raw.date) or parse_moment(raw.start)
        if isinstance(stated, datetime):
            return self._local(stated).astimezone(self.zone).date()
        if stated is None and span:
            return find_day(span[0], self.zone, self.change)
        first = parse_moment(self.raw.start)
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
                moved[(find_day(self._local(timed.stamp), self.zone, self.change) - on).days] += 1
        if not moved:
            return timedelta(0)
        days, votes = max(moved.items(), key=lambda item: (item[1], -abs(item[0])))
        if days and self._days_fit_better(dates):
            self.ignore_dates = True
            self.report.add(_("date"), _dates_outside(moved.total() - moved[0]))
            return timedelta(0)
        if days == 0 or votes * 2 <= moved.total():
            self._report_odd_days(dates, 0)
            return timedelta(0)
        self.report.add(
            _("day"), _days_off(days) % {"count": votes, "total": moved.total(), "days": abs(days)}
        )
        self._report_odd_days(dates, days)
        return days * DAY

    def _days_fit_better(self, dates: dict[int, date | None]) -> bool:
        """Whether the event's own first and last day agree with its days more than with its talks."""
        first, last = parse_moment(self.raw.start), parse_moment(self.raw.end)
        if not first or not last:
            return False
        first, last = (at.date() if isinstance(at, datetime) else at for at in (first, last))
        pairs = [
            (find_day(self._local(timed.stamp), self.zone, self.change), dates[id(timed.event.day)])
            for timed in self.timed
            if isinstance(timed.stamp, datetime) and dates.get(id(timed.event.day))
        ]
        return sum(first <= on <= last for on, _day in pairs) < sum(
            first <= on <= last for _talk, on in pairs
        )

    def _report_odd_days(self, dates: dict[int, date | None], shift: int) -> None:
        for timed in self.timed:
            on = dates.get(id(timed.event.day))
            if on is None or not isinstance(timed.stamp, datetime):
                continue
            if (find_day(self._local(timed.stamp), self.zone, self.change) - on).days != shift:
                self.report.tally(_("A talk's date is not in the day that it stands in"), timed.event.place)

    def _day(self, on: date, span: Span | None) -> Day:
        """The day as the file bounds it, if that is around its date at all; else from change to change."""
        if (
            span
            and abs(find_day(span[0], self.zone, self.change) - on) <= DAY
            and (
                day_start(on, self.zone, self.change) - timedelta(hours=12) <= span[0]
                and span[0] < day_start(on + DAY, self.zone, self.change)
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
        guess = Lengths(self.timed, starts)
        spans: list[Span | None] = []
        for index, (timed, start, end) in enumerate(zip(self.timed, starts, ends, strict=True)):
            if start is None:
                if self.raw.fields is None or timed.event.date.strip() or timed.event.start.strip():
                    self.report.tally(_("A talk without a time that can be read"), timed.event.place)
                spans.append(None)
                continue
            if end is None:
                length = guess.of(index)
                self.report.tally(_("A talk without a length"), timed.event.place, what=_taken_as(length))
                end = start + length
            spans.append((start.astimezone(UTC), end.astimezone(UTC)))
        return spans

    def _length(self, timed: Statement) -> timedelta | None:
        found = self._days_first(timed) or parse_duration(timed.event.duration)
        if timed.event.duration.strip() and found is None:
            self.report.tally(
                _("Not a length of time"), timed.event.place, what=timed.event.duration.strip()[:40]
            )
        return found

    def _days_first(self, timed: Statement) -> timedelta | None:
        """A length in pretalx's D:HH:MM; of another program it may be meant so, which is reported."""
        found = _THREE_PARTS.fullmatch(timed.event.duration.strip())
        if not found:
            return None
        if "pretalx" in self.raw.generator.lower():
            return timedelta(days=int(found[1]), hours=int(found[2]), minutes=int(found[3])) or None
        if len(found[1]) == 1 and found[3] != "00":
            self.report.tally(
                _(
                    "A length that may mean days, hours and minutes; it was read as hours, minutes and seconds"
                ),
                timed.event.place,
                what=found[0],
            )
        return None

    def _start(self, timed: Statement) -> datetime | None:
        by_day = self.ignore_dates and timed.wall and id(timed.event.day) in self.days_by_raw
        if isinstance(timed.stamp, datetime) and not by_day:
            start = self._local(timed.stamp)
            if timed.wall and not is_same_minute(start.astimezone(self.zone), timed.wall):
                self.report.tally(
                    _("“start” is another time than “date”; “date” was believed"), timed.event.place
                )
            return start
        if timed.event.date.strip() and timed.stamp is None:
            self.report.tally(_("Not a date"), timed.event.place, what=timed.event.date.strip()[:40])
        if timed.wall is None:
            return None
        if isinstance(timed.stamp, date) and not by_day:
            return local_to_utc(datetime.combine(timed.stamp, timed.wall), self.zone)
        day = self.days_by_raw.get(id(timed.event.day))
        if day is None:
            return None
        on = day.date + DAY if timed.wall < self.change else day.date
        return local_to_utc(datetime.combine(on, timed.wall), self.zone)

    def _end(self, timed: Statement, start: datetime | None) -> datetime | None:
        if start is None:
            return None
        if timed.event.ends_at and timed.event.ends_at > start:
            return timed.event.ends_at
        end = parse_moment(timed.event.end) if timed.event.end else None
        if isinstance(end, datetime) and timedelta(0) < self._local(end) - start <= 31 * DAY:
            return self._local(end)
        wall = parse_clock(timed.event.end) if timed.event.end and end is None else None
        if wall:
            local = start.astimezone(self.zone).replace(tzinfo=None)
            after = datetime.combine(local.date(), wall)
            return local_to_utc(after if after > local else after + DAY, self.zone)
        return start + timed.length if timed.length else None


def _taken_as(length: timedelta) -> str:
    minutes = round(length.total_seconds() / 60)
    return ngettext("taken as %(count)d minute", "taken as %(count)d minutes", minutes) % {"count": minutes}


def _dates_outside(count: int) -> str:
    message = ngettext(
        "The date of %(count)d talk lies outside the event; that of the day that it stands in was believed.",
        "The dates of %(count)d talks lie outside the event; those of the days that they stand in were"
        " believed.",
        count,
    )
    return message % {"count": count}


def _days_off(days: int) -> str:
    """The sentence for days that are so many too early, or late, for the talks in them."""
    if days > 0:
        return ngettext(
            "The dates of days are %(days)d day too early for %(count)d of %(total)d talks in them; the talks'"
            " own dates were believed.",
            "The dates of days are %(days)d days too early for %(count)d of %(total)d talks in them; the"
            " talks' own dates were believed.",
            days,
        )
    return ngettext(
        "The dates of days are %(days)d day too late for %(count)d of %(total)d talks in them; the talks'"
        " own dates were believed.",
        "The dates of days are %(days)d days too late for %(count)d of %(total)d talks in them; the talks'"
        " own dates were believed.",
        -days,
    )
