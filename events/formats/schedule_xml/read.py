"""schedule.xml in all its dialects to a Document."""

from collections.abc import Iterator
from dataclasses import replace
from html import escape

from django.utils.translation import gettext as _
from lxml import etree

from ..build import build_document
from ..document import Reading
from ..raw import RawDay, RawEvent, RawLink, RawPerson, RawRoom, RawSchedule, RawTrack
from ..reading import (
    MOST_TALKS,
    Choices,
    Report,
    UnreadableFile,
    at_line,
    check_pieces,
    check_tags,
    too_many_talks,
)
from ..writing import is_own_generator

_CONFERENCE = {
    "title": "title", "acronym": "acronym", "start": "start", "end": "end", "day_change": "day_change",
    "timeslot_duration": "timeslot", "base_url": "base_url", "url": "url", "logo": "logo", "venue": "venue",
    "city": "city", "time_zone_name": "timezone", "description": "description", "subtitle": "description",
    "generator": "generator", "release": "version", "language": "language",
}  # fmt: skip
_EVENT = {
    "room": "room", "title": "title", "subtitle": "subtitle", "type": "type", "date": "date",
    "start": "start", "end": "end", "duration": "duration", "slug": "slug", "track": "track",
    "logo": "logo", "url": "url", "language": "language", "feedback_url": "feedback_url", "code": "code",
    "origin_url": "origin_url",
}  # fmt: skip
_NO_CHOICES = Choices()
_PERSON = ("name", "public_name", "biography", "bio", "affiliation", "avatar", "image")
_TRUE = ("true", "1", "yes")


def read(data: bytes, *, timezone: str = "", choices: Choices = _NO_CHOICES) -> Reading:
    """What a schedule.xml says. `timezone` is the zone to read local times in where the file names none.

    Raises UnreadableFile for what is not well-formed XML, has a DOCTYPE, or is no schedule.
    """
    report = Report()
    root = _parse(data)
    raw = _Reader(root, report).schedule()
    choices = replace(choices, timezone=timezone or choices.timezone)
    counts = {"<event>": sum(1 for _event in root.iter("{*}event"))}
    return build_document(raw, "schedule.xml", report, choices, is_full=True, counts=counts)


def _parse(data: bytes) -> etree._Element:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_pis=True
    )
    check_pieces(data, b"<")
    check_tags(data)
    if data.count(b"<event") > 2 * MOST_TALKS:  # before memory is spent on them
        raise UnreadableFile(too_many_talks())
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        if "encod" in str(error).lower():
            raise UnreadableFile(_("The XML is not in the encoding that it declares.")) from error
        number = getattr(error, "lineno", None)
        if not number:
            raise UnreadableFile(_("The XML is broken or cut off.")) from error
        message = _("The XML is broken or cut off in line %(number)s.") % {"number": number}
        raise UnreadableFile(message) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise UnreadableFile(
            _("The XML has a DOCTYPE, which a schedule does not need and which can do harm.")
        )
    if _name(root) != "schedule":
        message = _("The XML is no schedule: its first element is “%(name)s”.")
        raise UnreadableFile(message % {"name": _name(root)[:60]})
    return root


def _name(element: etree._Element) -> str:
    """An element's name without namespace; empty for comments."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _text(element: etree._Element) -> str:
    return "".join(element.itertext()) if len(element) else element.text or ""


def _markup(element: etree._Element) -> str:
    """An element's content, where tags may stand unescaped."""
    if not any(isinstance(child.tag, str) for child in element):
        return _text(element)
    parts = [escape(element.text or "", quote=False)]
    parts += [etree.tostring(child, encoding="unicode", method="html") for child in element]
    return "".join(parts)


