"""From a file's own strings to a Document: names, links, states, identities; times are `clock`'s."""

import re
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import chain, count
from urllib.parse import unquote, urljoin, urlsplit
from uuid import UUID

from . import links as addresses
from .clock import Clock, Span
from .document import (
    TALK_KINDS,
    TALK_LEVELS,
    TALK_STATES,
    Document,
    Link,
    Person,
    Reading,
    Room,
    Slot,
    Talk,
    Track,
    Venue,
)
from .identity import derived, guid_of, slug_of
from .raw import RawEvent, RawPerson, RawSchedule
from .reading import MOST_TALKS, Report, UnreadableFile
from .text import block, line
from .times import duration, moment
from .titles import CANCELLED, kind_of, state_of
from .writing import repeated

_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
_LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")
_LANGUAGES = {
    "english": "en", "englisch": "en", "german": "de", "deutsch": "de", "french": "fr", "français": "fr",
    "spanish": "es", "español": "es", "italian": "it", "italiano": "it", "portuguese": "pt", "dutch": "nl",
    "chinese": "zh", "中文": "zh", "japanese": "ja", "日本語": "ja", "russian": "ru", "polish": "pl",
}  # fmt: skip
_BIGGEST_NUMBER = 2**31 - 1


def document_of(raw: RawSchedule, kind: str, report: Report, timezone: str = "") -> Reading:
    """The Reading of a raw schedule. `timezone` is the zone where the file names none."""
    return Reading(document=_Builder(raw, report, timezone).document(), problems=report.problems(), kind=kind)


