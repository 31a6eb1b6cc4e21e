"""What a talk says, in the same form for the file and for a row, and plain enough for JSON."""

from collections.abc import Set
from dataclasses import dataclass
from datetime import UTC
from uuid import UUID, uuid5

from speakers.models import Speaker

from ...formats import document as doc
from ...models import Event, Room, Talk, Topic, Track
from .people import person_guid

PLAIN = (
    "title",
    "subtitle",
    "abstract",
    "description",
    "kind",
    "type_label",
    "level",
    "language",
    "state",
    "code",
    "recording_license",
    "do_not_record",
    "origin_url",
    "feedback_url",
)
FIELDS = (*PLAIN, "track", "topics", "persons", "links", "slots")


@dataclass(frozen=True, slots=True)
class Matches:
    """What names in the file mean here."""

    rooms: dict[str, Room]
    tracks: dict[str, Track]
    topics: dict[str, Topic]
    speakers: dict[UUID, Speaker]


def stated_fields(fields: Set[str] | None) -> frozenset[str]:
    """Those of FIELDS that a file can say something of; `fields` are those of its Reading."""
    if fields is None:
        return frozenset(FIELDS)
    found = {"title", *(name for name in FIELDS if name in fields)}
    if "recording_optout" in fields:
        found.add("do_not_record")
    if {"times", "room"} & fields:
        found.add("slots")
    if any(name.startswith("links:") for name in fields):
        found.add("links")
    return frozenset(found)


def document_values(event: Event, guid: UUID, talk: doc.Talk, matches: Matches) -> dict:
    """What the file says of a talk."""
    values = {name: getattr(talk, name) for name in PLAIN if name != "do_not_record"}
    return values | {
        "do_not_record": talk.recording_optout,
        "origin_url": "" if _is_own_page(event, talk.origin_url) else talk.origin_url,
        "title": talk.title[:500],
        "type_label": talk.type_label[:100],
        "recording_license": talk.recording_license[:100],
        "code": talk.code if len(talk.code) == 6 else "",
        "track": matches.tracks[talk.track].name if talk.track else "",
        "topics": sorted({matches.topics[name.strip()[:120]].name for name in talk.topics if name.strip()}),
        "persons": list(
            {
                str(matches.speakers[person_guid(event, person)].guid): person.role for person in talk.persons
            }.items()
        ),
        "links": [[link.url, link.title, link.kind] for link in talk.links],
        "slots": [_slot_values(guid, index, slot, matches) for index, slot in enumerate(talk.slots)],
    }


def _is_own_page(event: Event, url: str) -> bool:
    """Whether the address is that of a talk of this event here, as in a table that was exported."""
    return f"/events/{event.slug}/talks/" in url


def complete_values(
    values: dict, now: dict, talk: doc.Talk, fields: Set[str] | None, matches: Matches
) -> dict:
    """The file's values, with what the file cannot say of slots and links taken from the row (`now`)."""
    if fields is None:
        return values
    links, slots = values["links"], values["slots"]
    if "links" not in fields:
        stated = {name.removeprefix("links:") for name in fields if name.startswith("links:")}
        links = [link for link in now["links"] if link[2] not in stated] + links
    if "times" not in fields:
        room = matches.rooms[talk.room].name if talk.room else None
        slots = [[*slot[:3], slot[3] if room is None else room, slot[4]] for slot in now["slots"]]
    elif "room" not in fields:
        slots = [
            [*slot[:3], _room_at(now["slots"], index, slot), slot[4]] for index, slot in enumerate(slots)
        ]
    return values | {"links": links, "slots": slots}


def _room_at(there: list[list], index: int, slot: list) -> str:
    """The room of the slot that is there already: by GUID, by its start, else in order."""
    same = [one for one in there if one[0] == slot[0]] or [one for one in there if one[1] == slot[1]]
    same = same or there[index : index + 1]
    return same[0][3] if same else ""


def _slot_values(guid: UUID, index: int, slot: doc.Slot, matches: Matches) -> list:
    room = matches.rooms[slot.room].name if slot.room else ""
    return [str(slot.guid or uuid5(guid, f"slot:{index}")), *_times(slot), room, slot.number]


def row_values(row: Talk) -> dict:
    """What a row, with all that hangs on it loaded, says of its talk."""
    return {name: getattr(row, name) for name in PLAIN} | {
        "track": row.track.name if row.track else "",
        "topics": sorted(topic.name for topic in row.topics.all()),
        "persons": [(str(credit.speaker.guid), credit.role) for credit in row.talk_speakers.all()],
        "links": [[link.url, link.title, link.kind] for link in row.links.all()],
        "slots": [
            [str(slot.guid), *_times(slot), slot.room.name if slot.room else "", slot.number]
            for slot in row.slots.all()
        ],
    }


def _times(slot) -> list[str]:
    return [slot.starts_at.astimezone(UTC).isoformat(), slot.ends_at.astimezone(UTC).isoformat()]


def _comparable(name: str, value):
    """Without what may differ though nothing changed: a slot's GUID and number, tuples for lists."""
    if name == "slots":
        return sorted(tuple(slot[1:4]) for slot in value or [])
    return [list(item) for item in value or []] if name in ("persons", "links") else value


def is_same(name: str, one, other) -> bool:
    """Whether two values of a field mean the same."""
    return _comparable(name, one) == _comparable(name, other)


def as_json(values: dict) -> dict:
    """The values as a row remembers them."""
    return values | ({"persons": [list(pair) for pair in values["persons"]]} if "persons" in values else {})
