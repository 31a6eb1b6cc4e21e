"""Metadata of a page, from citation tags, Open Graph, JSON-LD, and plain HTML elements in this order."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _
from lxml import etree

from events.formats.text import clean_text
from roadshow.core.encodings import guess_encoding
from roadshow.core.languages import parse_language_tag
from roadshow.http import guard

_PAGE_BYTES = 1024 * 1024  # of a page that are read
_TITLE, _DESCRIPTION = 300, 1000  # characters

# Hosts (and first path segments) whose pages all have one kind.
_HOSTS = {
    "code": "github.com gitlab.com bitbucket.org codeberg.org gist.github.com colab.research.google.com",
    "paper": "arxiv.org dl.acm.org openreview.net aclanthology.org papers.nips.cc proceedings.mlr.press "
    "doi.org ieeexplore.ieee.org biorxiv.org jmlr.org papers.neurips.cc",
    "video": "youtube.com youtu.be vimeo.com bilibili.com media.ccc.de m.youtube.com",
    "slides": "speakerdeck.com slideshare.net slides.com docs.google.com/presentation",
    "course": "coursera.org edx.org udacity.com udemy.com fast.ai course.fast.ai",
    "dataset": "kaggle.com/datasets huggingface.co/datasets zenodo.org archive.ics.uci.edu",
    "demo": "huggingface.co/spaces teachablemachine.withgoogle.com playground.tensorflow.org",
    "book": "amazon.com/dp manning.com/books oreilly.com/library packtpub.com leanpub.com",
    "podcast": "podcasts.apple.com open.spotify.com/show open.spotify.com/episode",
    "tool": "pypi.org npmjs.com tfhub.dev marketplace.visualstudio.com",
}  # fmt: skip
_KIND_OF_HOST: dict[str, str] = {}
for _kind, _names in _HOSTS.items():
    _KIND_OF_HOST |= dict.fromkeys(_names.split(), _kind)
_ENDINGS = {
    ".pdf": "paper",
    ".ps": "paper",
    ".ipynb": "code",
    ".ppt": "slides",
    ".pptx": "slides",
    ".key": "slides",
}
_OPEN_GRAPH = {"article": "article", "book": "book", "music.song": "podcast"}
_TYPES = {
    "scholarlyarticle": "paper", "report": "paper", "article": "article", "newsarticle": "article",
    "blogposting": "article", "techarticle": "article", "videoobject": "video", "course": "course",
    "book": "book", "dataset": "dataset", "softwaresourcecode": "code", "softwareapplication": "tool",
    "webapplication": "demo",
    "podcastepisode": "podcast", "podcastseries": "podcast", "imagegallery": "gallery",
    "presentationdigitaldocument": "slides",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class PageMetadata:
    """Metadata of a page; empty where it has none. `url` is the URL after redirects."""

    url: str
    title: str = ""
    description: str = ""
    authors: list[str] = field(default_factory=list)
    year: int | None = None
    kind: str = ""
    language: str = ""
    free: bool | None = None


def fetch_metadata(url: str, *, timeout: float = 10) -> PageMetadata:
    """Fetch a page within `timeout` seconds and extract its metadata. Raises UrlRefused or FetchFailed."""
    response = guard.fetch_url(url, limit=_PAGE_BYTES, timeout=timeout, truncate=True)
    if response.status >= 400:
        raise guard.FetchFailed(
            "status", _("The server answers with an error (%(status)d)."), status=response.status
        )
    return extract_metadata(
        response.body, response.url, content_type=response.headers.get("content-type", "")
    )


def extract_metadata(html: bytes, url: str, *, content_type: str = "") -> PageMetadata:
    """Metadata of a page's bytes; never raises, whatever they are."""
    media = content_type.partition(";")[0].strip().lower()
    is_page = media in ("", "text/html", "application/xhtml+xml") and not html.startswith(b"%PDF")
    page = _Page(html if is_page else b"", content_type)
    return PageMetadata(
        url=url,
        title=page.title()[:_TITLE].rstrip(),
        description=page.description(),
        authors=page.authors(),
        year=page.year(),
        kind=guess_kind(url) or page.kind() or ("paper" if media == "application/pdf" else ""),
        language=page.language(),
        free=page.free(),
    )


def guess_kind(url: str) -> str:
    """The kind of link that a URL implies by its host or file ending; empty when unknown."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    path = parts.path.lower()
    for ending, kind in _ENDINGS.items():
        if path.endswith(ending):
            return kind
    first = path.split("/")[1] if path.count("/") else ""
    return _KIND_OF_HOST.get(f"{host}/{first}") or _KIND_OF_HOST.get(host, "")


def extract_title(html: bytes, content_type: str = "") -> str:
    """The text of the page's <title> on one line."""
    return _Page(html, content_type).element_text("title")


