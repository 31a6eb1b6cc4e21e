"""Markdown as HTML, for texts that people type or import: no visible character is lost.

CommonMark with tables and strikethrough, and these differences:
- single line breaks are kept;
- only tags that mean something in a text are HTML; others (`std::vector<int>`, `<T>`, `<script>`) are shown as typed;
- only explicit http(s) URLs become links ("README.md" is not a host name);
- `*` between letters or digits is a character ("5*3*2"), a number above 999 begins no list ("1986. A great year");
- tables and definitions that would drop words are shown as typed; pictures are shown by their alternative text.
"""

import re
from html import escape
from typing import cast

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import html_block, list_block, table
from markdown_it.rules_block.table import escapedSplit
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline, emphasis, image, link
from markdown_it.token import Token

from .html_tags import LAYOUT_TAGS, RENDERED_TAGS, Tag, split_tags

MAX_DEPTH = 50  # HTML elements inside each other; deeper tags are dropped, their text stays
_HTML_BLOCKS = {"table", "ul", "ol", "dl", "blockquote", "pre", "p", "hr", "h1", "h2", "h3", "h4", "h5", "h6"}
_VOID = {"br", "hr"}
_BLOCK_START = re.compile(r"</?([A-Za-z][A-Za-z0-9]*)[\s/>]")
_LONG_NUMBER = re.compile(r"\d{4,}[.)]")
_URL = re.compile(r"https?://[^\s<>\"\u00ab\u00bb\u201c-\u201f\u3000-\u303f\uff01-\uff5e]+", re.IGNORECASE)
_SCHEMES = re.compile(r"(?:https?|mailto|tel|xmpp|matrix|geo):|[/#]", re.IGNORECASE)


def build_parser() -> MarkdownIt:
    """A parser for texts of the portal; its HTML still has to be sanitised."""
    parser = MarkdownIt("commonmark", {"html": True, "breaks": True}, renderer_cls=_Renderer)
    parser.enable(["table", "strikethrough"])
    parser.validateLink = lambda url: _SCHEMES.match(url) is not None  # type: ignore[method-assign]  # as documented
    parser.block.ruler.at("html_block", _html_block, {"alt": ["paragraph", "reference", "blockquote"]})
    parser.block.ruler.at("list", _list, {"alt": ["paragraph", "reference", "blockquote"]})
    parser.block.ruler.at("table", _table, {"alt": ["paragraph", "reference"]})
    parser.inline.ruler.at("html_inline", _html_inline)
    parser.inline.ruler.at("link", _link)
    parser.inline.ruler.at("image", _image)
    parser.inline.ruler.at("emphasis", _emphasis)
    parser.core.ruler.push("link_urls", _link_urls)
    parser.core.ruler.push("filter_html", _filter_html)
    return parser


def _html_block(state, first: int, last: int, silent: bool) -> bool:
    """Only blocks that arrange text; other tags begin a paragraph like any character."""
    start = _BLOCK_START.match(state.src, state.bMarks[first] + state.tShift[first])
    return start is not None and start[1].lower() in _HTML_BLOCKS and html_block(state, first, last, silent)


def _list(state, first: int, last: int, silent: bool) -> bool:
    if _LONG_NUMBER.match(state.src, state.bMarks[first] + state.tShift[first]):
        return False
    return list_block(state, first, last, silent)


def _table(state, first: int, last: int, silent: bool) -> bool:
    """A table none of whose rows has more cells than its head: the rest would not be shown."""
    if first + 1 >= last or not table(state, first, last, True):
        return False
    columns = _count_cells(state, first)
    for line in range(first + 2, last):
        if state.isEmpty(line):
            break
        if _count_cells(state, line) > columns:
            return False
    return table(state, first, last, silent)


def _count_cells(state, line: int) -> int:
    text = state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]].strip()
    return len(escapedSplit(text.removeprefix("|").removesuffix("|")))


def _html_inline(state: StateInline, silent: bool) -> bool:
    """A complete tag or comment; what it becomes is for `_filter_html` to say."""
    if state.src[state.pos] != "<":
        return False
    # A tag ends before the next one begins, so a slice up to there is all that has to be read.
    following = state.src.find("<", state.pos + 1)
    is_comment = state.src.startswith("<!--", state.pos)
    end = len(state.src) if following < 0 or is_comment else following
    piece = next(split_tags(state.src[state.pos : end]), "")
    if not isinstance(piece, Tag):
        return False
    if not silent:
        state.push("html_inline", "", 0).content = piece.source
    state.pos += len(piece.source)
    return True


def _link(state: StateInline, silent: bool) -> bool:
    """A link. Without a bracket that closes, the rest of the text is not read for each one that opens."""
    return state.html_terminator_last("]") > state.pos and link(state, silent)


def _image(state: StateInline, silent: bool) -> bool:
    return state.html_terminator_last("]") > state.pos and image(state, silent)


