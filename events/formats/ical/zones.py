"""VTIMEZONE for an IANA zone, and the IANA zone that a TZID means."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from ..times import COMMON_ZONES, find_zone, parse_moment
from .lines import Component
from .repeats import Rule, list_starts, parse_rule

_STEP = timedelta(days=28)  # no zone changes its clocks twice within


def find_zone_of_id(tzid: str) -> ZoneInfo | None:
    """The zone a TZID names: IANA's, Windows', or IANA's after a vendor's prefix ("/x/Europe/Berlin")."""
    tzid = tzid.strip().strip('"')
    zone = find_zone(tzid) or find_zone(WINDOWS_TO_OLSON.get(tzid, ""))
    parts = tzid.strip("/").split("/")
    while zone is None and len(parts) > 1:
        parts = parts[1:]
        zone = find_zone("/".join(parts))
    return zone


def write_vtimezone(zone: ZoneInfo, moments: Iterable[datetime]) -> list[str]:
    """The lines of a VTIMEZONE that covers these moments and a year around them."""
    years = [moment.year for moment in moments] or [datetime.now(UTC).year]
    return list(_vtimezone(zone.key, max(min(years) - 1, 1971), min(max(years) + 2, 9000)))


@lru_cache(256)
def _vtimezone(key: str, first: int, last: int) -> tuple[str, ...]:
    zone = ZoneInfo(key)
    start, end = datetime(first, 1, 1, tzinfo=UTC), datetime(last, 1, 1, tzinfo=UTC)
    before = start.astimezone(zone)
    lines = ["BEGIN:VTIMEZONE", f"TZID:{key}"]
    lines += _observance(datetime(1970, 1, 1, tzinfo=UTC), before, before)
    for change in _changes(zone, start, end):
        earlier, later = (change - timedelta(seconds=1)).astimezone(zone), change.astimezone(zone)
        onset = (change + earlier.utcoffset()).replace(tzinfo=None)
        lines += _observance(onset, earlier, later)
    return (*lines, "END:VTIMEZONE")


def _observance(onset: datetime, earlier: datetime, later: datetime) -> list[str]:
    kind = "DAYLIGHT" if later.dst() else "STANDARD"
    return [
        f"BEGIN:{kind}",
        f"DTSTART:{onset:%Y%m%dT%H%M%S}",
        f"TZOFFSETFROM:{_offset(earlier)}",
        f"TZOFFSETTO:{_offset(later)}",
        f"TZNAME:{later.tzname()}",
        f"END:{kind}",
    ]


def _offset(moment: datetime) -> str:
    seconds = round(moment.utcoffset().total_seconds())
    sign, seconds = "-" if seconds < 0 else "+", abs(seconds)
    rest = f"{seconds % 60:02}" if seconds % 60 else ""
    return f"{sign}{seconds // 3600:02}{seconds // 60 % 60:02}{rest}"


def _changes(zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[datetime]:
    """The instants in a range at which the zone's offset changes, to the second."""
    here = start
    while here < end:
        there = here + _STEP
        if _state(here, zone) != _state(there, zone):
            low, high = here, there
            while high - low > timedelta(seconds=1):
                middle = low + (high - low) // 2
                middle = middle.replace(microsecond=0)
                if _state(middle, zone) == _state(here, zone):
                    low = middle
                else:
                    high = middle
            yield high
        here = there


def _state(moment: datetime, zone: ZoneInfo) -> tuple:
    there = moment.astimezone(zone)
    return there.utcoffset(), there.dst(), there.tzname()


# What a calendar's own VTIMEZONE says


def choose_zone(component: Component, tzid: str, moments: Iterable[datetime]) -> ZoneInfo | None:
    """The IANA zone that a VTIMEZONE describes at these local times; None where its rules are not understood.

    A zone that the TZID or X-LIC-LOCATION names is taken if its offsets agree; else one that does agree,
    first of all one with the same abbreviations.
    """
    observances = [found for found in map(_read_observance, component.inside) if found]
    moments = list(moments)[:200]
    if not observances or not moments:
        return find_zone_of_id(tzid)
    wanted = [(moment, *_offset_at(observances, moment)) for moment in _spread(moments)]
    names = [tzid, component.text("X-LIC-LOCATION")]
    named = [zone for zone in map(find_zone_of_id, names) if zone]
    for zone in named:
        if _agrees(zone, wanted, with_names=False):
            return zone
    for with_names in (True, False):
        for key in (*COMMON_ZONES, *sorted(available_timezones())):
            if "/" in key and _agrees(ZoneInfo(key), wanted, with_names=with_names):
                return ZoneInfo(key)
    return None


def _spread(moments: list[datetime]) -> list[datetime]:
    """The local times, and the middle of winter and summer of their years."""
    years = sorted({moment.year for moment in moments})[:3]
    middles = [datetime(year, month, 15, 12) for year in years for month in (1, 7)]  # noqa: DTZ001 - local
    return [*moments, *middles]


def _agrees(zone: ZoneInfo, wanted: list[tuple[datetime, timedelta, str]], *, with_names: bool) -> bool:
    for moment, offset, name in wanted:
        there = moment.replace(tzinfo=zone)
        if there.utcoffset() != offset or (with_names and name and there.tzname() != name):
            return False
    return True


@dataclass(frozen=True, slots=True)
class _Observance:
    """STANDARD or DAYLIGHT: from when on, by which rule, which offset."""

    onset: datetime
    rule: Rule | None
    offset: timedelta
    name: str


def _read_observance(component: Component) -> _Observance | None:
    onset = parse_moment(component.text("DTSTART"))
    offset = re.fullmatch(r"([+-])(\d\d)(\d\d)(\d\d)?", component.text("TZOFFSETTO").strip())
    if not isinstance(onset, datetime) or not offset:
        return None
    length = timedelta(hours=int(offset[2]), minutes=int(offset[3]), seconds=int(offset[4] or 0))
    onset = onset.replace(tzinfo=None)
    return _Observance(
        onset=onset,
        rule=parse_rule(component.text("RRULE"), onset) if component.first("RRULE") else None,
        offset=length if offset[1] == "+" else -length,
        name=component.text("TZNAME").strip(),
    )


def _offset_at(observances: list[_Observance], moment: datetime) -> tuple[timedelta, str]:
    """The offset and its name at a local time: those of the observance that began last."""
    begun = [(_last_onset(one, moment), one) for one in observances]
    begun = [(onset, one) for onset, one in begun if onset]
    if not begun:
        first = min(observances, key=lambda one: one.onset)
        return first.offset, first.name
    latest = max(begun, key=lambda pair: pair[0])[1]
    return latest.offset, latest.name


def _last_onset(one: _Observance, moment: datetime) -> datetime | None:
    if one.onset > moment:
        return None
    if one.rule is None:
        return one.onset
    begin = max(one.onset, moment - timedelta(days=400))
    return max(list_starts(one.rule, one.onset, begin, moment), default=one.onset)
