"""How a program's records become talks: which key holds what."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from ..document import TALK_KINDS
from ..raw import RawEvent, RawLink, RawPerson, RawRoom, RawSchedule, RawTrack
from ..reading import Report
from ..schedule_json.read import as_text
from ..times import has_date
from .pick import dicts, pick, pick_list, pick_text

_SURNAME_FIRST = re.compile(r"([^,]+),\s*([^,]+)")
_TRUE = (True, "true", "yes", "1", 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A kind of file: how it is known, and where its records have what.

    Paths are those of `pick`. `prepare` makes one list of talks of the file's parts (ids replaced by what
    they refer to); `conference` are paths in the whole file for fields of RawSchedule.
    """

    name: str
    matches: Callable[[Any], bool]
    prepare: Callable[[Any], list[dict]]
    talk: Mapping[str, str]
    persons: str = "speakers"
    person: Mapping[str, str] = field(default_factory=dict)
    surname_first: bool = False  # "Lee, Ann"
    links: Mapping[str, str] = field(default_factory=dict)  # kind -> paths of addresses
    link_lists: str = ""  # paths of lists of {url, title}
    conference: Mapping[str, str] = field(default_factory=dict)
    rooms: str = ""  # path of the list of rooms
    tracks: str = ""
    ignored: str = ""  # keys that are known and not imported, as a pattern
    topics: str = ""
    release: str = ""  # path of what is False where a talk must not be recorded
    optout: str = ""
    cancelled: str = ""  # path of what is true where a talk is cancelled
    service: str = ""  # path of what is true for breaks
    says_states: bool = False
    is_full: bool = False
    seconds: bool = False  # lengths are in seconds
    comma: bool = False  # texts with several names or topics separate them by commas
    codes: bool = False  # persons may be codes that the file does not explain
    generator: str = ""
    finish: Callable[[RawSchedule, Any], None] | None = None


PERSON = {
    "name": "fullName|full_name|public_name|full_public_name|displayName|name|first_name+last_name|firstName+lastName"
    "|firstName+familyName",
    "id": "id|code|uid|username",
    "guid": "guid",
    "biography": "bio|biography|long-biography|short-biography|long_biography|short_biography|description|abstract",
    "headline": "tagLine|headline|affiliation|company|jobTitle|position+organisation|organisation|position",
    "picture": "profilePicture|avatar.url|avatar_url|avatar|picture|photoURL|photo-url|photo|image|thumbnail-image-url",
    "url": "url|public_url|website|web",
    "role": "role",
}
_CODE = re.compile(r"[A-Z0-9]{6}")  # by which pretalx knows persons
_PROFILES = {"twitter": "https://twitter.com/", "github": "https://github.com/"}
_PERSON_LINKS = ("twitter", "github", "linkedin", "facebook", "mastodon", "homepage")


def read_raw(source: Source, root: Any, report: Report) -> RawSchedule:
    """The raw schedule of a file of this kind."""
    raw = RawSchedule(generator=source.generator, says_states=source.says_states)
    for name, paths in source.conference.items():
        setattr(raw, name, pick_text(root, paths))
    raw.rooms = [_room(record) for record in dicts(pick(root, source.rooms))] if source.rooms else []
    raw.tracks = [_track(record) for record in dicts(pick(root, source.tracks))] if source.tracks else []
    items = source.prepare(root)
    reader = _Reader(source, report)
    for number, item in enumerate(items, 1):
        raw.events += reader.events(item, number)
    if not source.is_full:
        raw.fields = _find_fields(source, items)
    if source.finish:
        source.finish(raw, root)
    return raw


def _room(record: dict) -> RawRoom:
    capacity = record.get("capacity")
    return RawRoom(
        name=pick_text(record, "name|title"),
        id=pick_text(record, "id"),
        guid=pick_text(record, "guid"),
        description=pick_text(record, "description"),
        capacity=int(capacity) if isinstance(capacity, int | float) and 0 < capacity < 10**6 else None,
    )


def _track(record: dict) -> RawTrack:
    return RawTrack(
        name=pick_text(record, "name|title"),
        id=pick_text(record, "id|guid"),
        color=pick_text(record, "color|colors.light|colors.primary"),
        slug=pick_text(record, "slug"),
    )


def _find_fields(source: Source, items: list[dict]) -> set[str]:
    """The fields of a talk that any record of the file speaks of."""
    fields = {name for name, paths in source.talk.items() if _speaks_of(items, paths)}
    for name, paths in (
        ("persons", source.persons), ("topics", source.topics), ("links", source.link_lists),
        ("optout", source.optout or source.release), ("state", source.cancelled),
    ):  # fmt: skip
        if paths and _speaks_of(items, paths):
            fields.add(name)
    return fields | {f"links:{kind}" for kind, paths in source.links.items() if _speaks_of(items, paths)}


def _speaks_of(items: list[dict], paths: str) -> bool:
    keys = {path.split(".")[0] for alternative in paths.split("|") for path in alternative.split("+")}
    return any(keys & item.keys() for item in items)