def _emphasis(state: StateInline, silent: bool) -> bool:
    """Asterisks between two ASCII letters or digits are characters, as underscores are."""
    if state.src[state.pos] != "*":
        return emphasis.tokenize(state, silent)
    end = state.pos
    while end < state.posMax and state.src[end] == "*":
        end += 1
    before = state.src[state.pos - 1] if state.pos else " "
    after = state.src[end] if end < state.posMax else " "
    if not (before + after).isascii() or not (before.isalnum() and after.isalnum()):
        return emphasis.tokenize(state, silent)
    if not silent:
        state.pending += state.src[state.pos : end]
    state.pos = end
    return True


def _link_urls(state: StateCore) -> None:
    """Link explicit URLs in text that is not in a link already."""
    for token in state.tokens:
        if token.type == "inline" and "://" in token.content:
            token.children = _link_children(token.children or [])


def _link_children(children: list[Token]) -> list[Token]:
    linked: list[Token] = []
    depth = 0  # of links, Markdown's and HTML's
    for token in children:
        depth += (token.type == "link_open") - (token.type == "link_close")
        if token.type == "html_inline" and re.match(r"</?a\b", token.content, re.IGNORECASE):
            depth += -1 if token.content.startswith("</") else 1
        linked += _link_text(token) if token.type == "text" and depth <= 0 else [token]
    return linked


def _link_text(token: Token) -> list[Token]:
    parts: list[Token] = []
    end = 0
    for found in _URL.finditer(token.content):
        url = _trim_url(found[0])
        if url.count("/") < 3 and len(url.partition("//")[2]) < 2:
            continue
        if found.start() > end:
            parts.append(Token("text", "", 0, content=token.content[end : found.start()]))
        end = found.start() + len(url)
        href = url.replace('"', "%22")
        parts += [
            Token("link_open", "a", 1, attrs={"href": href}, markup="linkify", info="auto"),
            Token("text", "", 0, content=url),
            Token("link_close", "a", -1, markup="linkify", info="auto"),
        ]
    return [*parts, Token("text", "", 0, content=token.content[end:])] if parts else [token]


def _trim_url(url: str) -> str:
    """The URL without punctuation that belongs to the sentence: "(see https://example.org/a_(b))."."""
    opened, closed = url.count("("), url.count(")")
    end = len(url)
    while end:
        last = url[end - 1]
        if last in ".,;:!?'*_~|&":
            end -= 1
        elif last in ")]}" and (last != ")" or closed > opened):
            closed -= last == ")"
            end -= 1
        else:
            break
    return url[:end]


def _filter_html(state: StateCore) -> None:
    for token in state.tokens:
        if token.type == "html_block":
            balance = _Balance()
            token.content = balance.filter(token.content) + balance.close()
        elif token.type == "inline":
            _filter_inline(token)


def _filter_inline(token: Token) -> None:
    balance = _Balance()
    for child in token.children or []:
        if child.type == "html_inline":
            child.content = balance.filter(child.content)
    if rest := balance.close():
        cast(list, token.children).append(Token("html_inline", "", 0, content=rest))


class _Balance:
    """Filters HTML of one block: known tags are written anew and closed in order, others become text."""

    def __init__(self):
        self.open: list[str] = []

    def filter(self, source: str) -> str:
        return "".join(
            self._filter_tag(piece)
            if isinstance(piece, Tag)
            else piece.replace("<", "&lt;").replace(">", "&gt;")
            for piece in split_tags(source)
        )

    def _filter_tag(self, tag: Tag) -> str:
        if tag.name == "!--":
            return ""
        if tag.name == "img":
            return escape(tag.attributes.get("alt", ""))
        if tag.name in LAYOUT_TAGS:
            return " "
        if tag.name not in RENDERED_TAGS:
            return escape(tag.source)
        if tag.closing:
            return self._close_tag(tag.name)
        if tag.name in _VOID:
            return f"<{tag.name}>"
        if len(self.open) >= MAX_DEPTH:
            return ""
        self.open.append(tag.name)
        attributes = "".join(f' {name}="{escape(value)}"' for name, value in tag.attributes.items())
        return f"<{tag.name}{attributes}>"

    def _close_tag(self, name: str) -> str:
        if name not in self.open:
            return ""
        closed = []
        while (last := self.open.pop()) != name:
            closed.append(f"</{last}>")
        return "".join([*closed, f"</{name}>"])

    def close(self) -> str:
        """The end tags that are missing."""
        return "".join(f"</{name}>" for name in reversed(self.open))


class _Renderer(RendererHTML):
    def image(self, tokens, index, options, env) -> str:
        return escape(tokens[index].content)

    def fence(self, tokens, index, options, env) -> str:
        """A code block; words after its mark that are no name of a language are its first line."""
        info = tokens[index].info.strip()
        first = f"{info}\n" if info and not re.fullmatch(r"[\w.+#-]{1,20}", info) else ""
        return f"<pre><code>{escape(first + tokens[index].content)}</code></pre>\n"
