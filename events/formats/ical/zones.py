"""VTIMEZONE for an IANA zone, and the IANA zone that a TZID means."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from ..times import find_zone

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
