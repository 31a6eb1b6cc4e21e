"""Rooms, tracks and topics of a file: known by GUID, by the file's own id, else by name."""

from collections.abc import Callable, Hashable, Iterable
from typing import Any
from uuid import UUID, uuid4

from django.db import models
from django.utils.translation import gettext as _
from simple_history.utils import bulk_update_with_history

from roadshow.core.slugs import make_unique_slug

from ...formats.document import Document
from ...formats.document import Room as RoomThere
from ...formats.document import Track as TrackThere
from ...models import Event, EventRoom, Room, Topic, Track, Venue
from ..topics import get_or_create_topics
from .report import Report
from .undo_log import UndoLog

_LONGEST = 200  # characters of a name


def match_rooms(
    event: Event, document: Document, source: str, report: Report, log: UndoLog
) -> dict[str, Room]:
    """The file's room names -> rooms; a room that is known by its GUID or id takes over its new name."""
    links = list(EventRoom.objects.filter(event=event).select_related("room"))
    wanted = [room for room in document.rooms if room.name]
    found: dict[int, EventRoom] = {}
    _match(found, wanted, links, _guids_of, lambda room: room.guid)
    _match(found, wanted, links, lambda link: _ids_of(link, source), lambda room: room.id)
    _match(found, wanted, links, lambda link: [link.room.name], lambda room: room.name[:_LONGEST])
    renamed = _rename_rooms(
        event, [(found[n], room) for n, room in enumerate(wanted) if n in found], report, log
    )
    _remember(EventRoom, [(found[n], room) for n, room in enumerate(wanted) if n in found], source)
    rooms = {room.name: found[n].room for n, room in enumerate(wanted) if n in found}
    missing = [room for n, room in enumerate(wanted) if n not in found]
    if missing:
        first = max((link.position for link in links), default=-1) + 1
        rooms |= _add_rooms(event, document, missing, first, source, report)
    report.renamed += renamed
    return rooms


def _guids_of(link: EventRoom) -> list[UUID]:
    imported = (link.imported or {}).get("guid")
    return [link.room.guid, *([UUID(imported)] if imported else [])]


def _ids_of(row: EventRoom | Track, source: str) -> list[str]:
    imported = row.imported or {}
    return [imported["id"]] if imported.get("id") and imported.get("source") == source else []


def _match(
    found: dict[int, Any],
    wanted: list,
    rows: list,
    keys_of: Callable[[Any], Iterable[Hashable]],
    key: Callable[[Any], Hashable],
) -> None:
    """Match what is left on both sides by a key; each row once."""
    claimed = {row.pk for row in found.values()}
    by_key: dict = {}
    for row in rows:
        if row.pk not in claimed:
            for value in keys_of(row):
                by_key.setdefault(value, row)
    for index, one in enumerate(wanted):
        row = by_key.get(key(one)) if index not in found and key(one) else None
        if row is not None and row.pk not in claimed:
            found[index] = row
            claimed.add(row.pk)


def _rename_rooms(
    event: Event, pairs: list[tuple[EventRoom, RoomThere]], report: Report, log: UndoLog
) -> list[str]:
    """Give rooms their new names, as "old → new", unless an organiser or another event named them."""
    changed = {
        link.room: room.name[:_LONGEST]
        for link, room in pairs
        if link.room.name != room.name[:_LONGEST] and (link.imported or {}).get("name") != room.name
    }
    if not changed:
        return []
    used = EventRoom.objects.filter(room__in=changed).exclude(event=event).values_list("room", flat=True)
    foreign = set(used)
    taken = set(
        Room.objects.filter(venue__in={room.venue_id for room in changed}, name__in=changed.values())
        .exclude(pk__in=[room.pk for room in changed])
        .values_list("venue", "name")
    )
    allowed = {}
    for room, name in changed.items():
        if room.pk in foreign:
            message = _("The file calls this room “%(name)s”. Other events use it too, so it keeps its name.")
        elif (room.venue_id, name) in taken:
            message = _(
                "The file calls this room “%(name)s”, as another room of the venue is called; it keeps its name."
            )
        else:
            allowed[room] = name
            continue
        report.add_problem(room.name, message % {"name": name})
    log.remember(Room, [room.pk for room in allowed])
    return _rename(Room, allowed)


def _rename(model: type[models.Model], names: dict) -> list[str]:
    """Rename rows, also where two swap their names; "old → new" for each."""
    told = [f"{row.name} → {name}" for row, name in names.items()]
    model._default_manager.filter(pk__in=[row.pk for row in names]).update(
        name=models.functions.Concat(models.Value("~"), models.functions.Cast("guid", models.CharField()))
    )
    for row, name in names.items():
        row.name = name
    bulk_update_with_history(list(names), model, ["name"], batch_size=500)
    return told


