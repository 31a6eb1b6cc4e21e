"""What the writers of schedule.xml and schedule.json share: every slot with the names they demand.

Both formats want an id and a GUID for each slot, unique; slugs, codes and acronyms of a certain form; times
with an offset. A Document may lack any of that, so it is made up here, always in the same way.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import islice
from uuid import UUID
from zoneinfo import ZoneInfo

from .days import find_date_range, find_day, find_day_change, list_days, zone_of_document
from .document import Day, Document, Person, Room, Slot, Talk
from .identity import derive_guid, make_slug
from .text import clean_line
from .titles import CANCELLED

GENERATOR = "roadshow"
LONGEST = timedelta(hours=23, minutes=59)  # what HH:MM holds; apps misread more
_SLUG = re.compile(r"[a-z0-9_]{4,}-[a-z0-9\-_]{4,}")
_ZONE = re.compile(r"^([A-Z][a-z]+/[A-Z][a-z]+)|UTC$")
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Written:
    """A slot as the formats show it: `number`, `guid`, `slug` and `code` (or "") are unique."""

    talk: Talk
    slot: Slot
    number: int
    guid: UUID
    slug: str
    code: str
    starts_at: datetime  # with the event's offset
    ends_at: datetime

    @property
    def title(self) -> str:
        title = clean_line(self.talk.title) or "Untitled"
        return CANCELLED + title if self.talk.state == "cancelled" else title

    @property
    def start(self) -> str:
        return f"{self.starts_at:%H:%M}"

    @property
    def duration(self) -> str:
        """HH:MM, at most 23:59."""
        length = min(max(self.slot.ends_at - self.slot.starts_at, timedelta(0)), LONGEST)
        minutes = round(length.total_seconds() / 60)
        return f"{minutes // 60:02}:{minutes % 60:02}"

    @property
    def type(self) -> str:
        return clean_line(self.talk.type_label) or self.talk.kind


@dataclass(frozen=True, slots=True)
class Sheet:
    """A document ready to be written: its days in order, each with all rooms, each with its slots."""

    document: Document
    zone: ZoneInfo
    acronym: str
    starts_on: date
    ends_on: date
    days: list[tuple[Day, list[tuple[Room, list[Written]]]]]


def build_sheet(document: Document) -> Sheet:
    """The document as days × rooms; every slot is in exactly one cell, one without a room in room ""."""
    zone = zone_of_document(document)
    days = list_days(document)
    change = find_day_change(document.days, zone)
    rooms = _rooms(document)
    cells: dict[tuple, list[tuple[Talk, Slot]]] = defaultdict(list)
    for talk in document.talks:
        for slot in talk.slots:
            cells[find_day(slot.starts_at, zone, change, document.starts_on), clean_line(slot.room)].append(
                (talk, slot)
            )
    for pairs in cells.values():
        pairs.sort(key=lambda pair: (pair[1].starts_at, pair[1].ends_at, pair[1].number or 2**40))
    order = [(day.date, room.name) for day in days for room in rooms]
    written = iter(_written(document, zone, [pair for cell in order for pair in cells[cell]]))
    done = {cell: list(islice(written, len(cells[cell]))) for cell in order}
    starts_on, ends_on = find_date_range(document.starts_on, document.ends_on, [day.date for day in days])
    return Sheet(
        document=document,
        zone=zone,
        acronym=make_acronym(document),
        starts_on=starts_on,
        ends_on=ends_on,
        days=[(day, [(room, done[day.date, room.name]) for room in rooms]) for day in days],
    )


def _rooms(document: Document) -> list[Room]:
    rooms: dict[str, Room] = {}
    for room in document.rooms:
        name = clean_line(room.name)
        rooms.setdefault(name, replace(room, name=name))
    for talk in document.talks:
        for slot in talk.slots:
            rooms.setdefault(clean_line(slot.room), Room(name=clean_line(slot.room)))
    used: set[UUID] = set()
    for name, room in rooms.items():
        guid = (
            room.guid
            if room.guid and room.guid not in used
            else derive_guid("room", make_acronym(document), name)
        )
        used.add(guid)
        rooms[name] = replace(room, guid=guid)
    return list(rooms.values())


def _written(document: Document, zone: ZoneInfo, pairs: list[tuple[Talk, Slot]]) -> list[Written]:
    """The slots with their unique names, in the order given, which is that of the file."""
    numbers = _numbers(pairs)
    names = _Names(document)
    return [
        Written(
            talk=talk,
            slot=slot,
            number=number,
            guid=names.guid(talk, slot, number),
            slug=names.slug(talk, number),
            code=names.code(talk),
            starts_at=to_local_time(slot.starts_at, zone),
            ends_at=to_local_time(slot.ends_at, zone),
        )
        for (talk, slot), number in zip(pairs, numbers, strict=True)
    ]


def _numbers(pairs: list[tuple[Talk, Slot]]) -> list[int]:
    """Positive, unique: the slots' own where they have one, else those after the highest."""
    used: set[int] = set()
    found = []
    for _, slot in pairs:
        fresh = slot.number > 0 and slot.number not in used
        used.add(slot.number if fresh else 0)
        found.append(slot.number if fresh else 0)
    following = max(used, default=0) + 1
    for index, number in enumerate(found):
        if not number:
            found[index] = following
            following += 1
    return found


