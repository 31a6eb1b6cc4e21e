"""When a repeated event begins: RRULE, RDATE and EXDATE of RFC 5545, at most daily, within two years."""

import re
from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from ..times import local_to_utc, parse_moment

MOST = 366  # times of one event
_REACH = timedelta(days=731)  # after its first time
_OFTEN = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")  # more often than daily repeats no talk


def starts_by_rule(rule: str, first: datetime, zone: ZoneInfo) -> list[datetime] | None:
    """The times in UTC that an RRULE gives an event that begins first at `first`, on the zone's own clock.

    None for a rule that is not understood.
    """
    parts = dict(part.upper().split("=", 1) for part in rule.strip().split(";") if "=" in part)
    if parts.get("FREQ") not in _OFTEN:
        return None
    local = first.astimezone(zone).replace(tzinfo=None)
    count = parts.pop("COUNT", str(MOST))
    latest = local + _REACH
    until = min(_until(parts.pop("UNTIL", ""), zone) or latest, latest)
    text = ";".join(f"{name}={value}" for name, value in parts.items())
    try:
        found = rrulestr(f"{text};UNTIL={until:%Y%m%dT%H%M%S}", dtstart=local)
        return [local_to_utc(start, zone) for start in islice(found, min(int(count), MOST))]
    except (ValueError, TypeError, KeyError):
        return None


def _until(text: str, zone: ZoneInfo) -> datetime | None:
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
