"""The bookmarks file that browsers and bookmark services write (the Netscape format), and pages with links.

Read by `<DT><A` and `<DT><H3`, not as an HTML document: most writers do not escape titles and notes, so a `<script>` or
an unclosed tag in one of them must not hide the links after it.
"""

import re
from datetime import datetime
from html import escape, unescape

from events.formats.reading import at_line
from roadshow.core.html_tags import Tag, split_tags

from .collector import LinkCollector
from .details import collect_details_with_note, dump_details, load_details
from .document import Link, LinkList, Reading

_HEAD = """\
<!DOCTYPE NETSCAPE-Bookmark-file-1>
<META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=UTF-8">
<TITLE>{title}</TITLE>
<H1>{title}</H1>
<DL><p>
"""
MAX_DEPTH = 30  # folders inside each other; links in deeper ones belong to the last of these
_BROWSER_FOLDERS = {"personal_toolbar_folder", "unfiled_bookmarks_folder"}
_STRUCTURE = {"dt", "dl", "dd", "hr", "li", "ul", "ol", "body", "html", "head"}
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_LINE_BREAKS = {"br", "p", "div"}
_FORMATTING = {
    "b",
    "i",
    "em",
    "strong",
    "u",
    "s",
    "code",
    "span",
    "font",
    "small",
    "big",
    "tt",
    "sub",
    "sup",
    "img",
}
_LINKDING_NOTES = re.compile(r"\[linkding-notes\](.*?)(?:\[/linkding-notes\]|$)", re.DOTALL)


def read(text: str) -> Reading:
    """Links with their folders, tags and notes. Links marked as private are left out and counted."""
    reader = _Reader(text)
    for piece in split_tags(text, within="<dt>"):
        if isinstance(piece, Tag):
            reader.add_tag(piece)
        else:
            reader.buffer.append(unescape(piece))
    reader.finish_link()
    return reader.collector.build_reading()