def _remember(model: type[models.Model], pairs: list[tuple], source: str) -> None:
    """Keep what the file says of rooms or tracks, so that they are known when they are renamed."""
    changed = []
    for row, there in pairs:
        imported = _imported(there, source)
        if row.imported != imported:
            row.imported = imported
            changed.append(row)
    model._default_manager.bulk_update(changed, ["imported"], batch_size=500)


def _imported(there: RoomThere | TrackThere, source: str) -> dict:
    guid = getattr(there, "guid", None)
    return {"name": there.name, "id": there.id, "source": source, "guid": str(guid) if guid else ""}


def _add_rooms(
    event: Event, document: Document, missing: list[RoomThere], first: int, source: str, report: Report
) -> dict[str, Room]:
    """Rooms that the event does not use yet: by GUID, else the venue's by name, else new ones."""
    venue = _venue(event, document)
    there = {room.name: room for room in venue.rooms.all()}
    named = {room.guid: room.name[:_LONGEST] for room in missing if room.guid}
    there |= {named[room.guid]: room for room in Room.objects.filter(guid__in=named)}
    new = [
        Room(
            guid=room.guid or uuid4(),
            venue=venue,
            name=room.name[:_LONGEST],
            capacity=room.capacity,
            description=room.description,
            shared=room.shared,
            position=position,
        )
        for position, room in enumerate(missing)
        if room.name[:_LONGEST] not in there
    ]
    there |= {room.name: room for room in Room.objects.bulk_create(new)}
    rooms = {room.name: there[room.name[:_LONGEST]] for room in missing}
    added: dict[int, EventRoom] = {}
    for index, room in enumerate(missing):
        row = rooms[room.name]
        if row.pk not in added:
            imported = _imported(room, source)
            added[row.pk] = EventRoom(event=event, room=row, position=first + index, imported=imported)
            report.new_rooms.append(row.name)
    EventRoom.objects.bulk_create(added.values(), ignore_conflicts=True)
    return rooms


def _venue(event: Event, document: Document) -> Venue:
    if event.venue is None:
        venue = document.venue
        event.venue = Venue.objects.create(
            name=(venue.name or event.name)[:_LONGEST],
            address=venue.address,
            city=(venue.city or event.city)[:120],
            country=(venue.country or event.country)[:120],
            latitude=venue.latitude,
            longitude=venue.longitude if venue.latitude is not None else None,
        )
        event.save(update_fields=["venue", "updated_at"])
    return event.venue


def match_tracks(event: Event, document: Document, source: str, report: Report) -> dict[str, Track]:
    """The file's track names -> the event's tracks, renamed ones by their id or slug, new ones made."""
    named = {track.name: track for track in document.tracks}
    names = dict.fromkeys([*named, *(talk.track for talk in document.talks if talk.track)])
    wanted = [named.get(name, TrackThere(name=name)) for name in names]
    tracks = list(event.tracks.all())
    found: dict[int, Track] = {}
    _match(found, wanted, tracks, lambda track: _ids_of(track, source), lambda track: track.id)
    _match(found, wanted, tracks, lambda track: [track.name], lambda track: track.name[:_LONGEST])
    _match(found, wanted, tracks, lambda track: [track.slug], lambda track: track.slug)
    pairs = [(found[n], track) for n, track in enumerate(wanted) if n in found]
    changed = {
        row: there.name[:_LONGEST]
        for row, there in pairs
        if row.name != there.name[:_LONGEST] and (row.imported or {}).get("name") != there.name
    }
    if changed:
        report.renamed += _rename(Track, changed)
    _remember(Track, pairs, source)
    slugs = {track.slug for track in tracks}
    new: list[Track] = []
    for index, there in enumerate(wanted):
        if index not in found:
            track = _new_track(event, there, slugs, len(tracks) + len(new), source)
            found[index] = track
            new.append(track)
    Track.objects.bulk_create(new)
    report.new_tracks += [track.name for track in new]
    return {there.name: found[index] for index, there in enumerate(wanted)}


def _new_track(event: Event, there: TrackThere, slugs: set[str], position: int, source: str) -> Track:
    wish = there.slug if there.slug[:1].isalnum() else there.name
    slug = make_unique_slug(wish, slugs.__contains__, fallback="track")
    slugs.add(slug)
    return Track(
        event=event,
        name=there.name[:_LONGEST],
        slug=slug,
        color=there.color,
        position=position,
        imported=_imported(there, source),
    )


def match_topics(document: Document, report: Report) -> dict[str, Topic]:
    """The file's topics -> the portal's, whatever their case, new ones made."""
    names = dict.fromkeys(name.strip()[:120] for talk in document.talks for name in talk.topics)
    found, new = get_or_create_topics(names)
    report.new_topics += [topic.name for topic in new]
    return found
