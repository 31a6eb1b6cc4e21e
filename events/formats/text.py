"""Other people's text, cleaned: invisible characters, line ends, HTML."""

import re
from html import unescape
from textwrap import dedent

from .html import is_html, markdown_of_html

# Zero-width space, soft hyphen, word joiner and byte-order mark break searching and comparing; directional
# overrides can make a text show as something else. Joiners (U+200C, U+200D) carry meaning and stay.
_INVISIBLE = re.compile("[\u200b\u00ad\u2060\ufeff\u202a-\u202e\u2066-\u2069\ufff9-\ufffb]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_ODD_SPACE = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_ENTITY = re.compile(r"&(?:amp|lt|gt|quot|apos|nbsp|#\d{1,7}|#x[0-9a-fA-F]{1,6});")


def clean_text(text: str) -> str:
    """`text` with \\n line ends, ordinary blanks, and without characters that nobody sees."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n\n")
    if text.isascii() and text.isprintable():
        return text
    return _ODD_SPACE.sub(" ", _CONTROL.sub("", _INVISIBLE.sub("", text.replace("\x85", "\n"))))


def clean_line(text: str | None) -> str:
    """One line of plain text: cleaned, blanks collapsed, entities that were escaped once too often undone."""
    if not text:
        return ""
    if "&" in text and _ENTITY.search(text):
        text = unescape(text)
    return " ".join(clean_text(text).split())


def clean_block(text: str | None, *, markdown: bool = False) -> str:
    """A text of several lines as Markdown; HTML is converted, unless the text is known to be Markdown."""
    if not text or text.isspace():
        return ""
    text = clean_text(text)
    if not markdown and is_html(text):
        return clean_text(markdown_of_html(text))
    return dedent(text).strip("\n").rstrip()
