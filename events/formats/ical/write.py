"""Calendars out of a Document, or of a list of events: the same input gives the same bytes."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from roadshow.core.text import render_plain_lines

from .. import links as addresses
from ..days import is_all_day
from ..document import Document
from ..text import clean_block, clean_line
from ..times import DAY
from ..titles import CANCELLED
from ..writing import GENERATOR, Sheet, Written, build_sheet, list_persons
from .lines import escape, join_lines
from .zones import write_vtimezone

PRODID = f"-//{GENERATOR}//{GENERATOR}//EN"
_NO_ID = re.compile("")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_REFRESH = "PT1H"  # how often clients should look again


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarEntry:
    """An event of a series' or the site's calendar: whole days, from `starts_on` to `ends_on` inclusive."""

    uid: str  # stable, such as the event's GUID
    title: str
    starts_on: date
    ends_on: date
    url: str = ""
    place: str = ""
    description: str = ""
    state: str = "published"  # "cancelled" and "postponed" are shown as cancelled
    categories: tuple[str, ...] = ()
    latitude: float | None = None
    longitude: float | None = None
    online_url: str = ""
    sequence: int = 0
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Invite:
    """Whom a calendar is mailed to, and why (RFC 5546): `method` is REQUEST or CANCEL."""

    method: str
    organizer: str  # e-mail addresses
    organizer_name: str
    attendee: str
    attendee_name: str

    def list_lines(self) -> list[str]:
        names = (clean_line(name).replace('"', "'") for name in (self.organizer_name, self.attendee_name))
        organizer, attendee = names
        return [
            f'ORGANIZER;CN="{organizer}":mailto:{self.organizer}',
            f'ATTENDEE;CN="{attendee}";ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=FALSE:mailto:{self.attendee}',
        ]


def write(
    document: Document, *, talk: UUID | None = None, alarm: int = 0, invite: Invite | None = None
) -> bytes:
    """The document's slots as a calendar in its own zone; with `talk`, a talk's GUID, only that one's.

    With `alarm`, so many minutes before each slot that takes place a reminder is shown. With `invite` it is one that
    is mailed to a person, whose program enters it or takes it out.
    Each slot keeps its GUID as UID; cancelled talks stay, as cancelled. Talks without a slot are left out.
    """
    sheet = build_sheet(document)
    slots = _select_slots(sheet, talk)
    name = clean_line(document.title) or sheet.acronym
    if talk is not None and slots:
        name = f"{clean_line(slots[0].talk.title)} ({name})"
    lines = _calendar(name, document.description if talk is None else "", document.url, sheet.zone)
    if invite:
        lines[lines.index("METHOD:PUBLISH")] = f"METHOD:{invite.method}"
    lines += [
        f"X-ROADSHOW-{part}:{escape(clean_line(text))}"
        for part, text in (("VENUE", document.venue.name), ("CITY", document.venue.city))
        if clean_line(text)
    ]
    if document.released_at:
        lines.append(f"LAST-MODIFIED:{_utc(document.released_at)}")
    moments = [moment for written in slots for moment in (written.starts_at, written.ends_at)]
    lines += write_vtimezone(sheet.zone, moments or _days(sheet))
    for written in slots:
        lines += _event(document, written, sheet.zone, alarm, invite)
    return join_lines([*lines, "END:VCALENDAR"])


def _select_slots(sheet: Sheet, talk: UUID | None) -> list[Written]:
    """The slots of a sheet, or of one talk, in the order of time."""
    cells = [cell for _day, rooms in sheet.days for _room, cell in rooms]
    slots = [written for cell in cells for written in cell if talk is None or written.talk.guid == talk]
    return sorted(slots, key=lambda written: (written.slot.starts_at, str(written.guid)))


def write_entries(
    entries: Iterable[CalendarEntry], *, name: str, url: str = "", description: str = ""
) -> bytes:
    """Events as a calendar of whole days, which need no zone."""
    lines = _calendar(name, description, url, None)
    for entry in sorted(entries, key=lambda entry: (entry.starts_on, entry.uid)):
        cancelled = entry.state in ("cancelled", "postponed")
        lines += [
            "BEGIN:VEVENT",
            f"UID:{escape(clean_line(entry.uid))}",
            *_stamps(entry.changed_at, None, entry.sequence),
            f"DTSTART;VALUE=DATE:{entry.starts_on:%Y%m%d}",
            f"DTEND;VALUE=DATE:{entry.ends_on + DAY:%Y%m%d}",
            f"SUMMARY:{CANCELLED if entry.state == 'cancelled' else ''}{escape(clean_line(entry.title))}",
            *([f"LOCATION:{escape(clean_line(entry.place))}"] if clean_line(entry.place) else []),
            f"STATUS:{'CANCELLED' if cancelled else 'CONFIRMED'}",
            "TRANSP:TRANSPARENT",
            *_text_lines(entry.description),
            *_optional(entry.url, entry.latitude, entry.longitude, entry.online_url),
            *([f"CATEGORIES:{','.join(map(escape, entry.categories))}"] if entry.categories else []),
            "END:VEVENT",
        ]
    return join_lines([*lines, "END:VCALENDAR"])


def _days(sheet) -> list[datetime]:
    return [day.starts_at for day, _ in sheet.days]


def _calendar(name: str, description: str, url: str, zone: ZoneInfo | None) -> list[str]:
    """The head of a calendar, with the names that RFC 7986 and older programs read."""
    name, url = escape(clean_line(name)), addresses.to_web_uri(url)
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODID}", "CALSCALE:GREGORIAN", "METHOD:PUBLISH"]
    lines += [f"NAME:{name}", f"X-WR-CALNAME:{name}"]
    if described := _text_lines(description):
        lines += [*described, described[0].replace("DESCRIPTION", "X-WR-CALDESC", 1)]
    if url:
        lines.append(f"URL:{url}")
    if zone:
        lines.append(f"X-WR-TIMEZONE:{zone.key}")
    return [*lines, f"REFRESH-INTERVAL;VALUE=DURATION:{_REFRESH}", f"X-PUBLISHED-TTL:{_REFRESH}"]


def _event(
    document: Document, written: Written, zone: ZoneInfo, alarm: int, invite: Invite | None
) -> list[str]:
    talk, slot = written.talk, written.slot
    venue = document.venue
    cancelled = talk.state == "cancelled"
    topics = [topic for topic in map(clean_line, talk.topics) if topic]
    categories = [escape(name) for name in [clean_line(talk.track), *topics] if name or topics]
    ends_at = max(slot.ends_at, slot.starts_at)
    return [
        "BEGIN:VEVENT",
        f"UID:{written.guid}",
        *(invite.list_lines() if invite else []),
        *_stamps(slot.changed_at, document.released_at, slot.sequence),
        *_times(slot.starts_at, ends_at, zone),
        f"SUMMARY:{escape(written.title)}",
        *_location(document, slot.room),
        f"STATUS:{'CANCELLED' if cancelled else 'CONFIRMED'}",
        *(["TRANSP:TRANSPARENT"] if cancelled else []),
        *_describe(written),
        *_optional(talk.url, venue.latitude, venue.longitude, venue.online_url),
        *([f"CATEGORIES:{','.join(categories)}"] if categories else []),
        f"X-ROADSHOW-KIND:{escape(talk.kind + (':' + clean_line(talk.type_label) if talk.type_label else ''))}",
        *(
            [f"X-ROADSHOW-TALK:{talk.guid}"]
            if talk.guid and [talk.guid] != [s.guid for s in talk.slots]
            else []
        ),
        *([] if cancelled or not alarm else _alarm(written.title, alarm)),
        "END:VEVENT",
    ]


def _location(document: Document, room: str) -> list[str]:
    """ "Room, venue, town"; nothing where none of them is known. The room alone is kept for ourselves."""
    venue = document.venue
    parts = dict.fromkeys(part for part in map(clean_line, (room, venue.name, venue.city)) if part)
    if not parts:
        return []
    own = [f"X-ROADSHOW-ROOM:{escape(clean_line(room))}"] if list(parts) != [clean_line(room)] else []
    return [f"LOCATION:{escape(', '.join(parts))}", *own]


def _alarm(title: str, minutes: int) -> list[str]:
    return [
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        f"DESCRIPTION:{escape(title)}",
        f"TRIGGER:-PT{minutes}M",
        "END:VALARM",
    ]


def _describe(written: Written) -> list[str]:
    """DESCRIPTION: who speaks, one to a line, then the texts."""
    talk = written.talk
    speakers = "\n".join(f"Speaker: {name}" for name, _, _ in list_persons(talk, _NO_ID))
    texts = [clean_line(talk.subtitle), talk.abstract, talk.description]
    return _text_lines("\n\n".join(text.strip("\n") for text in texts if text.strip()), f"{speakers}\n\n")


def _text_lines(text: str, above: str = "") -> list[str]:
    """A Markdown text as plain text, and, where that says less, as it is for portals like this one."""
    above, text = above.lstrip("\n"), clean_block(text, markdown=True)
    plain = f"{above}{render_plain_lines(text)}".strip()
    source = f"{above}{text}".strip()
    lines = [f"DESCRIPTION:{escape(plain)}"] if plain else []
    return lines + ([f"X-ROADSHOW-TEXT:{escape(source)}"] if source != plain else [])


def _optional(url: str, latitude: float | None, longitude: float | None, online_url: str) -> list[str]:
    lines = []
    if addresses.to_web_uri(url):
        lines.append(f"URL:{addresses.to_web_uri(url)}")
    if latitude is not None and longitude is not None:
        lines.append(f"GEO:{latitude:.6f};{longitude:.6f}")
    if addresses.to_web_uri(online_url):
        lines.append(f"CONFERENCE;VALUE=URI;FEATURE=VIDEO:{addresses.to_web_uri(online_url)}")
    return lines


def _stamps(changed_at: datetime | None, released_at: datetime | None, sequence: int) -> list[str]:
    """DTSTAMP, LAST-MODIFIED and SEQUENCE, from when things changed, never from the clock."""
    lines = [f"DTSTAMP:{_utc(changed_at or released_at or _EPOCH)}"]
    if changed_at:
        lines.append(f"LAST-MODIFIED:{_utc(changed_at)}")
    return [*lines, f"SEQUENCE:{max(sequence, 0)}"]


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _times(starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> list[str]:
    """When a slot begins and ends; whole days of the calendar as dates."""
    if is_all_day(starts_at, ends_at, zone):
        first, last = starts_at.astimezone(zone), ends_at.astimezone(zone)
        return [f"DTSTART;VALUE=DATE:{first:%Y%m%d}", f"DTEND;VALUE=DATE:{last:%Y%m%d}"]
    return [_local("DTSTART", starts_at, zone), _local("DTEND", ends_at, zone)]


def _local(name: str, moment: datetime, zone: ZoneInfo) -> str:
    """A time in the zone; in UTC where its clock shows that hour twice and it is the second time."""
    there = moment.astimezone(zone)
    if (
        zone.key == "UTC"
        or there.replace(fold=0).utcoffset() != there.utcoffset()
        or (there.utcoffset() or timedelta(0)) % _MINUTE
    ):
        return f"{name}:{_utc(moment)}"
    return f"{name};TZID={zone.key}:{there:%Y%m%dT%H%M%S}"


_MINUTE = timedelta(minutes=1)
