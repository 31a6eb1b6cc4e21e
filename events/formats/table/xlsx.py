"""The cells of a spreadsheet (ECMA-376), read as far as they are filled: an empty million rows costs nothing."""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import BytesIO
from posixpath import join, normpath

from django.utils.translation import gettext as _
from lxml import etree

from ..reading import UnreadableFile

MOST_CELLS = 1_000_000
_MOST_SHEETS = 60
_MOST_COLUMNS = 200
_MOST_MERGED = 20_000
_LONGEST = 100_000  # characters of a cell
_DATES = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}  # numFmtIds of dates and times
_CELL = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


@dataclass(slots=True)
class Sheet:
    """A sheet: its rows as {row: {column: text}}, both from 1, and its merged cells as (top, left, bottom, right)."""

    name: str
    rows: dict[int, dict[int, str]] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)

    def as_rows(self) -> Iterator[tuple[int, list[str]]]:
        """The filled rows with their numbers; every row has as many cells as the widest."""
        width = max((max(cells) for cells in self.rows.values() if cells), default=0)
        for number in sorted(self.rows):
            cells = self.rows[number]
            yield number, [cells.get(column, "") for column in range(1, width + 1)]


@dataclass(slots=True)
class Book:
    title: str = ""
    sheets: list[Sheet] = field(default_factory=list)


