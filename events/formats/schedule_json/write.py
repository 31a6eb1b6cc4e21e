"""A Document as schedule.json that validates against c3voc's schema, whatever the document is like."""

import re

import orjson

from .. import links as addresses
from ..document import Document, Link, Person, Room
from ..text import clean_line
from ..writing import (
    GENERATOR,
    Sheet,
    Written,
    build_sheet,
    format_timestamp,
    is_json_zone,
    list_persons,
    remove_illegal,
    to_local_time,
)

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
    sheet = build_sheet(document)
    root = {
        "$schema": "https://c3voc.de/schedule/schema.json",
        "generator": {"name": GENERATOR},
        "schedule": {
            "version": clean_line(remove_illegal(document.version))[:100],
            "conference": _conference(sheet),
        },
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
        "title": clean_line(remove_illegal(document.title)) or sheet.acronym,
        **_present(description=remove_illegal(document.description)),
        "start": sheet.starts_on.isoformat(),
        "end": sheet.ends_on.isoformat(),
        "daysCount": len(sheet.days),
        "timeslot_duration": f"{minutes // 60:02}:{minutes % 60:02}",
        **({"time_zone_name": zone} if is_json_zone(zone) else {"meta": {"time_zone_name": zone}}),
        **_present(
            logo=addresses.to_web_uri(remove_illegal(document.logo)),
            url=addresses.to_web_uri(remove_illegal(document.url)),
            colors={"primary": document.color} if _COLOR.fullmatch(document.color) else None,
        ),
        "rooms": [_room(room) for room, _ in sheet.days[0][1] if room.name],
        "tracks": [
            {
                "name": remove_illegal(clean_line(track.name)),
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
                "day_start": format_timestamp(to_local_time(day.starts_at, sheet.zone)),
                "day_end": format_timestamp(to_local_time(day.ends_at, sheet.zone)),
                "rooms": {
                    remove_illegal(room.name): [_event(written) for written in slots]
                    for room, slots in rooms
                    if room.name or slots
                },
            }
            for index, (day, rooms) in enumerate(sheet.days, 1)
        ],
    }


def _room(room: Room) -> dict:
    return {
        "name": remove_illegal(room.name),
        "guid": str(room.guid),
        "description": remove_illegal(room.description) or None,
        "capacity": room.capacity,
    }


def _event(written: Written) -> dict:
    talk = written.talk
    references = [(link.kind in _ATTACHED, _link(link)) for link in talk.links]
    return {
        "guid": str(written.guid),
        **_present(code=written.code),
        "id": written.number,
        "logo": addresses.to_web_uri(remove_illegal(talk.logo)) or None,
        "date": format_timestamp(written.starts_at),
        "start": written.start,
        "end": format_timestamp(written.ends_at),
        "duration": written.duration,
        "room": remove_illegal(clean_line(written.slot.room)),
        "slug": written.slug,
        "url": addresses.to_web_uri(remove_illegal(talk.url)) or f"urn:uuid:{written.guid}",
        "title": remove_illegal(written.title),
        "subtitle": remove_illegal(clean_line(talk.subtitle)),
        "track": remove_illegal(clean_line(talk.track)) or None,
        "type": remove_illegal(written.type),
        "language": talk.language or None,
        "abstract": remove_illegal(talk.abstract),
        "description": remove_illegal(talk.description),
        "recording_license": remove_illegal(clean_line(talk.recording_license)),
        "do_not_record": talk.recording_optout,
        "persons": [_person(*found) for found in list_persons(talk, _CODE)],
        "links": [reference for attached, reference in references if not attached],
        "attachments": [reference for attached, reference in references if attached],
        **_present(
            feedback_url=addresses.to_web_uri(remove_illegal(talk.feedback_url)),
            origin_url=addresses.to_web_uri(remove_illegal(talk.origin_url)),
        ),
    }


def _person(name: str, code: str, person: Person) -> dict:
    return {
        **_present(guid=str(person.guid) if person.guid else ""),
        **_present(code=code),
        "name": name,
        "public_name": name,
        **_present(
            avatar=addresses.to_web_uri(remove_illegal(person.picture)),
            biography=remove_illegal(person.biography),
            url=addresses.to_web_uri(remove_illegal(person.url)),
            links=[_link(link) for link in person.links],
        ),
    }


def _link(link: Link) -> dict:
    title = remove_illegal(clean_line(link.title))
    return {
        "url": addresses.to_uri(remove_illegal(link.url)),
        "type": link.kind if link.kind in _TYPES else "related",
        **_present(title=title),
    }
