"""Tables with named columns: CSV and XLSX, one row for each link."""

import csv
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from io import BytesIO, StringIO

from django.utils.translation import gettext as _
from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell

from events.formats.reading import at_line, at_row

from .collector import LinkCollector, join_notes, one_line
from .document import Link, LinkList, Reading

# field: headings, compared without case, blanks and punctuation; the first is the one that is written
COLUMNS = {
    "title": "title name project linktext text label 标题 titel titre título titolo nombre nom bezeichnung",
    "url": "url link href address uri homepage website web externalurl linkurl githuburl repo 网址 链接"
    " adresse dirección enlace lien indirizzo verweis webadresse",
    "kind": "kind type resourcetype format 类型",
    "level": "level difficulty niveau 难度",
    "language": "language lang inlanguage sprache 语言",
    "authors": "authors author by creator creators writer 作者 autor autoren auteur auteurs autores",
    "year": "year published publicationyear jahr 年份",
    "note": "note notes description comment comments summary abstract contenttext excerpt selection extended 说明 描述"
    " notiz beschreibung bemerkung remarque nota descripción résumé",
    "topics": "topics topic tags tag tagnames category categories keywords subject subjects labels 主题 标签"
    " schlagworte schlagwörter themen thema étiquettes etiquetas temas motscles motsclés",
    "collections": "collections collection folder folders list section heading group 收藏"
    " ordner sammlung dossier carpeta",
    "free": "free isfree isaccessibleforfree 免费",
    "added_at": "added addedat adddate dateadded dateaddedtolist datepublished timeadded createdat created time"
    " timestamp 添加",
}  # fmt: skip
_FIELD_OF: dict[str, str] = {}
for _field, _headings in COLUMNS.items():
    for _heading in _headings.split():
        _FIELD_OF.setdefault(_heading, _field)
_ADDRESS_ORDER = COLUMNS["url"].split()
_LARGEST = 64 * 1024 * 1024  # bytes of an unpacked spreadsheet
_RISKY = re.compile(r"'*[=+\-@\t\r]")  # what a spreadsheet would take for a formula
_UNQUOTED = re.compile(r"'+[=+\-@\t\r]")


def field_of(heading: str) -> str:
    """The field that a column's heading stands for; empty if none."""
    return _FIELD_OF.get(_plain(heading), "")


def _plain(heading: object) -> str:
    return re.sub(r"[\W_]+", "", str(heading or "")).casefold()


def read_csv(text: str) -> Reading:
    """Rows of a table whose separator is found out. Raises ValueError when it has no column of addresses."""
    first = text.lstrip("\n").partition("\n")[0]
    separator = max(",;\t|", key=first.count)
    csv.field_size_limit(10_000_000)
    rows = csv.reader(StringIO(text, newline=""), delimiter=separator)
    return _read(_numbered(rows), LinkCollector("CSV"), at_line)


def _numbered(rows) -> Iterator[tuple[int, list[object]]]:
    while True:
        line = rows.line_num + 1
        try:
            yield line, next(rows)
        except StopIteration:
            return
        except csv.Error:
            yield line, []


