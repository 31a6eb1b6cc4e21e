"""A whole event as one JSON document: the types that `PUT /api/v1/events/<slug>/document/` accepts.

It has the shape of the schedule (days, rooms, slots, each with its whole talk), and lists of rooms, tracks, speakers
and of talks without a time. Keys that are left out say nothing. Those that the portal makes itself (`url`,
`sequence`, …) may be sent back as they were read.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from .document import LinkKind

Moment = Annotated[datetime, Meta(tz=True)]
Name = Annotated[str, Meta(min_length=1, max_length=200)]
Slug = Annotated[str, Meta(min_length=1, max_length=80)]
Color = Annotated[str, Meta(pattern="^(#[0-9a-fA-F]{6})?$")]
Count = Annotated[int, Meta(ge=0, le=2**31 - 1)]
Role = Literal["speaker", "moderator", "panelist", "host", "author"]
Path = tuple[str | int, ...]  # where something stands: ("days", 0, "rooms", 1)
Made = Any  # by the portal; ignored when it is sent


class _Part(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    pass


class TalkLinkPart(_Part):
    url: str
    title: str = ""
    kind: LinkKind = "web"


class SpeakerLinkPart(_Part):
    url: str
    title: str = ""


class CreditPart(_Part):
    """A speaker of a talk: by GUID, by slug, else by name."""

    guid: UUID | None = None
    slug: str = ""
    name: Annotated[str, Meta(max_length=200)] = ""
    headline: str | UnsetType = UNSET
    role: Role = "speaker"
    url: Made = None
    picture: Made = None


class SpeakerPart(_Part):
    name: Name
    guid: UUID | None = None
    slug: Annotated[str, Meta(max_length=80)] = ""
    headline: Annotated[str, Meta(max_length=250)] | UnsetType = UNSET
    biography: str | UnsetType = UNSET
    state: Literal["draft", "published"] | UnsetType = UNSET
    links: list[SpeakerLinkPart] | UnsetType = UNSET
    url: Made = None
    picture: Made = None


class TalkPart(_Part):
    """A talk: by GUID, by slug, else by title. Where it stands again, its GUID or slug is enough."""

    guid: UUID | None = None
    slug: Annotated[str, Meta(max_length=80)] = ""
    title: str | UnsetType = UNSET
    subtitle: str | UnsetType = UNSET
    abstract: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    kind: str | UnsetType = UNSET
    type_label: str | UnsetType = UNSET
    level: str | UnsetType = UNSET
    language: str | UnsetType = UNSET
    state: Literal["draft", "confirmed", "cancelled"] | UnsetType = UNSET
    track: Annotated[str, Meta(max_length=200)] | UnsetType = UNSET
    topics: list[Annotated[str, Meta(min_length=1, max_length=120)]] | UnsetType = UNSET
    speakers: list[CreditPart] | UnsetType = UNSET
    links: list[TalkLinkPart] | UnsetType = UNSET
    origin_url: str | UnsetType = UNSET
    feedback_url: str | UnsetType = UNSET
    recording_license: str | UnsetType = UNSET
    do_not_record: bool | UnsetType = UNSET
    code: str | UnsetType = UNSET
    duration: Count | UnsetType | None = UNSET
    expected_audience: Count | UnsetType | None = UNSET
    notes: str | UnsetType = UNSET
    url: Made = None
    picture: Made = None

    @property
    def key(self) -> tuple:
        """Names the talk inside a document."""
        return (
            ("guid", self.guid) if self.guid else ("slug", self.slug) if self.slug else ("title", self.title)
        )

    @property
    def is_reference(self) -> bool:
        return self.title is UNSET


class SlotPart(_Part):
    starts_at: Moment
    ends_at: Moment
    talk: TalkPart
    guid: UUID | None = None
    number: Count = 0
    cancelled: Made = None
    sequence: Made = None
    previous_starts_at: Made = None


class DayRoomPart(_Part):
    slots: list[SlotPart]
    guid: UUID | None = None
    name: Annotated[str, Meta(max_length=200)] = ""


class DayPart(_Part):
    rooms: list[DayRoomPart]
    date: Made = None
    starts_at: Made = None
    ends_at: Made = None


class RoomPart(_Part):
    """A room: by GUID, else by name among those of the event and of its venue."""

    name: Name
    guid: UUID | None = None
    capacity: Count | UnsetType | None = UNSET
    description: str | UnsetType = UNSET
    shared: bool | UnsetType = UNSET


class TrackPart(_Part):
    """A track: by slug, else by name."""

    name: Name
    slug: Annotated[str, Meta(max_length=80)] = ""
    color: Color | UnsetType = UNSET


class EventDocument(_Part):
    days: list[DayPart]
    event: Slug | UnsetType = UNSET
    title: Name | UnsetType = UNSET
    state: Literal["draft", "published", "cancelled", "postponed"] | UnsetType = UNSET
    timezone: str | UnsetType = UNSET
    starts_on: date | UnsetType = UNSET
    ends_on: date | UnsetType = UNSET
    rooms: list[RoomPart] | UnsetType = UNSET
    tracks: list[TrackPart] | UnsetType = UNSET
    speakers: list[SpeakerPart] | UnsetType = UNSET
    unscheduled: list[TalkPart] | UnsetType = UNSET
    url: Made = None
    release: Made = None
    note: Made = None
    released_at: Made = None


class DocumentError(ValueError):
    """A document that cannot be used: a sentence, and the place it is about."""

    def __init__(self, path: Path, sentence: str) -> None:
        super().__init__(sentence)
        self.path, self.sentence = path, sentence


_OF_TALK: dict[str, type[_Part]] = {"": TalkPart, ".speakers": CreditPart, ".links": TalkLinkPart}
_PARTS: dict[str, type[_Part]] = {
    "": EventDocument,
    "days": DayPart,
    "days.rooms": DayRoomPart,
    "days.rooms.slots": SlotPart,
    "rooms": RoomPart,
    "tracks": TrackPart,
    "speakers": SpeakerPart,
    "speakers.links": SpeakerLinkPart,
    **{f"days.rooms.slots.talk{below}": part for below, part in _OF_TALK.items()},
    **{f"unscheduled{below}": part for below, part in _OF_TALK.items()},
}
_UNKNOWN = re.compile(r"unknown field `(.*)`")
_PLACE = re.compile(r" - at `(?:key in )?\$?(.*)`$")
_STEP = re.compile(r"\.([^.\[]+)|\[(\d+|\.\.\.)\]")


def parse_document(data: Any) -> EventDocument:
    """The document in decoded JSON. Raises DocumentError on unknown keys and wrong types."""
    try:
        return msgspec.convert(data, EventDocument)
    except msgspec.ValidationError as error:
        text = str(error)
        found = _PLACE.search(text)
        steps = _STEP.findall(found[1]) if found else []
        path = tuple(name or (int(index) if index.isdigit() else index) for name, index in steps)
        raise DocumentError(path, _known_keys(path, text) or f"{_PLACE.sub('', text)}.") from error


def _known_keys(path: Path, text: str) -> str:
    """A sentence with the keys that there are, for an error about one that is not known; empty for others."""
    found = _UNKNOWN.search(text)
    part = _PARTS.get(".".join(step for step in path if isinstance(step, str)))
    if not found or part is None:
        return ""
    return f"There is no key “{found[1][:80]}”. These are known: {', '.join(part.__struct_fields__)}."


@dataclass(slots=True)
class PlacedTalk:
    """A talk of a document with its slots; `path` is where it stands first."""

    path: Path
    talk: TalkPart
    slots: list[tuple[Path, SlotPart, DayRoomPart]] = field(default_factory=list)


def list_talks(document: EventDocument) -> list[PlacedTalk]:
    """Each talk once, in the order of the document. Raises DocumentError when one stands there in two ways."""
    found: dict[tuple, PlacedTalk] = {}
    for path, talk, slot, room in _walk(document):
        known = found.setdefault(talk.key, PlacedTalk(path, talk))
        if known.talk.is_reference and not talk.is_reference:
            known.path, known.talk = path, talk
        elif not talk.is_reference and talk != known.talk:
            raise DocumentError(
                path, "This talk stands in the document twice, in two ways. Leave its GUID here."
            )
        if slot and room:
            known.slots.append((path[:-1], slot, room))
        elif known.slots:
            raise DocumentError(path, "This talk has a time. Take it out of `unscheduled`.")
    return list(found.values())


def _walk(
    document: EventDocument,
) -> Iterator[tuple[Path, TalkPart, SlotPart | None, DayRoomPart | None]]:
    for d, day in enumerate(document.days):
        for r, room in enumerate(day.rooms):
            for s, slot in enumerate(room.slots):
                yield ("days", d, "rooms", r, "slots", s, "talk"), slot.talk, slot, room
    for n, talk in enumerate(document.unscheduled or ()):
        yield ("unscheduled", n), talk, None, None
