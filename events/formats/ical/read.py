"""Calendars to a Document: each VEVENT is a talk."""

import re
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from roadshow.core.encodings import guess_encoding

from ..build import build_document, find_latest
from ..document import TALK_KINDS, Reading
from ..html import is_html
from ..identity import parse_guid
from ..raw import RawEvent, RawLink, RawPerson, RawSchedule
from ..reading import Choices, Report, UnreadableFile, at_line, check_pieces
from ..times import DAY, find_zone, local_to_utc, parse_duration, parse_moment
from ..titles import CANCELLED
from ..writing import is_own_generator
from .lines import Component, Line, parse_line, split_values, unescape, unfold
from .repeats import MOST, combine_starts, split_times, starts_by_rule
from .zones import choose_zone, find_zone_of_id

# Between several names; Indico writes "Lee, Ann (CERN), Ray, Bob (DESY)"
_SEPARATED = {False: re.compile(";"), True: re.compile(r";|(?<=\))\s*,")}
_SPEAKERS = re.compile(
    r"\s*(?:speaker|presenter|presented by|referent(?:in)?|vortragende[r]?|with|von|by|mit|par|con|orador(?:es)?"
    r"|intervenant(?:e)?|ponente|讲者|演讲者|嘉宾)(?P<many>s|s?\(s\)|en)?\s*[:：](?P<names>.+)",
    re.IGNORECASE,
)
_KNOWN = re.compile(
    "SUMMARY|DTSTART|DTEND|DURATION|RRULE|RDATE|EXDATE|RECURRENCE-ID|DTSTAMP|CREATED|LAST-MODIFIED|UID|SEQUENCE"
    "|STATUS|CLASS|TRANSP|PRIORITY|DESCRIPTION|X-ALT-DESC|LOCATION|GEO|URL|ATTACH|CONFERENCE|CATEGORIES|COLOR"
    "|IMAGE|X-ROADSHOW-KIND|X-ROADSHOW-TALK|X-ROADSHOW-TEXT|X-ROADSHOW-ROOM|ATTENDEE|ORGANIZER"
)
_MOST_DEEP = 8
_MOST_TIMES = 20_000  # of all repeated events together
_COST_OF_A_RULE = 10  # times: what it costs to try a rule that has none
_NO_CHOICES = Choices()
_PRODUCTS = ("Google", "Outlook", "Meetup", "Indico", "Sched", "pretalx", "Apple", "Nextcloud", "Thunderbird")
_SURNAME_FIRST = re.compile(r"(?P<last>[^,()]+),\s*(?P<first>[^,()]+?)(?:\s*\((?P<from>[^()]*)\))?")


def read(data: bytes, *, timezone: str = "", choices: Choices = _NO_CHOICES) -> Reading:
    """What a calendar says. `timezone` is the zone to read local times in where the calendar names none.

    Raises UnreadableFile for what is no calendar, or is cut off.
    """
    report = Report()
    choices = replace(choices, timezone=timezone or choices.timezone)
    reader = _Reader(_components(data, report), report, choices.timezone)
    raw = reader.schedule()
    counts = {"VEVENT": len(reader.events)}
    return build_document(raw, _name_source(reader.calendars[0]), report, choices, counts=counts)


def _name_source(calendar: Component) -> str:
    """The kind of file, with the program that wrote it where it is known."""
    product = calendar.text("PRODID")
    name = next((name for name in _PRODUCTS if name.lower() in product.lower()), "")
    return f"iCalendar ({name})" if name else "iCalendar"


def _components(data: bytes, report: Report) -> list[Component]:
    """The calendars of a file, nested as BEGIN and END say."""
    check_pieces(data, b"\n", b"\r")
    decode = _decoder(data, report)
    root = Component("", 0)
    open_: list[Component] = [root]
    for number, raw in unfold(data.removeprefix(b"\xef\xbb\xbf")):
        line = parse_line(number, decode(raw))
        if line is None:
            report.tally(_("A line that is no property"), at_line(number))
        elif line.name == "BEGIN":
            if len(open_) > _MOST_DEEP:
                raise UnreadableFile(_("The calendar is nested too deeply."))
            open_.append(Component(line.value.strip().upper(), number))
            open_[-2].inside.append(open_[-1])
        elif line.name == "END" and len(open_) > 1:
            open_.pop()
        else:
            open_[-1].lines.append(line)
    if len(open_) > 1:
        message = _("The calendar is cut off: %(part)s is not ended.")
        raise UnreadableFile(message % {"part": open_[-1].name[:40]})
    calendars = [component for component in root.inside if component.name == "VCALENDAR"]
    if not calendars:
        raise UnreadableFile(_("The file is no calendar."))
    return calendars


