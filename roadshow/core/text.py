"""Texts for readers: Markdown as safe HTML and as plain text, and dates and names in the reader's language.

One pipeline: every surface shows a text by `render_html`, `render_plain_text` (one paragraph, for previews and lists)
or `render_plain_lines` (for calendars, feeds and mail). Each has every visible character of the source.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache, wraps
from html import unescape

import nh3
from babel import Locale, UnknownLocaleError, dates
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from .html_tags import RENDERED_TAGS
from .markdown import build_parser

SCHEMES = {"http", "https", "mailto", "tel", "xmpp", "matrix", "geo"}
_parser = build_parser()
_HEADING = re.compile(r"<(/?)h([1-6])\b", re.IGNORECASE)
_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)([^>]*)>")  # in sanitised HTML
_HREF = re.compile(r'href="([^"]*)"')
_TERM = re.compile(r"\.net\b|\w+(?:\.js\b|\+{1,2}|#)?", re.IGNORECASE)
_PARAGRAPHS = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "table", "ul", "ol", "dl", "hr"}
_LINES = {"br", "tr", "dt", "dd"}


def render_html(text: str, *, top: int = 3) -> SafeString:
    """Markdown (with the HTML that is often in it) as safe HTML; its highest heading becomes `<h{top}>`.

    Links carry rel="nofollow noopener". Tags that have no meaning in a text are shown as typed.
    """
    return mark_safe(_render_html(text, top))


@lru_cache(maxsize=512)
def _render_html(text: str, top: int) -> str:
    raw = _parser.render(text.replace("\0", "").encode("utf-8", "ignore").decode())
    levels = [int(found[2]) for found in _HEADING.finditer(raw)]
    shift = top - min(levels, default=top)
    raw = _HEADING.sub(lambda found: f"<{found[1]}h{min(6, int(found[2]) + shift)}", raw)
    return nh3.clean(
        raw,
        tags=RENDERED_TAGS,
        attributes={"a": {"href", "title", "hreflang"}, "abbr": {"title"}, "ol": {"start"}},
        url_schemes=SCHEMES,
        link_rel="nofollow noopener",
    )


def render_plain_text(text: str, length: int | None = None) -> str:
    """Markdown as one paragraph of plain text, cut at a word's end after `length` characters."""
    return _render_plain_text(text, length)


@lru_cache(maxsize=512)
def _render_plain_text(text: str, length: int | None) -> str:
    words = " ".join(_PlainWriter(links=False, bullets=False).write(_render_html(text, 3)).split())
    if length is None or len(words) <= length:
        return words
    cut = words[: length + 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut[length // 2 :] else cut[:length]).rstrip(" ,.;:") + "…"


def render_plain_lines(text: str) -> str:
    """Markdown as plain text with its lines, paragraphs and lists; URLs of links follow their text."""
    lines = _PlainWriter(links=True, bullets=True).write(_render_html(text, 3)).split("\n")
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in lines)).strip()


