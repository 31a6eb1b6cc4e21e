"""HTML to Markdown: headings, lists, emphasis, code, tables, quotations and links are kept, scripts are not.

The result is safe in the sense that no tag survives as a tag: what looks like one in the text is escaped.
Texts that mix Markdown or plain lines with a few inline tags (as frab's do) keep their line breaks.
"""

import re
from functools import cache
from html import unescape
from urllib.parse import quote

from lxml import etree, html

_INLINE = (
    "a|abbr|acronym|b|big|br|cite|code|del|em|font|i|img|ins|kbd|mark|q|s|samp|small|span|strike|strong|sub|sup|tt"
    "|u|var"
)
_BLOCK = (
    "address|article|aside|blockquote|body|center|dd|details|div|dl|dt|figcaption|figure|footer|h[1-6]|head|header"
    "|hr|html|li|main|nav|ol|p|pre|section|summary|table|tbody|td|tfoot|th|thead|tr|ul"
)
_OTHER = (
    "audio|base|button|embed|form|iframe|input|link|meta|noscript|object|script|source|style|svg|template"
    "|title|video"
)
_TAG = re.compile(rf"</?(?:{_INLINE}|{_BLOCK}|{_OTHER})(?:\s[^<>]*)?/?>", re.IGNORECASE)
_BLOCK_TAG = re.compile(rf"<(?:{_BLOCK})(?:\s[^<>]*)?/?>", re.IGNORECASE)
_NO_TAG = re.compile(rf"<(?!/?(?:{_INLINE}|{_BLOCK}|{_OTHER})(?:\s[^<>]*)?/?>|!--)", re.IGNORECASE)
_BLOCKS = frozenset(_BLOCK.replace("h[1-6]", "h1|h2|h3|h4|h5|h6").split("|")) - {
    *("head", "tbody", "td", "tfoot", "th", "thead", "tr")
}
_FRAMES = frozenset(["audio", "iframe", "source", "video"])
_DROPPED = frozenset(["head", *_OTHER.split("|")]) - _FRAMES - {"button", "form"}
_MARKS = {"b": "**", "strong": "**", "em": "*", "i": "*", "cite": "*", "del": "~~", "s": "~~", "strike": "~~"}
_CODE = frozenset(["code", "kbd", "samp", "tt", "var"])
_BREAK = "\0"  # a <br>, until blanks are collapsed
_NESTING = re.compile(
    r"<(?P<end>/?)(?P<name>div|span|table|ul|ol|blockquote|section|article|b|i|em|strong|u|font|a|dl|center|small|sub"
    r"|sup|details|figure|main|nav|header|footer|form|code|pre)\b[^<>]*>",
    re.IGNORECASE,
)
_ANY_TAG = re.compile(r"<[^<>]*>")
_DEEPEST, _TABLES = 150, 3  # elements, tables inside each other that are converted
_DEPTH = 60  # elements inside each other; deeper ones are read as plain text

_UNSAFE_SCHEME = re.compile(r"\s*(?:javascript|data|vbscript|file|blob)\s*:", re.IGNORECASE)
_SPACES = re.compile(r"[ \t\n\r\f]+")
_SPECIAL = re.compile(
    r"\\(?=[!-/:-@\[-`{-~])|`|\*(?=\S)|(?<=\S)\*|(?<![^\W_])_|_(?![^\W_])|~(?=~)|\](?=[(\[:])|<(?=[A-Za-z/!?])|&(?=#?\w+;)"
)
_LINE_START = re.compile(r"(?:#{1,6}(?=\s|$)|[-+*](?=\s|$)|>|(?:=+|-+)\s*$|~~~|\|)")
_NUMBERED = re.compile(r"(\d{1,9})([.)])(?=\s|$)")


def is_html(text: str) -> bool:
    """Whether the text holds a tag that browsers know."""
    return "<" in text and _TAG.search(text) is not None


def markdown_of_html(text: str) -> str:
    """The text as Markdown. Any string is understood somehow; nothing raises."""
    text = _NO_TAG.sub("&lt;", text)
    if _is_deep(text):
        return _escape(unescape(_ANY_TAG.sub(" ", text)))
    mixed = _BLOCK_TAG.search(text) is None
    if mixed:
        return "\n\n".join(filter(None, (_convert(part, True) for part in re.split(r"\n\s*\n", text))))
    return _convert(text, False)


