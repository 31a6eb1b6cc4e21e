"""A tokenizer for HTML tags in text that people typed: text is never lost, and time is linear in its length.

An HTML parser repairs what it reads: an unclosed `<script>` or comment swallows the rest of the text, and deep nesting
takes time that grows with its square. Here only complete tags are tags; everything else is text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape

# Tags that mean something in a text; all others are shown as they were typed.
RENDERED_TAGS = {
    "a", "abbr", "b", "blockquote", "br", "code", "dd", "del", "dl", "dt", "em", "h1", "h2", "h3", "h4", "h5", "h6",
    "hr", "i", "kbd", "li", "ol", "p", "pre", "s", "small", "strong", "sub", "sup", "table", "tbody", "td", "th",
    "thead", "tr", "ul",
}  # fmt: skip
# Tags that only arrange what is inside them: it is shown without them.
LAYOUT_TAGS = {
    "article", "aside", "big", "caption", "center", "cite", "col", "colgroup", "details", "div", "figcaption", "figure",
    "font", "footer", "header", "img", "ins", "main", "mark", "nav", "picture", "q", "samp", "section", "source",
    "span", "strike", "summary", "tfoot", "time", "tt", "u", "var", "wbr",
}  # fmt: skip
HTML_TAGS = RENDERED_TAGS | LAYOUT_TAGS

_TAG_START = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9-]*)(?=[\s/>])|<!--")
_ATTRIBUTE = re.compile(
    r"[\s/]*([^\s\"'<>/=]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'=<>`]+)))?", re.ASCII
)
_TAG_END = re.compile(r"[\s/]*>")


@dataclass(frozen=True, slots=True)
class Tag:
    """A complete tag. `source` is what was typed; a comment has the name "!--"."""

    name: str  # lower case
    closing: bool
    source: str
    position: int  # of its first character in the text
    attributes: dict[str, str] = field(default_factory=dict)  # names in lower case, values without entities


def split_tags(text: str, *, within: str = "") -> Iterator[str | Tag]:
    """The text as pieces: plain strings (with entities as typed) and tags, in order.

    An attribute value that contains `within` (in any case) has lost its closing quote, so the tag is text.
    """
    position = 0
    last_comment_end = text.rfind("-->")
    while start := _TAG_START.search(text, position):
        tag = (
            _read_comment(text, start, last_comment_end)
            if start[2] is None
            else _read_tag(text, start, within)
        )
        end = start.end() if tag is None else start.start() + len(tag.source)
        if tag is None:
            yield text[position:end]
        else:
            if start.start() > position:
                yield text[position : start.start()]
            yield tag
        position = end
    if position < len(text):
        yield text[position:]


def _read_comment(text: str, start: re.Match, last_end: int) -> Tag | None:
    if last_end < start.end():
        return None
    end = text.index("-->", start.end()) + 3
    return Tag("!--", closing=False, source=text[start.start() : end], position=start.start())


def _read_tag(text: str, start: re.Match, within: str) -> Tag | None:
    position = start.end()
    attributes: dict[str, str] = {}
    while not (end := _TAG_END.match(text, position)):
        found = _ATTRIBUTE.match(text, position)
        if found is None:
            return None
        value = found[2] or found[3] or found[4] or ""
        if within and within in value.lower():
            return None
        attributes.setdefault(found[1].lower(), unescape(value))
        position = found.end()
    return Tag(
        name=start[2].lower(),
        closing=bool(start[1]),
        source=text[start.start() : end.end()],
        position=start.start(),
        attributes=attributes,
    )
