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
    r"[T\s]*(\d{1,2})(?:[:.h](\d{2})(?::(\d{2})(?:[.,]\d+)?)?)?\s*([ap]\.?\s?m\b\.?)?\s*(.*)$",
    re.IGNORECASE | re.DOTALL,
)
_COMPACT_TIME = re.compile(r"[T\s]*(\d{2})(\d{2})(\d{2})?()(?![\d:.])\s*(.*)$", re.DOTALL)
_OFFSET = re.compile(r"(?:UTC|GMT)?\s*([+\-−])(\d{1,2}):?(\d{2})?(?::?\d{2})?(?:\[.*\])?$")
_ISO_DURATION = re.compile(
    r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$", re.IGNORECASE
)
_WORDS_DURATION = re.compile(
    r"(?:(\d+(?:[.,]\d+)?)\s*(?:h[a-z]*|std\.?|stunden?))?\s*(?:(?:and|und|et|y)\s*)?"
    r"(?:(\d+)\s*(?:m[a-zé]*\.?|′|'|分钟))?$",
    re.IGNORECASE,
)
COMMON_ZONES = (  # of zones that fit equally well the first is taken
    "Europe/London", "Europe/Berlin", "Europe/Paris", "Europe/Madrid", "Europe/Rome", "Europe/Athens",
    "Europe/Helsinki", "Europe/Istanbul", "Europe/Moscow", "America/New_York", "America/Chicago",
    "America/Denver", "America/Phoenix", "America/Los_Angeles", "America/Sao_Paulo", "Asia/Kolkata",
    "Asia/Shanghai", "Asia/Tokyo", "Asia/Singapore", "Asia/Dubai", "Australia/Brisbane", "Australia/Sydney",
    "Pacific/Auckland", "Africa/Johannesburg", "Africa/Lagos",
)  # fmt: skip
MAX_DURATION = timedelta(days=31)
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar jänner janvier janv enero ene",
            "february feb februar février fevrier févr febrero",
            "march mar märz maerz mrz mars marzo",
            "april apr avril avr abril abr",
            "may mai mayo",
            "june jun juni juin junio",
            "july jul juli juillet juil julio",
            "august aug août aout agosto ago",
            "september sept sep septembre septiembre",
            "october oct oktober okt octobre octubre",
            "november nov novembre noviembre",
            "december dec dezember dez décembre decembre diciembre dic",
        ),
        1,
    )
    for name in names.split()
}
WEEKDAYS = {  # beginnings of names of days -> date.weekday()
    name: number
    for number, names in enumerate(
        (
            "monday mon montag mo lundi lun lunes",
            "tuesday tue dienstag di mardi mar martes",
            "wednesday wed mittwoch mi mercredi mer miércoles mié",
            "thursday thu donnerstag do jeudi jeu jueves jue",
            "friday fri freitag fr vendredi ven viernes vie",
            "saturday sat samstag sa samedi sam sábado sáb sonnabend",
            "sunday sun sonntag so dimanche dim domingo dom",
        )
    )
    for name in names.split()
}
_DAY_NAME = rf"(?:(?:{'|'.join(sorted(WEEKDAYS, key=len, reverse=True))})\b[.,]*\s+(?:the\s+|den\s+|le\s+)?)?"
_MONTH_NAME = rf"(?P<month>{'|'.join(sorted(_MONTHS, key=len, reverse=True))})\b\.?"
_DAY_FIRST = re.compile(
    rf"\s*{_DAY_NAME}(?P<day>\d{{1,2}})(?:st|nd|rd|th|er|\.)?\s*[-/ ]?\s*(?:of\s+|de\s+)?{_MONTH_NAME}"
    r"\s*[-/, ]?\s*(?:de\s+)?(?P<year>\d{4})(?!\d)",
    re.IGNORECASE,
)
_MONTH_FIRST = re.compile(
    rf"\s*{_DAY_NAME}{_MONTH_NAME}\s*(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s*,?\s*(?P<year>\d{{4}})(?!\d)",
    re.IGNORECASE,
)
_SPREADSHEET_DATE = re.compile(  # "13-Mar-27", as spreadsheets show dates
    rf"\s*(?P<day>\d{{1,2}})-{_MONTH_NAME}-(?P<year>\d{{2}})(?!\d)", re.IGNORECASE
)
_CJK_DATE = re.compile(
    r"\s*(?P<year>\d{4})\s*[年년]\s*(?P<month>\d{1,2})\s*[月월]\s*(?P<day>\d{1,2})\s*[日号일]?"
)
_LOOSE_ISO = re.compile(r"\s*(?P<year>\d{4})(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})(?!\d)")
_TIME_WORDS = (
    (re.compile(r"(\d{1,2})\s*[点點时時]半"), r"\1:30"),
    (
        re.compile(
            r"(\d{1,2})\s*(?:Uhr|heures?|hrs?|horas?|h(?![a-z])|点|點|时|時|시)"
            r"\s*(\d{2})?(?!\d)(?:\s*[分분])?",
            re.IGNORECASE,
        ),
        r"\1:\2",
    ),
    (re.compile(r"\b(?:12\s*)?noon\b|\bmittags\b|\bmidi\b|\bmediodía\b", re.IGNORECASE), "12:00"),
    (re.compile(r"\b(?:12\s*)?midnight\b|\bmitternacht\b|\bminuit\b|\bmedianoche\b", re.IGNORECASE), "00:00"),
    (re.compile(r"(?:上午|早上|凌晨|午前|오전)\s*(\d{1,2}(?::\d{0,2})?)"), r"\1 am"),
    (re.compile(r"(?:下午|晚上|傍晚|午後|오후)\s*(\d{1,2}(?::\d{0,2})?)"), r"\1 pm"),
)
_RANGE = re.compile(
    r"(?P<first>.*?\d(?:\s*[ap]\.?\s?m\b\.?)?(?:\s*(?:Uhr|h))?)\s*(?:[–—~]|-+|\bto\b|\buntil\b|\bbis\b|\bà\b|\ba\b|至|到)\s*(?P<last>\d.*)",
    re.IGNORECASE | re.DOTALL,
)


