"""Set up an event with its rooms and tracks, in one step."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction

from roadshow.core.slugs import make_unique_slug
from roadshow.journal.actor import name_activity
from roadshow.journal.models import Activity

from ..models import Event, EventRoom, Room, Track, Venue
from .moving import move_plan_by_days


@dataclass(frozen=True, slots=True)
class NewRoom:
    name: str
    seats: int | None = None


@dataclass(frozen=True, slots=True)
class NewTrack:
    name: str
    color: str = ""  # "#rrggbb"


@transaction.atomic
def set_up_event(
    *,
    event: Event,
    by: User,
    rooms: Iterable[NewRoom] = (),
    tracks: Iterable[NewTrack] = (),
    venue_name: str = "",
    move_plan: bool = False,
) -> Event:
    """Save a new or changed event; add the rooms and tracks that it does not have yet, in this order.

    Rooms are those of the event's venue, by name, or new ones there. An event without a venue that gets rooms or
    a `venue_name` gets a new venue. Nothing is removed. `move_plan` moves the slots with the first day.
    Raises ValidationError.
    """
    is_new = event.pk is None
    if not event.slug:
        event.slug = make_unique_slug(
            event.name, lambda slug: Event.objects.filter(slug=slug).exists(), fallback="event"
        )
    rooms = list(rooms)
    if event.venue is None and (venue_name or rooms):
        event.venue = _create_venue(event, venue_name)
    event.full_clean()
    before = (
        None if is_new else Event.objects.select_for_update().only("starts_on").get(pk=event.pk).starts_on
    )
    event.save()
    if move_plan and before is not None:
        move_plan_by_days(event=event, days=(event.starts_on - before).days)
    if is_new:
        event.organisers.add(by)
    _add_rooms(event, rooms)
    _add_tracks(event, tracks)
    name_activity(Activity.Kind.SETUP, event)
    return event


@transaction.atomic
def publish_event(*, event: Event) -> Event:
    """Make the page of a draft public. Raises ValidationError."""
    row = Event.objects.select_for_update(of=("self",)).get(pk=event.pk)
    if row.state == Event.State.DRAFT:
        row.state = Event.State.PUBLISHED
        row.full_clean()
        row.save()
        name_activity(Activity.Kind.SETUP, row)
    return row


def _create_venue(event: Event, name: str) -> Venue:
    venue = Venue(name=name or event.city or event.name, city=event.city, country=event.country)
    venue.full_clean()
    venue.save()
    return venue


def _add_rooms(event: Event, rooms: list[NewRoom]) -> None:
    if not rooms or event.venue is None:
        return
    known = {room.name.casefold(): room for room in event.venue.rooms.all()}
    used = set(event.event_rooms.values_list("room", flat=True))
    position = len(used)
    for new in rooms:
        room = known.get(new.name.casefold())
        if room is None:
            room = Room(venue=event.venue, name=new.name, capacity=new.seats, position=len(known))
            room.full_clean()
            room.save()
            known[new.name.casefold()] = room
        if room.pk not in used:
            EventRoom.objects.create(event=event, room=room, position=position)
            used.add(room.pk)
            position += 1


def _add_tracks(event: Event, tracks: Iterable[NewTrack]) -> None:
    known = {name.casefold() for name in event.tracks.values_list("name", flat=True)}
    for new in tracks:
        if new.name.casefold() in known:
            continue
        track = Track(event=event, name=new.name, color=new.color, position=len(known))
        track.full_clean(exclude=["slug"])
        track.save()
        known.add(new.name.casefold())
