"""When a repeated event begins: RRULE, RDATE and EXDATE of RFC 5545, at most daily, within two years.

A rule is tried on every day of its reach, so that it costs the same whatever it says, also one for 31 February.
"""

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from ..times import DAY, local_to_utc, parse_moment

MOST = 366  # times of one event
_REACH = timedelta(days=731)  # after its first time
_OFTEN = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")  # more often than daily repeats no talk
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True, slots=True)
class Rule:
    """An RRULE taken apart; `by_day` holds (ordinal or 0, weekday)."""

    frequency: str
    interval: int
    count: int
    until: str
    week_start: int
    months: frozenset[int]
    month_days: frozenset[int]
    year_days: frozenset[int]
    weeks: frozenset[int]
    by_day: frozenset[tuple[int, int]]
    positions: frozenset[int]
    times: tuple[time, ...]


def parse_rule(text: str, first: datetime) -> Rule | None:
    """The rule of an event whose first local time is `first`; None for one that is not understood."""
    parts = dict(part.upper().split("=", 1) for part in text.strip().split(";") if "=" in part)
    if parts.get("FREQ") not in _OFTEN:
        return None
    try:
        rule = _rule(parts, first)
    except (ValueError, KeyError):
        return None
    return _with_defaults(rule, first.date())


def _rule(parts: dict[str, str], first: datetime) -> Rule:
    def numbers(name: str) -> frozenset[int]:
        return frozenset(int(part) for part in parts[name].split(",")) if name in parts else frozenset()

    days = set()
    for part in parts["BYDAY"].split(",") if "BYDAY" in parts else ():
        found = re.fullmatch(r"([+-]?\d{0,2})(\w\w)", part.strip())
        days.add((int(found[1] or 0), _DAYS.index(found[2])) if found else _refuse(part))
    hours, minutes = sorted(numbers("BYHOUR")), sorted(numbers("BYMINUTE"))
    times = []
    for hour in hours or [first.hour]:
        times += [time(hour, minute, first.second) for minute in minutes or [first.minute]]
    return Rule(
        frequency=parts["FREQ"],
        interval=max(int(parts.get("INTERVAL", 1)), 1),
        count=min(int(parts.get("COUNT", MOST)), MOST),
        until=parts.get("UNTIL", ""),
        week_start=_DAYS.index(parts.get("WKST", "MO")),
        months=numbers("BYMONTH"),
        month_days=numbers("BYMONTHDAY"),
        year_days=numbers("BYYEARDAY"),
        weeks=numbers("BYWEEKNO"),
        by_day=frozenset(days),
        positions=numbers("BYSETPOS"),
        times=tuple(times),
    )


def _refuse(part: str):
    raise ValueError(part)


def _with_defaults(rule: Rule, first: date) -> Rule:
    """The rule with what RFC 5545 takes from the first time where no BY part says it."""
    if rule.by_day or rule.month_days or rule.year_days:
        return rule
    changes: dict[str, frozenset] = {}
    if rule.frequency == "WEEKLY" or rule.weeks:
        changes["by_day"] = frozenset([(0, first.weekday())])
    elif rule.frequency == "MONTHLY":
        changes["month_days"] = frozenset([first.day])
    elif rule.frequency == "YEARLY":
        changes["month_days"] = frozenset([first.day])
        changes["months"] = rule.months or frozenset([first.month])
    return _replace(rule, **changes)


def _replace(rule: Rule, **changes: object) -> Rule:
    return Rule(**{name: getattr(rule, name) for name in Rule.__slots__} | changes)


def list_starts(rule: Rule, first: datetime, begin: datetime, end: datetime) -> Iterator[datetime]:
    """The local times of a rule from `begin` to `end`; `first` is the first time of the event."""
    days = (begin.date() + number * DAY for number in range((end.date() - begin.date()).days + 1))
    fitting = (on for on in days if _fits(rule, on, first.date()))
    for _number, group in groupby(fitting, key=lambda on: _period(rule, on)):
        starts = [datetime.combine(on, at) for on in group for at in rule.times]
        if rule.positions:
            starts = [start for index, start in enumerate(starts) if _is_chosen(rule, index, len(starts))]
        yield from (start for start in starts if begin <= start <= end)


def _is_chosen(rule: Rule, index: int, size: int) -> bool:
    return index + 1 in rule.positions or index - size in rule.positions


def _period(rule: Rule, on: date) -> int:
    """The number of the day, week, month or year that a date lies in."""
    match rule.frequency:
        case "DAILY":
            return on.toordinal()
        case "WEEKLY":
            return (on.toordinal() - 1 - rule.week_start) // 7
        case "MONTHLY":
            return on.year * 12 + on.month
        case _:
            return on.year


def _fits(rule: Rule, on: date, first: date) -> bool:
    if rule.months and on.month not in rule.months:
        return False
    if (_period(rule, on) - _period(rule, first)) % rule.interval:
        return False
    length = calendar.monthrange(on.year, on.month)[1]
    if rule.month_days and not {on.day, on.day - length - 1} & rule.month_days:
        return False
    return _fits_year(rule, on) and _fits_weekday(rule, on, length)


def _fits_year(rule: Rule, on: date) -> bool:
    days = 366 if calendar.isleap(on.year) else 365
    number = on.timetuple().tm_yday
    if rule.year_days and not {number, number - days - 1} & rule.year_days:
        return False
    return not rule.weeks or on.isocalendar().week in rule.weeks


def _fits_weekday(rule: Rule, on: date, length: int) -> bool:
    if not rule.by_day:
        return True
    if rule.frequency == "YEARLY" and not rule.months:
        day, length = on.timetuple().tm_yday, 366 if calendar.isleap(on.year) else 365
    else:
        day = on.day
    ordinals = {0, (day + 6) // 7, -((length - day) // 7 + 1)}
    return any(weekday == on.weekday() and number in ordinals for number, weekday in rule.by_day)


def starts_by_rule(text: str, first: datetime, zone: ZoneInfo) -> list[datetime] | None:
    """The times in UTC that an RRULE gives an event that begins first at `first`, on the zone's own clock.

    None for a rule that is not understood.
    """
    local = first.astimezone(zone).replace(tzinfo=None)
    rule = parse_rule(text, local)
    if rule is None:
        return None
    latest = local + _REACH
    until = min(_parse_until(rule.until, zone) or latest, latest)
    found: list[datetime] = []
    for start in list_starts(rule, local, local, until):
        if len(found) == rule.count:
            break
        found.append(local_to_utc(start, zone))
    return found


def _parse_until(text: str, zone: ZoneInfo) -> datetime | None:
    """The last local time that a rule allows; a date means all of that day."""
    found = parse_moment(text)
    if found is None:
        return None
    if not isinstance(found, datetime):
        return datetime.combine(found, datetime.max.time())
    return found.astimezone(zone).replace(tzinfo=None) if found.tzinfo else found


def combine_starts(
    first: datetime, by_rule: list[datetime], more: list[datetime], without: set[datetime]
) -> list[datetime]:
    """Every time in order, each once: the first, those of the rule and of RDATE, without EXDATE's."""
    starts = {first, *by_rule, *more} - without
    return sorted(start.astimezone(UTC) for start in starts)[:MOST]


def split_times(text: str) -> list[str]:
    """The parts of a list of times; of a period, its beginning."""
    return [part.split("/")[0] for part in re.split(r"\s*,\s*", text.strip()) if part]
