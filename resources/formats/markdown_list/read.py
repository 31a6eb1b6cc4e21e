"""Read Markdown as a list of links."""

from django.utils.translation import gettext as _
from markdown_it.token import Token

from events.formats.reading import at_line
from roadshow.core.html_tags import Tag, split_tags

from ..collector import LinkCollector
from ..document import Reading
from ..titles import is_label, kind_of_label, leading_name
from .inline import (
    HTML_HEADINGS,
    HTML_ITEMS,
    LONGEST_LINE,
    PARSER,
    SEPARATOR,
    find_links,
    find_title,
    html_tokens,
    is_block_tag,
    markdown,
    parse_inline,
    plain_text,
    read_comment,
    text_after_name,
)

MAX_LENGTH = 1_000_000  # characters: a parsed list takes 200 times its size in memory
_DETAILS_LEVEL = 10  # heading level of a <summary>, plus its depth: below all headings around it


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
    reader.walk(PARSER.parse("\n".join(lines), references), references)
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
        title = find_title(tokens)
        for index, token in enumerate(tokens):
            match token.type:
                case "list_item_open" | "tr_open":
                    self.open_item(row=token.type == "tr_open")
                case "list_item_close" | "tr_close":
                    self.close_item()
                case "html_block":
                    self.read_html(token)
                case "inline" if tokens[index - 1].type == "heading_open":
                    for place, children in parse_inline(token, references):
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
            for place, children in parse_inline(token, references):
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
            if isinstance(piece, str) or not is_block_tag(piece):
                children += html_tokens(piece)
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
        if tag.name in HTML_ITEMS:
            if tag.closing:
                self.close_item()
            else:
                self.open_item(row=HTML_ITEMS[tag.name])
        elif tag.name == "details":
            self.headings = [each for each in self.headings if each[0] < _DETAILS_LEVEL + self.details]
            self.details = max(0, self.details + (-1 if tag.closing else 1))
            self.update_collection()
        elif tag.name == "summary" and not tag.closing:
            return _DETAILS_LEVEL + self.details
        return 0 if tag.closing else HTML_HEADINGS.get(tag.name, 0)

    def add_heading(self, children: list[Token], place: str, level: int, *, is_title: bool) -> None:
        self.finish_item()
        known = read_comment(children)
        text = known.get("title") or plain_text(children)
        is_title = is_title or (level == 1 and not self.headings and not self.collector.title)
        if is_title:
            self.collector.title = str(text)
        else:
            self.headings = [each for each in self.headings if each[0] < level] + [(level, str(text))]
            self.update_collection(known.get("text", ""))
            self.has_text = "text" in known
        for _position, link in find_links(children):
            self.add_link({"place": place, **link})

    def update_collection(self, text: object = "") -> None:
        path = " / ".join(name for _level, name in self.headings if name)
        self.collection = self.collector.add_collection(path, text)

    def add_paragraph(self, children: list[Token], place: str) -> None:
        """Text of a list item or cell, or a paragraph outside of both, whose links count too."""
        listed = len(self.names) > 1
        found = find_links(children, bare_too=listed)
        known = read_comment(children)
        if self.item is None and listed and found and self.start_item(children, found, known, place):
            return
        if self.item is not None and (more := markdown(children).strip()):
            between = " – " if self.in_row else "\n\n"
            self.item["note"] = f"{self.item['note']}{between}{more}" if self.item["note"] else more
        links = [{"place": place, **link} for _position, link in found]
        if self.item is not None:
            self.also += links
            return
        for link in links:
            self.add_link(link)
        if not links and not any(token.type == "link_open" for token in children):
            self.skip_text(place, plain_text(children))

    def start_item(
        self, children: list[Token], found: list[tuple[int, dict]], known: dict, place: str
    ) -> bool:
        """Begin an item with its first link, if that comes first or belongs to the name before it."""
        position, link = found[0]
        after = SEPARATOR.sub("", markdown(children[link["after"] :])).strip()
        if position:
            name = leading_name(plain_text(children[: link["start"]]))
            if not name or not is_label(link["title"]):
                return False
            self.names[-1] = self.names[-1] or name
            before = text_after_name(markdown(children[: link["start"]]), name)
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
