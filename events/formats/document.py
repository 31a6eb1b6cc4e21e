"""The neutral form of a schedule: what every reader of a file produces and every writer takes.

Plain dataclasses, no database. A release stores one of these as JSON (`encode`, `decode`), so pages,
exports and calendars are functions of it. Times are aware datetimes, in UTC once they are stored; the
zone to show them in is `Document.timezone`. Texts are Markdown.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, get_args
from uuid import UUID

import msgspec

LinkKind = Literal[
    "slides", "paper", "web", "blog", "article", "media", "related", "activitypub", "code", "recording"
]
Severity = Literal["info", "warning", "error"]
LINK_KINDS: tuple[str, ...] = get_args(LinkKind)
TALK_KINDS: tuple[str, ...] = ("keynote", "talk", "workshop", "panel", "lightning", "break")
TALK_STATES: tuple[str, ...] = ("draft", "confirmed", "cancelled", "withdrawn")
TALK_LEVELS: tuple[str, ...] = ("", "beginner", "intermediate", "advanced")
SPEAKER_ROLES: tuple[str, ...] = ("speaker", "moderator", "panelist", "host", "author")


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An address with a title. `url` may be odd (no scheme, relative): it is kept as it was found."""

    url: str
    title: str = ""
    kind: str = "web"  # one of LINK_KINDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who gives a talk. `id` is the file's own; `guid` is ours or the file's."""

    name: str
    id: str = ""
    guid: UUID | None = None
    slug: str = ""
    role: str = "speaker"  # one of SPEAKER_ROLES
    headline: str = ""
    biography: str = ""
    url: str = ""
    picture: str = ""
    links: list[Link] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A talk at a time in a room. `number` is a positive integer, unique and stable inside the event."""

    starts_at: datetime
    ends_at: datetime
    room: str = ""  # name of one of Document.rooms, or empty
    guid: UUID | None = None
    number: int = 0
    sequence: int = 0  # rises when start, end, room or cancellation change from release to release
    changed_at: datetime | None = None
    previous_starts_at: datetime | None = None  # the last release's start, when this one moved


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """What somebody gives, or a break. `id` is the file's own; `source` names where fields came from."""

    title: str
    guid: UUID | None = None
    id: str = ""
    code: str = ""
    slug: str = ""
    subtitle: str = ""
    abstract: str = ""
    description: str = ""
    kind: str = "talk"  # one of TALK_KINDS
    type_label: str = ""  # the file's own word for the kind, where it has one ("devroom", "Podium")
    level: str = ""  # one of TALK_LEVELS
    language: str = ""  # BCP 47
    state: str = "confirmed"  # one of TALK_STATES
    track: str = ""  # name of one of Document.tracks, or empty
    topics: list[str] = field(default_factory=list)
    persons: list[Person] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    url: str = ""
    origin_url: str = ""  # its page elsewhere, such as at the program that it was planned with
    logo: str = ""
    feedback_url: str = ""
    recording_license: str = ""
    recording_optout: bool = False
    slots: list[Slot] = field(default_factory=list)
    room: str = ""  # where the file names a room and no time
    place: str = ""  # where in the file it stood, for messages ("line 120", "row 7")


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A room by its name, unique inside the document. `shared` rooms may hold several talks at once."""

    name: str
    guid: UUID | None = None
    id: str = ""  # the file's own
    description: str = ""
    capacity: int | None = None
    shared: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    name: str
    color: str = ""  # "#rrggbb" or empty
    slug: str = ""
    id: str = ""  # the file's own


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day of the event: its date, and when it begins and ends (an 04:00 day may end after midnight)."""

    date: date
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Venue:
    name: str = ""
    address: str = ""
    city: str = ""
    country: str = ""
    latitude: float | None = None
    longitude: float | None = None
    online_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A whole schedule. Empty strings and None mean "the file does not say"."""

    title: str = ""
    slug: str = ""
    acronym: str = ""
    url: str = ""
    timezone: str = ""  # IANA name
    starts_on: date | None = None
    ends_on: date | None = None
    slot_minutes: int = 5
    state: str = "published"  # published, cancelled or postponed
    language: str = ""
    description: str = ""
    logo: str = ""
    color: str = ""
    version: str = ""  # the release's number, or what the file calls its version
    generator: str = ""
    note: str = ""
    released_at: datetime | None = None
    venue: Venue = field(default_factory=Venue)
    rooms: list[Room] = field(default_factory=list)
    tracks: list[Track] = field(default_factory=list)
    days: list[Day] = field(default_factory=list)
    talks: list[Talk] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something odd in a file. `place` says where ("line 120", "event 4711", "row 7, column start")."""

    place: str
    message: str
    severity: Severity = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a reader understood of a file, and what it did not."""

    document: Document
    problems: list[Problem] = field(default_factory=list)
    kind: str = ""  # such as "schedule.xml", "iCalendar", "CSV", "Sessionize, all data"
    is_full: bool = False  # an exchange format: what it leaves out is no longer in the programme
    is_event: bool = False  # the file describes an event that may have no talks yet
    fields: frozenset[str] | None = None  # of Talk, that the file can say something of; None: all
    counts: dict[str, int] = field(default_factory=dict)  # "rows", "events": counted without understanding
    columns: list["Column"] = field(default_factory=list)  # of a table
    sample: str = ""  # a line of the text, where its encoding was guessed


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table: its heading, the field that it is read as (or ""), and some of its cells."""

    heading: str
    read_as: str = ""
    samples: list[str] = field(default_factory=list)


_decoder = msgspec.json.Decoder(Document)


def encode(document: Document) -> bytes:
    """The document as UTF-8 JSON, keys in the order of the fields: equal documents give equal bytes."""
    return msgspec.json.encode(document)


def decode(data: bytes | str) -> Document:
    """The document that `encode` wrote. Raises msgspec.ValidationError on anything else."""
    return _decoder.decode(data)
