"""Which of day and month comes first in a file's numeric dates ("3/4/2027"), decided once for the whole file.

Evidence, in this order: what the caller chose; dates that only one order can read; weekdays written beside
dates; the event's own days. Without evidence the file is refused with a sentence that names the option.
"""

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from .raw import RawSchedule
from .reading import Report, UnreadableFile
from .times import WEEKDAYS, parse_moment

ORDERS = ("dmy", "mdy", "ymd")
_WEEKDAY = rf"(?:(?P<weekday>{'|'.join(map(re.escape, WEEKDAYS))})\w*[.,]*\s+)?"
_NUMERIC = re.compile(
    rf"\s*{_WEEKDAY}(?P<one>\d{{1,4}})\s?(?P<mark>[/.\-])\s?(?P<two>\d{{1,2}})\.?\s?(?P=mark)\s?(?P<three>\d{{4}}|\d{{2}})(?!\d)",
    re.IGNORECASE,
)
_NEAR = timedelta(days=1)  # what begins so long before or after the event's days still belongs to it


class DateOrderUnknown(UnreadableFile):
    """Nothing shows whether the file's dates name the day or the month first."""


def resolve_dates(
    raw: RawSchedule, report: Report, order: str = "", days: tuple[date, date] | None = None
) -> None:
    """Rewrite the numeric dates of a raw schedule as ISO dates.

    `order` is one of ORDERS, or empty; `days` are the first and last day of the event, where they are known.
    Raises DateOrderUnknown.
    """
    found = list(_numeric_dates(raw))
    if not found:
        return
    order = _choose(found, order, (_find_plain_days(raw), days), report)
    _rewrite(raw, lambda text: _to_iso(text, order))


def _texts(raw: RawSchedule) -> Iterable[tuple[object, str]]:
    """Every (record, field) whose text may be a date."""
    yield from ((raw, field) for field in ("start", "end"))
    for day in raw.days:
        yield from ((day, field) for field in ("date", "start", "end"))
    for event in raw.events:
        yield from ((event, field) for field in ("date", "start", "end"))


def _numeric_dates(raw: RawSchedule) -> Iterable[re.Match]:
    for record, field in _texts(raw):
        found = _NUMERIC.match(getattr(record, field))
        if found and len(found["one"]) < 3:
            yield found


def _rewrite(raw: RawSchedule, change: Callable[[str], str]) -> None:
    for record, field in _texts(raw):
        setattr(record, field, change(getattr(record, field)))


def _find_plain_days(raw: RawSchedule) -> tuple[date, date] | None:
    """The first and last day among dates that can be read in one way only."""
    found = []
    for record, field in _texts(raw):
        text = getattr(record, field)
        at = parse_moment(text) if text and not _NUMERIC.match(text) else None
        if at is not None:
            found.append(at.date() if isinstance(at, datetime) else at)
    return (min(found), max(found)) if found else None


def _lies_within(days: tuple[date, date]) -> Callable[[re.Match, str], bool]:
    """Whether a date, read in an order, lies in a range of days."""
    return lambda match, name: _is_within(_date(match, name), days)


def _better_order(found: list[re.Match], fits: Callable[[re.Match, str], bool]) -> str | None:
    """The order in which more of the dates fit; None when both do as well."""
    day_first, month_first = (sum(fits(match, name) for match in found) for name in ("dmy", "mdy"))
    if day_first == month_first:
        return None
    return "dmy" if day_first > month_first else "mdy"


def _choose(
    found: list[re.Match], order: str, evidence: tuple[tuple[date, date] | None, ...], report: Report
) -> str:
    """The order; `evidence` are ranges of days in which the dates should lie."""
    if order:
        return order
    if all(match["mark"] == "." for match in found):
        return "dmy"  # dots are written in day-month-year countries only
    if better := _better_order(found, lambda match, name: _date(match, name) is not None):
        return _say(report, better, found, _("by its rows"))
    if better := _better_order(found, _has_weekday):
        return _say(report, better, found, _("by its weekdays"))
    for days, why in zip(evidence, (_("by its other dates"), _("by the event's days")), strict=True):
        if days and (better := _better_order(found, _lies_within(days))):
            return _say(report, better, found, why)
    if all(_date(match, "dmy") == _date(match, "mdy") for match in found):
        return "dmy"
    message = _(
        "Nothing shows whether “%(date)s” names the day or the month first. Say which: --date-order dmy or"
        " --date-order mdy."
    )
    raise DateOrderUnknown(message % {"date": found[0][0].strip()})


def _say(report: Report, order: str, found: list[re.Match], why: str) -> str:
    day_first = order == "dmy"
    message = (
        _("Dates such as “%(date)s” were read with the day first (shown %(why)s).")
        if day_first
        else _("Dates such as “%(date)s” were read with the month first (shown %(why)s).")
    )
    report.add(_("date"), message % {"date": found[0][0].strip(), "why": why}, "info")
    return order


def _date(match: re.Match, order: str) -> date | None:
    one, two, three = (int(match[name]) for name in ("one", "two", "three"))
    year, month, day = {"dmy": (three, two, one), "mdy": (three, one, two), "ymd": (one, two, three)}[order]
    try:
        return date(year + 2000 if year < 100 else year, month, day)
    except ValueError:
        return None


def _has_weekday(match: re.Match, order: str) -> bool:
    on = _date(match, order)
    return bool(on and match["weekday"] and WEEKDAYS[match["weekday"].casefold()] == on.weekday())


def _is_within(on: date | None, days: tuple[date, date]) -> bool:
    return on is not None and days[0] - _NEAR <= on <= days[1] + _NEAR


def _to_iso(text: str, order: str) -> str:
    match = _NUMERIC.match(text)
    if not match:
        return text
    on = _date(match, "ymd" if len(match["one"]) == 4 else order)
    return f"{on.isoformat()}{text[match.end() :]}" if on else text
