"""The rows under a table's headings as talks."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from ..document import TALK_KINDS, Column
from ..raw import RawEvent, RawLink, RawPerson, RawSchedule
from ..reading import Choices, Report, UnreadableFile
from ..times import WEEKDAYS, has_date, parse_clock, parse_duration, parse_moment, split_range
from .columns import PRIVATE, SEVERAL, find_field, find_source, guess_field, normalize_heading
from .names import Names, split_names
from .xlsx import write_serial

Row = tuple[str, list[str]]  # place in the file, cells
_HEADING_ROWS = 20  # rows among which the headings are looked for
_SAMPLES = 3
_PARTS = re.compile("[;\n；]")
_LINK = re.compile(r"\[(?P<title>(?:[^\]\\]|\\.)*)\]\((?P<url>\S+)\)(?:\s*\{(?P<type>\w+)\})?$")
_HEADING = re.compile(r"(?=.*[^\W\d_]{2})[^{}<>\[\]\"=\d][^{}<>\[\]\"=]{0,59}")
_NUMBERED_DAY = re.compile(r"(?:day|tag|jour|día|dia)\s*(\d{1,2})\.?|第\s*(\d{1,2})\s*天", re.IGNORECASE)
_YES = ("yes", "true", "1", "x", "ja", "oui", "sí", "是", "wahr", "vrai")
_TEXTS = (
    "id", "guid", "code", "title", "subtitle", "room", "track", "type", "language", "abstract", "description", "url",
    "duration", "license", "logo", "level",
)  # fmt: skip
_LINK_KINDS = {
    "slides": "slides", "recording": "recording", "repository": "code", "paper": "paper", "live": "recording",
}  # fmt: skip
_PERSON_FIELDS = ("speakers", "cospeakers", "moderators", "artists", "first_name", "last_name")
_STATED = {  # field of a table: what it says of a talk, where it is called otherwise
    **dict.fromkeys(_PERSON_FIELDS, "persons"),
    **{field: f"links:{kind}" for field, kind in _LINK_KINDS.items()},
    "active": "state",
    "end_date": "end",
}


def find_heading(rows: list[Row], choices: Choices) -> int | None:
    """The index of the row of headings: among the first, the one that knows the most, a title among them."""
    best = None
    for index, (_place, cells) in enumerate(rows[:_HEADING_ROWS]):
        fields = {
            choices.columns.get(cell.strip()) or find_field(cell) or guess_field(cell) for cell in cells
        }
        fields -= {""}
        if "title" in fields and len(cells) > 1 and (best is None or len(fields) > best[0]):
            best = (len(fields), index)
    return best[1] if best else None


def has_unknown_headings(rows: list[Row]) -> bool:
    """Whether the first row looks like headings, in words that are not known, of the rows below."""
    if len(rows) < 2:
        return False
    headings = [cell.strip() for cell in rows[0][1]]
    widths = {len(cells) for _place, cells in rows[:_HEADING_ROWS]}
    return len(headings) > 1 and widths == {len(headings)} and all(map(_HEADING.fullmatch, headings))


class Rows:
    """One table, read into `raw`. `count` are its rows, `fields` what it can say of a talk."""

    def __init__(
        self,
        rows: list[Row],
        raw: RawSchedule,
        report: Report,
        choices: Choices,
        sheet: str = "",
        heading: int | None = None,
    ) -> None:
        index = find_heading(rows, choices) if heading is None else heading
        if index is None:
            raise UnreadableFile(_("The table has no column of titles."))
        self.report, self.choices = report, choices
        place, headings = rows[index]
        self.source = find_source(headings)
        self.columns = self._columns(headings, place, rows[index + 1 :])
        self.names = Names(self._cells_of(rows[index + 1 :], "speakers"))
        self.fields = {_STATED.get(column.read_as, column.read_as) for column in self.columns} - {""}
        raw.says_states = raw.says_states or bool({"state", "active"} & {c.read_as for c in self.columns})
        self.day = sheet if _is_day(sheet) else self._only_day()
        self.count = 0
        events: dict[tuple, RawEvent] = {}
        for where, cells in rows[index + 1 :]:
            event = self._row(where, cells)
            if event:
                self._add(raw, events, event)

    def _columns(self, headings: list[str], place: str, body: list[Row]) -> list[Column]:
        found: list[Column] = []
        used: set[str] = set()
        own = (
            {normalize_heading(name): value for name, value in self.source.fields.items()}
            if self.source
            else {}
        )
        for number, heading in enumerate(headings):
            name = heading.strip()
            usual = find_field(name) or guess_field(name)
            field = self.choices.columns.get(name, own.get(normalize_heading(name), usual))
            if field and field in used and field not in SEVERAL:
                self.report.tally(
                    _("A second column for the same thing; it was not read"), place, what=name[:60]
                )
                field = ""
            elif not field and name:
                self._report_unread(name, place, known=normalize_heading(name) in own)
            used.add(field)
            samples = [cells[number].strip() for _place, cells in body[:200] if len(cells) > number]
            samples = [" ".join(text.split())[:80] for text in samples if text][:_SAMPLES]
            found.append(Column(heading=name, read_as=field, samples=samples))
        return found

    def _report_unread(self, name: str, place: str, *, known: bool) -> None:
        if known or PRIVATE.search(name):
            self.report.tally(
                _("A column that is not imported: it may be private"), place, "info", what=name[:60]
            )
        else:
            self.report.tally(_("A column that was not understood"), place, what=name[:60])

    def _cells_of(self, rows: list[Row], field: str) -> list[str]:
        numbers = [number for number, column in enumerate(self.columns) if column.read_as == field]
        return [cells[number] for number in numbers for _place, cells in rows if len(cells) > number]

    def _only_day(self) -> str:
        """The event's day, where it has one alone."""
        days = self.choices.days
        return days[0].isoformat() if days and days[0] == days[1] else ""

    def _row(self, where: str, cells: list[str]) -> RawEvent | None:
        filled = [cell.strip() for cell in cells if cell.strip()]
        if len(filled) == 1 and _is_day(filled[0]):  # a line that names the day of those below
            self.day = filled[0]
            return None
        values: dict[str, str] = {}
        for column, cell in zip(self.columns, cells, strict=False):
            if column.read_as:
                before = values.get(column.read_as, "")
                values[column.read_as] = f"{before}\n{cell}".strip() if before else cell.strip()
        if not any(values.values()):
            return None
        self.count += 1
        return self._event(values, where)

    def _add(self, raw: RawSchedule, events: dict[tuple, RawEvent], event: RawEvent) -> None:
        """Add an event; a row that repeats one with another person is the same talk."""
        key = (event.id, event.title, event.date, event.start, event.room)
        known = events.get(key) if event.id else None
        if known is None:
            events[key] = event
            raw.events.append(event)
            return
        there = {(person.name, person.id) for person in known.persons}
        known.persons += [person for person in event.persons if (person.name, person.id) not in there]

    def _event(self, values: Mapping[str, str], place: str) -> RawEvent:
        get = values.get
        texts: dict[str, Any] = {field: get(field, "") for field in _TEXTS}
        event = RawEvent(place=place, **texts)
        event.optout = get("optout", "").lower() in _YES
        event.persons = self._persons(values, place)
        topics = get("topics", "")
        event.topics = split_list(topics if ";" in topics else topics.replace(",", ";"))
        event.links = self._links(values)
        event.kind = event.type.lower() if event.type.lower() in TALK_KINDS else ""
        event.state = get("state", "") or get("active", "")
        if get("active", "") and event.state.lower() in ("n", "no", "false", "0"):
            event.state = "draft"
        times = (_from_serial(get(name, "")) for name in ("date", "start", "end"))
        self._times(event, *times)
        if get("end_date") and event.end and parse_moment(event.end) is None:
            event.end = f"{_from_serial(get('end_date', ''))} {event.end}"
        length = re.search(r"\(([^()]*\d[^()]*)\)", event.type)
        if not event.duration and not event.end and length and parse_duration(length[1]):
            event.duration = length[1]
        return event

    def _times(self, event: RawEvent, on: str, start: str, end: str) -> None:
        """Date and time from their own columns, or both from one."""
        on = self._find_named_day(on) or on
        if on and not start and split_range(on)[0]:
            on, start = "", on
        first, last = split_range(start)
        if first:
            start, end = first, end or last
        on = on or self._day_for(start)
        if on and (start or on != self.day) and _is_day(on):
            self.day = on
        event.date, event.start = (start, "") if has_date(start) else (on, start)
        if event.start and _has_time(event.date) and re.match(r"\d{4}-", event.date):
            event.date = re.split(r"[T ]", event.date)[0]
        if re.fullmatch(r"24([:.h]00)?", event.start):  # the end of that day
            event.date, event.start = f"{event.date} 24:00", "00:00"
        event.end = end if has_date(end) or parse_clock(end) else ""

    def _day_for(self, start: str) -> str:
        """The day of the rows above, for a start that is a time of day alone."""
        is_time = start and parse_moment(start) is None and not has_date(start)
        return self.day if is_time else ""

    def _find_named_day(self, text: str) -> str:
        """The event's day that "Friday" or "Day 2" names, if there is exactly one; else ""."""
        first, last = self.choices.days or (None, None)
        if first is None or last is None or not text or has_date(text):
            return ""
        days = [first + timedelta(days=number) for number in range(min((last - first).days, 60) + 1)]
        if numbered := _NUMBERED_DAY.fullmatch(text):
            number = int(numbered[1] or numbered[2])
            return days[number - 1].isoformat() if 1 <= number <= len(days) else ""
        weekday = WEEKDAYS.get(text.casefold().rstrip("."))
        named = [day for day in days if day.weekday() == weekday]
        return named[0].isoformat() if len(named) == 1 else ""

    # Persons and links

    def _persons(self, values: Mapping[str, str], place: str) -> list[RawPerson]:
        persons: list[RawPerson] = []
        comma = bool(self.source and self.source.comma)
        own = " ".join(filter(None, (values.get("first_name", ""), values.get("last_name", ""))))
        for field, role in (
            ("speakers", ""),
            ("cospeakers", ""),
            ("moderators", "moderator"),
            ("artists", "panelist"),
        ):
            names = split_names(values.get(field, ""), self.names, comma=comma)
            persons += [RawPerson(name=name, role=role, loose=True) for name in names]
        if own and not persons:
            persons.append(RawPerson(name=own))
        ids = [part for part in re.split(r"[\s,;]+", values.get("speaker_ids", "")) if part]
        if len(ids) == len(persons):
            for person, identifier in zip(persons, ids, strict=True):
                person.id = identifier
        self._describe(persons, values, place)
        return persons

    def _describe(self, persons: list[RawPerson], values: Mapping[str, str], place: str) -> None:
        """What the row says of a person; of several, it is said of the first."""
        about = {name: values.get(name, "") for name in ("biography", "headline", "picture")}
        if not any(about.values()):
            return
        if not persons:
            self.report.tally(_("Words about a person who is not named"), place)
            return
        if len(persons) > 1 and about["biography"]:
            self.report.tally(_("A biography beside several names; it was given to the first"), place, "info")
        for name, text in about.items():
            setattr(persons[0], name, text)

    @staticmethod
    def _links(values: Mapping[str, str]) -> list[RawLink]:
        links = [_link(part) for part in split_list(values.get("links", ""))]
        known = {link.url: link for link in links}
        for field, kind in _LINK_KINDS.items():
            for url in values.get(field, "").split():
                if url not in known and re.match(r"(?:https?:)?//|www\.|[\w.-]+\.\w+/", url):
                    links.append(
                        RawLink(url=url if "://" in url else f"https://{url.lstrip('/')}", type=kind)
                    )
                    known[url] = links[-1]
                elif url in known:
                    known[url].type = known[url].type or kind
        return links