def _is_deep(text: str) -> bool:
    """Whether elements stand so deep in each other that a tree of them would cost more than its text."""
    depth, tables = 0, 0
    for tag in _NESTING.finditer(text):
        step = -1 if tag["end"] else 1
        depth = max(depth + step, 0)
        tables = max(tables + step * (tag["name"].lower() == "table"), 0)
        if depth > _DEEPEST or tables > _TABLES:
            return True
    return False


def _convert(text: str, mixed: bool) -> str:
    if not text.strip():
        return ""
    try:
        root = html.fragment_fromstring(text, create_parent="div", parser=_parser())
    except (etree.LxmlError, AssertionError, ValueError):
        return _escape(re.sub(r"<[^<>]*>", " ", text))
    writer = _Writer(mixed)
    return "\n\n".join(writer.blocks(root)).strip()


@cache
def _parser() -> html.HTMLParser:
    return html.HTMLParser(
        no_network=True, huge_tree=False, remove_comments=True, remove_pis=True, encoding="utf-8"
    )


class _Writer:
    """Walks a tree; `blocks` gives paragraphs and the like, `inline` what stands in one of them."""

    def __init__(self, mixed: bool) -> None:
        self.mixed = mixed

    def blocks(self, node, depth: int = 0) -> list[str]:
        """The Markdown blocks of an element's content."""
        if depth > _DEPTH:
            return [self.paragraph(_escape(" ".join(node.itertext())))]
        found, pending = [], [self.text(node.text)]

        def flush():
            paragraph = self.paragraph("".join(pending))
            if paragraph:
                found.append(paragraph)
            pending.clear()

        for child in node:
            if child.tag in _BLOCKS:
                flush()
                found += self.block(child, depth + 1)
            elif self.holds_blocks(child):
                flush()
                found += self.blocks(child, depth + 1)
            else:
                pending.append(self.inline_of(child, depth + 1))
            pending.append(self.text(child.tail))
        flush()
        return found

    @staticmethod
    def holds_blocks(node) -> bool:
        return isinstance(node.tag, str) and len(node) > 0 and any(x.tag in _BLOCKS for x in node.iter())

    def block(self, node, depth: int) -> list[str]:
        tag = node.tag
        if tag in ("ul", "ol"):
            return self.items(node, depth)
        if tag == "pre":
            return self.pre(node)
        if tag == "hr":
            return ["---"]
        if tag == "table":
            return self.table(node, depth)
        inner = self.blocks(node, depth)
        if tag[0] == "h" and tag[1:].isdigit():
            return [f"{'#' * int(tag[1])} {' '.join(' '.join(inner).split())}"] if inner else []
        if tag == "blockquote":
            return [_prefixed("\n\n".join(inner), "> ", "> ")] if inner else []
        if tag == "dt":
            return [f"**{part.strip('*')}**" for part in inner]
        if tag == "li":
            return [_prefixed("\n\n".join(inner), "- ", "  ")] if inner else []
        return inner

    def items(self, node, depth: int) -> list[str]:
        found: list[str] = []
        number = _number(node.get("start"))
        for child in node:
            if child.tag in ("ul", "ol") and found and depth < _DEPTH:
                found[-1] += "\n" + _prefixed("\n".join(self.block(child, depth + 1)), "  ", "  ")
                continue
            inner = self.blocks(child, depth + 1)
            if inner:
                mark = f"{number}. " if node.tag == "ol" else "- "
                glue = "\n" if all(part.startswith(("- ", "1. ")) for part in inner[1:]) else "\n\n"
                found.append(_prefixed(glue.join(inner), mark, " " * len(mark)))
                number += 1
        return ["\n".join(found)] if found else []

    @staticmethod
    def pre(node) -> list[str]:
        code = "".join(node.itertext()).strip("\n").rstrip()
        fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", code)), default=0))
        return [f"{fence}\n{code}\n{fence}"] if code else []

    def table(self, node, depth: int) -> list[str]:
        rows = [
            [
                " ".join(" ".join(self.blocks(cell, depth + 3)).split()).replace("|", "\\|")
                for cell in row.iterchildren("td", "th")
            ]
            for part in (node, *node.iterchildren("thead", "tbody", "tfoot"))
            for row in part.iterchildren("tr")
        ]
        rows = [row for row in rows if any(row)]
        if not rows:
            return self.blocks(node, depth)
        width = max(map(len, rows))
        lines = [f"| {' | '.join(row + [''] * (width - len(row)))} |" for row in rows]
        return ["\n".join([lines[0], "|" + " --- |" * width, *lines[1:]])]

    def inline_of(self, node, depth: int) -> str:
        """An inline element with its content."""
        tag = node.tag
        if not isinstance(tag, str) or tag in _DROPPED:
            return ""
        if tag == "br":
            return _BREAK
        if tag in _CODE:
            return _code("".join(node.itertext()))
        if tag == "img":
            return _link(_escape(node.get("alt") or ""), node.get("src") or "")
        if tag in _FRAMES and node.get("src"):
            return _link("", node.get("src"))
        if depth > _DEPTH:
            return _escape(" ".join(node.itertext()))
        inner = self.text(node.text) + "".join(
            self.inline_of(child, depth + 1) + self.text(child.tail) for child in node
        )
        if tag == "a":
            return _link(inner, node.get("href") or "", _SPACES.sub(" ", "".join(node.itertext())).strip())
        return _marked(inner, _MARKS[tag]) if tag in _MARKS else inner

    def text(self, text: str | None) -> str:
        if not text:
            return ""
        if self.mixed:
            return re.sub(r"<(?=[A-Za-z/!?])", r"\\<", text)
        return _escape(_SPACES.sub(" ", text))

    def paragraph(self, text: str) -> str:
        if self.mixed:
            return text.replace(_BREAK + "\n", "\n").replace(_BREAK, "  \n").strip()
        lines = (_SPACES.sub(" ", part).strip() for part in text.split(_BREAK))
        return "  \n".join(_line_start(part) for part in lines if part)


