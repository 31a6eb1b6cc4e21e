"""Calendars to a Document: each VEVENT is a talk."""

import re
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from roadshow.core.encodings import guess_encoding

from ..build import build_document, find_latest
from ..document import TALK_KINDS, Reading
from ..identity import parse_guid
from ..raw import RawEvent, RawLink, RawPerson, RawSchedule
from ..reading import Report, UnreadableFile, at_line, check_pieces
from ..times import DAY, find_zone, local_to_utc, parse_duration
from ..titles import CANCELLED
from ..writing import is_own_generator
from .lines import Component, Line, parse_line, split_values, unescape, unfold
from .repeats import MOST, combine_starts, split_times, starts_by_rule
from .zones import find_zone_of_id

_SPEAKERS = re.compile(
    r"\s*(?:speaker|presenter|presented by|referent(?:in)?|vortragende[r]?|with)(?P<many>s|s?\(s\)|en)?"
    r"\s*:(?P<names>.+)",
    re.IGNORECASE,
)
_KNOWN = re.compile(
    "SUMMARY|DTSTART|DTEND|DURATION|RRULE|RDATE|EXDATE|RECURRENCE-ID|DTSTAMP|CREATED|LAST-MODIFIED|UID|SEQUENCE"
    "|STATUS|CLASS|TRANSP|PRIORITY|DESCRIPTION|X-ALT-DESC|LOCATION|GEO|URL|ATTACH|CONFERENCE|CATEGORIES|COLOR"
    "|IMAGE|X-ROADSHOW-KIND|X-ROADSHOW-TALK"
)
_MOST_DEEP = 8


def read(data: bytes, *, timezone: str = "") -> Reading:
    """What a calendar says. `timezone` is the zone to read local times in where the calendar names none.

    Raises UnreadableFile for what is no calendar, or is cut off.
    """
    report = Report()
    raw = _Reader(_components(data, report), report, timezone).schedule()
    return build_document(raw, "iCalendar", report, timezone)


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
        self.zone = self._zone()

    def schedule(self) -> RawSchedule:
        main = self.calendars[0]
        stamps = [self._moment(line) for event in self.events for line in event.all("DTSTAMP")]
        released = [self._moment(line) for line in main.all("LAST-MODIFIED")]
        raw = RawSchedule(
            title=main.text("NAME", "X-WR-CALNAME", "X-WR-CALDESC", "DESCRIPTION") or main.text("PRODID"),
            description=main.text("DESCRIPTION", "X-WR-CALDESC")
            if main.first("NAME", "X-WR-CALNAME")
            else "",
            url=main.text("URL"),
            generator=main.text("PRODID"),
            ours=is_own_generator(main.text("PRODID")),
            timezone=self.zone.key if self.zone else "",
            released_at=find_latest([at for at in released or stamps if isinstance(at, datetime)]),
            color=main.text("COLOR"),
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
            if line and find_zone_of_id(line.text):
                return find_zone_of_id(line.text)
        used = Counter(
            line.parameters["TZID"]
            for event in self.events
            for line in event.all("DTSTART")
            if "TZID" in line.parameters
        )
        zones = [find_zone_of_id(tzid) for tzid, _count in used.most_common()]
        return next((zone for zone in zones if zone), None)

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
            local = datetime(*numbers[:5])  # noqa: DTZ001 - the zone follows
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
        zone = find_zone_of_id(tzid) if tzid else None
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
            room=event.text("LOCATION"),
            url=event.text("URL"),
            track=track,
            topics=[topic for part in categories for topic in part if topic != track],
            persons=persons,
            state="cancelled" if event.text("STATUS").strip().upper() == "CANCELLED" else "",
            sequence=_integer(event.text("SEQUENCE")),
            changed_at=modified if isinstance(modified, datetime) else None,
            same_as=event.text("X-ROADSHOW-TALK"),
        )
        self._extras(event, found, raw)
        return found

    def _extras(self, event: Component, found: RawEvent, raw: RawSchedule) -> None:
        if found.state and raw.ours:
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
        lines = event.text("DESCRIPTION").split("\n")
        persons = []
        while lines:
            found = _SPEAKERS.match(lines[0][:5000])
            if not found and lines[0].strip():
                break
            lines.pop(0)
            if found:
                names = found["names"].split(";") if found["many"] else [found["names"]]
                persons += [RawPerson(name=name, loose=bool(found["many"])) for name in names if name.strip()]
        return persons, "\n".join(lines)


def _integer(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