class _Reader:
    def __init__(self, root: etree._Element, report: Report) -> None:
        self.root, self.report = root, report
        self.raw = RawSchedule()

    def schedule(self) -> RawSchedule:
        self._attributes(self.root, (), "schedule")
        for child in self._children(self.root):
            match _name(child):
                case "generator":
                    self.raw.generator = child.get("name") or _text(child)
                    self.raw.ours = self.raw.fills_titles = is_own_generator(self.raw.generator)
                case "version":
                    self.raw.version = _text(child)
                case "conference":
                    self._conference(child)
                case "tracks":
                    self.raw.tracks += [self._track(track) for track in self._children(child)]
                case "day":
                    self._day(child)
                case "url":
                    pass  # where the file itself lies
                case _:
                    self._unknown(child, "schedule")
        return self.raw

    def _conference(self, conference: etree._Element) -> None:
        for child in self._children(conference):
            name = _name(child)
            if name in _CONFERENCE:
                field = _CONFERENCE[name]
                setattr(self.raw, field, getattr(self.raw, field) or _text(child))
            elif name == "track":
                self.raw.tracks.append(self._track(child))
            elif name == "color":
                self.raw.color = child.get("primary") or ""
            elif name not in ("days",):
                self._unknown(child, "conference")

    def _track(self, track: etree._Element) -> RawTrack:
        self._attributes(track, ("name", "color", "slug"), "track")
        return RawTrack(
            name=track.get("name") or _text(track),
            color=track.get("color") or "",
            slug=track.get("slug") or "",
        )

    def _day(self, element: etree._Element) -> None:
        self._attributes(element, ("index", "date", "start", "end"), "day")
        index = element.get("index") or ""
        day = RawDay(
            place=_("day %(number)s (line %(line)s)") % {"number": index, "line": element.sourceline},
            index=int(index) if index.isascii() and index.isdigit() and len(index) < 6 else 0,
            date=element.get("date") or "",
            start=element.get("start") or "",
            end=element.get("end") or "",
        )
        self.raw.days.append(day)
        for child in self._children(element):
            if _name(child) == "room":
                self._room(child, day)
            elif _name(child) == "event":
                self.raw.events.append(self._event(child, day, ""))
            else:
                self._unknown(child, "day")

    def _room(self, element: etree._Element, day: RawDay) -> None:
        self._attributes(element, ("name", "guid"), "room")
        name = element.get("name") or ""
        self.raw.rooms.append(RawRoom(name=name, guid=element.get("guid") or ""))
        for child in self._children(element):
            if _name(child) == "event":
                self.raw.events.append(self._event(child, day, name))
            else:
                self._unknown(child, "room")

    def _event(self, element: etree._Element, day: RawDay, room: str) -> RawEvent:
        self._attributes(element, ("id", "guid", "code"), "event")
        identifier = (element.get("id") or "").strip()
        place = _("event %(id)s (line %(line)s)") % {"id": identifier, "line": element.sourceline}
        event = RawEvent(
            place=place if identifier else at_line(element.sourceline),
            day=day,
            id=identifier,
            guid=element.get("guid") or "",
            code=element.get("code") or "",
        )
        for child in self._children(element):
            self._field(event, child)
        if room.strip() and event.room.strip() and room.split() != event.room.split():
            self.report.tally(
                _("A talk names another room than the one that it stands in, which was believed"), event.place
            )
        event.room = room if room.strip() else event.room
        event.same_as = event.url.strip() if self.raw.ours else event.code.strip()
        return event

    def _field(self, event: RawEvent, child: etree._Element) -> None:
        name = _name(child)
        if name in _EVENT:
            field = _EVENT[name]
            self._attributes(child, ("slug",) if name == "track" else (), name)
            if not getattr(event, field):
                setattr(event, field, _text(child))
            return
        match name:
            case "abstract" | "description":
                setattr(event, name, getattr(event, name) or _markup(child))
            case "persons":
                event.persons += [self._person(person, loose=False) for person in self._children(child)]
            case "person":
                event.persons.append(self._person(child, loose=True))
            case "links" | "attachments":
                event.links += [self._link(link, name == "attachments") for link in self._children(child)]
            case "link" | "attachment":
                event.links.append(self._link(child, name == "attachment"))
            case "recording":
                self._recording(event, child)
            case "video_download_url":
                self._extra_link(event, child, "recording")
            case _:
                self._unknown(child, "event")

    def _person(self, element: etree._Element, *, loose: bool) -> RawPerson:
        self._attributes(element, ("id", "guid", "name", "url", "code", "avatar"), "person")
        identifier = _first_of(element, "id", "code")
        inside = {_name(child): _markup(child) for child in self._children(element)}
        own = _first_of(inside, "name", "public_name") or (element.text if inside else _text(element)) or ""
        for child in self._children(element):
            if _name(child) not in _PERSON:
                self._unknown(child, "person")
        return RawPerson(
            name=own if own.strip() else element.get("name", ""),
            biography=_first_of(inside, "biography", "bio"),
            headline=inside.get("affiliation", ""),
            picture=_first_of(inside, "avatar", "image") or element.get("avatar", ""),
            id=identifier,
            guid=element.get("guid", ""),
            url=element.get("url", ""),
            loose=loose and not identifier,
        )

    def _link(self, element: etree._Element, attachment: bool) -> RawLink:
        self._attributes(element, ("href", "type", "service"), "link")
        return RawLink(
            url=element.get("href") or "",
            title=_text(element),
            type=element.get("type") or "",
            attachment=attachment,
        )

    def _recording(self, event: RawEvent, recording: etree._Element) -> None:
        for child in self._children(recording):
            match _name(child):
                case "license":
                    event.license = _text(child)
                case "optout":
                    event.optout = _text(child).strip().lower() in _TRUE
                case "url" | "link":
                    self._extra_link(event, child, "recording")
                case _:
                    self._unknown(child, "recording")

    @staticmethod
    def _extra_link(event: RawEvent, element: etree._Element, kind: str) -> None:
        url = _text(element).strip()
        if url and all(link.url.strip() != url for link in event.links) and url != event.url.strip():
            event.links.append(RawLink(url=url, type=kind))

    # What is not known

    @staticmethod
    def _children(element: etree._Element) -> Iterator[etree._Element]:
        return element.iterchildren(tag=etree.Element)

    def _unknown(self, element: etree._Element, inside: str) -> None:
        if len(element) or (element.text and element.text.strip()) or element.attrib:
            self.report.tally(
                _("An element that was not understood"),
                at_line(element.sourceline),
                what=_("%(name)s in %(inside)s") % {"name": _name(element), "inside": inside},
            )

    def _attributes(self, element: etree._Element, known: tuple[str, ...], inside: str) -> None:
        for name, value in element.attrib.items():
            if name not in known and not name.startswith("{") and value.strip():
                self.report.tally(
                    _("An attribute that was not understood"),
                    at_line(element.sourceline),
                    "info",
                    what=_("%(name)s of %(inside)s") % {"name": name, "inside": inside},
                )


def _first_of(values: etree._Element | dict[str, str], *names: str) -> str:
    """The first of these values that is not empty."""
    return next((values.get(name) for name in names if values.get(name)), "")
