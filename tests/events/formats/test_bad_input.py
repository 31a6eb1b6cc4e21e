"""Damaged files end in a sentence or in lines of the report, and cost little."""

import io
import json
import random
import time
import zipfile

import pytest

from events.formats import detect
from events.formats.reading import UnreadableFile
from events.formats.table.template import write_csv_template, write_xlsx_template

from .conftest import SHARED
from .test_sources import FILES

SAMPLES = {name: json.dumps(root).encode() for name, root in FILES.items()}
SAMPLES |= {"CSV": write_csv_template(), "XLSX": write_xlsx_template()}
REAL = sorted((SHARED / "cases" / "imports").glob("*")) if (SHARED / "cases").is_dir() else []
SAMPLES |= {path.name: path.read_bytes() for path in REAL}


def damaged(data: bytes):
    """The data cut off at 20 places, and with 20 bytes flipped, one at a time; always the same ones."""
    chance = random.Random(len(data))
    for number in range(20):
        yield data[: len(data) * number // 20]
    for _number in range(20):
        place = chance.randrange(len(data))
        yield data[:place] + bytes([data[place] ^ (1 << chance.randrange(8))]) + data[place + 1 :]


@pytest.mark.parametrize("name", SAMPLES)
def test_damaged_files_are_read_or_refused_with_a_sentence(name):
    started = time.process_time()
    for data in damaged(SAMPLES[name]):
        try:
            detect.read_all(data, name=name)
        except UnreadableFile as refusal:
            assert str(refusal).strip()
            assert "\n" not in str(refusal)
    assert time.process_time() - started < 20


def sheet_with(cells: str) -> bytes:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{main}" xmlns:r="{relations}"><sheets><sheet name="S" r:id="r1"/></sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            '<Relationships><Relationship Id="r1" Target="worksheets/sheet1.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/worksheets/sheet1.xml",
            f'<worksheet xmlns="{main}"><sheetData>{cells}</sheetData></worksheet>',
        )
    return out.getvalue()


def text_cell(reference: str, text: str) -> str:
    return f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>'


def rules(rule: str, count: int) -> bytes:
    entry = f"BEGIN:VEVENT\nUID:%d\nDTSTART:20260101T100000Z\nRRULE:{rule}\nSUMMARY:x\nEND:VEVENT\n"
    return (
        "BEGIN:VCALENDAR\n" + "".join(entry % number for number in range(count)) + "END:VCALENDAR\n"
    ).encode()


def abstract(html: str) -> bytes:
    escaped = html.replace("<", "&lt;")
    event = f'<event id="1"><title>x</title><abstract>{escaped}</abstract></event>'
    return f'<schedule><day date="2026-01-01">{event}</day></schedule>'.encode()


COSTLY = {
    "a cell in the last row": sheet_with(
        f'<row r="1">{text_cell("A1", "Title")}{text_cell("B1", "Room")}</row>'
        f'<row r="1048576">{text_cell("A1048576", "x")}</row>'
    ),
    "many attributes": b"<schedule " + b" ".join(b'a%d="x"' % number for number in range(20_000)) + b"/>",
    "31 February": rules("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31", 1),
    "daily rules": rules("FREQ=DAILY", 5000),
    "rules without times": rules("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31", 5000),
    "tables in tables": abstract("<table><tr><td>" * 30 + "x"),
    "deep HTML": abstract("<div>" * 32_000 + "x"),
    "many paragraphs": abstract("<p>" * 32_000 + "x"),
}


@pytest.mark.parametrize("name", COSTLY)
def test_costly_files_are_bounded(name):
    started = time.process_time()
    try:
        detect.read(COSTLY[name])
    except UnreadableFile as refusal:
        assert str(refusal).endswith(".")
    assert time.process_time() - started < 4
