"""Any file to a Reading: what it is, is told from its content, not from its name."""

import re
import zlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from roadshow.core.encodings import find_sample, guess_encodings

from . import archive, ical, schedule_xml, table
from .document import Problem, Reading
from .foreign import describe_binary, describe_page
from .reading import Choices, UnreadableFile
from .schedule_json.read import is_schedule, parse, read_root
from .sources import confs_tech, describe_json, find_source, read_source, schema_org
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


def read(data: bytes, **options: Any) -> Reading:
    """What a file of one event says; `options` are those of `read_all`.

    Raises UnreadableFile, with one sentence, for what cannot be read, is too large, or would do harm, and for a
    file of several events.
    """
    readings = read_all(data, **options)
    if len(readings) > 1:
        message = _("The file holds %(count)d events. Import it without naming an event.")
        raise UnreadableFile(message % {"count": len(readings)})
    return readings[0]


def read_all(
    data: bytes,
    *,
    name: str = "",
    timezone: str = "",
    limit: int = LIMIT,
    date_order: str = "",
    encoding: str = "",
    days: tuple[date, date] | None = None,
    columns: Mapping[str, str] | None = None,
) -> list[Reading]:
    """What a file says of each of its events; at least one.

    `name` is the file's, for the title of a table without one; `timezone` the IANA zone to read local times in
    where the file names none; `limit` the most bytes that it may have, decompressed; the others are those of
    `Choices`. Raises UnreadableFile.
    """
    choices = Choices(
        timezone=timezone, date_order=date_order, encoding=encoding, days=days, columns=columns or {}
    )
    data = _plain(data, limit)
    if data.startswith(_ZIP):
        return _read_archive(data, name, choices, limit)
    if sentence := describe_binary(data):
        raise UnreadableFile(sentence)
    start = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:512]
    if re.match(rb"(?:<!--.*?-->\s*)*<(?:!doctype html|html|head|body)\b", start.lower(), re.DOTALL):
        return _read_page(data, choices)
    if start.startswith(b"<") or _is_wide(data, "<"):
        data = data.lstrip() if not _is_wide(data, "<") else data
        return [schedule_xml.read(data, choices=choices)]
    if start[:1] in (b"{", b"[") or _is_wide(data, "{") or _is_wide(data, "["):
        return _read_json(parse(data.removeprefix(b"\xef\xbb\xbf")), choices)
    if b"BEGIN:VCALENDAR" in start.upper() and not encoding:
        return [_named(ical.read(data, choices=choices), name)]
    return [_read_text(data, name, choices)]


def read_folder(contents: Mapping[str, bytes], *, timezone: str = "") -> list[Reading]:
    """What the files of a folder say; `contents` are by their paths. Raises UnreadableFile."""
    return archive.read_parts(contents, Choices(timezone=timezone))


def _read_archive(data: bytes, name: str, choices: Choices, limit: int) -> list[Reading]:
    files = archive.open_archive(data, limit)
    if archive.is_spreadsheet(files):
        return [_named(table.read_xlsx(data, choices=choices), name)]
    only = archive.find_only_text(list(files))
    if only:
        inner = archive.unpack(data, [only])[only]
        return read_all(
            inner, name=only, timezone=choices.timezone, limit=limit, date_order=choices.date_order,
            encoding=choices.encoding, days=choices.days, columns=choices.columns,
        )  # fmt: skip
    texts = [path for path in files if path.endswith(".json")]
    contents = archive.unpack(data, texts) if texts else dict.fromkeys(files, b"")
    return archive.read_parts(contents, choices)


def _read_page(data: bytes, choices: Choices) -> list[Reading]:
    """The events that a web page describes for search engines."""
    if b"application/ld+json" in data:
        text, _problem = decode_text(data)
        readings = [
            found
            for graph in schema_org.find_in_page(text)
            for found in schema_org.read_events(graph, choices)
        ]
        if readings:
            return readings
    raise UnreadableFile(describe_page(data))


def _read_json(root: object, choices: Choices) -> list[Reading]:
    source = find_source(root)
    if source:
        return [read_source(source, root, choices)]
    if is_schedule(root):
        return [read_root(root, choices=choices)]
    readings = schema_org.read_events(root, choices) if schema_org.has_events(root) else []
    readings = readings or (confs_tech.read_list(root, choices) if confs_tech.is_list(root) else [])
    if not readings:
        raise UnreadableFile(describe_json(root))
    return readings


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


def _is_wide(data: bytes, first: str) -> bool:
    """Whether the text is in UTF-16 or UTF-32 and begins with that character."""
    return any(
        data.startswith(
            (first.encode(code), b"\xff\xfe" + first.encode(code), b"\xfe\xff" + first.encode(code))
        )
        for code in ("utf-16-le", "utf-16-be")
    )


def _read_text(data: bytes, name: str, choices: Choices) -> Reading:
    """A calendar or table, after its encoding was found."""
    text, problem = decode_text(data, choices.encoding)
    if re.match(r"\s*BEGIN:VCALENDAR", text, re.IGNORECASE):
        reading = _named(ical.read(text.encode(), choices=choices), name)
    else:
        reading = _named(table.read_csv(text, choices=choices), name)
    problems = [problem, *reading.problems] if problem else reading.problems
    return replace(reading, problems=problems, sample=find_sample(text) if problem else "")


def _named(reading: Reading, name: str) -> Reading:
    """A table or calendar with the file's name as its title, if it has no other."""
    title = clean_line(name.replace("\\", "/").rsplit("/", 1)[-1].rsplit(".", 1)[0].replace("_", " "))
    document = replace(reading.document, title=reading.document.title or title)
    return replace(reading, document=document)


def decode_text(data: bytes, encoding: str = "") -> tuple[str, Problem | None]:
    """The text, and what was guessed about its encoding.

    `encoding` is the one to use. Raises UnreadableFile for what is no text.
    """
    if encoding:
        return _decode_as(data, encoding), None
    for bom, marked in _BOMS:
        if data.startswith(bom):
            try:
                return data.decode(marked), None
            except UnicodeDecodeError as error:
                raise UnreadableFile(_("The text is not in the encoding that it begins with.")) from error
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return _guess_text(data)
    if "\0" in text:
        raise UnreadableFile(_("The file is neither a schedule, a calendar nor a table."))
    return text, None


def _decode_as(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except LookupError as error:
        raise UnreadableFile(_("There is no encoding “%(name)s”.") % {"name": encoding[:40]}) from error
    except (UnicodeDecodeError, ValueError) as error:
        message = _("The text is not in the encoding %(name)s.")
        raise UnreadableFile(message % {"name": encoding[:40]}) from error


def _guess_text(data: bytes) -> tuple[str, Problem]:
    odd = sum(data[:_SAMPLE].count(byte) for byte in range(32) if byte not in (9, 10, 12, 13))
    guesses = [] if odd * 200 > len(data[:_SAMPLE]) else guess_encodings(data)
    for guess in guesses:
        try:
            text = data.decode(guess.encoding)
        except UnicodeDecodeError:
            continue
        sample = find_sample(text)
        message = _(
            "Not in UTF-8; it was read as %(encoding)s: “%(sample)s”. Name another encoding if that is wrong."
        )
        message %= {"encoding": guess.encoding, "sample": sample}
        return text, Problem(place=_("file"), message=message, severity="warning")
    raise UnreadableFile(_("The file is neither text in a known encoding nor a schedule, calendar or table."))
