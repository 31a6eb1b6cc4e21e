"""Lists in Markdown ("awesome lists"): headings, and "- [title](address) - text" below them.

HTML in them is read too (<details>, <table>, <a>). Written lists carry in comments the fields that a reader of the text
does not need, so that they round-trip.
"""

import re
from collections.abc import Iterable, Iterator
from html import unescape

from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markdown_it.token import Token

from events.formats.reading import at_line
from roadshow.core.html_tags import HTML_TAGS, Tag, split_tags

from .collector import LinkCollector
from .details import collect_details, dump_details, load_details
from .document import Link, LinkList, Reading
from .titles import is_label, kind_of_label, leading_name

LONGEST_LINE = 20_000  # characters; longer ones are no list, and slow to parse
MAX_LENGTH = 1_000_000  # characters: a parsed list takes 200 times its size in memory
_parser = MarkdownIt("commonmark", {"maxNesting": 100}).enable(["table", "strikethrough"]).disable("inline")
_parser.validateLink = lambda url: True  # type: ignore[method-assign]  # nothing is rendered here; unusable URLs are reported
_SHOWN = ("text", "text_special", "code_inline", "softbreak", "hardbreak", "image")
_SEPARATOR = re.compile(r"^[\s:|,.–—·-]+")
_COMMENT = re.compile(r"<!--\s*(\{.*\})\s*-->", re.DOTALL)
_SPECIAL = re.compile(r"([\\`*\[\]<])")
# Text that is the same in Markdown and in plain: no marks, no line ends, nothing that looks like a separator.
_PLAIN = re.compile(r"(?![:|,.–—·-])(?:[^\\`*_\[\]<>&~!#|\s]+(?: (?! |$)|$))*")
_HTML_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_DETAILS_LEVEL = 10  # heading level of a <summary>, plus its depth: below all headings around it
_HTML_ITEMS = {"li": False, "tr": True, "dt": False}  # tag -> whether it is a table row
_HTML_BLOCKS = {
    "p",
    "div",
    "td",
    "th",
    "dd",
    "ul",
    "ol",
    "dl",
    "table",
    "tbody",
    "thead",
    "br",
    "hr",
    "center",
    "section",
}


def read(text: str) -> Reading:
    """Every link with the headings above it; what follows the first link of a list item is its note.

    Raises ValueError with a sentence for a text longer than MAX_LENGTH.
    """
    reader = _Reader()
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if len(line) > LONGEST_LINE:
            reader.collector.report.tally(_("The line is too long to be read"), at_line(number + 1))
            lines[number] = ""
    if sum(map(len, lines)) > MAX_LENGTH:
        raise ValueError(_("A Markdown list may have at most %(count)d characters.") % {"count": MAX_LENGTH})
    references: dict = {}
    reader.walk(_parser.parse("\n".join(lines), references), references)
    return reader.collector.build_reading()


