"""Bookmarks as JSON trees: Chrome's "Bookmarks" file and Firefox's backup."""

from collections.abc import Callable
from datetime import UTC, datetime

from django.utils.translation import gettext as _

from .collector import LinkCollector
from .document import Reading

MAX_DEPTH = 100  # nested folders
_WEBKIT_EPOCH = 11_644_473_600  # seconds from 1601, where Chrome's times begin, to 1970


def is_chrome(found: object) -> bool:
    """Whether a JSON value is a "Bookmarks" file of Chrome or a browser made from it."""
    return isinstance(found, dict) and isinstance(found.get("roots"), dict)


def is_firefox(found: object) -> bool:
    """Whether a JSON value is a bookmarks backup of Firefox."""
    return isinstance(found, dict) and str(found.get("type", "")).startswith("text/x-moz-place")


def read_chrome(found: dict) -> Reading:
    """Links with their folders; the browser's own top folders are no collections."""
    collector = LinkCollector(_("Chrome bookmarks"))
    for root in found["roots"].values():
        _walk(root, [], collector, _read_chrome_link)
    return collector.build_reading()


def read_firefox(found: dict) -> Reading:
    """Links with their folders, tags and descriptions; the browser's own top folders are no collections."""
    collector = LinkCollector(_("Firefox bookmarks"))
    _walk(found, [], collector, _read_firefox_link)
    return collector.build_reading()


def _walk(
    root: object, path: list[str], collector: LinkCollector, read_link: Callable[[dict], dict | None]
) -> None:
    """Read a tree depth first, in its order, without recursion. Nodes are folders or links."""
    waiting: list[tuple[object, list[str]]] = [(root, path)]
    number = 0
    while waiting:
        node, path = waiting.pop()
        if not isinstance(node, dict):
            continue
        children = node.get("children")
        if isinstance(children, list) and len(path) < MAX_DEPTH:
            is_root = node is root or "root" in node
            inner = path if is_root else [*path, str(node.get("name") or node.get("title") or "")]
            waiting += [(child, inner) for child in reversed(children)]
        elif (link := read_link(node)) is not None:
            number += 1
            folder = " / ".join(name for name in path if name)
            place = _("item %(number)s") % {"number": number}
            collector.add(place, link.pop("url"), collections=[folder] if folder else [], **link)


def _read_chrome_link(node: dict) -> dict | None:
    if node.get("type") != "url":
        return None
    return {
        "url": node.get("url"),
        "title": node.get("name"),
        "added_at": _from_microseconds(node.get("date_added"), -_WEBKIT_EPOCH),
    }


def _read_firefox_link(node: dict) -> dict | None:
    if node.get("type") != "text/x-moz-place" or str(node.get("uri", "")).startswith("place:"):
        return None  # folders without children, separators, and saved searches
    annotations = node.get("annos") if isinstance(node.get("annos"), list) else []
    notes = [anno.get("value") for anno in annotations if isinstance(anno, dict) and _is_description(anno)]
    return {
        "url": node.get("uri"),
        "title": node.get("title"),
        "topics": str(node.get("tags") or "").split(","),
        "note": notes[0] if notes else "",
        "added_at": _from_microseconds(node.get("dateAdded"), 0),
    }


def _is_description(annotation: dict) -> bool:
    return str(annotation.get("name", "")).endswith("/description")


def _from_microseconds(value: object, shift: int) -> datetime | None:
    """A time from microseconds (a number or digits), with `shift` seconds added; None for anything odd."""
    try:
        return datetime.fromtimestamp(int(str(value)) // 1_000_000 + shift, UTC)
    except (ValueError, OverflowError, OSError):
        return None