@cache
def find_zone(name: str) -> ZoneInfo | None:
    """The IANA zone of that name, or None; case and blanks are forgiven ("europe/berlin")."""
    name = name.strip().replace(" ", "_")
    if not name or len(name) > 60:
        return None
    known = _zones()
    return ZoneInfo(known[name.casefold()]) if name.casefold() in known else None


@cache
def _zone_of_city(name: str) -> ZoneInfo | None:
    """The zone that is called after a city ("Berlin"), or None."""
    name = name.casefold().replace(" ", "_")
    found = [
        key
        for key in sorted(available_timezones())
        if key.rpartition("/")[2].casefold() == name and "/" in key
    ]
    return ZoneInfo(found[0]) if found and len(name) > 2 else None


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
    for name in (*COMMON_ZONES, *sorted(available_timezones())):
        if "/" in name and all(
            stamp.astimezone(ZoneInfo(name)).utcoffset() == stamp.utcoffset() for stamp in stamps
        ):
            return ZoneInfo(name)
    return ZoneInfo("UTC")


def parse_moment(text: str) -> date | datetime | None:
    """A date ("2019-05-22", "22.5.2019", "Saturday 13 March 2027"), a local or an aware time, or None.

    Offsets may be written Z, +02:00, +0200, +02, UTC+2 or with a blank before them. Numbers with slashes
    are day/month/year; a file that may mean it otherwise is rewritten before, see `date_order`.
    """
    text = text[:200]
    found = _numbered_date(text) or _named_date(text)
    if not found:
        return None
    (year, month, day), end = found
    try:
        on = date(year, month, day)
    except ValueError:
        return None
    if not _EARLIEST <= on.year <= _LATEST:
        return None
    rest = text[end:].strip(" ,\t\n@")
    if not rest:
        return on
    return _with_time(on, replace_time_words(rest))