def _is_day(text: str) -> bool:
    """Whether a text is a date alone, as far as can be told before the order of day and month is known."""
    found = parse_moment(text) if text else None
    return (found is not None and not _has_time(text)) or bool(
        re.fullmatch(r"\d{1,2}([/.-])\d{1,2}\1\d{2,4}", text)
    )


def _has_time(text: str) -> bool:
    return bool(re.search(r"\d:\d\d|\d\s*[ap]\.?m\b|\dT\d", text, re.IGNORECASE))


def _from_serial(cell: str) -> str:
    """A cell that holds a spreadsheet's number for a time (days since 1900) as text; any other as it is."""
    if not re.fullmatch(r"\d{0,5}\.\d+|\d{5}", cell):
        return cell
    days = float(cell)
    if 1 <= days < 20_000 or days >= 80_000:  # 1954 to 2119: "9.30" is half past nine
        return cell
    return write_serial(days)


def split_list(cell: str) -> list[str]:
    """The parts of a cell that holds several things."""
    return [part.strip() for part in _PARTS.split(cell) if part.strip()]


def _link(text: str) -> RawLink:
    found = _LINK.match(text)
    if not found:
        return RawLink(url=text)
    title = re.sub(r"\\(.)", r"\1", found["title"])
    return RawLink(url=found["url"], title=title, type=found["type"] or "")
