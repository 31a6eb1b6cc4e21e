"""An empty table to fill in, with an example, and the list of its columns and their values."""

import csv
from io import BytesIO, StringIO

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Font

from ..document import TALK_KINDS, TALK_LEVELS, TALK_STATES
from .columns import COLUMNS

FIELDS = (
    "id", "title", "subtitle", "date", "start", "end", "room", "speakers", "track", "type", "level", "language",
    "state", "abstract", "description", "topics", "slides", "recording", "links",
)  # fmt: skip
_EXAMPLE = {
    "id": "1", "title": "Opening", "date": "2030-10-06", "start": "09:30", "end": "10:15", "room": "Main hall",
    "speakers": "Ada Lovelace; Charles Babbage", "track": "Core", "type": "keynote", "language": "en",
    "state": "confirmed", "topics": "Python; Community",
}  # fmt: skip


def describe_columns() -> list[tuple[str, str]]:
    """The heading of each column, and what may stand in it."""
    values = {
        "date": _("as 2030-10-06"),
        "start": _("as 09:30"),
        "end": _("as 10:15; or a column Duration with minutes"),
        "speakers": _("several separated by semicolons"),
        "topics": _("several separated by semicolons"),
        "links": _("several separated by semicolons"),
        "type": ", ".join(TALK_KINDS),
        "level": ", ".join(filter(None, TALK_LEVELS)),
        "state": ", ".join(TALK_STATES),
        "language": _("a code such as en, de or zh-hans"),
        "id": _("your own number or code: by it a talk is known when its title changes"),
    }
    return [(_heading(field), values.get(field, _("text"))) for field in FIELDS]


def _heading(field: str) -> str:
    return COLUMNS[field][0].capitalize()


def write_csv_template() -> bytes:
    """The table as CSV, UTF-8 with a byte-order mark."""
    out = StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([_heading(field) for field in FIELDS])
    writer.writerow([_EXAMPLE.get(field, "") for field in FIELDS])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def write_xlsx_template() -> bytes:
    """The table as a spreadsheet, with its columns explained on a second sheet."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Schedule"
    sheet.append([_heading(field) for field in FIELDS])
    sheet.append([_EXAMPLE.get(field, "") for field in FIELDS])
    sheet.freeze_panes = "A2"
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    explained = book.create_sheet("Columns")
    for row in describe_columns():
        explained.append(row)
    out = BytesIO()
    book.save(out)
    return out.getvalue()
