"""Where every reader brings what it finds: values are cleaned, understood or reported, and never raise."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from events.formats.document import Problem
from events.formats.reading import Report
from events.formats.text import clean_block, clean_text
from roadshow.core.languages import language_of
from roadshow.core.url_normalization import address_key, normalise

from .document import LEVELS, Collection, Link, LinkList, Reading

TITLE, NOTE, NAME, AUTHORS = 300, 20_000, 120, 500  # the most characters of each

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
_KIND_OF = {word: kind for kind, words in _KIND_WORDS.items() for word in [kind, *words.split()]}
_LEVEL_OF = {
    "any": "", "all": "", "everyone": "", "for everyone": "",
    "introductory": "beginner", "basic": "beginner", "easy": "beginner", "novice": "beginner",
    "medium": "intermediate", "expert": "advanced", "hard": "advanced",
} | {level: level for level in LEVELS}  # fmt: skip
_YES = {"1", "true", "yes", "y", "free", "ja", "oui", "是", "免费"}
_NO = {"0", "false", "no", "n", "paid", "nein", "non", "否", "付费"}


class Gatherer:
    """Collects links and problems. `kind` names the format in the Reading."""

    def __init__(self, kind: str):
        self.kind, self.title = kind, ""
        self.report = Report()
        self._links: list[Link] = []
        self._collections: dict[str, str] = {}

    def add(self, place: str, url: object, **found: object) -> None:
        """One link. `found` may hold any field of Link, as text or as the file's own type."""
        try:
            address = normalise(str(url or ""))
        except ValueError as error:
            self.report.tally(str(error).rstrip("."), place)
            return
        collections = self._names(found.get("collections"), place, split=";")
        for title in collections:
            self._collections.setdefault(title, "")
        link = Link(
            url=address,
            title=self._title(found.get("title"), place) or address.partition("//")[2].rstrip("/")[:TITLE],
            note=self._note(found.get("note"), place),
            kind=self._word(found.get("kind"), _KIND_OF, _("No kind of link is called"), place),
            level=self._word(found.get("level"), _LEVEL_OF, _("No level is called"), place),
            language=self._language(found.get("language"), place),
            authors=self._authors(found.get("authors"), place),
            year=_year(found.get("year")),
            topics=self._names(found.get("topics"), place, split=";"),
            collections=collections,
            free=_truth(found.get("free")),
            added_at=_moment(found.get("added_at")),
            place=place,
        )
        self._links.append(link)

    def collection(self, title: object, text: object = "") -> str:
        """Note a heading or folder, in order, with its text; its title as links have to name it."""
        name = one_line(title)[:NAME].rstrip()
        if name:
            self._collections[name] = self._collections.get(name) or self._note(text, name)
        return name

    def reading(self) -> Reading:
        used = {title for link in self._links for title in link.collections}
        collections = [
            Collection(title=title, text=text)
            for title, text in self._collections.items()
            if text or title in used
        ]
        links = LinkList(title=one_line(self.title)[:TITLE], links=self._links, collections=collections)
        return Reading(links=links, problems=self.report.problems(), kind=self.kind)

    def _title(self, value: object, place: str) -> str:
        return self._shortened(one_line(value), TITLE, _("The title is too long and was cut"), place)

    def _note(self, value: object, place: str) -> str:
        text = clean_block(_text(value), markdown=True)
        return self._shortened(text, NOTE, _("The note is too long and was cut"), place)

    def _shortened(self, text: str, limit: int, message: str, place: str) -> str:
        if len(text) > limit:
            self.report.tally(message, place)
        return text[:limit].rstrip()

    def _word(self, value: object, known: dict[str, str], message: str, place: str) -> str:
        word = one_line(value).lower()
        if word and word not in known:
            self.report.tally(message, place, "info", what=word[:40])
        return known.get(word, "")

    def _language(self, value: object, place: str) -> str:
        word = one_line(value)
        tag = language_of(word)
        if word and not tag:
            self.report.tally(_("No language is called"), place, "info", what=word[:40])
        return tag

    def _names(self, value: object, place: str, *, split: str) -> list[str]:
        names = [one_line(name)[:NAME].rstrip() for name in _listed(value, split)]
        known: dict[str, str] = {}
        for name in filter(None, names):
            known.setdefault(name.casefold(), name)
        return list(known.values())

    def _authors(self, value: object, place: str) -> list[str]:
        kept = self._names(value, place, split=";")
        while len("; ".join(kept)) > AUTHORS:
            kept.pop()
        return kept


def distinct(links: Iterable[Link]) -> tuple[list[Link], list[Problem]]:
    """One link per address, in order; what later ones add is added to the first, and each is reported."""
    merged: dict[str, Link] = {}
    problems = []
    for link in links:
        key = address_key(link.url)
        first = merged.setdefault(key, link)
        if first is link:
            continue
        merged[key] = _merged(first, link)
        message = _("“%(title)s” has the same address as %(place)s.")
        message %= {"title": link.title, "place": first.place or first.title}
        problems.append(Problem(place=link.place, message=message, severity="info"))
    return list(merged.values()), problems


def _merged(first: Link, second: Link) -> Link:
    lists = ("authors", "topics", "collections")
    more = {name: list(dict.fromkeys([*getattr(first, name), *getattr(second, name)])) for name in lists[1:]}
    for name in ("note", "kind", "level", "language", "authors", "year", "free", "added_at"):
        if getattr(first, name) in ("", None, []):
            more[name] = getattr(second, name)
    return replace(first, **more)


def one_line(value: object) -> str:
    """Any value as one line of plain text, without what nobody sees."""
    return " ".join(clean_text(_text(value)).split())


def _text(value: object) -> str:
    if value is None or isinstance(value, (list, dict)):
        return ""
    return str(value)


def _listed(value: object, separator: str) -> list[object]:
    if isinstance(value, (list, tuple)):
        return [item.get("name") or item.get("title") if isinstance(item, dict) else item for item in value]
    return _text(value).split(separator)


def _year(value: object) -> int | None:
    found = re.search(r"(?<!\d)(1[5-9]\d\d|2[01]\d\d)(?!\d)", _text(value))
    return int(found[1]) if found else None


def _truth(value: object) -> bool | None:
    word = one_line(value).lower()
    return True if word in _YES else False if word in _NO else None


def _moment(value: object) -> datetime | None:
    """Seconds since 1970 (also in milli- or microseconds) or ISO 8601; what is odd is nothing."""
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
