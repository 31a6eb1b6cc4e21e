"""Detect the format of a link list by its content, and read it."""

import json
import re
from contextlib import suppress

from django.utils.translation import gettext as _

from events.formats.detect import decode_text
from events.formats.document import Problem
from events.formats.reading import UnreadableFile

from . import atom, bookmarks, json_feed, markdown_list, opml, table, xml
from .document import Reading

MAX_BYTES = 20 * 1024 * 1024  # bytes
_XML = re.compile(r"<\?xml|<(!doctype\s+)?(opml|feed|rss|rdf:rdf)\b", re.IGNORECASE)
_HTML = re.compile(r"<!doctype\s+(netscape|html)|<(html|dl|dt|title|meta)[\s>]", re.IGNORECASE)
_BOOKMARKS = re.compile(r"<!doctype\s+netscape|<dt>\s*<(a|h3)\s", re.IGNORECASE)


def read_links(data: bytes, *, name: str = "", limit: int = MAX_BYTES) -> Reading:
    """Read a Markdown list, bookmarks file, OPML, Atom or RSS feed, CSV, XLSX or JSON file of links.

    `name` decides only between Markdown and CSV; `limit` is the maximum size in bytes. Raises UnreadableFile with
    one sentence for files that cannot be read, or that have neither a link nor a problem.
    """
    if len(data) > limit:
        raise UnreadableFile(_("The file is larger than %(size)d MB.") % {"size": limit // 1024**2})
    if not data.strip():
        raise UnreadableFile(_("The file is empty."))
    try:
        reading = table.read_xlsx(data) if data.startswith(b"PK") else _read_text(data, name)
    except ValueError as error:
        raise UnreadableFile(_describe_error(error)) from error
    if not reading.links.links and all(problem.severity == "info" for problem in reading.problems):
        reasons = [problem.message for problem in reading.problems[:1]]
        raise UnreadableFile(" ".join([_("There are no links in this file."), *reasons]))
    return reading


def _describe_error(error: ValueError) -> str:
    known = type(error) is ValueError
    return str(error) if known else _("The file is damaged, or not what it seems to be.")


def _read_text(data: bytes, name: str) -> Reading:
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<?xml"):
        return _read_xml(data.lstrip(b"\xef\xbb\xbf \t\r\n"))  # its declaration names the encoding
    try:
        text, problem = decode_text(data)
    except UnreadableFile:
        raise UnreadableFile(_("The file is neither text nor a spreadsheet.")) from None
    text = text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    reading = _read_plain(text, name.lower())
    return _add_problem(reading, problem) if problem else reading


def _read_xml(data: bytes) -> Reading:
    root = xml.parse_xml(data)
    match "" if root is None else xml.local_name(root):
        case "opml":
            return opml.read(root)
        case "feed" | "rss" | "rdf":
            return atom.read(root)
        case "posts":
            return json_feed.read_posts(root)
        case "html":
            return bookmarks.read(decode_text(data)[0])
    raise UnreadableFile(_("This XML is neither OPML nor a feed."))


def _read_plain(text: str, name: str) -> Reading:
    start = text.lstrip()[:1000]
    if _XML.match(start):
        return _read_xml(re.sub(r"^\s*<\?xml[^>]*\?>", "", text).encode())
    if _HTML.match(start) or (start.startswith("<") and _BOOKMARKS.search(text[:20_000])):
        return bookmarks.read(text)
    if start.startswith("{"):
        return json_feed.read(text)
    if start.startswith("[") and not name.endswith((".md", ".markdown")):
        with suppress(json.JSONDecodeError):  # Markdown may begin so, too
            return json_feed.read(text)
    if _is_table(start, name):
        return table.read_csv(text)
    if _is_address_list(text):
        text = re.sub(r"^\s*(?=https?://)", "- ", text, flags=re.MULTILINE)
    return markdown_list.read(text)


def _is_address_list(text: str) -> bool:
    """Whether nearly every line begins with an address, as in a list that somebody pasted."""
    lines = [line for line in text.split("\n") if line.strip()]
    bare = sum(bool(re.match(r"\s*https?://\S", line)) for line in lines)
    return bare > 0 and bare * 5 >= len(lines) * 4


def _is_table(start: str, name: str) -> bool:
    if name.endswith((".csv", ".tsv")):
        return True
    first = start.partition("\n")[0]
    headings = {table.field_of(cell.strip().strip('"')) for cell in re.split(r"[,;\t]", first)}
    return not name.endswith((".md", ".markdown")) and "url" in headings and len(headings - {""}) > 1


def _add_problem(reading: Reading, problem: Problem) -> Reading:
    return Reading(links=reading.links, problems=[problem, *reading.problems], kind=reading.kind)
