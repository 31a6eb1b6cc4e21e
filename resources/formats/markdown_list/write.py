"""Write a list of links as Markdown."""

import re

from ..details import collect_details, dump_details
from ..document import Link, LinkList

# Text that is the same in Markdown and in plain: no marks, no line ends, nothing that looks like a separator.
_PLAIN = re.compile(r"(?![:|,.–—·-])(?:[^\\`*_\[\]<>&~!#|\s]+(?: (?! |$)|$))*")


def write(links: LinkList) -> bytes:
    """The list under its collections, in their order; links without one come first."""
    parts = [_heading("#", links.title)] if links.title else []
    titles = {collection.title: collection.text for collection in links.collections}
    for link in links.links:
        if link.collections:
            titles.setdefault(link.collections[0], "")
    groups: dict[str, list[Link]] = {"": [], **{title: [] for title in titles}}
    for link in links.links:
        groups[link.collections[0] if link.collections else ""].append(link)
    for title, members in groups.items():
        if title:
            parts.append(_heading("##", title, titles[title]))
        if members:
            parts.append("\n".join(_item(link) for link in members))
    return ("\n\n".join(parts) + "\n").encode()


def _heading(mark: str, title: str, text: str = "") -> str:
    known = {} if _PLAIN.fullmatch(title) else {"title": title}
    if text:
        known["text"] = text
    shown = f"{mark} {_escape(title)}{_hidden(known)}"
    # A line that begins like a list would be one.
    below = re.sub(r"^(\d*)([-+=:.)])", r"\1\\\2", _escape(text))
    return f"{shown}\n\n{below}" if text else shown


def _item(link: Link) -> str:
    known = collect_details(link, without=("collections",))
    if len(link.collections) > 1:
        known["collections"] = link.collections
    if not _PLAIN.fullmatch(link.title):
        known["title"] = link.title
    if _PLAIN.fullmatch(link.note):
        known.pop("note", None)
    note = f" - {_escape(link.note)}" if link.note else ""
    url = f"<{link.url}>" if "(" in link.url or ")" in link.url else link.url
    return f"- [{_escape(link.title)}]({url}){note}{_hidden(known)}"


def _escape(text: str) -> str:
    """The text on one line, showing what it is."""
    return re.sub(r"([\\`*_\[\]<>&~!#|])", r"\\\1", " ".join(text.split()))


def _hidden(known: dict) -> str:
    if not known:
        return ""
    text = dump_details(known)
    for mark in ("--", "<", ">", "`"):
        text = text.replace(mark, "".join(f"\\u{ord(character):04x}" for character in mark))
    return f" <!-- {text} -->"
