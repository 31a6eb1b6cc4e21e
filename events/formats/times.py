"""Dates, times, durations and zones as other people write them."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import cache
from typing import Literal
from zoneinfo import ZoneInfo, available_timezones

DAY = timedelta(days=1)
_EARLIEST, _LATEST = 1900, 2200  # years; what lies outside is a mistake, and breaks arithmetic
_DATE = re.compile(r"\s*(\d{4})-?(\d{2})-?(\d{2})")
_DATE_LOCAL = re.compile(r"\s*(\d{1,2})([./])(\d{1,2})\.?\2(\d{4})")
_TIME = re.compile(
    r"[T\s]*(\d{1,2})(?:[:.h](\d{2})(?::(\d{2})(?:[.,]\d+)?)?)?\s*([ap]\.?m\b\.?)?\s*(.*)$",
    re.IGNORECASE | re.DOTALL,
)
_COMPACT_TIME = re.compile(r"[T\s]*(\d{2})(\d{2})(\d{2})?()(?![\d:.])\s*(.*)$", re.DOTALL)
_OFFSET = re.compile(r"(?:UTC|GMT)?\s*([+\-−])(\d{1,2}):?(\d{2})?(?::?\d{2})?(?:\[.*\])?$")
_ISO_DURATION = re.compile(
    r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$", re.IGNORECASE
)
_WORDS_DURATION = re.compile(
    r"(?:(\d+(?:[.,]\d+)?)\s*h[a-z]*)?\s*(?:(\d+)\s*(?:m[a-z]*|′|'))?$", re.IGNORECASE
)
MAX_DURATION = timedelta(days=31)


@cache
def find_zone(name: str) -> ZoneInfo | None:
    """The IANA zone of that name, or None; case and blanks are forgiven ("europe/berlin")."""
    name = name.strip().replace(" ", "_")
    if not name or len(name) > 60:
        return None
    known = _zones()
    return ZoneInfo(known[name.casefold()]) if name.casefold() in known else None


@cache
def _zones() -> dict[str, str]:
    return {name.casefold(): name for name in sorted(available_timezones(), reverse=True)}


def find_zone_by_offsets(stamps: Iterable[datetime]) -> ZoneInfo:
    """A zone with the offsets of these aware times: a fixed one where they agree, else any, else UTC."""
    stamps = list(stamps)
    offsets = {stamp.utcoffset() for stamp in stamps}
    if len(offsets) == 1:
        offset = offsets.pop()
        hours, rest = divmod(offset, timedelta(hours=1))
        if not rest and -12 <= hours <= 14:
            return ZoneInfo(f"Etc/GMT{-hours:+d}" if hours else "UTC")
    for name in sorted(available_timezones()):
        if "/" in name and all(
            stamp.astimezone(ZoneInfo(name)).utcoffset() == stamp.utcoffset() for stamp in stamps
        ):
            return ZoneInfo(name)
    return ZoneInfo("UTC")


def parse_moment(text: str) -> date | datetime | None:
    """A date ("2019-05-22", "22.5.2019"), a local or an aware time; None for anything else.

    Offsets may be written Z, +02:00, +0200, +02, UTC+2 or with a blank before them.
    """
    found = _DATE.match(text) or _DATE_LOCAL.match(text)
    if not found:
        return None
    parts = found.groups()
    year, month, day = (parts[0], parts[1], parts[2]) if len(parts) == 3 else (parts[3], parts[2], parts[0])
    if len(parts) == 4 and parts[1] == "/" and int(month) > 12:
        month, day = day, month
    try:
        on = date(int(year), int(month), int(day))
    except ValueError:
        return None
    if not _EARLIEST <= on.year <= _LATEST:
        return None
    rest = text[found.end() :].strip()
    if not rest:
        return on
    return _with_time(on, rest)


def _with_time(on: date, rest: str) -> datetime | None:
    found = _COMPACT_TIME.match(rest) or _TIME.match(rest)
    if not found:
        return None
    at, plus = _time_of(found)
    zone = _offset(found[5].strip())
    if at is None or zone is False:
        return None
    return datetime.combine(on, at, zone) + plus


def _time_of(found: re.Match) -> tuple[time | None, timedelta]:
    """The time of day; "24:00" is midnight a day later."""
    hour, minute, second = int(found[1]), int(found[2] or 0), int(found[3] or 0)
    half = (found[4] or "").lower()
    if half:
        if not 1 <= hour <= 12:
            return None, timedelta(0)
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    plus = timedelta(0)
    if hour == 24 and not minute:
        hour, plus = 0, DAY
    if hour > 23 or minute > 59 or second > 60:
        return None, timedelta(0)
    return time(hour, minute, min(second, 59)), plus


def _offset(text: str) -> tzinfo | Literal[False] | None:
    """A tzinfo, None for a local time, False for what is not an offset."""
    if not text:
        return None
    if text.upper() in ("Z", "UTC", "GMT"):
        return UTC
    found = _OFFSET.match(text)
    if not found or int(found[2]) > 23 or int(found[3] or 0) > 59:
        return find_zone(text.strip("[]")) or False
    delta = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
    if not delta:
        return UTC
    return timezone(delta if found[1] == "+" else -delta)


def parse_clock(text: str) -> time | None:
    """A time of day ("09:00", "9.30", "0930", "9:30 pm"), or None."""
    found = _COMPACT_TIME.match(text.strip()) or _TIME.match(text.strip())
    if not found or found[5].strip() or not (found[2] or found[4]):
        return None
    return _time_of(found)[0]


def parse_duration(text: str) -> timedelta | None:
    """A length of time: HH:MM, HH:MM:SS, D:HH:MM:SS, minutes, "1h 30min", PT45M; else, or if zero, None."""
    text = text.strip()
    if not text:
        return None
    found = _colons(text) or _iso(text) or _words(text)
    return found if found and timedelta(0) < found <= MAX_DURATION else None


def _colons(text: str) -> timedelta | None:
    parts = text.split(":")
    if len(parts) > 4 or not all(part.isascii() and part.isdigit() and len(part) < 6 for part in parts):
        return None
    numbers = [int(part) for part in parts]
    if len(numbers) == 1:
        return timedelta(minutes=numbers[0])
    if len(numbers) == 4:
        return timedelta(days=numbers[0]) + timedelta(
            hours=numbers[1], minutes=numbers[2], seconds=numbers[3]
        )
    return timedelta(hours=numbers[0], minutes=numbers[1], seconds=numbers[2] if len(numbers) == 3 else 0)


def _iso(text: str) -> timedelta | None:
    found = _ISO_DURATION.match(text.removeprefix("+"))
    if not found or any(part and len(part) > 9 for part in found.groups()):
        return None
    weeks, days, hours, minutes, seconds = (float(part or 0) for part in found.groups())
    return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)


def _words(text: str) -> timedelta | None:
    found = _WORDS_DURATION.match(text) if len(text) <= 20 else None
    if not found or not any(found.groups()):
        return None
    return timedelta(hours=float((found[1] or "0").replace(",", ".")), minutes=int(found[2] or 0))


def local_to_utc(local: datetime, zone: ZoneInfo) -> datetime:
    """A local time of `zone` in UTC: the first of two where clocks go back, an hour on where they jump."""
    return local.replace(tzinfo=zone, fold=0).astimezone(UTC)