class _PlainWriter:
    """Writes sanitised HTML as plain text. `links` adds URLs, `bullets` the marks of list items."""

    def __init__(self, *, links: bool, bullets: bool):
        self.links, self.bullets = links, bullets
        self.parts: list[str] = []
        self.lists: list[int | None] = []  # the next number of each open list; None for bullets
        self.link: tuple[str, int] | None = None  # its URL, and the part that its text begins with
        self.in_pre = False
        self.mark = "\0"  # the last mark of a list item, after which its first line begins

    def write(self, html: str) -> str:
        position = 0
        for tag in _TAG.finditer(html):
            self._write_text(html[position : tag.start()])
            self._write_tag(tag[2], bool(tag[1]), tag[3])
            position = tag.end()
        self._write_text(html[position:])
        return "".join(self.parts)

    def _write_text(self, text: str) -> None:
        text = unescape(text)
        if not self.in_pre:  # line ends in the renderer's HTML are not text
            text = text.replace("\n", " ")
            text = text.lstrip(" ") if self._is_line_start() else text
        self.parts.append(text)

    def _is_line_start(self) -> bool:
        last = next((part for part in reversed(self.parts) if part), "\n")
        return last.endswith("\n") or last == self.mark

    def _write_tag(self, name: str, closing: bool, attributes: str) -> None:
        if name == "a":
            self._write_link(closing, attributes)
        elif name in ("td", "th"):
            if not closing and self.parts and self.parts[-1].isspace():
                self.parts.pop()
            if not closing and not self._is_line_start():
                self.parts.append(" | " if self.bullets else " ")
        elif name == "li":
            self._end_line()
            if not closing:
                self._write_list_mark()
        elif name in _PARAGRAPHS:
            self._write_paragraph_end(name, closing, attributes)
        elif name in _LINES and (closing or name == "br"):
            self.parts.append("\n")

    def _end_line(self) -> None:
        if not self._is_line_start():
            self.parts.append("\n")

    def _write_paragraph_end(self, name: str, closing: bool, attributes: str) -> None:
        """The beginning or end of a block: an empty line, inside of list items only a new line."""
        self._end_line()
        if name == "pre":
            self.in_pre = not closing
        if name in ("ul", "ol") and not closing:
            start = re.search(r'start="(\d+)"', attributes)
            self.lists.append((int(start[1]) if start else 1) if name == "ol" else None)
        elif name in ("ul", "ol"):
            del self.lists[-1:]
        if not self.lists and self.parts:
            self.parts.append("\n")

    def _write_list_mark(self) -> None:
        number = self.lists[-1] if self.lists else None
        if number is not None:
            self.lists[-1] = number + 1
        indent = "  " * (len(self.lists) - 1)
        bullet = f"{indent}- " if self.bullets else ""
        self.mark = bullet if number is None else f"{indent}{number}. "
        self.parts.append(self.mark)

    def _write_link(self, closing: bool, attributes: str) -> None:
        href = _HREF.search(attributes)
        if not closing:
            self.link = (unescape(href[1]), len(self.parts)) if href else None
            return
        if self.link and self.links:
            url, start = self.link
            shown = "".join(self.parts[start:]).strip()
            if shown not in (url, url.removeprefix("mailto:"), url.removeprefix("tel:")):
                self.parts.append(f" ({url})")
        self.link = None


def _fold_character(char: str) -> str:
    """A character in lower case without its accents, as one character or none."""
    bare = "".join(
        part for part in unicodedata.normalize("NFKD", char.lower()) if not unicodedata.combining(part)
    )
    return bare[:1]


def highlight_words(text: str, query: str) -> str:
    """`text`, escaped, with `<mark>` around the beginnings of words that the words of `query` are."""
    terms = {"".join(map(_fold_character, term)) for term in _TERM.findall(query)}
    words = sorted(terms - {""}, key=len, reverse=True)
    text = unicodedata.normalize("NFC", text)
    if not words:
        return escape(text)
    folded = "".join(_fold_character(char) or " " for char in text)
    starts = "|".join(map(_word_pattern, words))
    parts, end = [], 0
    for found in re.finditer(starts, folded):
        marked = format_html("<mark>{}</mark>", text[found.start() : found.end()])
        parts += [escape(text[end : found.start()]), marked]
        end = found.end()
    return mark_safe("".join([*parts, escape(text[end:])]))


def _word_pattern(word: str) -> str:
    """A regular expression for a word's beginning; a single letter and a term with signs stand for themselves."""
    if not word.isascii():
        return re.escape(word)
    before = r"\b" if word[0].isalnum() else ""
    return before + re.escape(word) + (r"\b" if len(word) == 1 else "")


def cache_by_language(function: Callable[..., str]) -> Callable[..., str]:
    """Cache a function of hashable arguments for each language.

    Aware datetimes are no keys: equal ones may differ in their zone.
    """

    @lru_cache(maxsize=4096)
    def compute(_language: str | None, *arguments) -> str:
        return function(*arguments)

    @wraps(function)
    def cached(*arguments) -> str:
        return compute(get_language(), *arguments)

    return cached


def cache_by_day(function: Callable[[dt.date], str]) -> Callable[[dt.date], str]:
    """Cache a function of a date, or of the date of a datetime in its own zone, for each language."""
    compute = cache_by_language(function)

    @wraps(function)
    def cached(day: dt.date) -> str:
        return compute(day.date() if isinstance(day, dt.datetime) else day)

    return cached