class _Names:
    def __init__(self, document: Document) -> None:
        self.acronym = make_acronym(document)
        self.guids: set[UUID] = set()
        self.slugs: set[str] = set()
        self.codes: set[str] = set()
        self.bases: dict[int, str] = {}  # of talks, by identity: two may be equal

    def guid(self, talk: Talk, slot: Slot, number: int) -> UUID:
        choices = [slot.guid, talk.guid, derive_guid("slot", self.acronym, talk.id or talk.title, number)]
        choices.append(derive_guid(choices[-1], slot.starts_at.astimezone(UTC).isoformat(), slot.room))
        found = next((guid for guid in choices if guid and guid not in self.guids), None)
        while found is None or found in self.guids:
            found = derive_guid(found, number)
        self.guids.add(found)
        return found

    def slug(self, talk: Talk, number: int) -> str:
        """The talk's own slug for its first slot; `repeated` of it for the others."""
        base = self.bases.get(id(talk))
        if base:
            slug = make_repeated_slug(base, self.acronym, number)
        else:
            slug = talk.slug.lower().rstrip("-_.~")
            if not _SLUG.fullmatch(slug) or slug in self.slugs:
                name = make_slug(talk.slug) or make_slug(talk.title)
                slug = make_repeated_slug(name if len(name) > 1 else f"talk{name}", self.acronym, number)
        while slug in self.slugs:
            slug += "-x"
        self.slugs.add(slug)
        self.bases.setdefault(id(talk), slug)
        return slug

    def code(self, talk: Talk) -> str:
        if not re.fullmatch("[0-9A-Z]{6}", talk.code) or talk.code in self.codes:
            return ""
        self.codes.add(talk.code)
        return talk.code


def make_repeated_slug(slug: str, acronym: str, number: int | str) -> str:
    """The slug of a slot that is not its talk's first, by which the reader knows them for one talk."""
    return f"{acronym}-{number}-{slug}"


@lru_cache(64)
def _acronym(acronym: str, slug: str, title: str) -> str:
    for text in (acronym, slug, title):
        found = make_slug(text).replace("-", "_")
        if found:
            return found.ljust(4, "_")
    return "event"


def make_acronym(document: Document) -> str:
    """A short name of at least four lower-case letters, digits and underscores: valid in both formats."""
    return _acronym(document.acronym, document.slug, document.title)


def to_local_time(instant: datetime, zone: ZoneInfo) -> datetime:
    """The instant in the zone; in UTC where the zone's offset has seconds, which the formats cannot say."""
    there = instant.astimezone(zone)
    return instant.astimezone(UTC) if there.utcoffset() % timedelta(minutes=1) else there


def list_persons(talk: Talk, ids: re.Pattern) -> Iterator[tuple[str, str, Person]]:
    """The talk's persons in order as (name, id or "", person): those with a name, each once.

    An id is kept if the format can hold it: if `ids` matches.
    """
    seen = set()
    for person in talk.persons:
        name = clean_line(remove_illegal(person.name))
        identifier = person.id if ids.fullmatch(person.id) else ""
        if name and (name, identifier, person.guid) not in seen:
            seen.add((name, identifier, person.guid))
            yield name, identifier, person


def format_timestamp(instant: datetime) -> str:
    """ISO 8601 with offset, to the second."""
    return instant.isoformat(timespec="seconds")


def remove_illegal(text: str) -> str:
    """A text without the characters that XML and databases refuse."""
    return _ILLEGAL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def is_json_zone(name: str) -> bool:
    return _ZONE.search(name) is not None


def is_own_generator(generator: str) -> bool:
    """Whether a file that names this generator (in iCalendar, this PRODID) was written by such a portal."""
    return GENERATOR in generator.split("/")