def _decoder(data: bytes, report: Report):
    try:
        b"".join(line for _number, line in unfold(data)).decode()
    except UnicodeDecodeError:
        encoding = guess_encoding(data) or "latin-1"
        message = _("Not in UTF-8; it was read as %(encoding)s.") % {"encoding": encoding}
        report.add(_("file"), message)
        return lambda raw: raw.decode(encoding, "replace")
    return lambda raw: raw.decode()


class _Reader:
    def __init__(self, calendars: list[Component], report: Report, timezone: str) -> None:
        self.calendars, self.report = calendars, report
        self.events = [event for calendar in calendars for event in calendar.inside if event.name == "VEVENT"]
        self.given = find_zone(timezone)
        self.own_zones: dict[str, ZoneInfo] = {}
        self._read_own_zones()
        self.repeated = 0
        self.is_indico = "indico" in calendars[0].text("PRODID").lower()
        self.zone = self._zone()

    def schedule(self) -> RawSchedule:
        main = self.calendars[0]
        stamps = [self._moment(line) for event in self.events for line in event.all("DTSTAMP")]
        released = [self._moment(line) for line in main.all("LAST-MODIFIED")]
        raw = RawSchedule(
            title=main.text("NAME", "X-WR-CALNAME", "X-WR-CALDESC", "DESCRIPTION"),
            description=main.text("X-ROADSHOW-TEXT", "DESCRIPTION", "X-WR-CALDESC")
            if main.first("NAME", "X-WR-CALNAME")
            else "",
            url=main.text("URL"),
            generator=main.text("PRODID"),
            ours=is_own_generator(main.text("PRODID")),
            timezone=self.zone.key if self.zone else "",
            released_at=find_latest([at for at in released or stamps if isinstance(at, datetime)]),
            color=main.text("COLOR"),
            venue=main.text("X-ROADSHOW-VENUE"),
            city=main.text("X-ROADSHOW-CITY"),
        )
        for calendar in self.calendars:
            for inside in calendar.inside:
                if inside.name not in ("VEVENT", "VTIMEZONE"):
                    self.report.tally(
                        _("A part that was not read"), at_line(inside.number), what=inside.name[:40]
                    )
        moved = self._moved()
        raw.events = [found for event in self.events for found in self._times_of(event, raw, moved)]
        return raw

    # Events that repeat

    def _moved(self) -> dict[str, set[datetime]]:
        """UID -> the times of a repeated event that have an entry of their own."""
        found = defaultdict(set)
        for event in self.events:
            at = self._moment(event.first("RECURRENCE-ID"))
            if at is not None:
                found[event.text("UID").strip()].add(self._midnight(at))
        return found

    def _times_of(self, event: Component, raw: RawSchedule, moved: dict) -> list[RawEvent]:
        """The event at each of its times: slots of one talk. What begins first keeps the UID as its id."""
        found = self._event(event, raw)
        uid = event.text("UID").strip()
        own = self._moment(event.first("RECURRENCE-ID"))
        if found.all_day and own is None and not any(map(event.first, ("RRULE", "RDATE"))):
            return self._days_of(found, uid)
        if own is not None:
            if found.state == "cancelled":
                self.report.tally(
                    _("One time of a repeated event is cancelled; it was left out"), found.place
                )
                return []
            return [self._again(found, uid, self._midnight(own), found.starts_at)]
        if found.starts_at is None or not any(map(event.first, ("RRULE", "RDATE"))):
            return [found]
        first, *others = self._starts(event, found, moved[uid]) or [None]
        if first is None:
            return []
        length = found.ends_at - found.starts_at if found.ends_at else None
        found = replace(
            found, same_as=uid or found.place, starts_at=first, ends_at=first + length if length else None
        )
        return [found, *(self._again(found, uid, start, start) for start in others)]

    def _days_of(self, found: RawEvent, uid: str) -> list[RawEvent]:
        """An entry of whole days as one slot for each of its days."""
        zone = self.zone or self.given or ZoneInfo("UTC")
        first, last = (at.astimezone(zone).date() for at in (found.starts_at, found.ends_at))
        days = [first + number * DAY for number in range(min((last - first).days, 31))]
        parts: list[RawEvent] = []
        for on in days:
            start, end = self._midnight(on), self._midnight(on + DAY)
            again: dict[str, Any] = {"id": f"{uid}~{on:%Y%m%d}", "guid": ""} if parts else {}
            same_as = found.same_as or uid or found.place
            parts.append(replace(found, starts_at=start, ends_at=end, same_as=same_as, **again))
        return parts if len(parts) > 1 else [found]

    @staticmethod
    def _again(found: RawEvent, uid: str, name: datetime, start: datetime | None) -> RawEvent:
        """The same event at another time; `name` is the time that it is known by."""
        length = found.ends_at - found.starts_at if found.ends_at and found.starts_at else None
        return replace(
            found,
            id=f"{uid}~{name:%Y%m%dT%H%M%SZ}",
            guid="",
            same_as=uid or found.place,
            starts_at=start,
            ends_at=start + length if start and length else None,
        )

    def _starts(self, event: Component, found: RawEvent, moved: set[datetime]) -> list[datetime]:
        line = event.first("DTSTART")
        zone = ZoneInfo("UTC") if line.value.strip().upper().endswith("Z") else self._zone_of(line)
        by_rule = []
        for rule in event.all("RRULE"):
            starts = starts_by_rule(rule.value, found.starts_at, zone)
            if starts is None or len(starts) == MOST:
                self.report.tally(_("A repetition that was not understood, or has no end"), found.place)
            by_rule += starts or []
            self.repeated += len(starts or []) + _COST_OF_A_RULE
            if self.repeated > _MOST_TIMES:
                message = _("The calendar's repetitions make more than %(count)d entries.")
                raise UnreadableFile(message % {"count": _MOST_TIMES})
        more, without = (
            [
                self._midnight(at)
                for line in event.all(name)
                for at in map(self._moment, (replace(line, value=value) for value in split_times(line.value)))
                if at is not None
            ]
            for name in ("RDATE", "EXDATE")
        )
        return combine_starts(found.starts_at, by_rule, more, {*without, *moved})

    def _midnight(self, at: datetime | date) -> datetime:
        """A date as the time at which it begins."""
        if isinstance(at, datetime):
            return at.astimezone(UTC)
        zone = self.zone or self.given or ZoneInfo("UTC")
        return local_to_utc(datetime.combine(at, datetime.min.time()), zone)

    # One event

    def _zone(self) -> ZoneInfo | None:
        """The calendar's zone: the one it names, else the one that most of its events use."""
        for calendar in self.calendars:
            line = calendar.first("X-WR-TIMEZONE", "TIMEZONE-ID")
            if line and self._named_zone(line.text):
                return self._named_zone(line.text)
        used = Counter(
            line.parameters["TZID"]
            for event in self.events
            for line in event.all("DTSTART")
            if "TZID" in line.parameters
        )
        zones = [self._named_zone(tzid) for tzid, _count in used.most_common()]
        return next((zone for zone in zones if zone), None)

    def _read_own_zones(self) -> None:
        """The zones that the file itself describes, by TZID; they come before what the names alone say."""
        times: dict[str, list[datetime]] = defaultdict(list)
        for event in self.events:
            for line in (*event.all("DTSTART"), *event.all("DTEND")):
                at = parse_moment(line.value.strip())
                if "TZID" in line.parameters and isinstance(at, datetime):
                    times[line.parameters["TZID"]].append(at.replace(tzinfo=None))
        parts = [part for calendar in self.calendars for part in calendar.inside if part.name == "VTIMEZONE"]
        for part in parts[:50]:
            tzid = part.text("TZID").strip()
            zone = choose_zone(part, tzid, times.get(tzid, ()))
            if zone is None:
                continue
            self.own_zones[tzid] = zone
            named = find_zone_of_id(tzid)
            if tzid in times and named and zone != named:
                message = _("The file describes its zone “%(name)s” itself; its rules are those of %(zone)s.")
                self.report.add(at_line(part.number), message % {"name": tzid[:60], "zone": zone.key}, "info")

    def _named_zone(self, tzid: str) -> ZoneInfo | None:
        return self.own_zones.get(tzid.strip()) or find_zone_of_id(tzid)

    def _moment(self, line: Line | None) -> datetime | date | None:
        """A property's value as an aware time or as a date."""
        if line is None:
            return None
        found = re.fullmatch(
            r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)?(Z)?)?", line.value.strip(), re.IGNORECASE
        )
        try:
            numbers = [int(part) for part in found.groups()[:6] if part]
            if len(numbers) == 3:
                return date(*numbers)
            year, month, day, hour, minute = numbers[:5]
            local = datetime(year, month, day, hour, minute)  # noqa: DTZ001 - the zone follows
        except (AttributeError, ValueError):
            self.report.tally(_("Not a date"), at_line(line.number), what=line.value.strip()[:40])
            return None
        if not 1900 <= local.year <= 2200:
            return None
        if found[7]:
            return local.replace(tzinfo=UTC)
        return local_to_utc(local, self._zone_of(line))

    def _zone_of(self, line: Line) -> ZoneInfo:
        tzid = line.parameters.get("TZID", "")
        zone = self._named_zone(tzid) if tzid else None
        if tzid and zone is None:
            self.report.tally(_("Not the name of a time zone"), at_line(line.number), what=tzid[:60])
        return zone or self.zone or self.given or ZoneInfo("UTC")

    def _event(self, event: Component, raw: RawSchedule) -> RawEvent:
        uid = event.text("UID").strip()
        starts, ends = self._span(event)
        persons, description = self._persons(event)
        modified = self._moment(event.first("LAST-MODIFIED"))
        guid = parse_guid(uid.split("@")[0])
        categories = [split_values(line.value) for line in event.all("CATEGORIES")]
        track = categories[0][0] if categories else ""
        found = RawEvent(
            place=_("line %(number)s, %(id)s") % {"number": event.number, "id": uid[:60]}
            if uid
            else at_line(event.number),
            id="" if guid and raw.ours else uid,
            guid=str(guid) if guid else "",
            starts_at=starts,
            ends_at=ends,
            title=event.text("SUMMARY"),
            abstract=description,
            room=event.text("X-ROADSHOW-ROOM") if self._has_own_room(event, raw) else event.text("LOCATION"),
            url=event.text("URL"),
            track=track,
            topics=[topic for part in categories for topic in part if topic != track],
            persons=persons,
            state=self._state(event),
            all_day=_is_date(event.first("DTSTART")),
            sequence=_integer(event.text("SEQUENCE")),
            changed_at=modified if isinstance(modified, datetime) else None,
            same_as=event.text("X-ROADSHOW-TALK"),
        )
        self._extras(event, found, raw)
        return found

    @staticmethod
    def _has_own_room(event: Component, raw: RawSchedule) -> bool:
        """Whether the room stands beside a location that names the venue too."""
        return raw.ours and event.first("X-ROADSHOW-ROOM") is not None

    def _state(self, event: Component) -> str:
        """The state of an entry; private and tentative ones are drafts."""
        status = event.text("STATUS").strip().upper()
        if event.text("CLASS").strip().upper() in ("PRIVATE", "CONFIDENTIAL"):
            self.report.tally(_("A private entry; it is a draft"), at_line(event.number))
            return "draft"
        return {"CANCELLED": "cancelled", "TENTATIVE": "draft"}.get(status, "")

    def _extras(self, event: Component, found: RawEvent, raw: RawSchedule) -> None:
        if found.state == "cancelled" and raw.ours:
            found.title = CANCELLED + found.title.removeprefix(CANCELLED)
        kind, _colon, label = event.text("X-ROADSHOW-KIND").partition(":")
        if kind in TALK_KINDS:
            found.kind, found.type = kind, label
        found.links = [
            RawLink(url=line.value.strip(), title=unescape(line.parameters.get("LABEL", "")), attachment=True)
            for line in event.all("ATTACH")
            if "VALUE" not in line.parameters or line.parameters["VALUE"].upper() == "URI"
        ]
        raw.online_url = raw.online_url or event.text("CONFERENCE")
        place = re.fullmatch(r"\s*(-?\d+(?:\.\d+)?)\s*;\s*(-?\d+(?:\.\d+)?)\s*", event.text("GEO"))
        if place and raw.latitude is None and abs(float(place[1])) <= 90 and abs(float(place[2])) <= 180:
            raw.latitude, raw.longitude = float(place[1]), float(place[2])
        for line in event.lines:
            if not _KNOWN.fullmatch(line.name) and line.value.strip():
                self.report.tally(
                    _("A property that was not understood"), found.place, "info", what=line.name[:60]
                )

    def _span(self, event: Component) -> tuple[datetime | None, datetime | None]:
        starts, ends = self._moment(event.first("DTSTART")), self._moment(event.first("DTEND"))
        if isinstance(starts, date) and not isinstance(starts, datetime):
            last = ends if type(ends) is date and ends > starts else starts + DAY
            return self._midnight(starts), self._midnight(last)
        length = parse_duration(event.text("DURATION")) if event.first("DURATION") else None
        if starts and ends is None and length:
            ends = starts + length
        if starts and isinstance(ends, datetime) and not timedelta(0) < ends - starts <= 31 * DAY:
            self.report.tally(_("An event that does not end after it starts"), at_line(event.number))
            ends = None
        return starts, ends if isinstance(ends, datetime) else None

    def _persons(self, event: Component) -> tuple[list[RawPerson], str]:
        """Who speaks, from lines like "Speaker: X" that the description begins with, and the rest of it."""
        lines = (event.text("X-ROADSHOW-TEXT") or event.text("DESCRIPTION")).split("\n")
        persons = []
        while lines:
            found = _SPEAKERS.match(lines[0][:5000])
            if not found and lines[0].strip():
                break
            lines.pop(0)
            if found:
                many = bool(found["many"])
                names = _SEPARATED[self.is_indico].split(found["names"]) if many else [found["names"]]
                persons += [self._person(name, loose=many) for name in names if name.strip()]
        text = "\n".join(lines)
        alternative = event.first("X-ALT-DESC")
        if alternative and "html" in alternative.parameters.get("FMTTYPE", "html").lower():
            text = alternative.text if is_html(alternative.text) else text or alternative.text
        return persons or self._attendees(event), text

    def _person(self, name: str, *, loose: bool) -> RawPerson:
        """A person by the name as written; Indico writes "Lee, Ann (CERN)"."""
        found = _SURNAME_FIRST.fullmatch(name.strip()) if self.is_indico else None
        if not found:
            return RawPerson(name=name, loose=loose)
        return RawPerson(
            name=f"{found['first'].strip()} {found['last'].strip()}", headline=found["from"] or ""
        )

    def _attendees(self, event: Component) -> list[RawPerson]:
        """Those who are named as taking part, where nobody is named as speaking."""
        persons = []
        for line in event.all("ATTENDEE"):
            name = unescape(line.parameters.get("CN", "")).strip()
            is_thing = line.parameters.get("CUTYPE", "").upper() in ("ROOM", "RESOURCE", "GROUP")
            if is_thing or line.parameters.get("PARTSTAT", "").upper() == "DECLINED":
                continue
            if not name or "@" in name:
                self.report.tally(
                    _("An attendee without a name; it was left out"), at_line(line.number), "info"
                )
                continue
            persons.append(self._person(name, loose=False))
        return persons


def _is_date(line: Line | None) -> bool:
    """Whether a property holds a date alone."""
    return line is not None and re.fullmatch(r"\s*\d{8}\s*", line.value) is not None


def _integer(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