def get_reader_locale() -> Locale:
    """The reader's language with a region that writes the day first and 24 hours."""
    return _parse_reader_locale(get_language() or "en")


@lru_cache
def _parse_reader_locale(language: str) -> Locale:
    return Locale.parse({"en": "en_GB", "zh-hans": "zh_Hans_CN"}.get(language, "en_GB"))


@cache_by_day
def format_long_date(day: dt.date) -> str:
    """ "6 October 2018" """
    return dates.format_date(day, "long", locale=get_reader_locale())


@cache_by_day
def format_full_date(day: dt.date) -> str:
    """ "Saturday, 6 October 2018" """
    return dates.format_date(day, "full", locale=get_reader_locale())


@cache_by_day
def format_short_date(day: dt.date) -> str:
    """ "6 Oct" """
    return dates.format_skeleton("MMMd", day, locale=get_reader_locale())


@cache_by_day
def format_weekday(day: dt.date) -> str:
    """ "Saturday" """
    return dates.format_date(day, "EEEE", locale=get_reader_locale())


@cache_by_day
def format_month(day: dt.date) -> str:
    """ "October 2018" """
    return dates.format_skeleton("yMMMM", day, locale=get_reader_locale())


@cache_by_language
def format_date_range(first: dt.date, last: dt.date) -> str:
    """ "6 October 2018" or "1–3 Feb 2025": as short as the two days allow."""
    if first == last:
        return format_long_date(first)
    return dates.format_interval(first, last, "yMMMd", locale=get_reader_locale())


def format_event_dates(first: dt.date, last: dt.date, precision: str) -> str:
    """A range of days as exactly as it is known: to the "day", the "month" or the "year"."""
    match precision:
        case "year":
            return str(first.year)
        case "month":
            return format_month(first)
    return format_date_range(first, last)


def format_time(instant: dt.datetime) -> str:
    """ "09:30", in the zone that `instant` is in; "01:30 (UTC+2)" in a night in which clocks change."""
    return (
        f"{instant:%H:%M} ({_format_offset(instant)})"
        if is_near_clock_change(instant)
        else f"{instant:%H:%M}"
    )


def is_near_clock_change(instant: dt.datetime) -> bool:
    """Whether clocks change within six hours, in the zone of an aware datetime."""
    if not isinstance(instant, dt.datetime) or instant.tzinfo is None:
        return False
    utc = instant.astimezone(dt.UTC)
    before, after = ((utc + dt.timedelta(hours=hours)).astimezone(instant.tzinfo) for hours in (-6, 6))
    return before.utcoffset() != after.utcoffset()


def _format_offset(instant: dt.datetime) -> str:
    offset = int((instant.utcoffset() or dt.timedelta()).total_seconds()) // 60
    hours, minutes = divmod(abs(offset), 60)
    return (
        f"UTC{'-' if offset < 0 else '+'}{hours}" + (f":{minutes:02}" if minutes else "") if offset else "UTC"
    )


def format_timezone(instant: dt.datetime) -> str:
    """ "India Standard Time (UTC+5:30)", for an aware datetime in the zone to name."""
    hour = instant.replace(minute=0, second=0, microsecond=0, tzinfo=None)
    return _format_timezone(instant.tzinfo, hour, instant.fold)


@cache_by_language
def _format_timezone(zone: dt.tzinfo | None, hour: dt.datetime, fold: int) -> str:
    instant = hour.replace(tzinfo=zone, fold=fold)
    name = dates.get_timezone_name(instant, width="long", locale=get_reader_locale())
    if name.startswith("GMT"):  # nothing but an offset is known: the country's time, then
        name = dates.get_timezone_location(instant.tzinfo, locale=get_reader_locale())
    return f"{name} ({_format_offset(instant)})"


@cache_by_language
def format_language(tag: str) -> str:
    """A BCP 47 tag in words ("zh-hans" is "Simplified Chinese"); the tag itself when unknown."""
    try:
        return Locale.parse(tag, sep="-").get_display_name(get_reader_locale()) or tag
    except (UnknownLocaleError, ValueError):
        return tag