class _Page:
    """A parsed page: <meta> tags by name (all values in order) and JSON-LD objects of known types."""

    def __init__(self, html: bytes, content_type: str):
        parser = etree.HTMLParser(no_network=True, remove_comments=True, remove_pis=True, encoding="utf-8")
        text = _decode_page(html, content_type).replace("\0", "")
        self.root = etree.fromstring(text.encode("utf-8", "replace"), parser) if text.strip() else None
        self.meta: dict[str, list[str]] = {}
        for tag in self._all("meta"):
            name = tag.get("property") or tag.get("name") or tag.get("itemprop") or ""
            if tag.get("content", "").strip():
                self.meta.setdefault(name.strip().lower(), []).append(tag.get("content"))
        self.objects = [entity for entity in self._json_ld() if _types(entity) & set(_TYPES)]

    def _all(self, name: str) -> Iterable[etree._Element]:
        return () if self.root is None else self.root.iter(name)

    def _json_ld(self) -> Iterator[dict]:
        for script in self._all("script"):
            if "ld+json" in script.get("type", "") and len(script.text or "") < 500_000:
                try:
                    yield from _objects(json.loads(script.text or ""))
                except (ValueError, RecursionError):
                    continue

    def first_meta(self, *names: str) -> str:
        return next((self.meta[name][0] for name in names if name in self.meta), "")

    def values(self, *names: str) -> Iterator[object]:
        for entity in self.objects:
            yield from (entity[name] for name in names if entity.get(name) not in (None, ""))

    def element_text(self, name: str) -> str:
        return next((one_line("".join(tag.itertext())) for tag in self._all(name)), "")

    def title(self) -> str:
        known = self.first_meta("citation_title", "og:title", "dc.title", "twitter:title")
        known = known or next((text for text in self.values("headline", "name") if isinstance(text, str)), "")
        return one_line(known) or _strip_site_name(
            self.element_text("title"), self.first_meta("og:site_name")
        )

    def description(self) -> str:
        known = self.first_meta("og:description", "description", "citation_abstract", "dc.description")
        known = known or self.first_meta("twitter:description")
        known = known or next(
            (text for text in self.values("description", "abstract") if isinstance(text, str)), ""
        )
        return one_line(known)[:_DESCRIPTION]

    def authors(self) -> list[str]:
        named = self.meta.get("citation_author") or self.meta.get("dc.creator") or []
        named = [_reorder_name(name) for name in named] or list(
            _iterate_names(self.values("author", "creator"))
        )
        named = named or self.meta.get("author", []) + self.meta.get("article:author", [])
        return [name for name in map(one_line, named) if name and "://" not in name][:20]

    def year(self) -> int | None:
        known = self.first_meta(
            "citation_publication_date", "citation_date", "citation_year", "citation_online_date"
        )
        known = known or self.first_meta("article:published_time", "dc.date", "date", "datepublished")
        known = known or next(map(str, self.values("datePublished", "dateCreated", "uploadDate")), "")
        found = re.search(r"(?<!\d)(1[5-9]|20)\d\d(?!\d)", known)
        return int(found[0]) if found else None

    def kind(self) -> str:
        if "citation_title" in self.meta:
            return "paper"
        for entity in self.objects:
            return next(_TYPES[name] for name in _TYPES if name in _types(entity))
        kind = self.first_meta("og:type").strip().lower()
        return "video" if kind.startswith("video") else _OPEN_GRAPH.get(kind, "")

    def language(self) -> str:
        known = next((text for text in self.values("inLanguage") if isinstance(text, str)), "")
        spoken = "" if self.root is None else self.root.get("lang", "")
        known = known or spoken or self.first_meta("citation_language", "og:locale", "content-language")
        return parse_language_tag(one_line(known))

    def free(self) -> bool | None:
        return next((value for value in self.values("isAccessibleForFree") if isinstance(value, bool)), None)


def one_line(text: str) -> str:
    """Plain text on one line, without invisible characters."""
    return " ".join(clean_text(text).split())


def _decode_page(html: bytes, content_type: str) -> str:
    """Decode by byte-order mark, HTTP header, <meta charset>, or a guess, in this order."""
    if html.startswith((b"\xff\xfe", b"\xfe\xff")):
        return html.decode("utf-16", "replace")
    declared = re.search(r"charset=[\"']?([\w.:-]+)", content_type, re.IGNORECASE)
    inside = re.search(rb"charset=[\"'\s]*([\w.:-]+)", html[:4096], re.IGNORECASE)
    for name in (declared and declared[1], inside and inside[1].decode("ascii", "ignore"), "utf-8"):
        try:
            return html.decode(name, "strict" if name == "utf-8" else "replace") if name else html.decode()
        except (LookupError, UnicodeDecodeError):
            continue
    return html.decode(guess_encoding(html) or "cp1252", "replace")


def _objects(value: object, depth: int = 0) -> Iterator[dict]:
    if isinstance(value, list) and depth < 4:
        for each in value[:50]:
            yield from _objects(each, depth + 1)
    elif isinstance(value, dict):
        yield value
        yield from _objects(value.get("@graph", []), depth + 1)


def _types(entity: dict) -> set[str]:
    kinds = entity.get("@type", "")
    return {str(kind).rpartition("/")[2].lower() for kind in (kinds if isinstance(kinds, list) else [kinds])}


def _iterate_names(values: Iterable[object]) -> Iterator[str]:
    for value in values:
        for each in value if isinstance(value, list) else [value]:
            name = each.get("name") if isinstance(each, dict) else each
            if isinstance(name, str):
                yield name


def _reorder_name(name: str) -> str:
    """“Family, Given” of citation tags as “Given Family”."""
    family, comma, given = name.partition(",")
    return f"{given.strip()} {family.strip()}" if comma and "," not in given else name


def _strip_site_name(title: str, site: str) -> str:
    """“Page | Site” without the site, where the site's name is known."""
    for mark in (" | ", " - ", " – ", " — ", " · ", " :: "):
        head, _mark, tail = title.rpartition(mark)
        known = site or {"YouTube": "YouTube", "Vimeo": "Vimeo"}.get(tail, "")
        if head and tail.casefold() == known.casefold():
            return head
    return title
