"""Current and next entries of each room: a page for phones, and one for screens in a hallway."""

import datetime as dt
from dataclasses import dataclass

import segno
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_safe

from roadshow.http.pages import absolute_url

from ..formats.days import find_day
from ..models import Event
from ..schedule import Entry
from .schedule import Programme
from .talks import visible_event

LOOKAHEAD = dt.timedelta(hours=24)  # sent with the page, so that it stays correct offline


@require_safe
def now(request, slug):
    return _render_now(request, slug, "events/now.html")


@require_safe
def display(request, slug):
    """The same without navigation, for a full screen.

    `?room=` shows one room only, for its door; `?show=changes` what changed today, for a foyer.
    """
    if request.GET.get("show") == "changes":
        return _render_changes(request, slug)
    return _render_now(request, slug, "events/display.html")


def _render_changes(request, slug: str):
    event = visible_event(request, slug)
    at = parse_moment(request.GET.get("at", ""), event) or timezone.now()
    programme = Programme(event, {}) if event.current_release else None
    live = programme.present.live if programme else None
    entries = [entry for day in programme.days for entry in day.entries] if programme else []
    changed = [
        entry
        for entry in entries
        if entry.ends_at > at and programme and entry.slot.number in programme.live_marks
    ]
    context = {
        "event": event,
        "release": event.current_release,
        "programme": programme,
        "live": live,
        "at": at,
        "changed": changed,
        "statuses": live.statuses if live else {},
    }
    template = "events/display_changes.html"
    response = render(request, f"{template}#results" if request.htmx else template, context)
    response["Cache-Control"] = "no-cache"
    return response


def _render_now(request, slug: str, template: str):
    event = visible_event(request, slug)
    requested = parse_moment(request.GET.get("at", ""), event)
    at = requested or timezone.now()
    programme = Programme(event, {}) if event.current_release else None
    rooms = list_rooms_at(programme, at, request.GET.get("room", "")) if programme else []
    if programme and programme.buildings:
        rooms.sort(key=lambda pair: programme.buildings.get(pair[0], "\uffff"))
    context = {
        "event": event,
        "release": event.current_release,
        "programme": programme,
        "rooms": rooms,
        "at": at,
        "today": at.astimezone(event.zone).date(),
        "requested": requested,
        "live": programme.present.live if programme else None,
        "code": draw_code(request, event) if request.GET.get("room") else "",
    }
    response = render(request, f"{template}#results" if request.htmx else template, context)
    response["Cache-Control"] = "no-cache"
    return response


def draw_code(request, event: Event) -> str:
    """QR code (SVG) that leads a phone from the display at a door to the room's page."""
    room = event.rooms.filter(name=request.GET["room"]).first()
    if room is None:
        return ""
    link = absolute_url(request, reverse("events:room", args=[event.slug, room.guid]))
    return segno.make(link, error="m").svg_data_uri(scale=4, border=2, light="white")


def parse_moment(text: str, event: Event) -> dt.datetime | None:
    """`text` (ISO 8601, in the event's zone if it has no offset) as a datetime; None when invalid.

    Used to preview the page at another time.
    """
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    if found is None or not 1900 < found.year < 2200:
        return None
    return found if found.tzinfo else found.replace(tzinfo=event.zone)


def list_rooms_at(
    programme: Programme, at: dt.datetime, only: str = ""
) -> list[tuple[str, list[tuple[Entry, str]]]]:
    """(room name, [(entry, "now" | "next" | "later")]) for each room with current or future entries."""
    coming = [entry for day in programme.days for entry in day.entries if entry.ends_at > at]
    until = max(at, min((entry.starts_at for entry in coming), default=at)) + LOOKAHEAD
    rooms: dict[str, list[Entry]] = {room.name: [] for room in programme.document.rooms}
    for entry in coming:
        if entry.starts_at < until and only in ("", entry.room):
            rooms.setdefault(entry.room, []).append(entry)
    return [(room, _label_entries(entries, at)) for room, entries in rooms.items() if entries]


@dataclass(frozen=True)
class Glance:
    """What is on at an event at a moment: its programme, entries that are on, those that begin next at one time."""

    programme: Programme
    at: dt.datetime
    now: list[Entry]
    next: list[Entry]

    @property
    def until(self) -> dt.datetime:
        """When it is not right any more."""
        moments = [entry.ends_at for entry in self.now] + [entry.starts_at for entry in self.next]
        return min(moments, default=self.at + dt.timedelta(minutes=15))


def glance_at(event: Event, at: dt.datetime | None = None) -> Glance | None:
    """What is on while the event runs, breaks and cancelled talks left out; None on other days; 6 queries."""
    at = at or timezone.now()
    today = find_day(at, event.zone, event.day_change)
    if event.current_release_id is None or not event.starts_on <= today <= event.ends_on:
        return None
    programme = Programme(event, {})
    entries = [
        entry
        for day in programme.days
        for entry in day.entries
        if not entry.is_cancelled and entry.talk.kind != "break"
    ]
    coming = [entry for entry in entries if entry.starts_at > at]
    first = min((entry.starts_at for entry in coming), default=at)
    return Glance(
        programme,
        at,
        [entry for entry in entries if entry.starts_at <= at < entry.ends_at],
        [entry for entry in coming if entry.starts_at == first],
    )


def _label_entries(entries: list[Entry], at: dt.datetime) -> list[tuple[Entry, str]]:
    first = next((entry for entry in entries if entry.starts_at > at), None)
    return [
        (entry, "now" if entry.starts_at <= at else "next" if entry is first else "later")
        for entry in entries
    ]
