"""Any file to a Reading: what it is, is told from its content, not from its name."""

import re
import zipfile
import zlib
from dataclasses import replace
from io import BytesIO

from django.utils.translation import gettext as _

from roadshow.core.encodings import guess_encoding

from . import ical, schedule_json, schedule_xml, table
from .document import Problem, Reading
from .reading import UnreadableFile
from .text import clean_line

LIMIT = 64 * 1024 * 1024  # bytes, once decompressed
_GZIP, _ZIP = b"\x1f\x8b", b"PK\x03\x04"
_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_CHUNK = 1024 * 1024
_SAMPLE = 256 * 1024  # bytes that the encoding is guessed from


def read(data: bytes, *, name: str = "", timezone: str = "", limit: int = LIMIT) -> Reading:
    """What a file says: schedule.xml, schedule.json, iCalendar, CSV or XLSX, also in gzip.

    `name` is the file's, for the title of a table without one; `timezone` the IANA zone to read local times in
    where the file names none; `limit` the most bytes that it may have, decompressed.
    Raises UnreadableFile, with one sentence, for what cannot be read, is too large, or would do harm.
    """
    data = _plain(data, limit)
    if data.startswith(_ZIP):
        _check_zip(data, limit)
        return _named(table.read_xlsx(data, timezone=timezone), name)
    start = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:512]
    if start.lower().startswith((b"<!doctype html", b"<html")):
        raise UnreadableFile(_("The file is a web page. Give the address of the schedule's own file."))
    if start.startswith(b"<") or _is_wide(data, "<"):
        return schedule_xml.read(data.lstrip() if not _is_wide(data, "<") else data, timezone=timezone)
    if start[:1] in (b"{", b"[") or _is_wide(data, "{"):
        return schedule_json.read(data.removeprefix(b"\xef\xbb\xbf"), timezone=timezone)
    if b"BEGIN:VCALENDAR" in start.upper():
        return ical.read(data, timezone=timezone)
    return _text(data, name, timezone)


def _plain(data: bytes, limit: int) -> bytes:
    """The bytes, out of any gzip around them."""
    for _layer in range(3):
        if len(data) > limit:
            raise UnreadableFile(_("The file is larger than %(size)d MB.") % {"size": limit // 1024**2})
        if not data.startswith(_GZIP):
            break
        data = _gunzip(data, limit)
    else:
        raise UnreadableFile(_("The file is compressed several times over."))
    if not data.strip():
        raise UnreadableFile(_("The file is empty."))
    return data


def _gunzip(data: bytes, limit: int) -> bytes:
    unpacker = zlib.decompressobj(wbits=31)
    parts, size = [], 0
    try:
        while data and not unpacker.eof:
            part = unpacker.decompress(data, _CHUNK)
            data = unpacker.unconsumed_tail
            size += len(part)
            if size > limit:
                message = _("The file is larger than %(size)d MB once decompressed.")
                raise UnreadableFile(message % {"size": limit // 1024**2})
            if not part and not data:
                break
            parts.append(part)
    except zlib.error as error:
        raise UnreadableFile(_("The compressed file is damaged.")) from error
    if not unpacker.eof:
        raise UnreadableFile(_("The compressed file is cut off."))
    return b"".join(parts)


def _check_zip(data: bytes, limit: int) -> None:
    """Refuse an archive that is no spreadsheet, damaged, or grows beyond the limit."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            files = archive.infolist()
            if "xl/workbook.xml" not in archive.namelist():
                raise UnreadableFile(_("The file is an archive, but no spreadsheet."))
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise UnreadableFile(_("The spreadsheet is damaged or cut off.")) from error
    if len(files) > 2000 or sum(file.file_size for file in files) > limit:
        message = _("The spreadsheet is larger than %(size)d MB once decompressed.")
        raise UnreadableFile(message % {"size": limit // 1024**2})


def _is_wide(data: bytes, first: str) -> bool:
    """Whether the text is in UTF-16 or UTF-32 and begins with that character."""
    return any(
        data.startswith(
            (first.encode(code), b"\xff\xfe" + first.encode(code), b"\xfe\xff" + first.encode(code))
        )
        for code in ("utf-16-le", "utf-16-be")
    )


def _text(data: bytes, name: str, timezone: str) -> Reading:
    """A calendar or table, after its encoding was found."""
    text, problem = decode_text(data)
    if re.match(r"\s*BEGIN:VCALENDAR", text, re.IGNORECASE):
        reading = ical.read(text.encode(), timezone=timezone)
    else:
        reading = _named(table.read_csv(text, timezone=timezone), name)
    problems = [problem, *reading.problems] if problem else reading.problems
    return replace(reading, problems=problems)


def _named(reading: Reading, name: str) -> Reading:
    """A table with the file's name as its title, if it has no other."""
    title = clean_line(name.replace("\\", "/").rsplit("/", 1)[-1].rsplit(".", 1)[0].replace("_", " "))
    document = replace(reading.document, title=reading.document.title or title)
    return replace(reading, document=document)


def decode_text(data: bytes) -> tuple[str, Problem | None]:
    """The text, and what was guessed about its encoding. Raises UnreadableFile for what is no text."""
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            try:
                return data.decode(encoding), None
            except UnicodeDecodeError as error:
                raise UnreadableFile(_("The text is not in the encoding that it begins with.")) from error
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return _guessed(data)
    if "\0" in text:
        raise UnreadableFile(_("The file is neither a schedule, a calendar nor a table."))
    return text, None


def _guessed(data: bytes) -> tuple[str, Problem]:
    unreadable = UnreadableFile(
        _("The file is neither text in a known encoding nor a schedule, calendar or table.")
    )
    sample = data[:_SAMPLE]
    odd = sum(byte < 32 and byte not in (9, 10, 12, 13) for byte in sample)
    encoding = None if odd * 200 > len(sample) else guess_encoding(sample)
    if encoding is None:
        raise unreadable
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise unreadable from error
    message = _("Not in UTF-8; it was read as %(encoding)s.") % {"encoding": encoding}
    return text, Problem(place=_("file"), message=message, severity="warning")
