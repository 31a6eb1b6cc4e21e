"""Atom feeds, one entry for each link (RFC 4287); RSS is read too."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from lxml import etree

from events.formats.reading import at_line

from .collector import LinkCollector
from .details import collect_details_with_note, dump_details, load_details
from .document import Link, LinkList, Reading
from .xml import DETAILS, NAMESPACE, dump_xml, local_name

ATOM = "http://www.w3.org/2005/Atom"
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)  # Atom wants a time of everything


def read(root: etree._Element) -> Reading:
    """The entries of an Atom feed, or the items of an RSS feed."""
    collector = LinkCollector("Atom" if local_name(root) == "feed" else "RSS")
    collector.title = next((_text(each) for each in root.iter() if local_name(each) == "title"), "")
    for entry in root.iter():
        if local_name(entry) in ("entry", "item"):
            _entry(collector, entry)
    return collector.build_reading()


def _entry(collector: LinkCollector, entry: etree._Element) -> None:
    parts: dict[str, list[etree._Element]] = {}
    for child in entry:
        parts.setdefault(local_name(child), []).append(child)
    first = {name: _text(children[0]) for name, children in parts.items()}
    fields = {
        "title": first.get("title"),
        "note": first.get("summary") or first.get("description") or first.get("content"),
        "topics": [
            each.get("label") or each.get("term") or _text(each) for each in parts.get("category", [])
        ],
        "authors": [_name(each) for each in (*parts.get("author", []), *parts.get("creator", []))],
        "added_at": _moment(first.get("published") or first.get("pubdate") or ""),
    }
    place = at_line(entry.sourceline)
    collector.add(place, _address(parts), **(fields | load_details(first.get("details"))))


def _address(parts: dict[str, list[etree._Element]]) -> str:
    for element in parts.get("link", []):
        if element.get("rel", "alternate") == "alternate":
            return element.get("href") or _text(element).strip()
    return ""


def _name(element: etree._Element) -> str:
    return next((_text(child) for child in element if local_name(child) == "name"), _text(element))


def _text(element: etree._Element) -> str:
    return "".join(element.itertext())


def _moment(text: str):
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return text


def write(links: LinkList) -> bytes:
    """A feed whose entries lead to the links themselves; what we say about them is the summary."""
    root = etree.Element(f"{{{ATOM}}}feed", nsmap={None: ATOM, "roadshow": NAMESPACE})
    _add(root, "id", links.feed_url or links.url or "urn:roadshow:links")
    _add(root, "title", links.title or "Links")
    newest = max((link.added_at for link in links.links if link.added_at), default=_LONG_AGO)
    _add(root, "updated", newest.isoformat())
    for rel, href in (("self", links.feed_url), ("alternate", links.url)):
        if href:
            _add(root, "link", rel=rel, href=href)
    _add(_add(root, "author"), "name", links.title or "Links")
    for link in links.links:
        _write_entry(_add(root, "entry"), link)
    return dump_xml(root)


def _write_entry(entry: etree._Element, link: Link) -> None:
    _add(entry, "id", link.page or link.url)
    _add(entry, "title", link.title)
    _add(entry, "link", rel="alternate", href=link.url)
    if link.page:
        _add(entry, "link", rel="related", href=link.page)
    _add(entry, "updated", (link.added_at or _LONG_AGO).isoformat())
    if link.added_at:
        _add(entry, "published", link.added_at.isoformat())
    for name in link.authors:
        _add(_add(entry, "author"), "name", name)
    for topic in link.topics:
        _add(entry, "category", term=topic)
    known, note = collect_details_with_note(link, without=("authors", "topics", "added_at"))
    if note:
        _add(entry, "summary", note)
    if known:
        etree.SubElement(entry, DETAILS).text = dump_details(known)


def _add(parent: etree._Element, name: str, text: str = "", **attributes: str) -> etree._Element:
    element = etree.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
    element.text = text or None
    return element
