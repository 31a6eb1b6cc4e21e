"""How long a response stays right: until the clock makes it wrong, or a record changes that it shows."""

import datetime as dt
import time
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.utils import timezone

QUARTER = 15 * 60  # seconds; every time zone's day begins with one
LONGEST = 60 * 60  # seconds for which a page may recommend records that it would not choose any more


@dataclass(frozen=True, slots=True)
class Lifetime:
    """`expires` in seconds since the epoch; `records`: GUIDs of what the response shows, None for anything."""

    expires: float
    records: frozenset[UUID] | None = None


def expire_at(response: HttpResponse, moment: dt.datetime) -> HttpResponse:
    """Declare that the clock makes a page wrong at `moment`, such as when the talk ends that it calls current."""
    lifetime = lifetime_of(response)
    response.lifetime = Lifetime(  # type: ignore[attr-defined]  # read by lifetime_of()
        min(lifetime.expires, moment.timestamp()), lifetime.records
    )
    return response


def depend_on(response: HttpResponse, records: Iterable[UUID], *, zone: ZoneInfo) -> HttpResponse:
    """Declare that a page shows these records only, and of the clock only today's date in `zone`.

    Name also records that it would show if they were public. Without a declaration a page is built anew after each
    public change, and each quarter of an hour. Which records a page recommends may be an hour old; what it says about
    them never is.
    """
    tomorrow = timezone.localdate(timezone=zone) + dt.timedelta(days=1)
    midnight = dt.datetime.combine(tomorrow, dt.time(), zone).timestamp()
    response.lifetime = Lifetime(  # type: ignore[attr-defined]  # read by lifetime_of()
        min(midnight, time.time() + LONGEST), frozenset(records)
    )
    return response


def lifetime_of(response: HttpResponse) -> Lifetime:
    """What `depend_on` declared; else any record, until the next quarter of an hour."""
    return getattr(response, "lifetime", None) or Lifetime((time.time() // QUARTER + 1) * QUARTER)
