"""The Open Graph picture of a page: a title over a line map, 1200 × 630 pixels.

It is an SVG template (templates/partials/preview.svg) in the light theme's colours, rendered with fonts that are
installed with the portal, so that it is the same on every machine.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import fontpkg_noto_sans
import fontpkg_noto_sans_arabic
import noto_cjk_sans_jp_bold
import resvg_py
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from roadshow.core.colors import shades
from roadshow.core.emblems import emblem

WIDTH, HEIGHT = 1200, 630
TEXT = 1056  # pixels between the margins
SIZES = ((84, 3), (66, 4), (52, 5))  # of the title: pixels, and lines that there is room for
SMALL = 34


@dataclass(frozen=True)
class Preview:
    """Content of a picture. `seed` and `color` determine the line map and its hue, as on the page."""

    title: str
    above: str
    below: str
    site: str
    seed: str
    color: str
    hue_name: str


def render_svg(preview: Preview) -> str:
    """The picture as SVG."""
    size, lines = fit_title(preview.title)
    colors = shades(preview.color, preview.hue_name)
    return render_to_string(
        "partials/preview.svg",
        {
            "preview": preview,
            "colors": colors,
            "size": size,
            "lines": [(round(150 + size + number * size * 1.16), line) for number, line in enumerate(lines)],
            "above": _cut(preview.above, SMALL),
            "below": _cut(preview.below, SMALL, TEXT - 220),
            "map": mark_safe(emblem(preview.seed, inside=colors.soft)),
        },
    )


def render_png(svg: str) -> bytes:
    """The picture as PNG."""
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, font_files=_fonts(), skip_system_fonts=True))


@cache
def _fonts() -> list[str]:
    upright = (font.ROOT / "files" for font in (fontpkg_noto_sans, fontpkg_noto_sans_arabic))
    files = [file for folder in upright for file in Path(folder).glob("*.ttf") if "Italic" not in file.name]
    return [*map(str, files), str(noto_cjk_sans_jp_bold.FONT_PATH)]


def fit_title(title: str) -> tuple[int, list[str]]:
    """The largest font size in which the title fits, and its lines; at the smallest size the rest is cut off."""
    for size, most in SIZES:
        lines = wrap_text(title, size)
        if len(lines) <= most and all(estimate_width(line, size) <= TEXT for line in lines):
            return size, lines
    lines = [_cut(line, size) for line in lines]
    return size, lines if len(lines) <= most else [*lines[: most - 1], _cut(lines[most - 1] + " …", size)]


def wrap_text(text: str, size: float) -> list[str]:
    """Lines no wider than TEXT, unless a single word is wider. Chinese breaks between any two characters."""
    lines = [""]
    for part in re.findall(r"\s*(?:[^\s⺀-鿿가-힣＀-￯]+|\S)", text.strip()):
        longer = lines[-1] + part
        if lines[-1] and estimate_width(longer, size) > TEXT:
            lines.append(part.strip())
        else:
            lines[-1] = longer
    return lines


def estimate_width(text: str, size: float) -> float:
    """Width of a bold text in pixels, estimated from above."""
    return size * sum(map(_advance, text))


def _advance(char: str) -> float:
    if unicodedata.east_asian_width(char) in "WF":
        return 1
    if unicodedata.combining(char):
        return 0
    if char in " iljI.,:;'’|!()[]-":
        return 0.34
    return 0.92 if char in "mwMW@%" else 0.72 if char.isupper() else 0.6


def _cut(text: str, size: float, most: float = TEXT) -> str:
    """The text, ended with "…" where it would be too wide."""
    if estimate_width(text, size) <= most:
        return text
    while text and estimate_width(text + "…", size) > most:
        text = text[:-1]
    return text.rstrip(" ,.;:·…") + "…"
