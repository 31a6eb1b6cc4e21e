"""The bookmarks file that every browser and bookmark service writes (the Netscape format)."""

import re
from datetime import datetime
from html import escape

from django.utils.translation import gettext as _
from lxml import etree

from events.formats.reading import at_line

from .collector import LinkCollector
from .details import collect_details, dump_details, load_details
from .document import Link, LinkList, Reading

_HEAD = """\
<!DOCTYPE NETSCAPE-Bookmark-file-1>
<META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=UTF-8">
<TITLE>{title}</TITLE>
<H1>{title}</H1>
<DL><p>
"""
_BROWSER_FOLDERS = {"personal_toolbar_folder", "unfiled_bookmarks_folder"}


def read(text: str) -> Reading:
    """Links with their folders, tags and notes. Those that are marked private are left out."""
    reader = _Reader()
    parser = etree.HTMLParser(no_network=True, remove_comments=True, remove_pis=True, encoding="utf-8")
    root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    if root is not None:
        for event, element in etree.iterwalk(root, events=("start", "end")):
            reader.see(event, element)
    reader.flush()
    return reader.collector.build_reading()


class _Reader:
    def __init__(self):
        self.collector = LinkCollector("bookmarks file")
        self.folders: list[str] = []  # one for each <DL> that is open; the outermost has no name
        self.heading = ""  # the folder whose <DL> is about to open
        self.link: dict | None = None
        self.named = ""

    def see(self, event: str, element: etree._Element) -> None:
        match event, element.tag:
            case "start", "h1" | "title" if not self.collector.title:
                self.collector.title = _text(element)
            case "start", "h3":
                self.flush()
                browser_s_own = _BROWSER_FOLDERS & set(element.attrib)
                self.heading = "" if browser_s_own else _text(element)
                self.named = self.collector.add_collection(self.path(self.heading))
            case "start", "dl":
                self.flush()
                self.folders.append(self.heading)
                self.heading = ""
            case "end", "dl":
                self.flush()
                self.folders = self.folders[:-1]
            case "start", "a":
                self.flush()
                self.begin(element)
            case "start", "dd":
                self.describe(_text(element, keep_lines=True))

    def path(self, *more: str) -> str:
        return " / ".join(name for name in (*self.folders, *more) if name)

    def begin(self, element: etree._Element) -> None:
        place = at_line(element.sourceline)
        found = {name.lower(): value for name, value in element.attrib.items()}
        if found.get("private") == "1":
            self.collector.report.tally(_("Marked as private, so it was left out"), place, "info")
            return
        folder = self.path()
        self.link = {
            "place": place,
            "url": found.get("href"),
            "title": _text(element),
            "topics": re.split(r"\s*,\s*", found.get("tags", "")),
            "added_at": found.get("add_date"),
            "collections": [folder] if folder else [],
        } | load_details(found.get("data-details"))

    def describe(self, text: str) -> None:
        if self.link is not None:
            self.link.setdefault("note", text)
        elif self.named:
            self.collector.add_collection(self.named, text)

    def flush(self) -> None:
        if self.link is not None:
            self.collector.add(self.link.pop("place"), self.link.pop("url"), **self.link)
        self.link, self.named = None, ""


def _text(element: etree._Element, keep_lines: bool = False) -> str:
    """The element's own text; a <DD> that was never closed may hold the list that follows it."""
    parts = [element.text or ""]
    for child in element:
        if child.tag in ("dt", "dl", "dd", "h3"):
            break
        parts += ["".join(child.itertext()), child.tail or ""]
    text = "".join(parts)
    return text if keep_lines else " ".join(text.split())


def write(links: LinkList) -> bytes:
    """The list with a folder for each collection; a link in several is in its first, naming the others."""
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
    known = collect_details(link, without=("note", "added_at"))
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
    note = f"<DD>{escape(link.note)}\n" if link.note else ""
    return f"<DT><A{written}>{escape(link.title)}</A>\n{note}"
