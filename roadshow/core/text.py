"""Texts: Markdown to safe HTML, to plain text, and dates and names in the reader's language."""

import datetime as dt
import re
import unicodedata
from functools import lru_cache
from html import unescape

import nh3
from babel import Locale, UnknownLocaleError, dates
from django.utils.html import escape, format_html, strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from markdown_it import MarkdownIt

TAGS = {
    "a", "abbr", "b", "blockquote", "br", "code", "dd", "del", "dl", "dt", "em", "h2", "h3", "h4", "h5", "h6",
    "hr", "i", "kbd", "li", "ol", "p", "pre", "s", "small", "strong", "sub", "sup", "table", "tbody", "td",
    "th", "thead", "tr", "ul",
}  # fmt: skip
SCHEMES = {"http", "https", "mailto", "tel", "xmpp", "matrix", "geo"}

_reader = MarkdownIt("commonmark", {"linkify": True, "breaks": False, "html": True})
_reader.enable(["table", "strikethrough", "linkify"])


def render_html(text: str, *, top: int = 3) -> SafeString:
    """Markdown (with the HTML that is often in it) as safe HTML; its highest heading becomes `<h{top}>`.

    Links carry rel="nofollow noopener"; scripts, styles, pictures and anything unknown are dropped.
    """
    return mark_safe(_render_html(text, top))


@lru_cache(maxsize=512)
def _render_html(text: str, top: int) -> str:
    raw = _reader.render(text.replace("\0", ""))
    levels = [int(level) for level in re.findall(r"<h([1-6])\b", raw, re.I)]
    lower = top - min(levels, default=top)
    raw = re.sub(
        r"<(/?)h([1-6])\b", lambda found: f"<{found[1]}h{min(6, int(found[2]) + lower)}", raw, flags=re.I
    )
    return nh3.clean(
        raw,
        tags=TAGS,
        attributes={"a": {"href", "title", "hreflang"}, "abbr": {"title"}, "ol": {"start"}},
        url_schemes=SCHEMES,
        link_rel="nofollow noopener",
    )


def render_plain_text(text: str, length: int | None = None) -> str:
    """Markdown as one paragraph of plain text, cut at a word's end after `length` characters."""
    words = " ".join(unescape(nh3.clean(strip_tags(_render_html(text, 3)), tags=set())).split())
    if length is None or len(words) <= length:
        return words
    cut = words[: length + 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut[length // 2 :] else cut[:length]).rstrip(" ,.;:") + "…"


def _fold_character(char: str) -> str:
    """A character in lower case without its accents, as one character or none."""
    bare = "".join(
        part for part in unicodedata.normalize("NFKD", char.lower()) if not unicodedata.combining(part)
    )
    return bare[:1]


def highlight_words(text: str, query: str) -> str:
    """`text`, escaped, with `<mark>` around the beginnings of words that the words of `query` are."""
    words = sorted(
        {"".join(map(_fold_character, word)) for word in re.findall(r"\w+", query)} - {""}, key=len
    )[::-1]
    text = unicodedata.normalize("NFC", text)
    if not words:
        return escape(text)
    folded = "".join(_fold_character(char) or " " for char in text)
    starts = "|".join(rf"\b{re.escape(word)}" if word.isascii() else re.escape(word) for word in words)
    parts, end = [], 0
    for found in re.finditer(starts, folded):
        marked = format_html("<mark>{}</mark>", text[found.start() : found.end()])
        parts += [escape(text[end : found.start()]), marked]
        end = found.end()
    return mark_safe("".join([*parts, escape(text[end:])]))


def get_reader_locale() -> Locale:
    """The reader's language with a region that writes the day first and 24 hours."""
    language = get_language() or "en"
    return Locale.parse({"en": "en_GB", "zh-hans": "zh_Hans_CN"}.get(language, "en_GB"))


def format_long_date(day: dt.date) -> str:
    """ "6 October 2018" """
    return dates.format_date(day, "long", locale=get_reader_locale())


def format_full_date(day: dt.date) -> str:
    """ "Saturday, 6 October 2018" """
    return dates.format_date(day, "full", locale=get_reader_locale())


def format_short_date(day: dt.date) -> str:
    """ "6 Oct" """
    return dates.format_skeleton("MMMd", day, locale=get_reader_locale())


def format_weekday(day: dt.date) -> str:
    """ "Saturday" """
    return dates.format_date(day, "EEEE", locale=get_reader_locale())


def format_month(day: dt.date) -> str:
    """ "October 2018" """
    return dates.format_skeleton("yMMMM", day, locale=get_reader_locale())


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
    """ "09:30", in the zone that `instant` is in."""
    return f"{instant:%H:%M}"


def format_timezone(instant: dt.datetime) -> str:
    """ "India Standard Time (UTC+5:30)", for an aware datetime in the zone to name."""
    name = dates.get_timezone_name(instant, width="long", locale=get_reader_locale())
    if name.startswith("GMT"):  # nothing but an offset is known: the country's time, then
        name = dates.get_timezone_location(instant.tzinfo, locale=get_reader_locale())
    offset = int((instant.utcoffset() or dt.timedelta()).total_seconds()) // 60
    hours, minutes = divmod(abs(offset), 60)
    shift = f"UTC{'-' if offset < 0 else '+'}{hours}" + (f":{minutes:02}" if minutes else "")
    return f"{name} ({shift})" if offset else f"{name} (UTC)"


def format_language(tag: str) -> str:
    """A BCP 47 tag in words ("zh-hans" is "Simplified Chinese"); the tag itself when unknown."""
    try:
        return Locale.parse(tag, sep="-").get_display_name(get_reader_locale()) or tag
    except (UnknownLocaleError, ValueError):
        return tag
