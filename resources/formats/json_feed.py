"""JSON Feed 1.1, and any other JSON that lists links: an array, or an object that holds one.

Known shapes: Pinboard, linkding, Raindrop, wallabag; the trees of browsers are read by `browser_json`.
"""

import json

from django.utils.translation import gettext as _
from lxml import etree

from . import browser_json
from .collector import LinkCollector, join_notes
from .details import collect_details_with_note, dump_details, load_details
from .document import Link, LinkList, Reading
from .table import field_of

VERSION = "https://jsonfeed.org/version/1.1"
_OURS = "_roadshow"
_URL_NAMES = ("external_url", "link", "href", "url")
_PINBOARD = {"href", "description", "extended"}
_SERVICES = {
    "Pinboard": _PINBOARD,
    "linkding": {"url", "tag_names", "date_added"},
    "Raindrop": {"link", "excerpt", "tags"},
    "wallabag": {"url", "is_archived", "tags"},
}
_LISTS = ("items", "results", "links", "bookmarks", "resources", "data")


def read(text: str) -> Reading:
    """Every object with a URL. Raises ValueError for what is no JSON or holds no list of objects."""
    try:
        found = json.loads(text)
    except RecursionError:
        raise ValueError(_("The JSON is nested too deeply.")) from None
    if browser_json.is_chrome(found):
        return browser_json.read_chrome(found)
    if browser_json.is_firefox(found):
        return browser_json.read_firefox(found)
    return _read_list(found)


def _read_list(found: object) -> Reading:
    top = found if isinstance(found, dict) else {}
    listed = next((top[name] for name in _LISTS if isinstance(top.get(name), list)), found)
    if not isinstance(listed, list):
        raise ValueError(_("There is no list of links in this JSON."))
    is_feed = "jsonfeed.org" in str(top.get("version"))
    collector = LinkCollector("JSON Feed" if is_feed else _name_service(listed))
    collector.title = top.get("title", "")
    for collection in _objects(top.get(_OURS, {}), "collections"):
        collector.add_collection(collection.get("title"), collection.get("text"))
    for number, item in enumerate(listed, 1):
        place = _("item %(number)s") % {"number": number}
        if isinstance(item, dict):
            _add_item(collector, item, place)
        elif isinstance(item, str):
            collector.add(place, item)
        else:
            collector.report.tally(_("This is no link"), place)
    return collector.build_reading()


def _objects(value: object, name: str) -> list[dict]:
    listed = value.get(name) if isinstance(value, dict) else None
    return [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []


def _add_item(collector: LinkCollector, item: dict, place: str) -> None:
    if _is_private(item):
        collector.add_private(place)
        return
    item = _rename_pinboard_fields(item) if item.keys() >= _PINBOARD else item
    fields: dict[str, object] = {}
    for name, value in item.items():
        field = field_of(str(name))
        if field == "note":
            fields["note"] = join_notes([fields.get("note"), value])
        elif field and value not in (None, "", []):
            fields.setdefault(field, value)
    address = next((item[name] for name in _URL_NAMES if item.get(name)), "")
    ours = item.get(_OURS)
    fields |= load_details(dump_details(ours)) if isinstance(ours, dict) else {}
    fields.pop("url", None)
    collector.add(place, address, **fields)


def read_posts(root: etree._Element) -> Reading:
    """Pinboard's and Delicious' XML: <post> elements with the same fields as attributes."""
    items = [dict(post.attrib) for post in root.iter("post")]
    return _read_list(
        [item | {"tags": item.pop("tag", ""), "extended": item.pop("extended", "")} for item in items]
    )


def _name_service(items: list) -> str:
    """The service whose fields the first item has; "JSON" for others."""
    first = items[0] if items and isinstance(items[0], dict) else {}
    for name, fields in _SERVICES.items():
        if fields <= first.keys():
            return name
    return "JSON"


def _is_private(item: dict) -> bool:
    """Whether a service marks a link as private: Pinboard by shared "no", linkding by false, others by a flag."""
    shared, private = item.get("shared"), item.get("private")
    return shared is False or shared == "no" or private is True or private in ("1", "yes", 1)


def _rename_pinboard_fields(item: dict) -> dict[str, object]:
    """Pinboard's names are those of Delicious: the description is the title, tags are separated by blanks."""
    return {
        "url": item["href"],
        "title": item["description"],
        "note": item["extended"],
        "tags": str(item.get("tags") or "").split(),
        "added": item.get("time"),
    }


def write(links: LinkList) -> bytes:
    """A feed whose items' `external_url` is the link, and whose `url` is its page here."""
    feed = {
        "version": VERSION,
        "title": links.title or "Links",
        "home_page_url": links.url,
        "feed_url": links.feed_url,
        _OURS: {
            "about": "What JSON Feed has no word for.",
            "collections": [{"title": each.title, "text": each.text} for each in links.collections],
        },
        "items": [_feed_item(link) for link in links.links],
    }
    return json.dumps(
        {name: value for name, value in feed.items() if value != ""}, ensure_ascii=False
    ).encode()


def _feed_item(link: Link) -> dict[str, object]:
    known, note = collect_details_with_note(link, without=("authors", "topics", "language", "added_at"))
    item = {
        "id": link.page or link.url,
        "url": link.page or link.url,
        "external_url": link.url,
        "title": link.title,
        "content_text": note,
        "date_published": link.added_at.isoformat() if link.added_at else "",
        "authors": [{"name": name} for name in link.authors],
        "tags": link.topics,
        "language": link.language,
        _OURS: known,
    }
    return {
        name: value for name, value in item.items() if name == "content_text" or value not in ("", [], {})
    }
