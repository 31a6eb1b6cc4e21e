"""Lists in Markdown ("awesome lists"): headings, and "- [title](address) - text" below them.

Written lists carry in a comment what a reader does not need to see, so that they are read as they were.
"""

import re
from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markdown_it.token import Token

from events.formats.reading import at_line

from .collector import LinkCollector
from .details import collect_details, dump_details, load_details
from .document import Link, LinkList, Reading

LONGEST_LINE = 20_000  # characters; longer ones are no list, and slow to read
_parser = MarkdownIt("commonmark", {"maxNesting": 100}).enable(["table", "strikethrough"]).disable("inline")
_parser.validateLink = lambda url: True  # nothing is rendered here: what leads nowhere is to be reported
_SHOWN = ("text", "text_special", "code_inline", "softbreak", "hardbreak", "image")
_SEPARATOR = re.compile(r"^[\s:|,.–—·-]+")
_COMMENT = re.compile(r"<!--\s*(\{.*\})\s*-->", re.DOTALL)
_SPECIAL = re.compile(r"([\\`*\[\]<])")
# Text that is the same in Markdown and in plain: no marks, no line ends, nothing that looks like a separator.
_PLAIN = re.compile(r"(?![:|,.–—·-])(?:[^\\`*_\[\]<>&~!#|\s]+(?: (?! |$)|$))*")


def read(text: str) -> Reading:
    """Every link with the headings above it; what follows the first link of a list item is its note."""
    reader = _Reader()
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if len(line) > LONGEST_LINE:
            reader.collector.report.tally(_("The line is too long to be read"), at_line(number + 1))
            lines[number] = ""
    references: dict = {}
    reader.walk(_parser.parse("\n".join(lines), references), references)
    return reader.collector.build_reading()


class _Reader:
    def __init__(self):
        self.collector = LinkCollector("Markdown")
        self.headings: list[tuple[int, str]] = []  # level and text of those above
        self.named = ""  # the collection that they make
        self.described = False  # what follows is the collection's text, which is known
        self.depth, self.row = 0, False  # inside how many list items; inside a table's row
        self.item: dict | None = None  # the link that what follows may belong to
        self.also: list[dict] = []  # those in its note

    def walk(self, tokens: list[Token], references: dict) -> None:
        titles = [index for index, token in enumerate(tokens) if token.type == "heading_open"]
        tops = [index for index in titles if tokens[index].tag == "h1"]
        title = tops[0] if len(tops) == 1 and tops[0] == titles[0] else -1
        for index, token in enumerate(tokens):
            if token.type in ("list_item_open", "tr_open"):
                self.flush()
                self.described = False
                self.row = token.type == "tr_open"
                self.depth += not self.row
            elif token.type in ("list_item_close", "tr_close"):
                self.flush()
                self.depth -= token.type == "list_item_close"
                self.row = False
            elif token.type == "inline":
                is_heading = tokens[index - 1].type == "heading_open"
                may_link = references or "//" in token.content or "](" in token.content
                if not (is_heading or self.item or may_link):
                    self.pass_over(at_line((token.map or [0])[0] + 1), token.content)
                    continue
                for line, children in _inline(token, references):
                    if is_heading:
                        self.heading(children, line, int(tokens[index - 1].tag[1]), index - 1 == title)
                    else:
                        self.paragraph(children, line)
        self.flush()

    def heading(self, children: list[Token], place: str, level: int, is_title: bool) -> None:
        self.flush()
        known = _comment(children)
        text = known.get("title") or _plain_text(children)
        if is_title:
            self.collector.title = str(text)
        else:
            self.headings = [(above, name) for above, name in self.headings if above < level] + [
                (level, text)
            ]
            path = " / ".join(str(name) for _level, name in self.headings if name)
            self.named = self.collector.add_collection(path, known.get("text", ""))
            self.described = "text" in known
        for _at, link in _links(children):
            self.keep({"place": place, **link})

    def paragraph(self, children: list[Token], place: str) -> None:
        """A list item's or a cell's text, or a paragraph outside of both, whose links count too."""
        listed = self.depth > 0 or self.row
        found = _links(children, bare_too=listed)
        known = _comment(children)
        if self.item is None and listed and found and found[0][0] == 0:
            link = found[0][1]
            note = _SEPARATOR.sub("", _markdown(children[link.pop("after") :])).strip()
            self.item = {"place": place, **link, "note": note}
            self.item |= known
            self.also = [] if known else [{"place": place, **other} for _at, other in found[1:]]
            return
        if self.item is not None and (more := _markdown(children).strip()):
            between = " – " if self.row else "\n\n"
            self.item["note"] = f"{self.item['note']}{between}{more}" if self.item["note"] else more
        links = [{"place": place, **link} for _at, link in found]
        if self.item is not None:
            self.also += links
            return
        for link in links:
            self.keep(link)
        if not any(token.type == "link_open" for token in children):
            self.pass_over(place, _plain_text(children))

    def pass_over(self, place: str, text: str) -> None:
        """Say that a text has no link and belongs to nothing: neither to a row nor to a heading that has it."""
        if text.strip() and not self.row and not self.described:
            self.collector.report.tally(_("Text without a link was left out"), place, "info")

    def flush(self) -> None:
        if self.item is not None:
            for link in (self.item, *self.also):
                self.keep(link)
            self.item, self.also = None, []

    def keep(self, link: dict) -> None:
        link.pop("after", None)
        collections = link.pop("collections", None) or ([self.named] if self.named else [])
        self.collector.add(link.pop("place"), link.pop("url"), collections=collections, **link)