class _Builder:
    def __init__(self, raw: RawSchedule, report: Report, timezone: str) -> None:
        self.raw, self.report, self.timezone = raw, report, timezone
        self.source = line(raw.acronym) or slug_of(line(raw.title)) or line(raw.base_url) or "schedule"
        self.labelled = any(event.type.strip() for event in raw.events)
        self.guids: set[UUID] = set()
        self.ids: Counter[str] = Counter()
        self.numbers: set[int] = set()
        self.shared_ids, self.shared_guids = self._shared_persons()

    def document(self) -> Document:
        raw = self.raw
        if len(raw.events) > MOST_TALKS:
            raise UnreadableFile(f"The file has more than {MOST_TALKS} talks.")
        if not raw.events:
            self.report.add("file", "The file holds no talks.", "error")
        for event in raw.events:
            event.room = line(event.room)
        clock = Clock(raw, self.timezone, self.report)
        talks = self._talks(clock.spans)
        first, last = self._dates(clock)
        return Document(
            title=line(raw.title),
            acronym=line(raw.acronym),
            url=self._web(raw.url) or self._web(raw.base_url),
            timezone=clock.zone.key,
            starts_on=first,
            ends_on=last,
            slot_minutes=self._slot_minutes(),
            language=self._language(raw.language, "file"),
            description=block(raw.description, markdown=raw.ours),
            logo=self._address(raw.logo),
            color=raw.color if _COLOR.fullmatch(raw.color) else "",
            version=line(raw.version)[:100],
            generator=line(raw.generator),
            released_at=raw.released_at,
            venue=Venue(
                name=line(raw.venue),
                city=line(raw.city),
                latitude=raw.latitude,
                longitude=raw.longitude,
                online_url=self._web(raw.online_url),
            ),
            rooms=self._rooms(),
            tracks=self._tracks(talks),
            days=clock.days,
            talks=talks,
        )

    # The event itself

    def _dates(self, clock: Clock) -> tuple[date | None, date | None]:
        """The first and the last day: the file's own, unless talks lie outside; else those of its days."""
        stated = [moment(text) for text in (self.raw.start, self.raw.end)]
        first, last = (at.date() if isinstance(at, datetime) else at for at in stated)
        for text, at, name in zip((self.raw.start, self.raw.end), stated, ("start", "end"), strict=True):
            if text.strip() and at is None:
                self.report.add(f"conference, {name}", f"“{line(text)}” is not a date.")
        days = [day.date for day in clock.days]
        days += [span[0].astimezone(clock.zone).date() for span in clock.spans if span] if not days else []
        if not days:
            return first or last, last or first
        first, last = first or min(days), last or max(days)
        return min(first, last), max(first, last)

    def _slot_minutes(self) -> int:
        length = duration(self.raw.timeslot)
        if length is None:
            return 5
        return min(max(round(length.total_seconds() / 60), 1), 60)

    def _rooms(self) -> list[Room]:
        rooms: dict[str, Room] = {}
        guids: set[UUID] = set()
        for raw in self.raw.rooms:
            name, guid = line(raw.name), guid_of(raw.guid)
            if not name or name in rooms:
                continue
            if guid in guids:
                self.report.tally("A room with the GUID of another; it was ignored", f"room {name}")
                guid = None
            if guid:
                guids.add(guid)
            rooms[name] = Room(
                name=name,
                guid=guid,
                description=block(raw.description, markdown=self.raw.ours),
                capacity=raw.capacity if raw.capacity and raw.capacity > 0 else None,
            )
        for event in self.raw.events:
            if event.room and event.room not in rooms:
                rooms[event.room] = Room(name=event.room)
        return list(rooms.values())

    def _tracks(self, talks: list[Talk]) -> list[Track]:
        tracks: dict[str, Track] = {}
        for raw in self.raw.tracks:
            name = line(raw.name)
            if not name or name in tracks:
                continue
            color = raw.color.strip()
            if color and not _COLOR.fullmatch(color):
                self.report.tally("Not a colour like #336699", f"track {name}", what=line(color)[:20])
                color = ""
            tracks[name] = Track(name=name, color=color.lower(), slug=slug_of(raw.slug))
        for talk in talks:
            if talk.track and talk.track not in tracks:
                tracks[talk.track] = Track(name=talk.track)
        return list(tracks.values())

    # Talks

    def _talks(self, spans: list[Span | None]) -> list[Talk]:
        talks: list[Talk] = []
        same: dict[tuple[str, str], int] = {}
        general = self._general_urls()
        for event, span in zip(self.raw.events, spans, strict=True):
            title, cancelled, note = self._title(event)
            slot, talk_guid, talk_id = self._slot(event, title, span)
            key = (event.same_as, title)
            index = same.get(key, -1) if event.same_as and slot else -1
            if index >= 0 and self._is_repeated(event, talks[index]):
                talks[index] = replace(talks[index], slots=[*talks[index].slots, slot])
                continue
            same[key] = len(talks)
            talk = self._talk(event, title, cancelled, note)
            talks.append(
                replace(
                    talk,
                    guid=(guid_of(event.same_as) if self.raw.ours else None) or talk_guid,
                    id=talk_id,
                    slots=[slot] if slot else [],
                    url="" if talk.url in general else talk.url,
                )
            )
        return talks

    def _is_repeated(self, event: RawEvent, talk: Talk) -> bool:
        """Whether an event with the talk's title and code (or, if ours, its page) is another slot of it."""
        return not self.raw.ours or line(event.slug) == repeated(talk.slug, self.raw.acronym, event.id)

    def _talk(self, event: RawEvent, title: str, cancelled: bool, note: str) -> Talk:
        ours = self.raw.ours
        persons = self._persons(event)
        label, track = line(event.type), line(event.track)
        kind = event.kind or kind_of(label, track, title, people=bool(persons), labelled=self.labelled)
        subtitle = line(event.subtitle)
        return Talk(
            title=title,
            code=line(event.code),
            slug=self._slug(event),
            subtitle=f"{subtitle} ({note})" if subtitle and note else subtitle or note,
            abstract=block(event.abstract, markdown=ours),
            description=block(event.description, markdown=ours),
            kind=kind if kind in TALK_KINDS else "talk",
            type_label="" if label in TALK_KINDS else label,
            level=event.level if event.level in TALK_LEVELS else "",
            language=self._language(event.language, event.place),
            state="cancelled" if cancelled else event.state if event.state in TALK_STATES else "confirmed",
            track=track,
            topics=list(dict.fromkeys(filter(None, map(line, event.topics)))),
            persons=persons,
            links=self._links(event),
            url=self._web(event.url, event.place),
            logo=self._address(event.logo),
            feedback_url=self._web(event.feedback_url, event.place),
            recording_license=line(event.license),
            recording_optout=event.optout,
            place=event.place,
        )

    def _title(self, event: RawEvent) -> tuple[str, bool, str]:
        """The title, whether it says that the talk is cancelled, and what it says besides."""
        title = line(event.title)
        if self.raw.ours:
            return title.removeprefix(CANCELLED) or CANCELLED.strip(), title.startswith(CANCELLED), ""
        if event.title != title and title and " ".join(event.title.split()) == title:
            self.report.tally("Blanks around or inside a title were removed", event.place, "info")
        if not title:
            self.report.tally("A talk without a title", event.place)
            return line(event.subtitle) or (f"Talk {event.id}" if event.id else "Untitled"), False, ""
        bare, cancelled, removed, rest = state_of(title)
        if not removed or not bare:
            return title, False, ""
        self.report.tally(
            "The title says that the talk is cancelled; it was marked so, and the words removed"
            if cancelled
            else "Words about a change were removed from the title",
            event.place,
            "info",
            what=removed[:60] if cancelled or len(removed) < 20 else "",
        )
        return bare, cancelled, rest

    def _slot(self, event: RawEvent, title: str, span: Span | None) -> tuple[Slot | None, UUID, str]:
        """The event's slot, with the GUID and the id that are its own alone."""
        identifier = self._id(event)
        guid = self._guid(event, title, identifier, span)
        if span is None:
            return None, guid, identifier
        number = int(event.id) if event.id.isascii() and event.id.isdigit() and len(event.id) < 11 else 0
        if number > _BIGGEST_NUMBER or number in self.numbers:
            number = 0
        self.numbers.add(number)
        return (
            Slot(
                starts_at=span[0],
                ends_at=span[1],
                room=event.room,
                guid=guid,
                number=number,
                sequence=event.sequence,
                changed_at=event.changed_at,
            ),
            guid,
            identifier,
        )

    def _id(self, event: RawEvent) -> str:
        own = line(event.id)
        self.ids[own] += 1
        if not own or self.ids[own] == 1:
            return own
        self.report.tally("An id that another talk has too; it was made unique", event.place)
        others = (f"{own}~{number}" for number in count(2))
        unique = next(other for other in chain([f"{own}~{event.room}"], others) if not self.ids[other])
        self.ids[unique] += 1
        return unique

    def _guid(self, event: RawEvent, title: str, identifier: str, span: Span | None) -> UUID:
        own = guid_of(event.guid)
        if event.guid.strip() and own is None:
            self.report.tally("Not a GUID; one was derived", event.place, what=line(event.guid)[:40])
        if own and own not in self.guids:
            self.guids.add(own)
            return own
        start = span[0].isoformat() if span else ""
        if own:
            self.report.tally("A GUID that another talk has too; one was derived", event.place)
            choices = [(own, identifier), (own, identifier, event.room, start)]
        elif identifier:
            choices = [(self.source, identifier), (self.source, identifier, event.room, start)]
        else:
            names = "\n".join(line(person.name) for person in event.persons)
            choices = [(self.source, title, names), (self.source, title, names, event.room, start)]
        choices += [(*choices[-1], number) for number in range(2, 10)] + [(*choices[-1], event.place)]
        guid = next((guid for guid in (derived(*parts) for parts in choices) if guid not in self.guids), None)
        while guid is None or guid in self.guids:
            guid = derived(self.source, title, len(self.guids), guid)
        self.guids.add(guid)
        return guid

    def _slug(self, event: RawEvent) -> str:
        slug = line(event.slug)
        if not slug or re.fullmatch(r"[\w.~-]+", slug):
            return slug
        if urlsplit(slug).scheme in ("http", "https"):
            self.report.tally("A slug that is an address", event.place, "info")
            address = urlsplit(slug)
            return slug_of(address.fragment or address.path.rstrip("/").rsplit("/", 1)[-1])
        return slug_of(slug)

    def _language(self, text: str, place: str) -> str:
        text = line(text)
        if not text or text.lower() in _LANGUAGES:
            return _LANGUAGES.get(text.lower(), "")
        if _LANGUAGE.fullmatch(text):
            return text.replace("_", "-")
        self.report.tally("Not a language", place, what=text[:40])
        return ""

    # Persons

    def _shared_persons(self) -> tuple[set[str], set[str]]:
        """Person ids and GUIDs that stand for more than one name in this file."""
        ids, guids = defaultdict(set), defaultdict(set)
        for event in self.raw.events:
            for person in event.persons:
                name = line(person.name).casefold()
                if name:
                    ids[person.id.strip()].add(name)
                    guids[person.guid.strip().lower()].add(name)
        shared_ids = {key for key, names in ids.items() if key and len(names) > 1}
        shared_guids = {key for key, names in guids.items() if key and len(names) > 1}
        for key in sorted(shared_ids):
            names = ", ".join(sorted(ids[key]))
            self.report.add(
                f"person {key}", f"This id stands for different names, which were kept apart: {names}."
            )
        for key in sorted(shared_guids):
            self.report.add(f"person {key}", "This GUID stands for different names; it was ignored.")
        return shared_ids, shared_guids

    def _persons(self, event: RawEvent) -> list[Person]:
        found: dict[tuple, Person] = {}
        for raw in event.persons:
            name = line(raw.name)
            if not name:
                self.report.tally("A person without a name", event.place, "info")
                continue
            if raw.loose and "," in name:
                self.report.tally(
                    "This may be several persons; it was kept as one name", event.place, what=name[:120]
                )
            person = self._person(raw, name)
            if (person.id, person.guid, name) in found:
                self.report.tally("A person who is named twice in one talk", event.place, "info", what=name)
                continue
            found[person.id, person.guid, name] = person
        return list(found.values())

    def _person(self, raw: RawPerson, name: str) -> Person:
        identifier = line(raw.id)
        if identifier in self.shared_ids:
            identifier = f"{identifier}~{name}"
        guid = None if raw.guid.strip().lower() in self.shared_guids else guid_of(raw.guid)
        return Person(
            name=name,
            id=identifier,
            guid=guid,
            biography=block(raw.biography, markdown=self.raw.ours),
            url=self._web(raw.url),
            picture=self._address(raw.picture),
            links=[
                Link(url=self._address(link.url), title=line(link.title))
                for link in raw.links
                if self._address(link.url)
            ],
        )

    # Links

    def _links(self, event: RawEvent) -> list[Link]:
        found = []
        for raw in event.links:
            title, url = line(raw.title), self._address(raw.url)
            if not url and not title:
                self.report.tally("A link without an address or a text", event.place, "info")
                continue
            if not url:
                self.report.tally(
                    "A link without an address; its text was kept", event.place, what=title[:80]
                )
            elif not addresses.is_web(url):
                self.report.tally("Not a web address; it was kept as text", event.place, "info")
            kind = addresses.kind_of(raw, url, guess=not self.raw.ours)
            found.append(Link(url=url or title, title=title, kind=kind))
        return found

    def _address(self, text: str) -> str:
        """An address as found, without blanks around it; one relative to the file's base is made absolute."""
        url = " ".join(text.split()) if text else ""
        if url.startswith(addresses.UNRESOLVABLE):
            return unquote(url.removeprefix(addresses.UNRESOLVABLE))
        if url.startswith("/") and addresses.is_web(self.raw.base_url.strip()):
            try:
                return urljoin(self.raw.base_url.strip(), url)
            except ValueError:
                return url
        return url

    def _web(self, text: str, place: str = "") -> str:
        """A web address, or nothing: what is something else is reported."""
        url = self._address(text)
        if not url or addresses.is_web(url):
            return url
        if place and not url.startswith("urn:uuid:"):
            self.report.tally("Not a web address; it was left out", place, what=url[:80])
        return ""

    def _general_urls(self) -> set[str]:
        """Addresses that stand at talks of different titles: the event's, not a talk's."""
        if self.raw.ours:
            return set()
        titles = defaultdict(set)
        for event in self.raw.events:
            titles[self._address(event.url)].add(line(event.title))
        return {url for url, found in titles.items() if len(found) > 1}


def latest(moments: list[datetime]) -> datetime | None:
    """The last of these moments after 1970, in UTC."""
    known = [at.astimezone(UTC) for at in moments if at - datetime(1970, 1, 2, tzinfo=UTC) > timedelta(0)]
    return max(known, default=None)
