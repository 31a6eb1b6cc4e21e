"""A table with named columns to a Document."""

import csv
import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from io import BytesIO, StringIO

from django.utils.translation import gettext as _
from openpyxl import load_workbook

from ..build import build_document
from ..document import TALK_KINDS, TALK_LEVELS, TALK_STATES, Reading
from ..raw import RawDay, RawEvent, RawLink, RawPerson, RawSchedule
from ..reading import Report, UnreadableFile, at_line, at_row, check_pieces
from ..times import parse_clock, parse_moment
from .columns import find_field

MOST_ROWS = 50_000
_MOST_COLUMNS = 200
_HEADING_ROWS = 20  # rows among which the headings are looked for
_SEVERAL = re.compile("[;\n；]")
_LINK = re.compile(r"\[(?P<title>(?:[^\]\\]|\\.)*)\]\((?P<url>\S+)\)(?:\s*\{(?P<type>\w+)\})?$")
_YES = ("yes", "true", "1", "x", "ja", "oui", "sí", "是")
_TAKEN_AS_FOUND = (
    *(
        "id",
        "guid",
        "code",
        "title",
        "subtitle",
        "room",
        "track",
        "type",
        "language",
        "abstract",
        "description",
    ),
    *("url", "duration", "license"),
)
Row = tuple[str, list[str]]


def read_csv(text: str, *, timezone: str = "") -> Reading:
    """What a CSV says. Times are local: of `timezone`, unless they carry an offset.

    Columns are found by their headings in any order; a talk needs a title. Several speakers in a cell are
    separated by a semicolon or a line break, never by a comma, which names contain.
    Raises UnreadableFile for what is no such table.
    """
    report = Report()
    check_pieces(text, ",", ";", "\t", "|", "\n")
    csv.field_size_limit(1_000_000)
    try:
        rows = list(_limited(_csv_rows(text)))
    except csv.Error as error:
        raise UnreadableFile(_("The file is neither a schedule, a calendar nor a table.")) from error
    return build_document(_schedule(rows, report), "CSV", report, timezone)


def read_xlsx(data: bytes, *, timezone: str = "") -> Reading:
    """What the first sheet with a column of titles says; see `read_csv`."""
    report = Report()
    try:
        book = load_workbook(BytesIO(data), read_only=True, data_only=True)
        for sheet in book.worksheets:
            rows = list(_limited(_sheet_rows(sheet)))
            if _heading(rows) is not None:
                raw = _schedule(rows, report)
                raw.title = raw.title or (book.properties.title or "")
                return build_document(raw, "XLSX", report, timezone)
    except UnreadableFile:
        raise
    except Exception as error:  # what openpyxl raises for a broken file is whatever its code trips over
        raise UnreadableFile(_("The spreadsheet is damaged.")) from error
    raise UnreadableFile(
        _("The spreadsheet has no column of titles: give its columns headings such as Title and Start.")
    )


def _limited(rows: Iterable[Row]) -> Iterator[Row]:
    filled = 0
    for place, cells in rows:
        filled += any(cells)
        if filled > MOST_ROWS:
            raise UnreadableFile(_("The table has more than %(count)d rows.") % {"count": MOST_ROWS})
        if any(cells):
            yield place, cells


def _csv_rows(text: str) -> Iterator[Row]:
    reader = csv.reader(StringIO(text, newline=""), delimiter=_delimiter(text))
    for cells in reader:
        yield at_line(reader.line_num), [_without_guard(cell) for cell in cells]


def _without_guard(cell: str) -> str:
    """The cell without the apostrophe that keeps spreadsheets from taking it for a formula."""
    return cell[1:] if re.match(r"'[=+\-@\t]", cell) else cell


def _delimiter(text: str) -> str:
    """The one of comma, semicolon, tab and bar that gives the first lines the most known headings."""
    lines = [line for line in text[:20_000].splitlines() if line.strip()][:_HEADING_ROWS]

    def score(mark: str) -> int:
        rows = csv.reader(lines, delimiter=mark)
        return max((len({find_field(cell) for cell in row} - {""}) for row in rows), default=0)

    return max(",;\t|", key=score)


def _sheet_rows(sheet) -> Iterator[Row]:
    for number, cells in enumerate(sheet.iter_rows(values_only=True, max_col=_MOST_COLUMNS), 1):
        yield at_row(number), [_cell(value) for value in cells]


