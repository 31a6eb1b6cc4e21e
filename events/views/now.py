"""What is on now and comes next in each room: a page for a phone, and one for the screen in a hallway."""

import datetime as dt

from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_safe

from ..models import Event
from ..schedule import Entry
from .schedule import Programme
from .talks import visible_event

AHEAD = dt.timedelta(hours=24)  # sent along, so that a page follows the clock without a network


@require_safe
def now(request, slug):
    return _answer(request, slug, "events/now.html")


@require_safe
def display(request, slug):
    """Without links and menus, for a full screen; `?room=` shows one room only."""
    return _answer(request, slug, "events/display.html")


def _answer(request, slug: str, template: str):
    event = visible_event(request, slug)
    asked = moment_of(request.GET.get("at", ""), event)
    at = asked or timezone.now()
    programme = Programme(event, {}) if event.current_release else None
    rooms = rooms_at(programme, at, request.GET.get("room", "")) if programme else []
    context = {
        "event": event,
        "release": event.current_release,
        "programme": programme,
        "rooms": rooms,
        "at": at,
        "today": at.astimezone(event.zone).date(),
        "asked": asked,
    }
    response = render(request, f"{template}#results" if request.htmx else template, context)
    response["Cache-Control"] = "no-cache"
    return response


def moment_of(text: str, event: Event) -> dt.datetime | None:
    """Another moment than the present, for trying a display out: ISO 8601, in the event's zone if it names none."""
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    if found is None or not 1900 < found.year < 2200:
        return None
    return found if found.tzinfo else found.replace(tzinfo=event.zone)


def rooms_at(
    programme: Programme, at: dt.datetime, only: str = ""
) -> list[tuple[str, list[tuple[Entry, str]]]]:
    """For each room that has something to come: its name and its entries with "now", "next" or "later"."""
    coming = [entry for day in programme.days for entry in day.entries if entry.ends_at > at]
    until = max(at, min((entry.starts_at for entry in coming), default=at)) + AHEAD
    rooms: dict[str, list[Entry]] = {room.name: [] for room in programme.document.rooms}
    for entry in coming:
        if entry.starts_at < until and only in ("", entry.room):
            rooms.setdefault(entry.room, []).append(entry)
    return [(room, _told(entries, at)) for room, entries in rooms.items() if entries]


def _told(entries: list[Entry], at: dt.datetime) -> list[tuple[Entry, str]]:
    first = next((entry for entry in entries if entry.starts_at > at), None)
    return [
        (entry, "now" if entry.starts_at <= at else "next" if entry is first else "later")
        for entry in entries
    ]
