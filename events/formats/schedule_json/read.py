"""schedule.json in all its dialects to a Document."""

import json
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from ..build import build_document
from ..document import Reading
from ..raw import RawDay, RawEvent, RawLink, RawPerson, RawRoom, RawSchedule, RawTrack
from ..reading import Choices, Report, UnreadableFile, check_pieces
from ..writing import is_own_generator

_CONFERENCE = {
    "title": "title", "acronym": "acronym", "start": "start", "end": "end", "timeslot_duration": "timeslot",
    "time_zone_name": "timezone", "logo": "logo", "url": "url", "base_url": "base_url", "venue": "venue",
    "city": "city", "description": "description", "day_change": "day_change", "language": "language",
}  # fmt: skip
_EVENT = {
    "id": "id", "guid": "guid", "code": "code", "date": "date", "start": "start", "end": "end",
    "duration": "duration", "slug": "slug", "url": "url", "title": "title", "subtitle": "subtitle",
    "track": "track", "type": "type", "language": "language", "abstract": "abstract", "logo": "logo",
    "description": "description", "recording_license": "license", "feedback_url": "feedback_url",
    "origin_url": "origin_url",
}  # fmt: skip
_PERSON = (
    "id",
    "code",
    "guid",
    "name",
    "public_name",
    "full_public_name",
    "biography",
    "avatar",
    "url",
    "links",
)
_IGNORED = ("room", "persons", "links", "attachments", "do_not_record", "recording")
_NO_CHOICES = Choices()
_DEPTH = 40  # brackets inside each other


def read(data: bytes, *, timezone: str = "", choices: Choices = _NO_CHOICES) -> Reading:
    """What a schedule.json says. `timezone` is the zone to read local times in where the file names none.

    Raises UnreadableFile for what is not JSON, or no schedule.
    """
    return read_root(parse(data), choices=replace(choices, timezone=timezone or choices.timezone))


def is_schedule(root: Any) -> bool:
    """Whether JSON has the shape of a schedule.json."""
    schedule = root.get("schedule", root) if isinstance(root, dict) else None
    return isinstance(schedule, dict) and isinstance(schedule.get("conference"), dict)


def read_root(root: Any, *, choices: Choices = _NO_CHOICES) -> Reading:
    """`read` for JSON that is parsed already. Raises UnreadableFile."""
    if not is_schedule(root):
        raise UnreadableFile(_("The JSON is no schedule: it has no “conference”."))
    report = Report()
    raw = _Reader(root, report).schedule()
    return build_document(
        raw, "schedule.json", report, choices, is_full=True, counts={"events": len(raw.events)}
    )


def parse(data: bytes) -> Any:
    """The value of a JSON text. Raises UnreadableFile, with one sentence, for what is none or too large."""
    check_pieces(data, b",", b"{", b"[")
    try:
        return json.loads(data)
    except UnicodeDecodeError as error:
        raise UnreadableFile(_("The JSON is not in UTF-8.")) from error
    except json.JSONDecodeError as error:
        message = _("The JSON is broken or cut off in line %(number)s.") % {"number": error.lineno}
        raise UnreadableFile(message) from error
    except ValueError as error:
        raise UnreadableFile(_("The JSON is broken or cut off.")) from error
    except RecursionError as error:
        raise UnreadableFile(_("The JSON is nested too deeply.")) from error


def as_text(value: Any, depth: int = 0) -> str:
    """Any JSON value as text; of a translated one ({"en": …, "de": …}) the English, else the first."""
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, bool) or depth > _DEPTH:
        return ""
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, dict):
        return as_text(value.get("en") or next(iter(value.values()), ""), depth + 1)
    return ", ".join(filter(None, (as_text(part, depth + 1) for part in value[:50])))


def as_list(value: Any) -> list:
    return value if isinstance(value, list) else []


