"""The form of one slot, talk or break; it works without JavaScript."""

import datetime as dt
from uuid import UUID

from django.utils import timezone
from django.utils.dateparse import parse_time

from ...actions import load_plan
from ...models import Event, Slot, Talk
from ...schedule import find_conflicts
from .state import get_event_day


def build_panel(event: Event, query, day: dt.date | None) -> dict | None:
    """Template context of the form for `?slot=`, `?talk=` or `?new=break`; None for other queries."""
    day = day or event.starts_on
    if query.get("slot"):
        return _build_slot_panel(event, query["slot"])
    if query.get("talk", "").isdecimal():
        talk = event.talks.filter(pk=query["talk"]).first()
        if talk is None:
            return None
        minutes = talk.duration or 2 * event.slot_minutes
        return _build_context(event, talk=talk, day=day, time=_get_opening_time(event), minutes=minutes)
    if query.get("new") == "break":
        return _build_context(
            event, is_new_break=True, day=day, time=_parse_time(query.get("time")), minutes=60
        )
    return None


def _build_slot_panel(event: Event, guid: str) -> dict | None:
    try:
        slot = event.slots.select_related("talk", "room").get(guid=UUID(guid))
    except (ValueError, Slot.DoesNotExist):
        return None
    plan = load_plan(event)
    problems = [
        conflict
        for conflict in find_conflicts(plan.slots, plan.rules)
        if slot.guid in (conflict.slot.key, conflict.other and conflict.other.key)
    ]
    clashing = {conflict.who for conflict in problems if conflict.kind == "speaker_taken"}
    people = list(slot.talk.speakers.order_by("talk_speakers__position"))
    return _build_context(
        event,
        slot=slot,
        talk=slot.talk,
        people=people,
        problems=problems,
        clashing=[person for person in people if person.name in clashing],
        accepted=slot.accepted_clashes.select_related("speaker"),
        day=get_event_day(event, slot.starts_at),
        time=timezone.localtime(slot.starts_at, event.zone).time(),
        minutes=slot.minutes,
        is_break=slot.talk.kind == Talk.Kind.BREAK,
        is_in_several_rooms=slot.talk.kind == Talk.Kind.BREAK and slot.talk.slots.count() > 1,
    )


def _build_context(event: Event, **values) -> dict:
    span = (event.ends_on - event.starts_on).days
    days = {event.starts_on + dt.timedelta(days=number) for number in range(span + 1)} | {values["day"]}
    slot = values.get("slot")
    rooms = [row.room for row in event.event_rooms.select_related("room").defer("room__search")]
    if slot and slot.room and slot.room not in rooms:
        rooms.append(slot.room)
    return {"panel": values | {"days": sorted(days), "rooms": rooms}}


def _parse_time(text: str | None) -> dt.time:
    """`text` as a time of day, noon when it is none."""
    try:
        return parse_time(text or "") or dt.time(12)
    except ValueError:
        return dt.time(12)


def _get_opening_time(event: Event) -> dt.time:
    times = [row.opens_at for row in event.event_rooms.all() if row.opens_at]
    return min(times, default=dt.time(9))