class _Reader:
    """State while reading: `field` names what the text in `buffer` belongs to."""

    def __init__(self, text: str):
        self.collector = LinkCollector("bookmarks file")
        self.text, self.line, self.counted = text, 1, 0
        self.folders: list[str] = []  # one for each open <DL>; the outermost has no name
        self.heading = ""  # the folder whose <DL> comes next
        self.heading_tag: Tag | None = None
        self.link: dict | None = None
        self.collection = ""  # the last folder, while its <DD> may follow
        self.field = ""  # "", "list title", "heading", "title" or "note"
        self.buffer: list[str] = []
        self.inner_url = ""  # of an open <a> inside a title or note

    def add_tag(self, tag: Tag) -> None:
        if tag.name in _STRUCTURE:
            self.finish_field()
            self.add_structure(tag)
        elif self.field == "note":
            self.add_note_tag(tag)
        elif self.field == "title" and not (tag.name == "a" and tag.closing and not self.inner_url):
            self.add_title_tag(tag)
        elif tag.name == "a":
            self.finish_field()
            if not tag.closing and "href" in tag.attributes:
                self.start_link(tag)
        elif tag.name in _HEADINGS or tag.name == "title":
            self.finish_field()
            if not tag.closing:
                self.start_heading(tag)

    def add_structure(self, tag: Tag) -> None:
        match tag.name, tag.closing:
            case "dd", False:
                self.start_field("note")
            case "dl", False:
                self.finish_link()
                self.folders.append(self.heading)
                self.heading = ""
            case "dl", True:
                self.finish_link()
                del self.folders[-1:]
            case "dt" | "li", False:
                self.finish_link()

    def add_title_tag(self, tag: Tag) -> None:
        """Keep unknown tags in a title as typed; formatting and links in it are dropped."""
        if tag.name == "a":
            self.inner_url = "" if tag.closing else tag.attributes.get("href", "")
        elif tag.name not in _FORMATTING | _LINE_BREAKS:
            self.buffer.append(tag.source)

    def add_note_tag(self, tag: Tag) -> None:
        """Keep links in a note as Markdown, line breaks as such, and unknown tags as typed."""
        if tag.name in _LINE_BREAKS:
            self.buffer.append("" if tag.closing else "\n")
        elif tag.name == "a" and not tag.closing and tag.attributes.get("href"):
            self.inner_url = tag.attributes["href"]
            self.buffer.append("[")
        elif tag.name == "a" and tag.closing and self.inner_url:
            self.buffer.append(f"](<{self.inner_url}>)")
            self.inner_url = ""
        elif tag.name not in _FORMATTING | {"a"}:
            self.buffer.append(tag.source)

    def start_field(self, name: str) -> None:
        self.field, self.buffer = name, []

    def start_heading(self, tag: Tag) -> None:
        if tag.name in ("h1", "title"):
            self.start_field("list title")
        elif tag.name == "h3":
            self.finish_link()
            self.heading_tag = tag
            self.start_field("heading")

    def start_link(self, tag: Tag) -> None:
        self.finish_link()
        found, place = tag.attributes, at_line(self.line_of(tag))
        if found.get("private", "").lower() in ("1", "true"):
            self.collector.add_private(place)
            return
        folder = self.folder_path()
        self.link = {
            "place": place,
            "url": found["href"],
            "topics": re.split(r"\s*,\s*", found.get("tags", "")),
            "added_at": found.get("add_date") or found.get("time_added"),
            "collections": [folder] if folder else [],
        } | load_details(found.get("data-details"))
        self.start_field("title")

    def finish_field(self) -> None:
        text = "".join(self.buffer)
        match self.field:
            case "list title":
                self.collector.title = self.collector.title or " ".join(text.split())
            case "heading":
                is_browser_folder = _BROWSER_FOLDERS & set(self.heading_tag.attributes)
                self.heading = "" if is_browser_folder else " ".join(text.split())
                self.collection = self.collector.add_collection(self.folder_path(self.heading))
            case "title" if self.link is not None:
                self.link.setdefault("title", " ".join(text.split()))
            case "note":
                self.finish_note(f"{text}](<{self.inner_url}>)" if self.inner_url else text)
        self.field, self.buffer, self.inner_url = "", [], ""

    def finish_note(self, text: str) -> None:
        notes = _LINKDING_NOTES.search(text)
        if notes:
            text = f"{text[: notes.start()].strip()}\n\n{notes[1].strip()}"
        if self.link is not None:
            self.link.setdefault("note", text)
        elif self.collection:
            self.collector.add_collection(self.collection, text)

    def finish_link(self) -> None:
        self.finish_field()
        if self.link is not None:
            self.collector.add(self.link.pop("place"), self.link.pop("url"), **self.link)
        self.link, self.collection = None, ""

    def folder_path(self, *more: str) -> str:
        return " / ".join(name for name in (*self.folders[:MAX_DEPTH], *more) if name)

    def line_of(self, tag: Tag) -> int:
        self.line += self.text.count("\n", self.counted, tag.position)
        self.counted = tag.position
        return self.line


def write(links: LinkList) -> bytes:
    """The list with a folder for each collection; a link in several is in the first, whose item names the others."""
    folders = {collection.title: collection.text for collection in links.collections}
    for link in links.links:
        folders |= {title: "" for title in link.collections[:1] if title not in folders}
    members: dict[str, list[Link]] = {}
    for link in links.links:
        members.setdefault(link.collections[0] if link.collections else "", []).append(link)
    parts = [_HEAD.format(title=escape(links.title or "Bookmarks"))]
    for title, text in folders.items():
        parts.append(
            f"<DT><H3>{escape(title)}</H3>\n" + (f"<DD>{escape(text)}\n" if text else "") + "<DL><p>\n"
        )
        parts += map(_item, members.get(title, []))
        parts.append("</DL><p>\n")
    parts += map(_item, members.get("", []))
    return ("".join(parts) + "</DL><p>\n").encode()


def _item(link: Link) -> str:
    known, plain = collect_details_with_note(link, without=("added_at",))
    if len(link.collections) < 2:
        known.pop("collections", None)
    if not any("," in topic for topic in link.topics):
        known.pop("topics", None)
    attributes = {
        "HREF": link.url,
        "ADD_DATE": str(int(link.added_at.timestamp())) if isinstance(link.added_at, datetime) else "",
        "TAGS": ",".join(topic.replace(",", " ") for topic in link.topics),
        "DATA-DETAILS": dump_details(known) if known else "",
    }
    written = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items() if value)
    note = f"<DD>{escape(plain)}\n" if plain else ""
    return f"<DT><A{written}>{escape(link.title)}</A>\n{note}"
