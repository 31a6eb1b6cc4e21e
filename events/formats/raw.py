"""What schedule.xml, schedule.json, calendars and tables have in common before it is understood.

A reader of a syntax fills these with the file's own strings; `build.document_of` makes a Document of them,
so that every kind of file is understood by the same rules.
"""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True, kw_only=True)
class RawLink:
    url: str = ""
    title: str = ""
    type: str = ""
    attachment: bool = False


@dataclass(slots=True, kw_only=True)
class RawPerson:
    name: str = ""
    id: str = ""
    guid: str = ""
    url: str = ""
    picture: str = ""
    biography: str = ""
    headline: str = ""
    role: str = ""  # one of SPEAKER_ROLES, or empty
    loose: bool = False  # from free text, where several names may stand together
    links: list[RawLink] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class RawDay:
    """A day as the file names it; all strings as found."""

    place: str = ""
    index: int = 0
    date: str = ""
    start: str = ""
    end: str = ""


@dataclass(slots=True, kw_only=True)
class RawEvent:
    """One talk at one time. `starts_at` and `ends_at` are set where the syntax leaves no doubt."""

    place: str
    day: RawDay | None = None
    id: str = ""
    guid: str = ""
    code: str = ""
    date: str = ""
    start: str = ""
    end: str = ""
    duration: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    all_day: bool = False
    room: str = ""
    slug: str = ""
    url: str = ""
    origin_url: str = ""
    title: str = ""
    subtitle: str = ""
    abstract: str = ""
    description: str = ""
    track: str = ""
    type: str = ""
    kind: str = ""
    level: str = ""
    language: str = ""
    state: str = ""
    logo: str = ""
    feedback_url: str = ""
    license: str = ""
    optout: bool = False
    sequence: int = 0
    changed_at: datetime | None = None
    same_as: str = ""  # events with the same value are slots of one talk
    topics: list[str] = field(default_factory=list)
    persons: list[RawPerson] = field(default_factory=list)
    links: list[RawLink] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class RawRoom:
    name: str
    id: str = ""
    guid: str = ""
    description: str = ""
    capacity: int | None = None


@dataclass(slots=True, kw_only=True)
class RawTrack:
    name: str
    id: str = ""
    color: str = ""
    slug: str = ""


@dataclass(slots=True, kw_only=True)
class RawSchedule:
    """A whole file. `ours` says that this portal wrote it: its texts are Markdown and need no guessing."""

    title: str = ""
    acronym: str = ""
    url: str = ""
    base_url: str = ""
    logo: str = ""
    color: str = ""
    description: str = ""
    language: str = ""
    version: str = ""
    generator: str = ""
    ours: bool = False
    fills_titles: bool = False  # links without a title were written with `links.default_title`
    start: str = ""
    end: str = ""
    day_change: str = ""
    timeslot: str = ""
    timezone: str = ""
    venue: str = ""
    city: str = ""
    address: str = ""
    country: str = ""
    latitude: float | None = None
    longitude: float | None = None
    online_url: str = ""
    released_at: datetime | None = None
    says_states: bool = False  # a talk without a state is then undecided
    fields: set[str] | None = None  # of RawEvent, that the file can say something of; None: all
    rooms: list[RawRoom] = field(default_factory=list)
    tracks: list[RawTrack] = field(default_factory=list)
    days: list[RawDay] = field(default_factory=list)
    events: list[RawEvent] = field(default_factory=list)
