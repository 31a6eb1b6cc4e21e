"""OPML: outlines in outlines. Lists of links and the subscriptions of feed readers alike."""

from email.utils import format_datetime, parsedate_to_datetime

from lxml import etree

from events.formats.reading import at_line

from .collector import LinkCollector
from .details import collect_details_with_note, dump_details, load_details
from .document import Link, LinkList, Reading
from .xml import DETAILS, NAMESPACE, dump_xml, local_name

MAX_DEPTH = 30  # outlines inside each other that name a collection
_ADDRESSES = ("url", "htmlurl", "xmlurl")  # a feed's page is worth more to a reader than the feed


def read(root: etree._Element) -> Reading:
    """Outlines with an address are links; those without are collections of what is in them."""
    collector = LinkCollector("OPML")
    collector.title = next((each.text or "" for each in root.iter("{*}title", "title")), "")
    path: list[str] = []
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if local_name(element) != "outline":
            continue
        found = {name.rpartition("}")[2].lower(): value for name, value in element.attrib.items()}
        address = _find_address(found)
        if event == "end":
            del path[len(path) if address else -1 :]
        elif address:
            _link(collector, element, found, address, _join_path(path))
        else:
            path.append(found.get("text") or found.get("title") or "")
            collector.add_collection(_join_path(path), found.get("description", ""))
    return collector.build_reading()


def _find_address(attributes: dict[str, str]) -> str:
    return next((attributes[name] for name in _ADDRESSES if attributes.get(name)), "")


def _join_path(path: list[str]) -> str:
    """The title of a collection that is inside of others."""
    return " / ".join(name for name in path[:MAX_DEPTH] if name)


def _link(collector: LinkCollector, element, found: dict[str, str], address: str, collection: str) -> None:
    known = load_details(element.get(DETAILS))
    fields = {
        "title": found.get("text") or found.get("title"),
        "note": found.get("description"),
        "topics": [name.strip("/") for name in found.get("category", "").split(",")],
        "language": found.get("language"),
        "added_at": _moment(found.get("created")),
        "collections": [collection] if collection else [],
    }
    collector.add(at_line(element.sourceline), address, **(fields | known))


def _moment(text: str | None):
    try:
        return parsedate_to_datetime(text) if text else None
    except (ValueError, TypeError, IndexError):
        return text


def write(links: LinkList) -> bytes:
    """One outline for each collection, then the links without one."""
    root = etree.Element("opml", version="2.0", nsmap={"roadshow": NAMESPACE})
    head, body = etree.SubElement(root, "head"), etree.SubElement(root, "body")
    etree.SubElement(head, "title").text = links.title
    outlines = {}
    for collection in links.collections:
        outlines[collection.title] = outline = etree.SubElement(body, "outline", text=collection.title)
        if collection.text:
            outline.set("description", collection.text)
    for link in links.links:
        parent = body
        if link.collections:
            title = link.collections[0]
            if title not in outlines:
                outlines[title] = etree.SubElement(body, "outline", text=title)
            parent = outlines[title]
        _outline(parent, link)
    return dump_xml(root)


def _outline(parent: etree._Element, link: Link) -> None:
    outline = etree.SubElement(parent, "outline", type="link", text=link.title, url=link.url)
    known, note = collect_details_with_note(link, without=("language", "added_at"))
    if len(link.collections) < 2:
        known.pop("collections", None)
    if not any("," in topic or "/" in topic for topic in link.topics):
        known.pop("topics", None)
    written = {
        "description": note,
        "category": ",".join(topic.replace(",", " ") for topic in link.topics),
        "language": link.language,
        "created": format_datetime(link.added_at) if link.added_at else "",
        DETAILS: dump_details(known) if known else "",
    }
    for name, value in written.items():
        if value:
            outline.set(name, value)