class _Reader:
    def __init__(self, source: Source, report: Report) -> None:
        self.source, self.report = source, report
        self.known = self._known_keys()

    def _known_keys(self) -> set[str]:
        source = self.source
        paths = [
            *source.talk.values(),
            *source.links.values(),
            source.persons,
            source.topics,
            source.link_lists,
        ]
        paths += [source.release, source.optout, source.cancelled, source.service]
        return {
            path.split(".")[0] for one in paths for part in one.split("|") for path in part.split("+")
        } | {"slots"}

    def events(self, item: dict, number: int) -> list[RawEvent]:
        """A record as a talk; as several slots of one, where it has a list of times."""
        event = self._event(item, number)
        slots = dicts(item.get("slots"))
        if len(slots) < 2:
            return [event]
        found = []
        for index, slot in enumerate(slots):
            again = self._event(item | {"slot": slot}, number)
            again.same_as = event.code or event.id or event.title
            again.id = again.id if index == 0 else ""
            again.guid = again.guid if index == 0 else ""
            found.append(again)
        return found

    def _event(self, item: dict, number: int) -> RawEvent:
        source = self.source
        values: dict[str, Any] = {name: pick_text(item, paths) for name, paths in source.talk.items()}
        label = values.get("code") or values.get("id") or str(number)
        event = RawEvent(place=_("talk %(id)s") % {"id": label[:60]}, **values)
        self._report_unknown(item, event.place)
        self._report_numbers(item, event)
        if not event.date and has_date(event.start):
            event.date, event.start = event.start, ""
        if source.seconds and event.duration.isdigit():
            event.duration = str(round(int(event.duration) / 60))
        event.persons = [self._person(value) for value in self._people(item)]
        event.topics = self._split(pick_list(item, source.topics)) if source.topics else []
        event.links = list(self._links(item))
        event.optout = self._is_true(item, source.optout) or (
            bool(source.release) and _follow_false(item, source.release)
        )
        if self._is_true(item, source.cancelled):
            event.state = "cancelled"
        if self._is_true(item, source.service) and not event.persons:
            event.kind, event.state = "break", event.state or "confirmed"
        if event.type.lower() in TALK_KINDS:
            event.kind = event.type.lower()
        return event

    @staticmethod
    def _is_true(item: dict, path: str) -> bool:
        """Whether a record has a true value at a path; false where the source has no such path."""
        return bool(path) and pick(item, path) in _TRUE

    def _report_unknown(self, item: dict, place: str) -> None:
        for key, value in item.items():
            if key in self.known or key.startswith(("@", "_")) or value in (None, "", [], {}, False):
                continue
            if self.source.ignored and re.fullmatch(self.source.ignored, key):
                self.report.tally(_("A key that is not imported"), place, "info", what=key[:60])
            else:
                self.report.tally(_("A key that was not understood"), place, what=key[:60])

    def _report_numbers(self, item: dict, event: RawEvent) -> None:
        """Numbers that stand for tracks, types or rooms that the file does not name say nothing."""
        for name in ("track", "type", "room"):
            value = getattr(event, name)
            if (
                value.isdigit()
                and name in self.source.talk
                and not isinstance(pick(item, self.source.talk[name]), str)
            ):
                self.report.tally(
                    _("A number without the name that it stands for; it was left out"), event.place, what=name
                )
                setattr(event, name, "")

    def _people(self, item: dict) -> Iterator[Any]:
        values = pick_list(item, self.source.persons)
        for value in values:
            if self.source.codes and isinstance(value, str) and _CODE.fullmatch(value):
                self.report.tally(
                    _("Codes of persons without their names; they were left out"), _place_of(item)
                )
            elif isinstance(value, str) and self.source.comma and len(values) == 1:
                yield from filter(None, map(str.strip, value.split(",")))
            else:
                yield value

    def _person(self, value: Any) -> RawPerson:
        if not isinstance(value, dict):
            return RawPerson(name=self._in_order(as_text(value)), loose=True)
        paths = {**PERSON, **self.source.person}
        values: dict[str, Any] = {name: pick_text(value, path) for name, path in paths.items()}
        values["name"] = self._in_order(values["name"])
        values["role"] = values["role"].lower()
        links = [
            RawLink(url=pick_text(link, "url|href|link"), title=pick_text(link, "title|linkType|name"))
            for link in pick_list(value, "links")
            if isinstance(link, dict)
        ]
        for name in _PERSON_LINKS:
            url = as_text(value.get(name))
            if name in _PROFILES and re.fullmatch(r"@?[\w-]{1,40}", url):
                url = _PROFILES[name] + url.removeprefix("@")
            if url.startswith("http"):
                links.append(RawLink(url=url, title=name.capitalize()))
        return RawPerson(**values, links=links)

    def _in_order(self, name: str) -> str:
        """A name with the given name first."""
        found = _SURNAME_FIRST.fullmatch(name.strip()) if self.source.surname_first else None
        return f"{found[2].strip()} {found[1].strip()}" if found else name

    def _split(self, values: list) -> list[str]:
        found = []
        for value in values:
            text = pick_text(value, "name|tag|title") if isinstance(value, dict) else as_text(value)
            found += text.split(",") if self.source.comma else [text]
        return [text.strip() for text in found if text.strip()]

    def _links(self, item: dict) -> Iterator[RawLink]:
        for kind, paths in self.source.links.items():
            for value in pick_list(item, paths):
                url = pick_text(value, "url|href") if isinstance(value, dict) else as_text(value)
                if url:
                    yield RawLink(url=url, title=pick_text(value, "label|title|type"), type=kind)
        for path in filter(None, self.source.link_lists.split("|")):
            for value in pick_list(item, path):
                yield self._link(value, path)

    @staticmethod
    def _link(value: Any, path: str) -> RawLink:
        attached = path.startswith(("attach", "resources", "material"))
        if not isinstance(value, dict):
            return RawLink(url=as_text(value), attachment=attached)
        return RawLink(
            url=pick_text(value, "url|href|resource|link|download_url"),
            title=pick_text(value, "title|description|label|name"),
            type=pick_text(value, "type"),
            attachment=attached,
        )


def _place_of(item: dict) -> str:
    return _("talk %(id)s") % {"id": pick_text(item, "code|id|title")[:60]}


def _follow_false(item: dict, path: str) -> bool:
    return item.get(path) is False