def _numbered_date(text: str) -> tuple[tuple[int, int, int], int] | None:
    """(year, month, day) that a text of digits begins with, and where it ends."""
    if found := _DATE.match(text):
        return (int(found[1]), int(found[2]), int(found[3])), found.end()
    if not (found := _DATE_LOCAL.match(text)):
        return None
    year, month, day = int(found[4]), int(found[3]), int(found[1])
    if found[2] == "/" and month > 12:
        month, day = day, month
    return (year, month, day), found.end()


def _named_date(text: str) -> tuple[tuple[int, int, int], int] | None:
    """The same for dates with names of months or days, Chinese ones, and ISO without zeros."""
    for pattern in (_DAY_FIRST, _MONTH_FIRST, _SPREADSHEET_DATE, _CJK_DATE, _LOOSE_ISO):
        if found := pattern.match(text):
            month = _MONTHS.get(found["month"].casefold()) or int(found["month"])
            century = 2000 if len(found["year"]) == 2 else 0
            return (century + int(found["year"]), month, int(found["day"])), found.end()
    return None


def replace_time_words(text: str) -> str:
    """A text with "14 Uhr", "noon" and the like as digits: "14:00", "12:00"."""
    for pattern, digits in _TIME_WORDS:
        text = pattern.sub(digits, text)
    return re.sub(r":(?=\D|$)", ":00", text) if ":" in text else text


def split_range(text: str) -> tuple[str, str]:
    """The beginning and the end of "9:30 AM - 10:15 AM"; ("", "") for what is no range of times."""
    found = _RANGE.fullmatch(text.strip()[:100])
    if not found:
        return "", ""
    first, last = replace_time_words(found["first"]).strip(), replace_time_words(found["last"]).strip()
    half = re.search(r"[ap]\.?\s?m\b\.?$", last, re.IGNORECASE)
    if half and not re.search(r"[ap]\.?\s?m\b", first, re.IGNORECASE):
        first = f"{first} {half[0]}"
    if re.fullmatch(r"\d{1,2}", first):
        first += ":00"
    if re.fullmatch(r"\d{1,2}", last):
        last += ":00"
    return (first, last) if parse_clock(last) else ("", "")


def has_date(text: str) -> bool:
    """Whether a text begins with a date, also one whose order of day and month is not known yet."""
    return (
        parse_moment(text) is not None or re.match(r"\s*\d{1,2}([/.-])\d{1,2}\1\d{2,4}\b", text) is not None
    )


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
        return find_zone(text.strip("[]()")) or _zone_of_city(text.strip("[]() ")) or False
    delta = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
    if not delta:
        return UTC
    return timezone(delta if found[1] == "+" else -delta)


def parse_clock(text: str) -> time | None:
    """A time of day ("09:00", "9.30", "0930", "9:30 pm", "14 Uhr"), or None."""
    text = replace_time_words(text.strip()[:60])
    found = _COMPACT_TIME.match(text) or _TIME.match(text)
    if not found or found[5].strip() or not (found[2] or found[4]):
        return None
    return _time_of(found)[0]


def parse_duration(text: str) -> timedelta | None:
    """A length of time: HH:MM, HH:MM:SS, D:HH:MM:SS, minutes, "1h 30min", PT45M; else, or if zero, None."""
    text = re.sub(r"^(\d{1,4})[.,]0+$", r"\1", text.strip())
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
    found = _WORDS_DURATION.match(text) if len(text) <= 30 else None
    if not found or not any(found.groups()):
        return None
    return timedelta(hours=float((found[1] or "0").replace(",", ".")), minutes=int(found[2] or 0))


def local_to_utc(local: datetime, zone: ZoneInfo) -> datetime:
    """A local time of `zone` in UTC: the first of two where clocks go back, an hour on where they jump."""
    return local.replace(tzinfo=zone, fold=0).astimezone(UTC)
