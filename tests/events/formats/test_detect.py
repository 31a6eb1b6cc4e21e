"""What a file is, is told from its content; what would do harm is refused with one sentence."""

import gzip
import io
import os
import time
import zipfile

import pytest

from events.formats import detect
from events.formats.reading import UnreadableFile

XML = b"<schedule><conference><title>M</title></conference></schedule>"
JSON = b'{"schedule": {"version": "1", "conference": {"title": "M", "days": []}}}'
ICS = b"BEGIN:VCALENDAR\r\nX-WR-CALNAME:M\r\nEND:VCALENDAR\r\n"
CSV = b"Title,Start\nA,2024-06-01 10:00\n"


@pytest.mark.parametrize(
    ("data", "kind"), [(XML, "schedule.xml"), (JSON, "schedule.json"), (ICS, "iCalendar"), (CSV, "CSV")]
)
def test_kinds_are_recognised_in_every_wrapping(data, kind):
    for wrapped in (data, b"\xef\xbb\xbf" + data, b"\r\n" + data, gzip.compress(data)):
        assert detect.read(wrapped, name="upload.bin").kind == kind
    if kind != "schedule.xml":
        assert detect.read(data.decode().encode("utf-16")).kind == kind


def test_a_table_in_another_encoding_is_read_and_said_so():
    rows = "Title,Room\n" + "Größe und Qualität für Anfänger,Große Bühne\n" * 9
    reading = detect.read(rows.encode("cp1252"))
    assert reading.document.talks[0].title == "Größe und Qualität für Anfänger"
    assert "Not in UTF-8" in reading.problems[0].message


def archive(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in files.items():
            target.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return out.getvalue()


def bomb(where: str) -> bytes:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    return f'<!DOCTYPE s [<!ENTITY e0 "aaaaaaaaaa">{entities}]><schedule {where}</schedule>'.encode()


HOSTILE = {
    "empty": b" \n",
    "too many talks": b"<schedule><day>" + b"<event/>" * 100_001 + b"</day></schedule>",
    "zeros in gzip": gzip.compress(bytes(80 * 1024 * 1024)),
    "gzip in gzip in gzip in gzip": gzip.compress(gzip.compress(gzip.compress(gzip.compress(XML)))),
    "cut gzip": gzip.compress(XML)[:-9],
    "damaged gzip": b"\x1f\x8b\x08" + b"x" * 100,
    "too large": b"<schedule>" + b" " * (70 * 1024 * 1024),
    "entity bomb": bomb("><conference><title>&e9;</title></conference>"),
    "entity bomb in an attribute": bomb('version="&e9;">'),
    "external entity": b'<!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd">]><schedule>&x;</schedule>',
    "external entity in UTF-16": '<!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd">]><schedule>&x;</schedule>'.encode(
        "utf-16"
    ),
    "doctype": b'<!DOCTYPE schedule SYSTEM "http://127.0.0.1/x.dtd"><schedule/>',
    "cut xml": XML[:40],
    "cut json": JSON[:40],
    "cut calendar": ICS[:20],
    "wrong encoding": b'<?xml version="1.0" encoding="UTF-8"?><schedule><title>\xe9</title></schedule>',
    "no such encoding": b'<?xml version="1.0" encoding="nonsense"?><schedule/>',
    "deep json": b'{"schedule":' + b"[" * 200_000,
    "deep xml": b"<schedule>" + b"<a>" * 100_000,
    "many elements": b"<schedule>" + b"<a/>" * 3_000_000,
    "many keys": b"[" + b"{}," * 3_000_000,
    "many lines": b"BEGIN:VCALENDAR\n" + b"a\n" * 3_000_000,
    "many cells": b"title,start" + b"," * 3_000_000,
    "binary": bytes(range(256)) * 50,
    "picture": b"\x89PNG\r\n\x1a\n" + os.urandom(3000),
    "page": b"<!doctype html><html><body><br></body></html>",
    "other xml": b"<rss/>",
    "other json": b"[1, 2]",
    "text": b"hello world",
    "archive": archive(readme=b"x"),
    "broken spreadsheet": archive(xl__workbook_xml=b"junk"),
    "spreadsheet of zeros": archive(xl__workbook_xml=bytes(80 * 1024 * 1024)),
    "cut archive": archive(readme=b"x" * 500)[:60],
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_get_one_sentence(name):
    started = time.process_time()
    with pytest.raises(UnreadableFile) as caught:
        detect.read(HOSTILE[name], name="schedule.xml")
    sentence = str(caught.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert len(sentence) < 160
    assert "root:" not in sentence
    assert time.process_time() - started < 2


def test_the_limit_can_be_lowered():
    with pytest.raises(UnreadableFile, match="larger than"):
        detect.read(XML + b" " * 100, limit=100)


def test_what_is_slow_to_match_is_still_read_quickly():
    blanks = b" " * 900_000
    started = time.process_time()
    detect.read(
        b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDESCRIPTION:Speaker: a" + blanks + b"b\nEND:VEVENT\nEND:VCALENDAR\n"
    )
    detect.read(b'title,speakers\nx,"a' + blanks + b'"\n')
    detect.read(
        b'<schedule><day><event id="1"><title>'
        + blanks
        + b"x</title><abstract>&lt;br&gt;"
        + b"\n " * 300_000
        + b"x</abstract><duration>"
        + b"1" * 10_000
        + b"m</duration></event></day></schedule>"
    )
    assert time.process_time() - started < 5