def read_xlsx(data: bytes) -> Reading:
    """Rows of a workbook's first sheet. Raises ValueError with a sentence for what is no spreadsheet."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            if sum(file.file_size for file in archive.infolist()) > _LARGEST:
                raise ValueError(_("The spreadsheet is too large."))
        book = load_workbook(BytesIO(data), read_only=True, data_only=True)
        rows = book.worksheets[0].iter_rows(values_only=True, max_col=100)
        return _read(enumerate(map(list, rows), 1), LinkCollector("XLSX"), at_row)
    except ValueError:
        raise
    except Exception as error:  # openpyxl lets every kind of error of a damaged file through
        raise ValueError(_("The spreadsheet is damaged or cut off.")) from error


def _read(
    rows: Iterable[tuple[int, list[object]]], collector: LinkCollector, at: Callable[[int], str]
) -> Reading:
    fields: list[str] = []
    for number, row in rows:
        if not any(str(cell or "").strip() for cell in row):
            continue
        if not fields:
            fields = _columns(row, collector, at(number))
            if any("://" in str(cell) for cell in row):  # no headings: this is a link already
                _row(collector, fields, row, at(number))
        else:
            _row(collector, fields, row, at(number))
    return collector.build_reading()


def _columns(row: list[object], collector: LinkCollector, place: str) -> list[str]:
    """What each column holds; without headings the address is recognised, then title, note and topics."""
    address = next((index for index, cell in enumerate(row) if "://" in str(cell)), None)
    if address is not None:
        others = iter(["title", "note", "topics"])
        return ["url" if index == address else next(others, "") for index in range(len(row))]
    return _named_columns(row, collector, place)


def _named_columns(row: list[object], collector: LinkCollector, place: str) -> list[str]:
    """What each column holds by its heading; several addresses are numbered, the best first."""
    fields = [field_of(str(cell or "")) for cell in row]
    addresses = [index for index, field in enumerate(fields) if field == "url"]
    if not addresses:
        raise ValueError(_("No column is called “url”. Name the columns in the first row."))
    unknown = [one_line(cell) for cell, field in zip(row, fields, strict=True) if not field and cell]
    if unknown:
        message = _("These columns were not understood: %(names)s.") % {"names": ", ".join(unknown)[:300]}
        collector.report.add(place, message, "info")
    for rank, index in enumerate(sorted(addresses, key=lambda i: _ADDRESS_ORDER.index(_plain(row[i])))):
        fields[index] = f"url{rank}"
    return fields


def _row(collector: LinkCollector, fields: list[str], row: list[object], place: str) -> None:
    found: dict[str, object] = {}
    for field, cell in zip(fields, row, strict=False):
        if field == "note":
            found["note"] = join_notes([found.get("note"), _unguarded(cell)])
        elif field and cell not in (None, ""):
            found.setdefault(field, _unguarded(cell))
    address = next((found.pop(name) for name in sorted(found) if name.startswith("url")), "")
    for name in ("topics", "collections", "authors"):
        words = found.get(name)
        if isinstance(words, str):
            found[name] = _split(words, commas=name == "topics")
    collector.add(place, address, **{k: v for k, v in found.items() if not k.startswith("url")})


def _unguarded(cell: object) -> object:
    return cell[1:] if isinstance(cell, str) and _UNQUOTED.match(cell) else cell


def _split(text: str, *, commas: bool) -> list[str]:
    """Several values in one cell, separated by semicolons; without any, also by commas or (Pocket's) by bars."""
    parts = re.findall(r"(?:\\[\\;]|[^;])+", text)
    if commas and len(parts) == 1 and not text.endswith(";"):
        parts = re.split(r"[,|]", text)
    return [re.sub(r"\\([\\;])", r"\1", part) for part in parts]


def _rows(links: LinkList) -> Iterator[list[str]]:
    yield [headings.split()[0] if field != "added_at" else "added" for field, headings in COLUMNS.items()]
    for link in links.links:
        yield [_guarded(_cell(link, field)) for field in COLUMNS]


def _cell(link: Link, field: str) -> str:
    value = getattr(link, field)
    if isinstance(value, list):
        joined = "; ".join(re.sub(r"([\\;])", r"\\\1", item) for item in value)
        return f"{joined};" if len(value) == 1 and re.search("[,|]", joined) else joined
    if isinstance(value, bool):
        return "yes" if value else "no"
    if field == "added_at":
        return value.isoformat() if value else ""
    return "" if value is None else str(value)


def _guarded(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if _RISKY.match(text) else text


def write_csv(links: LinkList) -> bytes:
    """UTF-8 with a byte-order mark, without which spreadsheets guess wrongly."""
    out = StringIO(newline="")
    csv.writer(out).writerows(_rows(links))
    return out.getvalue().encode("utf-8-sig")


def write_xlsx(links: LinkList) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Links")
    for row in _rows(links):
        sheet.append([_text_cell(sheet, value) for value in row])
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _text_cell(sheet, value: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, value=value)
    cell.data_type = "s"
    return cell
