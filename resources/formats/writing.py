"""The formats that link lists can be written in, by file name suffix."""

import re
from collections.abc import Callable
from dataclasses import dataclass, fields, replace

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from . import atom, bookmarks, json_feed, markdown_list, opml, table
from .document import LinkList

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Format:
    """`name` is shown to people; `suffix` ends a file's name."""

    name: str | Promise
    suffix: str
    media_type: str
    write: Callable[[LinkList], bytes]


WRITERS = {
    "atom": Format("Atom", ".atom", "application/atom+xml; charset=utf-8", atom.write),
    "json": Format("JSON Feed", ".json", "application/feed+json; charset=utf-8", json_feed.write),
    "opml": Format("OPML", ".opml", "text/x-opml; charset=utf-8", opml.write),
    "html": Format(_("bookmarks file"), ".html", "text/html; charset=utf-8", bookmarks.write),
    "md": Format("Markdown", ".md", "text/markdown; charset=utf-8", markdown_list.write),
    "csv": Format("CSV", ".csv", "text/csv; charset=utf-8", table.write_csv),
    "xlsx": Format(
        "XLSX", ".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", table.write_xlsx
    ),
}


def write_links(links: LinkList, format: str) -> bytes:
    """The list as a file; `format` is one of WRITERS."""
    return WRITERS[format].write(_remove_control_characters(links))


def _remove_control_characters(links: LinkList) -> LinkList:
    """The list without characters that XML and spreadsheets refuse, whatever was stored."""
    return replace(
        links,
        title=_clean_value(links.title),
        links=[_clean_fields(link) for link in links.links],
        collections=[_clean_fields(collection) for collection in links.collections],
    )


def _clean_fields(item):
    values = {each.name: getattr(item, each.name) for each in fields(item)}
    cleaned = {name: _clean_value(value) for name, value in values.items()}
    return item if cleaned == values else replace(item, **cleaned)


def _clean_value(value):
    if isinstance(value, str):
        return _ILLEGAL.sub("", value)
    return [_clean_value(each) for each in value] if isinstance(value, list) else value
