"""Collects the links that a reader finds: values are cleaned and parsed, or reported; nothing raises."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from events.formats.document import Problem
from events.formats.reading import Report
from events.formats.text import clean_block, clean_text
from roadshow.core.languages import parse_language_tag
from roadshow.core.url_normalization import compute_url_key, normalise_url

from .document import KINDS, LEVELS, Collection, Link, LinkList, Reading
from .titles import is_label, repository_name, split_page_title

TITLE, NOTE, NAME, AUTHORS = 300, 20_000, 120, 500  # maximum characters
MAX_LINKS = 50_000  # in a file

_KIND_WORDS = {
    "article": "articles blog post posts blogpost web page website news tutorial guide documentation 文章",
    "paper": "papers publication publications scholarlyarticle preprint report thesis 论文",
    "demo": "demos demonstration playground application webapplication app example 演示",
    "video": "videos videoobject recording talk screencast movie 视频",
    "slides": "slide presentation deck presentationdigitaldocument 幻灯片",
    "code": "repository repo source softwaresourcecode library project notebook github 代码",
    "dataset": "datasets data 数据集",
    "course": "courses mooc class lesson learningresource 课程",
    "book": "books ebook chapter 书",
    "tool": "tools software softwareapplication service utility framework 工具",
    "gallery": "galleries collection showcase list imagegallery 图库",
    "podcast": "podcasts podcastepisode podcastseries audio 播客",
}
_KIND_OF = {kind: kind for kind in KINDS}
for _kind, _words in _KIND_WORDS.items():
    _KIND_OF |= dict.fromkeys(_words.split(), _kind)
_KIND_OF["link"] = ""  # Raindrop's word for a page of no special kind
_LEVEL_OF = {
    "any": "", "all": "", "everyone": "", "for everyone": "",
    "introductory": "beginner", "basic": "beginner", "easy": "beginner", "novice": "beginner",
    "medium": "intermediate", "expert": "advanced", "hard": "advanced",
} | {level: level for level in LEVELS}  # fmt: skip
_YES = {"1", "true", "yes", "y", "free", "ja", "oui", "是", "免费"}
_NO = {"0", "false", "no", "n", "paid", "nein", "non", "否", "付费"}


class LinkCollector:
    """Collects links and problems. `kind` names the format in the Reading."""

    def __init__(self, kind: str):
        self.kind, self.title = kind, ""
        self.report = Report()
        self.private = 0  # links left out
        self._links: list[Link] = []
        self._collections: dict[str, str] = {}

    def add(self, place: str, url: object, **found: object) -> None:
        """Add one link. `found` may hold any field of Link, as text or as the file's own type.

        Raises ValueError with a sentence for more links than MAX_LINKS.
        """
        if len(self._links) >= MAX_LINKS:
            raise ValueError(_("The file has more than %(count)d links.") % {"count": MAX_LINKS})
        try:
            address = normalise_url(str(url or ""))
        except ValueError as error:
            self.report.tally(str(error).rstrip("."), place)
            return
        collections = self._parse_names(found.get("collections"), place, split=";")
        for title in collections:
            self._collections.setdefault(title, "")
        title, description = split_page_title(self._parse_title(found.get("title"), place), address)
        if is_label(title):
            title = repository_name(address) or title
        link = Link(
            url=address,
            title=title or address.partition("//")[2].rstrip("/")[:TITLE],
            note=self._parse_note(found.get("note"), place) or description,
            kind=self._parse_choice(found.get("kind"), _KIND_OF, _("No kind of link is called"), place),
            level=self._parse_choice(found.get("level"), _LEVEL_OF, _("No level is called"), place),
            language=self._parse_language(found.get("language"), place),
            authors=self._parse_authors(found.get("authors"), place),
            year=_parse_year(found.get("year")),
            topics=self._parse_names(found.get("topics"), place, split=";"),
            collections=collections,
            free=_parse_boolean(found.get("free")),
            added_at=_parse_datetime(found.get("added_at")),
            place=place,
        )
        self._links.append(link)

    def add_collection(self, title: object, text: object = "") -> str:
        """Add a heading or folder with its text, in order; returns the title for the links in it."""
        name = one_line(title)[:NAME].rstrip()
        if name:
            self._collections[name] = self._collections.get(name) or self._parse_note(text, name)
        return name

    def add_private(self, place: str) -> None:
        """Count a link that is marked as private and therefore left out."""
        self.report.tally(_("Marked as private, so it was left out"), place, "info")
        self.private += 1

    def build_reading(self) -> Reading:
        used = set(chain.from_iterable(link.collections for link in self._links))
        collections = [
            Collection(title=title, text=text)
            for title, text in self._collections.items()
            if text or title in used
        ]
        links = LinkList(title=one_line(self.title)[:TITLE], links=self._links, collections=collections)
        return Reading(links=links, problems=self.report.problems(), kind=self.kind)

    def _parse_title(self, value: object, place: str) -> str:
        return self._truncate(one_line(value), TITLE, _("The title is too long and was cut"), place)

    def _parse_note(self, value: object, place: str) -> str:
        text = clean_block(_text(value), markdown=True)
        return self._truncate(text, NOTE, _("The note is too long and was cut"), place)

    def _truncate(self, text: str, limit: int, message: str, place: str) -> str:
        if len(text) > limit:
            self.report.tally(message, place)
        return text[:limit].rstrip()

    def _parse_choice(self, value: object, known: dict[str, str], message: str, place: str) -> str:
        word = one_line(value).lower()
        if word and word not in known:
            self.report.tally(message, place, "info", what=word[:40])
        return known.get(word, "")

    def _parse_language(self, value: object, place: str) -> str:
        word = one_line(value)
        tag = parse_language_tag(word)
        if word and not tag:
            self.report.tally(_("No language is called"), place, "info", what=word[:40])
        return tag

    def _parse_names(self, value: object, place: str, *, split: str) -> list[str]:
        names = [one_line(name)[:NAME].rstrip() for name in _split_list(value, split)]
        known: dict[str, str] = {}
        for name in filter(None, names):
            known.setdefault(name.casefold(), name)
        return list(known.values())

    def _parse_authors(self, value: object, place: str) -> list[str]:
        kept = self._parse_names(value, place, split=";")
        while len("; ".join(kept)) > AUTHORS:
            kept.pop()
        return kept


def merge_duplicate_links(links: Iterable[Link]) -> tuple[list[Link], list[Problem]]:
    """One link per URL key, in order. Duplicates complete the first link, and each is reported."""
    merged: dict[str, Link] = {}
    problems = []
    for link in links:
        key = compute_url_key(link.url)
        first = merged.setdefault(key, link)
        if first is link:
            continue
        merged[key] = _merge_link(first, link)
        message = _("“%(title)s” has the same address as %(place)s.")
        message %= {"title": link.title, "place": first.place or first.title}
        problems.append(Problem(place=link.place, message=message, severity="info"))
    return list(merged.values()), problems


def _merge_link(first: Link, second: Link) -> Link:
    lists = ("authors", "topics", "collections")
    more: dict[str, Any] = {
        name: list(dict.fromkeys([*getattr(first, name), *getattr(second, name)])) for name in lists[1:]
    }
    for name in ("note", "kind", "level", "language", "authors", "year", "free", "added_at"):
        if getattr(first, name) in ("", None, []):
            more[name] = getattr(second, name)
    return replace(first, **more)


def join_notes(parts: Iterable[object]) -> str:
    """Several notes of one link as one text, each once."""
    texts = [_text(part).strip() for part in parts]
    return "\n\n".join(dict.fromkeys(text for text in texts if text))


def one_line(value: object) -> str:
    """Any value as one line of plain text, without invisible characters."""
    return " ".join(clean_text(_text(value)).split())


def _text(value: object) -> str:
    if value is None or isinstance(value, (list, dict)):
        return ""
    return str(value)


def _split_list(value: object, separator: str) -> list:
    if isinstance(value, (list, tuple)):
        return [item.get("name") or item.get("title") if isinstance(item, dict) else item for item in value]
    return _text(value).split(separator)


def _parse_year(value: object) -> int | None:
    found = re.search(r"(?<!\d)(1[5-9]\d\d|2[01]\d\d)(?!\d)", _text(value))
    return int(found[1]) if found else None


def _parse_boolean(value: object) -> bool | None:
    word = one_line(value).lower()
    return True if word in _YES else False if word in _NO else None


def _parse_datetime(value: object) -> datetime | None:
    """Seconds since 1970 (also milli- or microseconds) or ISO 8601; None for anything else."""
    text = one_line(value)
    try:
        if re.fullmatch(r"\d{1,17}(\.0+)?", text):
            seconds = int(text.partition(".")[0])
            while seconds > 10**11:
                seconds //= 1000
            return datetime.fromtimestamp(seconds, UTC) if seconds else None
        moment = value if isinstance(value, datetime) else parse_datetime(text)
        if moment is None:
            return None
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return moment.astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError, OSError):
        return None