def _inline(token: Token, references: dict) -> Iterator[tuple[str, list[Token]]]:
    """What a block says, with its place; a very long one line by line, for its marks take time to match."""
    line = (token.map or [0])[0] + 1
    lines = [token.content] if len(token.content) <= LONGEST_LINE else token.content.split("\n")
    for number, text in enumerate(lines):
        children: list[Token] = []
        _parser.inline.parse(text, _parser, references, children)
        yield at_line(line + number), children


def _links(children: list[Token], bare_too: bool = False) -> list[tuple[int, dict]]:
    """Web links as (how many tokens say something before it, its url, title and the index after it)."""
    found, said, index = [], 0, 0
    while index < len(children):
        token = children[index]
        if token.type == "link_open":
            close = next(i for i in range(index, len(children)) if children[i].type == "link_close")
            href = str(token.attrGet("href") or "")
            inside = children[index + 1 : close]
            if href and not href.startswith("#"):  # places on the page itself are its table of contents
                title = _plain_text(inside)
                title = "" if token.info == "auto" else title
                found.append((said, {"url": href, "title": title, "after": close + 1}))
            said, index = said + 1, close
        elif token.content.strip() and token.type not in ("html_inline", "image"):
            said += 1
        index += 1
    if bare_too and not found and children and (bare := re.match(r"\s*(https?://\S+)", children[0].content)):
        rest = children[0].content[bare.end() :]
        children[0].content = rest
        found.append((0, {"url": bare[1].rstrip(".,;"), "title": "", "after": 0}))
    return found


def _comment(children: list[Token]) -> dict:
    for token in children:
        if token.type == "html_inline" and (match := _COMMENT.fullmatch(token.content.strip())):
            return load_details(match[1])
    return {}


def _plain_text(children: Iterable[Token]) -> str:
    """What the tokens say; what pictures show counts only where there is nothing else."""
    shown = [token for token in children if token.type in _SHOWN]
    words = [token for token in shown if token.type != "image"]
    said = "".join(" " if token.type.endswith("break") else token.content for token in words)
    return " ".join(said.split()) or " ".join(token.content for token in shown)


def _markdown(children: Iterable[Token]) -> str:
    """Inline tokens as Markdown again, without pictures and HTML."""
    parts, targets, open_marks = [], [], 0
    for token in children:
        match token.type:
            case "text" | "text_special":
                parts.append(_SPECIAL.sub(r"\\\1", token.content))
            case "softbreak" | "hardbreak":
                parts.append(" ")
            case "code_inline":
                parts.append(f"`{token.content}`")
            case "link_open":
                targets.append(str(token.attrGet("href") or ""))
                parts.append("[")
            case "link_close":
                parts.append(f"](<{targets.pop()}>)" if " " in targets[-1] else f"]({targets.pop()})")
            case _ if token.nesting and open_marks + token.nesting >= 0:
                open_marks += token.nesting
                parts.append(token.markup)
    return "".join(parts)


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