def _cell(value: object) -> str:
    """A spreadsheet's value as text; dates and times in ISO form."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = (value + timedelta(milliseconds=500)).replace(microsecond=0)
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    if isinstance(value, timedelta):
        minutes = round(value.total_seconds() / 60)
        return f"{minutes // 60:02}:{minutes % 60:02}"
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _heading(rows: list[Row]) -> int | None:
    """The index of the row of headings: among the first, the one that knows the most, a title among them."""
    best = None
    for index, (_place, cells) in enumerate(rows[:_HEADING_ROWS]):
        fields = {find_field(cell) for cell in cells} - {""}
        if "title" in fields and (best is None or len(fields) > best[0]):
            best = (len(fields), index)
    return best[1] if best else None


def _schedule(rows: list[Row], report: Report) -> RawSchedule:
    index = _heading(rows)
    if index is None or (len(rows) > index and len(rows[index][1]) < 2):
        raise UnreadableFile(
            _("The file is neither a schedule nor a calendar, and as a table it has no headings like Title.")
        )
    place, headings = rows[index]
    fields: list[str] = []
    for heading in headings:
        field = find_field(heading)
        if field and field in fields:
            report.tally(_("A second column for the same thing; it was not read"), place, what=heading[:60])
            field = ""
        elif not field and heading.strip():
            report.tally(_("A column that was not understood"), place, what=heading.strip()[:60])
        fields.append(field)
    raw = RawSchedule(ours=False)
    days: dict[str, RawDay] = {}
    for where, cells in rows[index + 1 :]:
        values = {field: cell.strip() for field, cell in zip(fields, cells, strict=False) if field}
        if any(values.values()):
            raw.events.append(_event(values, where, days, report))
    return raw


def _event(values: dict[str, str], place: str, days: dict[str, RawDay], report: Report) -> RawEvent:
    get = values.get
    event = RawEvent(
        place=place,
        **{field: get(field, "") for field in _TAKEN_AS_FOUND},
    )
    event.optout = get("optout", "").lower() in _YES
    event.persons = [RawPerson(name=name, loose=True) for name in _several(get("speakers", ""))]
    event.topics = _several(get("topics", ""))
    event.links = [_link(part) for part in _several(get("links", ""))]
    event.kind = event.type.lower() if event.type.lower() in TALK_KINDS else ""
    event.level = _one_of(TALK_LEVELS, get("level", ""), _("Not a level that is known"), place, report)
    state = get("state", "").lower().replace("canceled", "cancelled").replace("accepted", "confirmed")
    event.state = _one_of(TALK_STATES, state, _("Not a state that is known"), place, report)
    _times(event, *(_from_serial(get(name, "")) for name in ("date", "start", "end")))
    return event


def _from_serial(cell: str) -> str:
    """A cell that holds a spreadsheet's number for a time (days since 1900) as text; any other as it is."""
    if not re.fullmatch(r"\d{0,5}\.\d+|\d{5}", cell):
        return cell
    days = float(cell)
    if days < 1:
        minutes = round(days * 24 * 60)
        return f"{minutes // 60:02}:{minutes % 60:02}"
    if not 20_000 < days < 80_000:  # 1954 to 2119: "9.30" is half past nine
        return cell
    return _cell(datetime(1899, 12, 30) + timedelta(days=days))  # noqa: DTZ001 - local, as all cells are


def _times(event: RawEvent, on: str, start: str, end: str) -> None:
    """Date and time from their own columns, or both from one."""
    if parse_moment(start) is not None:
        event.date, event.start = start, ""
    elif "–" in start or re.search(r"\d\s*-\s*\d", start):
        first, _dash, last = re.sub(r"\s*[-–]\s*", "–", start).partition("–")
        event.start, end = first, end or last
        event.date = on
    else:
        event.date, event.start = on, start
    found = parse_moment(event.date) if event.date else None
    at = parse_clock(event.start) if event.start else None
    if at and type(found) is not date and isinstance(found, datetime) and found.time() == time():
        event.date = found.date().isoformat()
    event.end = end if parse_moment(end) is not None or parse_clock(end) else ""


def _several(cell: str) -> list[str]:
    return [part.strip() for part in _SEVERAL.split(cell) if part.strip()]


def _link(text: str) -> RawLink:
    found = _LINK.match(text)
    if not found:
        return RawLink(url=text)
    title = re.sub(r"\\(.)", r"\1", found["title"])
    return RawLink(url=found["url"], title=title, type=found["type"] or "")


def _one_of(known: tuple[str, ...], value: str, otherwise: str, place: str, report: Report) -> str:
    value = value.strip().lower()
    if value and value not in known:
        report.tally(otherwise, place, what=value[:40])
    return value if value in known else ""