class _Reader:
    def __init__(self):
        self.collector = LinkCollector("Markdown")
        self.headings: list[tuple[int, str]] = []  # (level, text) of those above
        self.collection = ""  # the title that they make
        self.has_text = False  # the collection's text is known, so paragraphs below its heading are that text
        self.names = [""]  # the name of the item at each depth of lists; the last one is the current item
        self.in_row = False
        self.cells: list[str] = []  # texts of the row's cells before its link, without its name
        self.item: dict | None = None  # the link that following text may belong to
        self.also: list[dict] = []  # links in its note
        self.used_names: set[str] = set()
        self.details = 0  # depth of open <details>

    def walk(self, tokens: list[Token], references: dict) -> None:
        title = _find_title(tokens)
        for index, token in enumerate(tokens):
            match token.type:
                case "list_item_open" | "tr_open":
                    self.open_item(row=token.type == "tr_open")
                case "list_item_close" | "tr_close":
                    self.close_item()
                case "html_block":
                    self.read_html(token)
                case "inline" if tokens[index - 1].type == "heading_open":
                    for place, children in _parse_inline(token, references):
                        self.add_heading(
                            children, place, int(tokens[index - 1].tag[1]), is_title=index - 1 == title
                        )
                case "inline":
                    self.read_inline(token, references)
        self.finish_item()

    def read_inline(self, token: Token, references: dict) -> None:
        """A paragraph or cell. Blocks that cannot have a link are not parsed, which takes most of the time."""
        may_link = references or "//" in token.content or "](" in token.content
        if self.item is not None or may_link:
            for place, children in _parse_inline(token, references):
                self.add_paragraph(children, place)
        else:
            self.skip_text(at_line((token.map or [0])[0] + 1), token.content)

    def open_item(self, *, row: bool) -> None:
        self.finish_item()
        self.has_text = False
        self.in_row, self.cells = row, []
        self.names.append("")

    def close_item(self) -> None:
        self.finish_item()
        if len(self.names) > 1:
            self.names.pop()
        self.in_row = False

    def read_html(self, token: Token) -> None:
        """An HTML block: its list items, table rows, headings and <details> are those of the list."""
        children: list[Token] = []
        depth, heading, line = len(self.names), 0, (token.map or [0])[0] + 1
        for piece in split_tags(token.content):
            place = at_line(line)
            line += (piece if isinstance(piece, str) else piece.source).count("\n")
            if isinstance(piece, str) or not _is_block_tag(piece):
                children += _html_tokens(piece)
                continue
            if heading:
                self.add_heading(children, place, heading, is_title=False)
            elif children:
                self.add_paragraph(children, place)
            children, heading = [], self.open_html_block(piece)
        if children:
            self.add_paragraph(children, at_line(line))
        while len(self.names) > depth:  # items that were not closed
            self.close_item()

    def open_html_block(self, tag: Tag) -> int:
        """Follow a block tag; returns the level of the heading that it opens, or 0."""
        if tag.name in _HTML_ITEMS:
            if tag.closing:
                self.close_item()
            else:
                self.open_item(row=_HTML_ITEMS[tag.name])
        elif tag.name == "details":
            self.headings = [each for each in self.headings if each[0] < _DETAILS_LEVEL + self.details]
            self.details = max(0, self.details + (-1 if tag.closing else 1))
            self.update_collection()
        elif tag.name == "summary" and not tag.closing:
            return _DETAILS_LEVEL + self.details
        return 0 if tag.closing else _HTML_HEADINGS.get(tag.name, 0)

    def add_heading(self, children: list[Token], place: str, level: int, *, is_title: bool) -> None:
        self.finish_item()
        known = _read_comment(children)
        text = known.get("title") or _plain_text(children)
        is_title = is_title or (level == 1 and not self.headings and not self.collector.title)
        if is_title:
            self.collector.title = str(text)
        else:
            self.headings = [each for each in self.headings if each[0] < level] + [(level, str(text))]
            self.update_collection(known.get("text", ""))
            self.has_text = "text" in known
        for _position, link in _find_links(children):
            self.add_link({"place": place, **link})

    def update_collection(self, text: object = "") -> None:
        path = " / ".join(name for _level, name in self.headings if name)
        self.collection = self.collector.add_collection(path, text)

    def add_paragraph(self, children: list[Token], place: str) -> None:
        """Text of a list item or cell, or a paragraph outside of both, whose links count too."""
        listed = len(self.names) > 1
        found = _find_links(children, bare_too=listed)
        known = _read_comment(children)
        if self.item is None and listed and found and self.start_item(children, found, known, place):
            return
        if self.item is not None and (more := _markdown(children).strip()):
            between = " – " if self.in_row else "\n\n"
            self.item["note"] = f"{self.item['note']}{between}{more}" if self.item["note"] else more
        links = [{"place": place, **link} for _position, link in found]
        if self.item is not None:
            self.also += links
            return
        for link in links:
            self.add_link(link)
        if not links and not any(token.type == "link_open" for token in children):
            self.skip_text(place, _plain_text(children))

    def start_item(
        self, children: list[Token], found: list[tuple[int, dict]], known: dict, place: str
    ) -> bool:
        """Begin an item with its first link, if that comes first or belongs to the name before it."""
        position, link = found[0]
        after = _SEPARATOR.sub("", _markdown(children[link["after"] :])).strip()
        if position:
            name = leading_name(_plain_text(children[: link["start"]]))
            if not name or not is_label(link["title"]):
                return False
            self.names[-1] = self.names[-1] or name
            before = _text_after_name(_markdown(children[: link["start"]]), name)
            after = " ".join(filter(None, [before, after.lstrip(" )]|")]))
        note = " – ".join(filter(None, [*self.cells, after]))
        self.item = {"place": place, **link, "note": note} | known
        self.also = [] if known else [{"place": place, **other} for _position, other in found[1:]]
        return True

    def skip_text(self, place: str, text: str) -> None:
        """Use a text without a link as the item's name, or report that it was left out."""
        if not text.strip():
            return
        if len(self.names) > 1 and not self.names[-1]:
            self.names[-1] = leading_name(text)
        elif self.in_row:
            self.cells.append(text.strip())
        if not self.in_row and not self.has_text:
            self.collector.report.tally(_("Text without a link was left out"), place, "info")

    def finish_item(self) -> None:
        if self.item is None:
            return
        item, also = self.item, self.also
        self.item, self.also = None, []
        self.add_link(item)
        for link in also:
            self.add_link(link)

    def add_link(self, link: dict) -> None:
        link.pop("start", None)
        link.pop("after", None)
        if is_label(link["title"]):
            self.name_link(link)
        else:
            self.used_names.add(link["title"])
            self.names[-1] = self.names[-1] or (link["title"] if len(self.names) > 1 else "")
        collections = link.pop("collections", None) or ([self.collection] if self.collection else [])
        self.collector.add(link.pop("place"), link.pop("url"), collections=collections, **link)

    def name_link(self, link: dict) -> None:
        """Give a link that is only called "GitHub" or "Paper" the name of its item, or of the heading above it."""
        label = link["title"]
        name = next(filter(None, reversed(self.names)), "")
        if not name and len(self.names) == 1 and self.headings:
            name = self.headings[-1][1]
        if name:
            link["title"] = f"{name} ({kind_of_label(label) or label})" if name in self.used_names else name
            self.used_names.add(name)
        if kind := kind_of_label(label):
            link.setdefault("kind", kind)


