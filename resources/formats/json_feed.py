"""JSON Feed 1.1, and forgivingly any JSON that lists links: an array, or an object that holds one."""

import json

from django.utils.translation import gettext as _

from .collector import LinkCollector
from .details import collect_details, dump_details, load_details
from .document import Link, LinkList, Reading
from .table import field_of

VERSION = "https://jsonfeed.org/version/1.1"
_OURS = "_roadshow"
_LISTS = ("items", "results", "links", "bookmarks", "resources", "data")


def read(text: str) -> Reading:
    """Every object with an address. Raises ValueError for what is no JSON or holds no list of objects."""
    try:
        found = json.loads(text)
    except RecursionError:
        raise ValueError(_("The JSON is nested too deeply.")) from None
    top = found if isinstance(found, dict) else {}
    collector = LinkCollector("JSON Feed" if "jsonfeed.org" in str(top.get("version")) else "JSON")
    collector.title = top.get("title", "")
    listed = next((top[name] for name in _LISTS if isinstance(top.get(name), list)), found)
    if not isinstance(listed, list):
        raise ValueError(_("There is no list of links in this JSON."))
    for collection in _objects(top.get(_OURS, {}), "collections"):
        collector.add_collection(collection.get("title"), collection.get("text"))
    for number, item in enumerate(listed, 1):
        place = _("item %(number)s") % {"number": number}
        if isinstance(item, dict):
            _item(collector, item, place)
        elif isinstance(item, str):
            collector.add(place, item)
        else:
            collector.report.tally(_("This is no link"), place)
    return collector.build_reading()


def _objects(value: object, name: str) -> list[dict]:
    listed = value.get(name) if isinstance(value, dict) else None
    return [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []


def _item(collector: LinkCollector, item: dict, place: str) -> None:
    fields: dict[str, object] = {}
    for name, value in item.items():
        field = field_of(str(name))
        if field and value not in (None, "", []):
            fields.setdefault(field, value)
    address = next((item[name] for name in ("external_url", "link", "href", "url") if item.get(name)), "")
    fields |= load_details(dump_details(item[_OURS])) if isinstance(item.get(_OURS), dict) else {}
    fields.pop("url", None)
    collector.add(place, address, **fields)


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
    item = {
        "id": link.page or link.url,
        "url": link.page or link.url,
        "external_url": link.url,
        "title": link.title,
        "content_text": link.note,
        "date_published": link.added_at.isoformat() if link.added_at else "",
        "authors": [{"name": name} for name in link.authors],
        "tags": link.topics,
        "language": link.language,
        _OURS: collect_details(link, without=("note", "authors", "topics", "language", "added_at")),
    }
    return {
        name: value for name, value in item.items() if name == "content_text" or value not in ("", [], {})
    }
