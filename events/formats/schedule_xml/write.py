"""A Document as schedule.xml that validates against c3voc's schema, whatever the document is like."""

import re
from io import BytesIO

from lxml import etree

from .. import links as addresses
from ..document import LINK_KINDS, Document, Link
from ..text import clean_line
from ..writing import (
    GENERATOR,
    Sheet,
    Written,
    build_sheet,
    format_timestamp,
    list_persons,
    remove_illegal,
    to_local_time,
)

_ATTACHED = ("slides", "paper", "media")  # link kinds that are files of the talk
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
_TRACK_SLUG = re.compile(r"[a-z][a-z0-9-]+")
_ID = re.compile(r"[0-9]{1,18}")


def write(document: Document) -> bytes:
    """The document's slots as schedule.xml, UTF-8; the same document gives the same bytes.

    Talks without a slot are left out; lengths are cut at 23:59; a cancelled talk says so in its title.
    """
    sheet, out = build_sheet(document), BytesIO()
    with etree.xmlfile(out, encoding="UTF-8") as file:
        file.write_declaration()
        with file.element("schedule"):
            head = etree.Element("schedule")
            etree.SubElement(head, "generator", name=GENERATOR)
            _add(head, "version", clean_line(remove_illegal(document.version))[:100])
            _conference(head, sheet)
            for element in head:
                _put(file, element, 1)
            for index, (day, rooms) in enumerate(sheet.days, 1):
                _day(file, index, day, rooms, sheet.zone)
            file.write("\n")
    return out.getvalue() + b"\n"


def _put(file, element: etree._Element, level: int) -> None:
    """Write an element on lines of its own; nothing of it stays in memory."""
    etree.indent(element, level=level)
    element.tail = None
    file.write("\n" + "  " * level, element)


def _day(file, index: int, day, rooms, zone) -> None:
    starts_at, ends_at = (
        format_timestamp(to_local_time(moment, zone)) for moment in (day.starts_at, day.ends_at)
    )
    file.write("\n  ")
    with file.element("day", index=str(index), date=day.date.isoformat(), start=starts_at, end=ends_at):
        for room, slots in rooms:
            if room.name or slots:
                inside = etree.Element("room", name=remove_illegal(room.name), guid=str(room.guid))
                for written in slots:
                    _event(inside, written)
                _put(file, inside, 2)
        file.write("\n  ")


def _add(parent: etree._Element, name: str, text: str) -> None:
    etree.SubElement(parent, name).text = remove_illegal(text)


def _add_url(parent: etree._Element, name: str, url: str) -> None:
    url = addresses.to_web_uri(remove_illegal(url))
    if url:
        _add(parent, name, url)


def _conference(root: etree._Element, sheet: Sheet) -> None:
    document = sheet.document
    conference = etree.SubElement(root, "conference")
    _add(conference, "title", clean_line(document.title) or sheet.acronym)
    _add(conference, "acronym", sheet.acronym)
    _add(conference, "start", sheet.starts_on.isoformat())
    _add(conference, "end", sheet.ends_on.isoformat())
    _add(conference, "days", str(len(sheet.days)))
    _add(conference, "timeslot_duration", f"{document.slot_minutes // 60:02}:{document.slot_minutes % 60:02}")
    _add_url(conference, "logo", document.logo)
    _add_url(conference, "url", document.url)
    _add(conference, "time_zone_name", sheet.zone.key)
    if _COLOR.fullmatch(document.color):
        etree.SubElement(conference, "color", primary=document.color)
    for track in document.tracks:
        element = etree.SubElement(conference, "track", name=remove_illegal(clean_line(track.name)))
        if _COLOR.fullmatch(track.color):
            element.set("color", track.color)
        if _TRACK_SLUG.fullmatch(track.slug):
            element.set("slug", track.slug)


def _event(room: etree._Element, written: Written) -> None:
    talk = written.talk
    event = etree.SubElement(room, "event", id=str(written.number), guid=str(written.guid))
    if written.code:
        event.set("code", written.code)
    _add(event, "date", format_timestamp(written.starts_at))
    _add(event, "start", written.start)
    _add(event, "duration", written.duration)
    _add(event, "room", clean_line(written.slot.room))
    _add(event, "slug", written.slug)
    _add_url(event, "url", talk.url)
    _add(event, "title", written.title)
    _add(event, "subtitle", clean_line(talk.subtitle))
    _add(event, "track", clean_line(talk.track))
    _add(event, "type", written.type)
    _add(event, "language", talk.language)
    _add(event, "abstract", talk.abstract)
    _add(event, "description", talk.description)
    _add_url(event, "logo", talk.logo)
    _add_url(event, "feedback_url", talk.feedback_url)
    _add_url(event, "origin_url", talk.origin_url)
    recording = etree.SubElement(event, "recording")
    _add(recording, "license", clean_line(talk.recording_license))
    _add(recording, "optout", "true" if talk.recording_optout else "false")
    persons = etree.SubElement(event, "persons")
    for name, identifier, person in list_persons(talk, _ID):
        element = etree.SubElement(persons, "person")
        if identifier:
            element.set("id", identifier)
        if person.guid:
            element.set("guid", str(person.guid))
        element.text = name
    files = etree.SubElement(event, "attachments")
    links = etree.SubElement(event, "links")
    for link in talk.links:
        _link(*((files, "attachment") if link.kind in _ATTACHED else (links, "link")), link)


def _link(parent: etree._Element, name: str, link: Link) -> None:
    kind = link.kind if link.kind in LINK_KINDS else "web"
    address = addresses.to_safe_address(remove_illegal(link.url))
    if not address.strip():  # apps follow what they show
        return
    element = etree.SubElement(parent, name, href=address, type=kind)
    element.text = remove_illegal(clean_line(link.title)) or remove_illegal(
        addresses.default_title(kind, link.url)
    )
