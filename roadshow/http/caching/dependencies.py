"""How long a response stays right: until the clock makes it wrong, or a record changes that it shows."""

import datetime as dt
import time
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponse

from roadshow.core.loaded_records import LoadedRecords

LONGEST = 60 * 60  # seconds for which a page may recommend records that it would not choose any more

Key = UUID | int | str  # a record's GUID, an event's primary key, or a kind of record such as "talks"


@dataclass(frozen=True, slots=True)
class Lifetime:
    """`expires` in seconds since the epoch; `keys`: a change of any of them ends it, None for any change."""

    expires: float
    keys: frozenset[Key] | None = None


def expire_at(response: HttpResponse, moment: dt.datetime) -> HttpResponse:
    """Declare that the clock makes a page wrong at `moment`, such as when the talk ends that it calls current."""
    response.until = moment.timestamp()  # type: ignore[attr-defined]  # for lifetime_of()
    return response


def depend_on(
    response: HttpResponse,
    *,
    events: Iterable[int] = (),
    kinds: Iterable[str] = (),
    records: Iterable[UUID] = (),
    recommends: bool = False,
) -> HttpResponse:
    """Declare on what a response depends besides the records that were loaded for it.

    It is built anew when one of those changes, or anything that belongs to one of `events` (primary keys), or any
    record of one of `kinds` ("speakers"), or one of `records` (GUIDs): those that it would show if they were public.
    Without a declaration every public change counts. Which records a response recommends may be an hour old
    (`recommends`); what it says about them never is.
    """
    response.keys = frozenset([*events, *kinds, *records])  # type: ignore[attr-defined]  # for lifetime_of()
    response.recommends = recommends  # type: ignore[attr-defined]
    return response


def lifetime_of(response: HttpResponse, loaded: LoadedRecords) -> Lifetime:
    """Until midnight, in UTC or the zone of a record that was loaded, and as the view declared."""
    declared = getattr(response, "keys", None)
    ends = [next_midnight(ZoneInfo(name)) for name in {"UTC", *loaded.zones}]
    ends += [moment.timestamp() for moment in loaded.moments]
    expires = min([*ends, getattr(response, "until", ends[0])])
    if getattr(response, "recommends", False):
        expires = min(expires, time.time() + LONGEST)
    return Lifetime(expires, None if declared is None else declared | loaded.guids)


def next_midnight(zone: ZoneInfo) -> float:
    """When the next day begins in a zone, in seconds since the epoch."""
    tomorrow = dt.datetime.now(zone).date() + dt.timedelta(days=1)
    return dt.datetime.combine(tomorrow, dt.time(), zone).timestamp()
