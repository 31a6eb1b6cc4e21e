"""A schedule as the API returns it: days with rooms with slots, each with its whole talk.

Times have the event's offset. `base` is the portal's URL without a trailing slash.
"""

from functools import partial

from ..formats.document import Document, Link, Person, Room, Slot, Talk, Track
from .days import DaySchedule, Entry, group_by_day
from .differences import ScheduleChange


def serialize_schedule(document: Document, base: str = "") -> dict:
    """Plain values for JSON: event, release, tracks, days."""
    make_url = partial(make_absolute, base)
    rooms = {room.name: room for room in document.rooms}
    return {
        "event": document.slug,
        "url": make_url(document.url),
        "title": document.title,
        "release": int(document.version) if document.version.isdigit() else None,
        "note": document.note,
        "released_at": document.released_at,
        "timezone": document.timezone,
        "starts_on": document.starts_on,
        "ends_on": document.ends_on,
        "tracks": [_track(track) for track in document.tracks],
        "days": [_day(day, rooms, make_url) for day in group_by_day(document)],
    }


def make_absolute(base: str, path: str) -> str | None:
    return (base + path if path.startswith("/") else path) or None


def _track(track: Track) -> dict:
    return {"slug": track.slug, "name": track.name, "color": track.color}


def _day(day: DaySchedule, rooms: dict[str, Room], make_url) -> dict:
    names = [room.name for room in day.rooms]
    if any(entry.room not in names for entry in day.entries):
        names.append("")
    return {
        "date": day.date,
        "starts_at": day.starts_at,
        "ends_at": day.ends_at,
        "rooms": [
            {
                "guid": rooms[name].guid if name in rooms else None,
                "name": name,
                "slots": [_slot(entry, make_url) for entry in day.entries_in_room(name)],
            }
            for name in names
        ],
    }


def _slot(entry: Entry, make_url) -> dict:
    return {
        "guid": entry.slot.guid,
        "number": entry.slot.number,
        "starts_at": entry.starts_at,
        "ends_at": entry.ends_at,
        "cancelled": entry.is_cancelled,
        "sequence": entry.slot.sequence,
        "previous_starts_at": entry.slot.previous_starts_at
        and entry.slot.previous_starts_at.astimezone(entry.starts_at.tzinfo),
        "talk": serialize_talk(entry.talk, make_url),
    }


def serialize_talk(talk: Talk, make_url) -> dict:
    return {
        "url": make_url(talk.url),
        "guid": talk.guid,
        "slug": talk.slug,
        "title": talk.title,
        "subtitle": talk.subtitle,
        "abstract": talk.abstract,
        "description": talk.description,
        "kind": talk.kind,
        "type_label": talk.type_label,
        "level": talk.level,
        "language": talk.language,
        "state": talk.state,
        "track": talk.track,
        "topics": talk.topics,
        "speakers": [_person(person, make_url) for person in talk.persons],
        "links": [_link(link) for link in talk.links],
        "picture": make_url(talk.logo),
        "origin_url": talk.origin_url,
        "feedback_url": talk.feedback_url,
        "recording_license": talk.recording_license,
        "do_not_record": talk.recording_optout,
    }


def _person(person: Person, make_url) -> dict:
    return {
        "url": make_url(person.url),
        "guid": person.guid,
        "slug": person.slug,
        "name": person.name,
        "headline": person.headline,
        "picture": make_url(person.picture),
        "role": person.role,
    }


def _link(link: Link) -> dict:
    return {"url": link.url, "title": link.title, "kind": link.kind}


def serialize_change(change: ScheduleChange, base: str = "") -> dict:
    """A change between two releases as plain values for JSON."""
    return {
        "kind": change.kind,
        "talk": {
            "url": make_absolute(base, change.talk.url),
            "guid": change.talk.guid,
            "slug": change.talk.slug,
            "title": change.talk.title,
        },
        "before": change.before and _time(change.before),
        "after": change.after and _time(change.after),
        "old": change.old,
        "new": change.new,
    }


def _time(slot: Slot) -> dict:
    return {"guid": slot.guid, "starts_at": slot.starts_at, "ends_at": slot.ends_at, "room": slot.room}