def read_book(data: bytes) -> Book:
    """All sheets. Raises UnreadableFile for what is damaged or too large."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            return _Reader(archive).book()
    except (
        zipfile.BadZipFile,
        KeyError,
        ValueError,
        etree.LxmlError,
        NotImplementedError,
        EOFError,
        OSError,
    ) as error:
        raise UnreadableFile(_("The spreadsheet is damaged.")) from error
    except Exception as error:  # zlib and zipfile raise many kinds for damaged data
        if isinstance(error, UnreadableFile):
            raise
        raise UnreadableFile(_("The spreadsheet is damaged.")) from error


class _Reader:
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.names = set(archive.namelist())
        self.cells = 0
        self.is_1904 = False

    def book(self) -> Book:
        workbook = self._tree("xl/workbook.xml")
        properties = workbook.find("{*}workbookPr")
        self.is_1904 = properties is not None and properties.get("date1904") in ("1", "true")
        targets = self._targets()
        self.strings, self.styles = self._strings(), self._date_styles()
        book = Book(title=self._title())
        for sheet in list(workbook.iter("{*}sheet"))[:_MOST_SHEETS]:
            target = targets.get(sheet.get(_RELATION, ""), "")
            if target in self.names and sheet.get("state", "visible") == "visible":
                book.sheets.append(self._sheet(sheet.get("name", ""), target))
        return book

    def _tree(self, name: str) -> etree._Element:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        return etree.fromstring(self.archive.read(name), parser)

    def _title(self) -> str:
        if "docProps/core.xml" not in self.names:
            return ""
        return self._tree("docProps/core.xml").findtext("{*}title") or ""

    def _targets(self) -> dict[str, str]:
        """Relation id -> path inside the archive."""
        found = {}
        for relation in self._tree("xl/_rels/workbook.xml.rels"):
            target = relation.get("Target", "")
            found[relation.get("Id", "")] = (
                target.lstrip("/") if target.startswith("/") else normpath(join("xl", target))
            )
        return found

    def _strings(self) -> list[str]:
        if "xl/sharedStrings.xml" not in self.names:
            return []
        found = []
        for element in self._iterate("xl/sharedStrings.xml", "si"):
            found.append(_string_of(element))
            if len(found) > MOST_CELLS:
                raise UnreadableFile(_("The spreadsheet has too many cells."))
        return found

    def _date_styles(self) -> dict[str, str]:
        """Style index -> "date", or "length" for a length of time, of the styles that show numbers so."""
        if "xl/styles.xml" not in self.names:
            return {}
        root = self._tree("xl/styles.xml")
        codes = {one.get("numFmtId"): one.get("formatCode", "") for one in root.iter("{*}numFmt")}
        found = {}
        styles = root.find("{*}cellXfs")
        for index, style in enumerate(styles if styles is not None else ()):
            kind = _kind_of_format(style.get("numFmtId", "0"), codes)
            if kind:
                found[str(index)] = kind
        return found

    def _iterate(self, name: str, tag: str) -> Iterator[etree._Element]:
        with self.archive.open(name) as file:
            events = etree.iterparse(
                file, tag=f"{{*}}{tag}", resolve_entities=False, no_network=True, huge_tree=False
            )
            for _event, element in events:
                yield element
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]

    def _sheet(self, name: str, path: str) -> Sheet:
        sheet = Sheet(name)
        for row in self._iterate(path, "row"):
            number = int(row.get("r") or len(sheet.rows) + 1)
            cells = {}
            for position, cell in enumerate(row.iterchildren("{*}c"), 1):
                column = _column_of(cell.get("r", "")) or position
                text = self._text(cell) if column <= _MOST_COLUMNS else ""
                if text:
                    cells[column] = text
            self.cells += len(cells)
            if self.cells > MOST_CELLS:
                raise UnreadableFile(_("The spreadsheet has too many cells."))
            if cells:
                sheet.rows[number] = cells
        sheet.merged = list(self._merged(path))
        return sheet

    def _merged(self, path: str) -> Iterator[tuple[int, int, int, int]]:
        for number, cell in enumerate(self._iterate(path, "mergeCell")):
            corners = _CELL.findall(cell.get("ref", ""))
            if len(corners) == 2 and number < _MOST_MERGED:
                (left, top), (right, bottom) = corners
                yield (
                    int(top),
                    _column_of(left + "1"),
                    int(bottom),
                    min(_column_of(right + "1"), _MOST_COLUMNS),
                )

    def _text(self, cell: etree._Element) -> str:
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            return _string_of(cell)[:_LONGEST]
        value = cell.findtext("{*}v") or ""
        if kind == "s":
            return (
                self.strings[int(value)][:_LONGEST]
                if value.isdigit() and int(value) < len(self.strings)
                else ""
            )
        if kind == "b":
            return "TRUE" if value == "1" else "FALSE"
        if kind == "n" and value:
            return self._number(value, self.styles.get(cell.get("s", ""), ""))
        return "" if kind == "e" else value[:_LONGEST]

    def _number(self, value: str, kind: str) -> str:
        number = float(value)
        if kind and 0 <= number < 200_000:
            return write_length(number) if kind == "length" else write_serial(number, is_1904=self.is_1904)
        return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)


def _string_of(element: etree._Element) -> str:
    """The text of a string, without the reading aids of East Asian scripts."""
    parts = []
    for text in element.iter("{*}t"):
        if etree.QName(text.getparent()).localname != "rPh":
            parts.append(text.text or "")
    return "".join(parts)


def _column_of(reference: str) -> int:
    """The number of a column by its letters: A is 1; 0 for no reference."""
    found = _CELL.match(reference)
    number = 0
    for letter in found[1] if found else "":
        number = number * 26 + ord(letter) - 64
    return number


def _kind_of_format(identifier: str, codes: dict[str, str]) -> str:
    if identifier == "46":
        return "length"
    if identifier.isdigit() and int(identifier) in _DATES:
        return "date"
    code = codes.get(identifier, "")
    if re.search(r"\[(?:h+|m+)\]", code, re.IGNORECASE):
        return "length"
    bare = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]', "", code)
    return "date" if re.search(r"[ymdhs]", bare, re.IGNORECASE) and not re.search(r"[0#]", bare) else ""


def write_serial(days: float, *, is_1904: bool = False) -> str:
    """A spreadsheet's number for a time as text: a date, a time of day, or both, in ISO form."""
    if days < 1:
        return write_length(days)
    epoch = datetime(1904, 1, 1) if is_1904 else datetime(1899, 12, 30)  # noqa: DTZ001 - local, as all cells are
    at = epoch + timedelta(days=days) + timedelta(milliseconds=500)
    at = at.replace(microsecond=0)
    return at.date().isoformat() if not (at.hour or at.minute or at.second) else at.isoformat(sep=" ")


def write_length(days: float) -> str:
    """A share of days as HH:MM."""
    minutes = round(days * 24 * 60)
    return f"{minutes // 60:02}:{minutes % 60:02}"
