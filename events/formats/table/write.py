"""A Document as a table: one row for each slot, and for each talk without one."""

import csv
import re
from collections.abc import Iterator
from io import BytesIO, StringIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils.exceptions import IllegalCharacterError

from ..days import zone_of_document
from ..document import Document, Link, Slot, Talk
from ..text import clean_line
from ..writing import remove_illegal
from .columns import COLUMNS, WRITTEN

_FORMULA = ("=", "+", "-", "@", "\t")
_HEADINGS = [headings[0].capitalize() for headings in map(COLUMNS.__getitem__, WRITTEN)]
_LONGEST = 32_000  # characters in a spreadsheet's cell


def write_csv(document: Document) -> bytes:
    """The document as CSV, UTF-8 with a byte-order mark, local times; `read_csv` reads it.

    A cell that a spreadsheet would take for a formula begins with an apostrophe.
    """
    out = StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(_HEADINGS)
    for row in _rows(document):
        writer.writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in row])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def write_xlsx(document: Document) -> bytes:
    """The document as a spreadsheet of one sheet; all cells are text, none a formula."""
    book = Workbook(write_only=True)
    book.properties.title = clean_line(document.title)
    sheet = book.create_sheet("Schedule")
    sheet.freeze_panes = "A2"
    heads = [WriteOnlyCell(sheet, heading) for heading in _HEADINGS]
    for head in heads:
        head.font = Font(bold=True)
    sheet.append(heads)
    for row in _rows(document):
        sheet.append([_text_cell(sheet, cell) for cell in row])
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _text_cell(sheet, text: str) -> WriteOnlyCell:
    try:
        cell = WriteOnlyCell(sheet, text[:_LONGEST])
    except IllegalCharacterError:
        cell = WriteOnlyCell(sheet, re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", text)[:_LONGEST])
    cell.data_type = "s"
    return cell


def _rows(document: Document) -> Iterator[list[str]]:
    zone = zone_of_document(document)
    pairs = [(talk, slot) for talk in document.talks for slot in talk.slots or [None]]
    pairs.sort(
        key=lambda pair: (pair[1] is None, pair[1].starts_at.isoformat() if pair[1] else "", pair[0].title)
    )
    for talk, slot in pairs:
        yield [remove_illegal(value) for value in _values(talk, slot, zone).values()]


def _values(talk: Talk, slot: Slot | None, zone) -> dict[str, str]:
    values = {
        "id": talk.id,
        "guid": str(talk.guid or ""),
        "code": talk.code,
        "title": clean_line(talk.title),
        "subtitle": clean_line(talk.subtitle),
        "speakers": "; ".join(clean_line(person.name) for person in talk.persons),
        "track": clean_line(talk.track),
        "type": clean_line(talk.type_label) or talk.kind,
        "level": talk.level,
        "language": talk.language,
        "state": talk.state,
        "abstract": talk.abstract,
        "description": talk.description,
        "topics": "; ".join(map(clean_line, talk.topics)),
        "links": "\n".join(map(_link, talk.links)),
        "url": talk.url,
        "license": clean_line(talk.recording_license),
        "optout": "yes" if talk.recording_optout else "",
    }
    if slot:
        values |= _slot_values(slot, zone)
        values["id"] = talk.id or (str(slot.number) if slot.number else "")
        values["guid"] = str(slot.guid or talk.guid or "")
    return {field: values.get(field, "") for field in WRITTEN}


def _slot_values(slot: Slot, zone) -> dict[str, str]:
    starts, ends = slot.starts_at.astimezone(zone), slot.ends_at.astimezone(zone)
    minutes = round((ends - starts).total_seconds() / 60)
    return {
        "date": starts.date().isoformat(),
        "start": f"{starts:%H:%M}",
        "end": f"{ends:%H:%M}" if minutes < 24 * 60 else "",
        "duration": f"{minutes // 60:02}:{minutes % 60:02}",
        "room": clean_line(slot.room),
    }


def _link(link: Link) -> str:
    """A link in a cell: Markdown, with its kind in braces where it is not simply of the web."""
    url = re.sub(r"\s", "%20", link.url).replace(";", "%3B")
    title = re.sub(r"([\\\[\]])", r"\\\1", clean_line(link.title)).replace(";", ",")
    kind = f" {{{link.kind}}}" if link.kind != "web" else ""
    return f"[{title}]({url}){kind}" if title or kind else url