def _escape(text: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", text)


def _line_start(text: str) -> str:
    """Keep a paragraph's line from being taken for a heading, a list item or a quotation."""
    if _LINE_START.match(text):
        return "\\" + text
    return _NUMBERED.sub(r"\1\\\2", text, count=1) if _NUMBERED.match(text) else text


def _prefixed(text: str, first: str, rest: str) -> str:
    lines = text.split("\n")
    return "\n".join([first + lines[0], *((rest + line) if line else rest.rstrip() for line in lines[1:])])


def _marked(inner: str, mark: str) -> str:
    """`**inner**`, with blanks moved outside, where Markdown wants them."""
    core = inner.strip(" \n" + _BREAK)
    if not core or mark in core or core[0] in "*_~" or (core[-1] in "*_~" and core[-2:-1] != "\\"):
        return inner
    start = inner.index(core)
    parts = core.split(_BREAK)
    marked = _BREAK.join(f"{mark}{part.strip()}{mark}" if part.strip() else part for part in parts)
    return inner[:start] + marked + inner[start + len(core) :]


def _code(text: str) -> str:
    text = " ".join(text.split())
    if not text:
        return ""
    if "`" not in text:
        return f"`{text}`"
    fence = "`" * (1 + max(len(run) for run in re.findall("`+", text)))
    return f"{fence} {text} {fence}"


def _link(inner: str, url: str, plain: str = "") -> str:
    url = re.sub(r"[\s\x00-\x1f]+", "%20", url.strip())
    label = inner.strip(" \n" + _BREAK).replace(_BREAK, " ")
    if not url or url.startswith("#") or _UNSAFE_SCHEME.match(url):
        return inner
    if plain == url and re.match(r"https?://", url):
        return f"<{quote(url, safe=_URL_SAFE)}>"
    if not label:
        label = _escape(url.rsplit("/", 1)[-1] or url)
    label = re.sub(r"(?<!\\)([\[\]])", r"\\\1", label) if not re.search(r"\]\(", label) else label
    lead = " " if inner[:1].isspace() else ""
    trail = " " if inner[-1:].isspace() else ""
    return f"{lead}[{label}]({quote(url, safe=_LINK_SAFE)}){trail}"


_URL_SAFE = "!#$%&'()*+,/:;=?@[]~-._"
_LINK_SAFE = "!#$%&'*+,/:;=?@[]~-._"


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else 1
