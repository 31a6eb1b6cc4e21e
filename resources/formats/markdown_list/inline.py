"""Tokens of a paragraph: its links, its text, and HTML as the Markdown that it stands for."""

import re
from collections.abc import Iterable, Iterator
from html import unescape

from markdown_it import MarkdownIt
from markdown_it.token import Token

from events.formats.reading import at_line
from roadshow.core.html_tags import HTML_TAGS, Tag, split_tags

from ..details import load_details

LONGEST_LINE = 20_000  # characters; longer ones are no list, and slow to parse
PARSER = MarkdownIt("commonmark", {"maxNesting": 100}).enable(["table", "strikethrough"]).disable("inline")
PARSER.validateLink = lambda url: True  # type: ignore[method-assign]  # nothing is rendered here; unusable URLs are reported
_SHOWN = ("text", "text_special", "code_inline", "softbreak", "hardbreak", "image")
SEPARATOR = re.compile(r"^[\s:|,.–—·-]+")
_COMMENT = re.compile(r"<!--\s*(\{.*\})\s*-->", re.DOTALL)
_SPECIAL = re.compile(r"([\\`*\[\]<])")
HTML_HEADINGS = {f"h{level}": level for level in range(1, 7)}
HTML_ITEMS = {"li": False, "tr": True, "dt": False}  # tag -> whether it is a table row
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


def text_after_name(text: str, name: str) -> str:
    """What stands between an item's name and its link, without marks and separators around it."""
    rest = text.strip().lstrip("*_").removeprefix(name).lstrip("*_ ")
    return SEPARATOR.sub("", rest).rstrip(" ([|-–—:,")


def find_title(tokens: list[Token]) -> int:
    """The index of the only <h1>, when it is the first heading; otherwise -1."""
    headings = [index for index, token in enumerate(tokens) if token.type == "heading_open"]
    tops = [index for index in headings if tokens[index].tag == "h1"]
    return tops[0] if len(tops) == 1 and tops[0] == headings[0] else -1


def parse_inline(token: Token, references: dict) -> Iterator[tuple[str, list[Token]]]:
    """A block's inline tokens with its place; a very long block line by line, to bound the time."""
    line = (token.map or [0])[0] + 1
    lines = [token.content] if len(token.content) <= LONGEST_LINE else token.content.split("\n")
    for number, text in enumerate(lines):
        children: list[Token] = []
        PARSER.inline.parse(text, PARSER, references, children)
        yield at_line(line + number), _convert_html(children)


def _convert_html(children: list[Token]) -> list[Token]:
    """The tokens with inline HTML as Markdown's own tokens; comments stay."""
    converted: list[Token] = []
    for token in children:
        if token.type == "html_inline" and not token.content.startswith("<!--"):
            for piece in split_tags(token.content):
                converted += html_tokens(piece)
        else:
            converted.append(token)
    return converted


def html_tokens(piece: str | Tag) -> list[Token]:
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


def is_block_tag(tag: Tag) -> bool:
    return (
        tag.name in HTML_ITEMS
        or tag.name in _HTML_BLOCKS
        or tag.name in HTML_HEADINGS
        or tag.name in ("details", "summary")
    )


def find_links(children: list[Token], bare_too: bool = False) -> list[tuple[int, dict]]:
    """Web links as (number of tokens with text before it, its url, title, and indices "start" and "after")."""
    found, texts, index = [], 0, 0
    while index < len(children):
        token = children[index]
        if token.type == "link_open":
            close = _find_link_end(children, index)
            href = str(token.attrGet("href") or "")
            inside = children[index + 1 : close]
            if href and not href.startswith("#"):  # places on the page itself are its table of contents
                title = "" if token.info == "auto" else plain_text(inside)
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


def read_comment(children: list[Token]) -> dict:
    for token in children:
        if token.type == "html_inline" and (match := _COMMENT.fullmatch(token.content.strip())):
            return load_details(match[1])
    return {}


def plain_text(children: Iterable[Token]) -> str:
    """The text of tokens; the alternative text of pictures only where there is no other."""
    shown = [token for token in children if token.type in _SHOWN]
    words = [token for token in shown if token.type != "image"]
    text = "".join(" " if token.type.endswith("break") else token.content for token in words)
    return " ".join(text.split()) or " ".join(token.content for token in shown)


def markdown(children: Iterable[Token]) -> str:
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
