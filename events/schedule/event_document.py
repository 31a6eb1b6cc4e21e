"""The plan of an event as one JSON document, which `events.formats.event_document` reads.

Equal plans give equal documents, in whatever order their rows were made.
"""

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from uuid import UUID

from ..formats.document import Document, Person, Room, Talk
from .serialization import make_absolute, serialize_schedule, serialize_talk


def serialize_event_document(
    document: Document, *, private: dict[UUID | None, dict], states: dict[UUID | None, str], base: str
) -> dict:
    """Plain values for JSON.

    `document` has also talks without slots; `private` are further keys of talks by GUID, `states` of persons.
    """
    document = replace(document, talks=sorted(document.talks, key=lambda talk: str(talk.guid)))
    schedule = serialize_schedule(document, base)
    make_url = partial(make_absolute, base)
    for day in schedule["days"]:
        for slot in (slot for room in day["rooms"] for slot in room["slots"]):
            slot["talk"] |= private[slot["talk"]["guid"]]
    unscheduled = sorted(
        (talk for talk in document.talks if not talk.slots), key=lambda talk: (talk.title, str(talk.guid))
    )
    days = schedule.pop("days")
    return schedule | {
        "state": document.state,
        "rooms": [_serialize_room(room) for room in document.rooms],
        "speakers": [
            _serialize_speaker(person, states[person.guid], make_url)
            for person in _list_people(document.talks)
        ],
        "days": days,
        "unscheduled": [serialize_talk(talk, make_url) | private[talk.guid] for talk in unscheduled],
    }


def _list_people(talks: Iterable[Talk]) -> list[Person]:
    people = {person.guid: person for talk in talks for person in talk.persons}
    return sorted(people.values(), key=lambda person: (person.name, str(person.guid)))


def _serialize_room(room: Room) -> dict:
    return {
        "guid": room.guid,
        "name": room.name,
        "capacity": room.capacity,
        "description": room.description,
        "shared": room.shared,
    }


def _serialize_speaker(person: Person, state: str, make_url) -> dict:
    return {
        "url": make_url(person.url),
        "guid": person.guid,
        "slug": person.slug,
        "name": person.name,
        "headline": person.headline,
        "biography": person.biography,
        "picture": make_url(person.picture),
        "state": state,
        "links": [{"url": link.url, "title": link.title} for link in person.links],
    }
