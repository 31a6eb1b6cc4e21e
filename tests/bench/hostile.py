"""`python -m tests.bench.hostile`: processor time and memory of small inputs that are made to cost much.

Each is read in a process of its own. The table has its size, the processor time in seconds, the memory beyond that of a
process that reads nothing, and what the reader said. The exit status is 1 if one took more than 2 s or 200 MB.
"""

import io
import os
import sys
import zipfile
from collections.abc import Callable

import django

SECONDS, MEGABYTES = 2.0, 200
SHEET = (
    '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    '<row r="1"><c r="A1" t="inlineStr"><is><t>title</t></is></c></row>'
    '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>end</t></is></c></row></sheetData></worksheet>'
)
CALENDAR = "BEGIN:VCALENDAR\nVERSION:2.0\n{}END:VCALENDAR\n"
RULE = "BEGIN:VEVENT\nUID:{}\nSUMMARY:Talk\nDTSTART:20260101T100000Z\nDTEND:20260101T110000Z\nRRULE:{}\nEND:VEVENT\n"
ATTRIBUTES = " ".join(f'a{number}="1"' for number in range(20_000))
BOOKMARKS = "<!DOCTYPE NETSCAPE-Bookmark-file-1>\n<DL><p>\n"


def make_workbook() -> bytes:
    """A spreadsheet of two cells, the second in the last row and column that there can be."""
    from openpyxl import Workbook

    data, changed = io.BytesIO(), io.BytesIO()
    book = Workbook()
    book.active["A1"] = "title"
    book.save(data)
    with zipfile.ZipFile(data) as source, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            is_sheet = name == "xl/worksheets/sheet1.xml"
            target.writestr(name, SHEET.encode() if is_sheet else source.read(name))
    return changed.getvalue()


def list_cases() -> dict[str, tuple[str, bytes]]:
    """By name in the table: how it is read ("schedule", "links" or "text"), and the bytes."""
    every_day = "".join(RULE.format(number, "FREQ=DAILY") for number in range(5_000))
    return {
        "HTML tables in tables, 270 bytes": ("text", b"<table><tr><td>" * 18),
        "tables in tables in a link's note": ("links", (BOOKMARKS + "<table><tr><td>" * 5_000).encode()),
        "XLSX with a cell in row 1,048,576": ("schedule", make_workbook()),
        "the same as a list of links": ("links", make_workbook()),
        "XML tag with 20,000 attributes": ("schedule", f"<schedule><day {ATTRIBUTES}/></schedule>".encode()),
        "the same in OPML": ("links", f"<opml><body><outline {ATTRIBUTES}/></body></opml>".encode()),
        "yearly on 31 February": (
            "schedule",
            CALENDAR.format(RULE.format(1, "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31")).encode(),
        ),
        "5,000 rules for each day": ("schedule", CALENDAR.format(every_day).encode()),
        "//a.aa/ × 8,000 as a text": ("text", b"//a.aa/" * 8_000),
        "//a.aa/ × 8,000 as a list": ("links", b"//a.aa/" * 8_000),
        "<div> × 32,000 as a text": ("text", b"<div>" * 32_000),
        "<div> × 32,000 as a list": ("links", b"<div>" * 32_000),
        "[ × 56,000": ("text", b"[" * 56_000),
        "![ × 28,000": ("text", b"![" * 28_000),
        "[a]( × 14,000": ("text", b"[a](" * 14_000),
        "[a]( × 5,000 as a list": ("links", b"[a](" * 5_000),
        "*a × 19,000": ("text", b"*a " * 19_000),
    }


def read(kind: str, data: bytes) -> str:
    """Read as an import or a page would; the sentence of a refusal, or "read"."""
    from events.formats.detect import UnreadableFile
    from events.formats.detect import read as read_schedule
    from resources.formats import read_links
    from roadshow.core.text import render_plain_text

    readers: dict[str, Callable[[], object]] = {
        "schedule": lambda: read_schedule(data, name="file"),
        "links": lambda: read_links(data, name="file.md" if data[:1] in b"/[<" else "file"),
        "text": lambda: render_plain_text(data.decode()),
    }
    try:
        readers[kind]()
    except UnreadableFile as refusal:
        return str(refusal)
    return "read"


def measure(kind: str, data: bytes) -> tuple[float, float, str]:
    """Processor seconds, megabytes at most, and the sentence, of a process that reads the bytes."""
    out, into = os.pipe()
    pid = os.fork()
    if not pid:
        os.write(into, read(kind, data).encode()[:2000])
        os._exit(0)
    os.close(into)
    _pid, _status, usage = os.wait4(pid, 0)
    with os.fdopen(out, "rb") as pipe:
        sentence = pipe.read().decode()
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, sentence or "it died"


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    read("text", b"a [b](https://c.example/)")  # imports
    read("schedule", b"title\n")
    read("links", b"- [a](https://a.example/)\n")
    _seconds, before, _said = measure("text", b"a")
    print("| input | bytes | CPU | memory | it says |\n|---|---|---|---|---|")
    failed = False
    for name, (kind, data) in list_cases().items():
        seconds, megabytes, said = measure(kind, data)
        megabytes = max(megabytes - before, 0)
        failed |= seconds > SECONDS or megabytes > MEGABYTES
        shown = name.replace("|", "\\|")
        print(f"| `{shown}` | {len(data):,} | {seconds:.2f} s | {megabytes:.0f} MB | {said} |", flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
