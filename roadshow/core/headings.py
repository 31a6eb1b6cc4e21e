"""Headings of a text: ids to link to, and the list of them."""

import re
from html import unescape

from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe

from .text import render_html


def render_indexed_html(text: str, *, prefix: str, top: int = 3) -> tuple[SafeString, list[tuple[str, str]]]:
    """`render_html` whose highest headings have ids, and those headings as pairs of id and plain text.

    The ids are `prefix` and a number: "recap-1".
    """
    headings: list[tuple[str, str]] = []

    def number_heading(found: re.Match) -> str:
        headings.append((f"{prefix}-{len(headings) + 1}", unescape(strip_tags(found[1])).strip()))
        return f'<h{top} id="{headings[-1][0]}">{found[1]}</h{top}>'

    html = re.sub(rf"<h{top}>(.*?)</h{top}>", number_heading, render_html(text, top=top), flags=re.DOTALL)
    return mark_safe(html), headings