class _Reader:
    def __init__(self, root: dict, report: Report) -> None:
        self.root, self.report = root, report
        self.raw = RawSchedule()

    def schedule(self) -> RawSchedule:
        schedule = self.root.get("schedule", self.root)
        generator = schedule.get("generator") or self.root.get("generator")
        self.raw.generator = as_text(generator.get("name") if isinstance(generator, dict) else generator)
        self.raw.ours = is_own_generator(self.raw.generator)
        self.raw.version = as_text(schedule.get("version"))
        self.raw.base_url = as_text(schedule.get("base_url"))
        self._unknown(
            schedule,
            ("generator", "version", "base_url", "conference", "url", "schedule", "$schema"),
            "schedule",
        )
        self._conference(schedule["conference"])
        return self.raw

    def _conference(self, conference: dict) -> None:
        for key, field in _CONFERENCE.items():
            setattr(self.raw, field, getattr(self.raw, field) or as_text(conference.get(key)))
        known = (*_CONFERENCE, "days", "daysCount", "rooms", "tracks", "colors", "meta", "keywords")
        self._unknown(conference, known, "conference")
        colors, meta = conference.get("colors"), conference.get("meta")
        self.raw.color = as_text(colors.get("primary")) if isinstance(colors, dict) else ""
        if isinstance(meta, dict) and not self.raw.timezone:
            self.raw.timezone = as_text(meta.get("time_zone_name"))
        for room in as_list(conference.get("rooms")):
            self._named_room(room)
        for track in as_list(conference.get("tracks")):
            if isinstance(track, dict):
                self.raw.tracks.append(
                    RawTrack(
                        name=as_text(track.get("name")),
                        color=as_text(track.get("color")),
                        slug=as_text(track.get("slug")),
                    )
                )
        for number, day in enumerate(as_list(conference.get("days")), 1):
            if isinstance(day, dict):
                self._day(day, number)
            else:
                self.report.add(_day(number), _("This day was not understood."))

    def _named_room(self, room: Any) -> None:
        if not isinstance(room, dict):
            self.raw.rooms.append(RawRoom(name=as_text(room)))
            return
        known = ("name", "guid", "description", "capacity", "slug", "type", "url", "stream_id", "features")
        self._unknown(room, known, "room")
        capacity = room.get("capacity")
        self.raw.rooms.append(
            RawRoom(
                name=as_text(room.get("name")),
                guid=as_text(room.get("guid")),
                description=as_text(room.get("description")),
                capacity=int(capacity)
                if isinstance(capacity, int | float) and 0 < capacity < 10**6
                else None,
            )
        )

    def _day(self, value: dict, number: int) -> None:
        self._unknown(value, ("index", "date", "day_start", "day_end", "rooms"), "day")
        index = value.get("index")
        day = RawDay(
            place=_day(number),
            index=index if isinstance(index, int) and 0 < index < 10**5 else number,
            date=as_text(value.get("date")),
            start=as_text(value.get("day_start")),
            end=as_text(value.get("day_end")),
        )
        self.raw.days.append(day)
        rooms = value.get("rooms")
        for room in as_list(rooms):
            if isinstance(room, dict):
                self._room(as_text(room.get("name")), as_list(room.get("events")), day)
        if isinstance(rooms, dict):
            for name, events in rooms.items():
                self._room(name, as_list(events), day)

    def _room(self, name: str, events: list, day: RawDay) -> None:
        self.raw.rooms.append(RawRoom(name=name))
        for number, event in enumerate(events, 1):
            place = _("%(day)s, room %(room)s, event %(number)s")
            place %= {"day": day.place, "room": name, "number": number}
            if isinstance(event, dict):
                self.raw.events.append(self._event(event, day, name, place))
            else:
                self.report.add(place, _("This talk was not understood."))

    def _event(self, value: dict, day: RawDay, room: str, place: str) -> RawEvent:
        identifier = as_text(value.get("id")).strip()
        place = _("event %(id)s") % {"id": identifier} if identifier else place
        event = RawEvent(place=place, day=day)
        for key, field in _EVENT.items():
            setattr(event, field, as_text(value.get(key)))
        event.id = identifier
        self._unknown(value, (*_EVENT, *_IGNORED), "event", event.place)
        inner = as_text(value.get("room"))
        if inner.strip() and room.strip() and inner.split() != room.split():
            self.report.tally(
                _("A talk names another room than the one that it stands in, which was believed"), event.place
            )
        event.room = room if room.strip() else inner
        event.optout = value.get("do_not_record") is True
        event.persons = [self._person(person, event.place) for person in as_list(value.get("persons"))]
        for key in ("links", "attachments"):
            event.links += [
                self._link(link, key == "attachments", event.place) for link in as_list(value.get(key))
            ]
        self._recording(event, value.get("recording"))
        event.same_as = event.url.strip() if self.raw.ours else event.code.strip()
        return event

    @staticmethod
    def _recording(event: RawEvent, value: Any) -> None:
        """Licence, refusal and address of a recording, where they stand in an object of their own."""
        recording = value if isinstance(value, dict) else {"url": value} if value else {}
        event.license = event.license or as_text(recording.get("license"))
        event.optout = event.optout or recording.get("optout") is True
        for url in (as_text(recording.get("url")), as_text(recording.get("link"))):
            if url and all(link.url != url for link in event.links):
                event.links.append(RawLink(url=url, type="recording"))

    def _person(self, value: Any, place: str) -> RawPerson:
        if not isinstance(value, dict):
            return RawPerson(name=as_text(value), loose=True)
        self._unknown(value, _PERSON, "person", place)
        return RawPerson(
            name=as_text(value.get("public_name") or value.get("name") or value.get("full_public_name")),
            id=as_text(value.get("id")) or as_text(value.get("code")),
            guid=as_text(value.get("guid")),
            url=as_text(value.get("url")),
            picture=as_text(value.get("avatar")),
            biography=as_text(value.get("biography")),
            links=[self._link(link, False, place) for link in as_list(value.get("links"))],
        )

    def _link(self, value: Any, attachment: bool, place: str) -> RawLink:
        if not isinstance(value, dict):
            return RawLink(url=as_text(value), attachment=attachment)
        self._unknown(value, ("url", "href", "title", "type"), "link", place)
        return RawLink(
            url=as_text(value.get("url") or value.get("href")),
            title=as_text(value.get("title")),
            type=as_text(value.get("type")),
            attachment=attachment,
        )

    def _unknown(self, value: dict, known: tuple[str, ...], inside: str, place: str = "") -> None:
        for key, content in value.items():
            if key not in known and content not in (None, "", [], {}):
                what = _("%(name)s in %(inside)s") % {"name": key[:60], "inside": inside}
                self.report.tally(_("A key that was not understood"), place or inside, what=what)


def _day(number: int) -> str:
    return _("day %(number)s") % {"number": number}
