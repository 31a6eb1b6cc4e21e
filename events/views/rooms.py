"""Rooms of an event and venues as places: how to get there, what is on, whether people can still go in."""

from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from roadshow.http.caching import expire_at

from ..live import load_live_state
from ..models import Event, RoomStatus, Venue
from .schedule import Programme
from .talks import visible_event

MAX_LISTED = 30  # events of a venue


@require_safe
def room_list(request, slug):
    """All rooms of an event, by venue and building, with their statuses and what is on now."""
    event = visible_event(request, slug)
    programme = Programme(event, {}) if event.current_release else None
    at = timezone.now()
    entries = [entry for day in programme.days for entry in day.entries] if programme else []
    live = programme.present.live if programme else load_live_state(event)
    now = {
        entry.room: entry
        for entry in entries
        if entry.starts_at <= at < entry.ends_at and not entry.is_cancelled
    }
    rows = event.event_rooms.select_related("room__venue").order_by("position", "pk")
    places: dict[tuple[Venue, str], list] = {}
    for row in rows:
        place = places.setdefault((row.room.venue, row.room.building), [])
        place.append((row.room, live.statuses.get(row.room.name), now.get(row.room.name)))
    context = {"event": event, "live": live, "places": places}
    response = render(request, "events/room_list.html", context)
    bounds = [moment for entry in entries for moment in (entry.starts_at, entry.ends_at) if moment > at]
    return expire_at(response, min(bounds)) if bounds else response


@require_safe
def room(request, slug, room):
    """One room: where it is, its seats and facts, its status, and its line-up of today or of `?day=`."""
    event = visible_event(request, slug)
    row = get_object_or_404(event.rooms.select_related("venue"), guid=room)
    programme = Programme(event, {name: request.GET[name] for name in ("day",) if name in request.GET})
    has_schedule = event.current_release is not None
    live = programme.present.live if has_schedule else load_live_state(event)
    entries = programme.day.entries_in_room(row.name) if has_schedule and programme.day else []
    if has_schedule and programme.day is None:
        entries = [entry for day in programme.days for entry in day.entries_in_room(row.name)]
    context = {
        "event": event,
        "room": row,
        "programme": programme if has_schedule else None,
        "entries": entries,
        "live": live,
        "status": live.statuses.get(row.name, RoomStatus.OPEN),
        "notices": live.notices_for(room=row.name),
    }
    return render(request, "events/room.html", context)


@require_safe
def venue(request, guid):
    """A venue: address, plan, how to get there, accessibility, its rooms and events."""
    row = get_object_or_404(Venue.objects.visible_to(request.user).defer("search"), guid=guid)
    events = (
        Event.objects.visible_to(request.user).filter(venue=row).for_cards().order_by("-starts_on", "-pk")
    )
    rooms = row.rooms.visible_to(request.user).defer("search")
    return render(request, "events/venue.html", {"venue": row, "rooms": rooms, "events": events[:MAX_LISTED]})
