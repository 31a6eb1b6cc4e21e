"""A table with named columns, or a grid of rooms and times, to a Document."""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from io import StringIO

from django.utils.translation import gettext as _

from ..build import build_document
from ..document import Problem, Reading
from ..raw import RawSchedule
from ..reading import Choices, Report, UnreadableFile, at_line, at_row, check_pieces
from .columns import find_field
from .grid import find_grid, read_grid
from .rows import Row, Rows, find_heading, has_unknown_headings
from .xlsx import Sheet, read_book

MOST_ROWS = 50_000
_DELIMITERS = ",;\t|"
_HEADING_ROWS = 20  # rows from which the separator is guessed
_NO_CHOICES = Choices()


def read_csv(text: str, *, timezone: str = "", choices: Choices = _NO_CHOICES) -> Reading:
    """What a CSV says. Times are local: of `timezone`, unless they carry an offset.

    Columns are found by their headings in any order; a talk needs a title. Several speakers in a cell are
    separated by a semicolon or a line break; by a comma only where the names themselves show it.
    Raises UnreadableFile for what is no such table.
    """
    choices = replace(choices, timezone=timezone or choices.timezone)
    check_pieces(text, ",", ";", "\t", "|", "\n")
    csv.field_size_limit(1_000_000)
    try:
        rows = list(_limited(_csv_rows(text)))
    except csv.Error as error:
        raise UnreadableFile(_("The file is neither a schedule, a calendar nor a table.")) from error
    sheet = Sheet("", {number: dict(enumerate(cells, 1)) for number, (_place, cells) in enumerate(rows, 1)})
    reading = _read_tables([("", rows, sheet)], "CSV", choices)
    if reading is None:
        raise UnreadableFile(
            _("The file is neither a schedule nor a calendar, and as a table it has no headings like Title.")
        )
    if not _is_cut_off(rows, text):
        return reading
    message = _("The table seems to be cut off: its last line is not whole.")
    problem = Problem(place=rows[-1][0], message=message, severity="error")
    return replace(reading, problems=[problem, *reading.problems])


def _is_cut_off(rows: list[Row], text: str) -> bool:
    """Whether the last line ends inside a quoted cell, or before the columns that all others have."""
    if text.count('"') % 2:
        return True
    widths = {len(cells) for _place, cells in rows[:-1]}
    return len(rows) > 1 and len(widths) == 1 and len(rows[-1][1]) < widths.pop() and not text.endswith("\n")


def read_xlsx(data: bytes, *, timezone: str = "", choices: Choices = _NO_CHOICES) -> Reading:
    """What the sheets with a column of titles, or with a grid of rooms and times, say; see `read_csv`."""
    choices = replace(choices, timezone=timezone or choices.timezone)
    book = read_book(data)
    tables = []
    for sheet in book.sheets:
        rows = ((at_row(number), cells) for number, cells in sheet.as_rows())
        tables.append((sheet.name, list(_limited(rows)), sheet))
    reading = _read_tables(tables, "XLSX", choices, title=book.title)
    if reading is None:
        raise UnreadableFile(
            _("The spreadsheet has no column of titles: give its columns headings such as Title and Start.")
        )
    return reading


def _read_tables(
    tables: list[tuple[str, list[Row], Sheet]], kind: str, choices: Choices, title: str = ""
) -> Reading | None:
    """The tables with headings together; else the grids; None where there is neither."""
    named = [table for table in tables if find_heading(table[1], choices) is not None]
    if not named:
        return _read_grids(tables, kind, choices, title) or _read_columns(tables, kind, choices)
    report, raw = Report(), RawSchedule(title=title)
    found = [Rows(rows, raw, report, choices, sheet=name) for name, rows, _sheet in named]
    for table in tables:
        if table[1] and table not in named:
            report.add(table[0], _("This sheet has no column of titles; it was not read."), "info")
    raw.fields = set().union(*(one.fields for one in found))
    if source := next((one.source for one in found if one.source), None):
        raw.generator = source.generator
        kind = f"{source.name} ({kind})"
    counts = {"rows": sum(one.count for one in found)}
    return build_document(raw, kind, report, choices, counts=counts, columns=[*found[0].columns])


def _read_columns(tables: list[tuple[str, list[Row], Sheet]], kind: str, choices: Choices) -> Reading | None:
    """The columns of the first table whose headings are not known, for people to map; None where there is none."""
    rows = next((rows for _name, rows, _sheet in tables if has_unknown_headings(rows)), None)
    if rows is None:
        return None
    report = Report()
    columns = Rows(rows, RawSchedule(), Report(), choices, heading=0).columns
    message = _(
        "No column is known to have the titles. Say which one has them, for example --column “%(name)s=title”."
    )
    report.add(rows[0][0], message % {"name": columns[0].heading}, "error")
    return build_document(
        RawSchedule(), kind, report, choices, counts={"rows": len(rows) - 1}, columns=columns
    )


def _read_grids(
    tables: list[tuple[str, list[Row], Sheet]], kind: str, choices: Choices, title: str
) -> Reading | None:
    """The tables that are grids of rooms and times together; None where there is none."""
    report, raw, count = Report(), RawSchedule(title=title), 0
    for name, rows, sheet in tables:
        layout = find_grid(sheet)
        if rows and layout:
            count += read_grid(sheet, layout, raw, report, choices, name)
    if not count:
        return None
    kind = _("grid of rooms and times (%(kind)s)") % {"kind": kind}
    return build_document(raw, kind, report, choices, counts={"cells": count})


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
    """The separator that gives the first rows the most known headings, else the most cells."""
    stated = re.match(r"sep=(.)\r?\n", text)
    if stated:
        return stated[1]
    scores = {mark: _score(text, mark) for mark in _DELIMITERS}
    return max(_DELIMITERS, key=scores.__getitem__)


def _score(text: str, mark: str) -> tuple[int, int]:
    """How many headings are known in the best of the first rows, and how many rows are as wide as it is."""
    rows = []
    reader = csv.reader(StringIO(text[:50_000], newline=""), delimiter=mark)
    for cells in reader:
        rows.append(cells)
        if len(rows) == _HEADING_ROWS:
            break
    known = [len({find_field(cell) for cell in row} - {""}) for row in rows]
    best = max(known, default=0)
    width = len(rows[known.index(best)]) if rows else 0
    return best, sum(len(row) == width for row in rows) if width > 1 else 0
