"""A Document as schedule.json that validates against c3voc's schema, whatever the document is like."""

import re

import orjson

from .. import links as addresses
from ..document import Document, Link, Person, Room
from ..text import line
from ..writing import GENERATOR, Sheet, Written, local, people, plain, sheet_of, stamp, zone_fits_json

_TYPES = ("slides", "paper", "web", "blog", "article", "media", "related", "activitypub")
_ATTACHED = ("slides", "paper", "media")
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
_CODE = re.compile(r"[A-Z0-9]+")
_SLUG = re.compile(r"[a-z0-9_-]+[a-z0-9]")


def write(document: Document) -> bytes:
    """The document's slots as schedule.json, UTF-8; the same document gives the same bytes.

    Talks without a slot are left out; a cancelled talk says so in its title. What the schema has no link type
    for is written as "related"; an address that is no URI follows “about:invalid#”.
    """
    sheet = sheet_of(document)
    root = {
        "$schema": "https://c3voc.de/schedule/schema.json",
        "generator": {"name": GENERATOR},
        "schedule": {"version": line(plain(document.version))[:100], "conference": _conference(sheet)},
    }
    return orjson.dumps(root, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _present(**values: object) -> dict:
    """The values that are not empty."""
    return {key: value for key, value in values.items() if value}


def _conference(sheet: Sheet) -> dict:
    document = sheet.document
    zone = sheet.zone.key
    minutes = document.slot_minutes
    return {
        "acronym": sheet.acronym,
        "title": line(plain(document.title)) or sheet.acronym,
        **_present(description=plain(document.description)),
        "start": sheet.starts_on.isoformat(),
        "end": sheet.ends_on.isoformat(),
        "daysCount": len(sheet.days),
        "timeslot_duration": f"{minutes // 60:02}:{minutes % 60:02}",
        **({"time_zone_name": zone} if zone_fits_json(zone) else {"meta": {"time_zone_name": zone}}),
        **_present(
            logo=addresses.web_uri(plain(document.logo)),
            url=addresses.web_uri(plain(document.url)),
            colors={"primary": document.color} if _COLOR.fullmatch(document.color) else None,
        ),
        "rooms": [_room(room) for room, _ in sheet.days[0][1] if room.name],
        "tracks": [
            {
                "name": plain(line(track.name)),
                **_present(
                    color=track.color if _COLOR.fullmatch(track.color) else "",
                    slug=track.slug if _SLUG.fullmatch(track.slug) else "",
                ),
            }
            for track in document.tracks
        ],
        "days": [
            {
                "index": index,
                "date": day.date.isoformat(),
                "day_start": stamp(local(day.starts_at, sheet.zone)),
                "day_end": stamp(local(day.ends_at, sheet.zone)),
                "rooms": {
                    plain(room.name): [_event(written) for written in slots]
                    for room, slots in rooms
                    if room.name or slots
                },
            }
            for index, (day, rooms) in enumerate(sheet.days, 1)
        ],
    }


def _room(room: Room) -> dict:
    return {
        "name": plain(room.name),
        "guid": str(room.guid),
        "description": plain(room.description) or None,
        "capacity": room.capacity,
    }


def _event(written: Written) -> dict:
    talk = written.talk
    references = [(link.kind in _ATTACHED, _link(link)) for link in talk.links]
    return {
        "guid": str(written.guid),
        **_present(code=written.code),
        "id": written.number,
        "logo": addresses.web_uri(plain(talk.logo)) or None,
        "date": stamp(written.starts_at),
        "start": written.start,
        "end": stamp(written.ends_at),
        "duration": written.duration,
        "room": plain(line(written.slot.room)),
        "slug": written.slug,
        "url": addresses.web_uri(plain(talk.url)) or f"urn:uuid:{written.guid}",
        "title": plain(written.title),
        "subtitle": plain(line(talk.subtitle)),
        "track": plain(line(talk.track)) or None,
        "type": plain(written.type),
        "language": talk.language or None,
        "abstract": plain(talk.abstract),
        "description": plain(talk.description),
        "recording_license": plain(line(talk.recording_license)),
        "do_not_record": talk.recording_optout,
        "persons": [_person(*found) for found in people(talk, _CODE)],
        "links": [reference for attached, reference in references if not attached],
        "attachments": [reference for attached, reference in references if attached],
        **_present(feedback_url=addresses.web_uri(plain(talk.feedback_url))),
    }


def _person(name: str, code: str, person: Person) -> dict:
    return {
        **_present(guid=str(person.guid) if person.guid else ""),
        **_present(code=code),
        "name": name,
        "public_name": name,
        **_present(
            avatar=addresses.web_uri(plain(person.picture)),
            biography=plain(person.biography),
            url=addresses.web_uri(plain(person.url)),
            links=[_link(link) for link in person.links],
        ),
    }


def _link(link: Link) -> dict:
    title = plain(line(link.title))
    return {
        "url": addresses.any_uri(plain(link.url)),
        "type": link.kind if link.kind in _TYPES else "related",
        **_present(title=title),
    }
