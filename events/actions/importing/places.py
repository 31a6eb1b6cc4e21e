"""Rooms, tracks and topics of a file, matched by name with those that are there."""

from uuid import uuid4

from roadshow.core.models import free_slug

from ...formats.document import Document
from ...formats.document import Track as TrackThere
from ...models import Event, EventRoom, Room, Topic, Track, Venue
from ..topics import get_or_create_topics
from .report import Report


def match_rooms(event: Event, document: Document, report: Report) -> dict[str, Room]:
    """The file's room names -> rooms: by GUID, else the event's own or its venue's by name, else new ones."""
    links = list(EventRoom.objects.filter(event=event).select_related("room"))
    found = {link.room.name: link.room for link in links}
    wanted = [room for room in document.rooms if room.name]
    missing = [room for room in wanted if room.name[:200] not in found]
    if missing:
        venue = _venue(event, document)
        there = {room.name: room for room in venue.rooms.all()}
        named = {room.guid: room.name[:200] for room in missing if room.guid}
        there |= {named[room.guid]: room for room in Room.objects.filter(guid__in=named)}
        new = [
            Room(
                guid=room.guid or uuid4(),
                venue=venue,
                name=room.name[:200],
                capacity=room.capacity,
                description=room.description,
                shared=room.shared,
                position=position,
            )
            for position, room in enumerate(missing)
            if room.name[:200] not in there
        ]
        there |= {room.name: room for room in Room.objects.bulk_create(new)}
        added = [there[room.name[:200]] for room in missing]
        first = max((link.position for link in links), default=-1) + 1
        EventRoom.objects.bulk_create(
            EventRoom(event=event, room=room, position=first + index) for index, room in enumerate(added)
        )
        found |= {room.name[:200]: there[room.name[:200]] for room in missing}
        report.new_rooms += [room.name for room in added]
    return {room.name: found[room.name[:200]] for room in wanted}


def _venue(event: Event, document: Document) -> Venue:
    if event.venue is None:
        venue = document.venue
        event.venue = Venue.objects.create(
            name=(venue.name or event.name)[:200],
            address=venue.address,
            city=(venue.city or event.city)[:120],
            country=(venue.country or event.country)[:120],
            latitude=venue.latitude,
            longitude=venue.longitude if venue.latitude is not None else None,
        )
        event.save(update_fields=["venue", "updated_at"])
    return event.venue


def match_tracks(event: Event, document: Document, report: Report) -> dict[str, Track]:
    """The file's track names -> the event's tracks, new ones made."""
    named = {track.name: track for track in document.tracks}
    wanted = list(dict.fromkeys([*named, *(talk.track for talk in document.talks if talk.track)]))
    tracks = list(event.tracks.all())
    found, slugs = {track.name: track for track in tracks}, {track.slug for track in tracks}
    new = []
    for name in wanted:
        if name[:200] not in found:
            there = named.get(name, TrackThere(name=name))
            slug = free_slug(
                there.slug if there.slug[:1].isalpha() else name, slugs.__contains__, fallback="track"
            )
            slugs.add(slug)
            track = Track(event=event, name=name[:200], slug=slug, color=there.color, position=len(found))
            found[track.name] = track
            new.append(track)
    Track.objects.bulk_create(new)
    report.new_tracks += [track.name for track in new]
    return {name: found[name[:200]] for name in wanted}


def match_topics(document: Document, report: Report) -> dict[str, Topic]:
    """The file's topics -> the portal's, whatever their case, new ones made."""
    names = dict.fromkeys(name.strip()[:120] for talk in document.talks for name in talk.topics)
    found, new = get_or_create_topics(names)
    report.new_topics += [topic.name for topic in new]
    return found