def _text_after_name(text: str, name: str) -> str:
    """What stands between an item's name and its link, without marks and separators around it."""
    rest = text.strip().lstrip("*_").removeprefix(name).lstrip("*_ ")
    return _SEPARATOR.sub("", rest).rstrip(" ([|-–—:,")


def _find_title(tokens: list[Token]) -> int:
    """The index of the only <h1>, when it is the first heading; otherwise -1."""
    headings = [index for index, token in enumerate(tokens) if token.type == "heading_open"]
    tops = [index for index in headings if tokens[index].tag == "h1"]
    return tops[0] if len(tops) == 1 and tops[0] == headings[0] else -1


def _parse_inline(token: Token, references: dict) -> Iterator[tuple[str, list[Token]]]:
    """A block's inline tokens with its place; a very long block line by line, to bound the time."""
    line = (token.map or [0])[0] + 1
    lines = [token.content] if len(token.content) <= LONGEST_LINE else token.content.split("\n")
    for number, text in enumerate(lines):
        children: list[Token] = []
        _parser.inline.parse(text, _parser, references, children)
        yield at_line(line + number), _convert_html(children)


def _convert_html(children: list[Token]) -> list[Token]:
    """The tokens with inline HTML as Markdown's own tokens; comments stay."""
    converted: list[Token] = []
    for token in children:
        if token.type == "html_inline" and not token.content.startswith("<!--"):
            for piece in split_tags(token.content):
                converted += _html_tokens(piece)
        else:
            converted.append(token)
    return converted


def _html_tokens(piece: str | Tag) -> list[Token]:
    if isinstance(piece, str):
        return [Token("text", "", 0, content=unescape(" ".join(piece.split("\n"))))] if piece else []
    if piece.name == "a":
        if piece.closing:
            return [Token("link_close", "a", -1)]
        return [Token("link_open", "a", 1, attrs={"href": piece.attributes.get("href", "")})]
    if piece.name == "img":
        return [Token("image", "img", 0, content=piece.attributes.get("alt", ""))]
    if piece.name == "br":
        return [Token("softbreak", "br", 0)]
    if piece.name in HTML_TAGS or piece.name == "!--":
        return []
    return [Token("text", "", 0, content=piece.source)]


def _is_block_tag(tag: Tag) -> bool:
    return (
        tag.name in _HTML_ITEMS
        or tag.name in _HTML_BLOCKS
        or tag.name in _HTML_HEADINGS
        or tag.name in ("details", "summary")
    )


def _find_links(children: list[Token], bare_too: bool = False) -> list[tuple[int, dict]]:
    """Web links as (number of tokens with text before it, its url, title, and indices "start" and "after")."""
    found, texts, index = [], 0, 0
    while index < len(children):
        token = children[index]
        if token.type == "link_open":
            close = _find_link_end(children, index)
            href = str(token.attrGet("href") or "")
            inside = children[index + 1 : close]
            if href and not href.startswith("#"):  # places on the page itself are its table of contents
                title = "" if token.info == "auto" else _plain_text(inside)
                found.append((texts, {"url": href, "title": title, "start": index, "after": close + 1}))
            texts, index = texts + 1, close
        elif token.content.strip() and token.type not in ("html_inline", "image"):
            texts += 1
        index += 1
    if bare_too and not found and children and (bare := re.match(r"\s*(https?://\S+)", children[0].content)):
        rest = children[0].content[bare.end() :]
        children[0].content = rest
        found.append((0, {"url": bare[1].rstrip(".,;"), "title": "", "start": 0, "after": 0}))
    return found


def _find_link_end(children: list[Token], start: int) -> int:
    """The index of the token that closes a link; an <a> that is not closed ends before the next one."""
    for index in range(start + 1, len(children)):
        if children[index].type == "link_close":
            return index
        if children[index].type == "link_open":
            return index - 1
    return len(children) - 1


def _read_comment(children: list[Token]) -> dict:
    for token in children:
        if token.type == "html_inline" and (match := _COMMENT.fullmatch(token.content.strip())):
            return load_details(match[1])
    return {}


def _plain_text(children: Iterable[Token]) -> str:
    """The text of tokens; the alternative text of pictures only where there is no other."""
    shown = [token for token in children if token.type in _SHOWN]
    words = [token for token in shown if token.type != "image"]
    text = "".join(" " if token.type.endswith("break") else token.content for token in words)
    return " ".join(text.split()) or " ".join(token.content for token in shown)


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
            case "link_close" if targets:
                parts.append(f"](<{targets.pop()}>)" if " " in targets[-1] else f"]({targets.pop()})")
            case "link_close":
                pass
            case _ if token.nesting and open_marks + token.nesting >= 0:
                open_marks += token.nesting
                parts.append(token.markup)
    return "".join(parts) + "".join(f"]({target})" for target in reversed(targets))


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
