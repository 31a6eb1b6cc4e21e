"""The neutral form of a list of links: what every reader produces and every writer takes."""

from dataclasses import dataclass, field
from datetime import datetime

from events.formats.document import Problem

KINDS = (
    "article", "paper", "demo", "video", "slides", "code",
    "dataset", "course", "book", "tool", "gallery", "podcast",
)  # fmt: skip
LEVELS = ("", "beginner", "intermediate", "advanced")


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link and what is known of it. Empty strings, empty lists and None mean "the file does not say"."""

    url: str  # normalised
    title: str
    note: str = ""  # Markdown
    kind: str = ""  # one of KINDS
    level: str = ""  # one of LEVELS
    language: str = ""  # BCP 47
    authors: list[str] = field(default_factory=list)
    year: int | None = None
    topics: list[str] = field(default_factory=list)
    collections: list[str] = field(default_factory=list)  # by title; a file's headings or folders
    free: bool | None = None
    added_at: datetime | None = None  # aware, UTC, whole seconds
    page: str = field(default="", compare=False)  # its own page here; written, never read
    place: str = field(default="", compare=False)  # where in the file it stood, for messages ("line 12")


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """A heading or folder, in the order of the file. A path of them is joined: "Tools / Debuggers"."""

    title: str
    text: str = ""  # Markdown


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkList:
    """A whole list. `url` is the page that shows it, `feed_url` the address of the file itself, if any."""

    title: str = ""
    url: str = field(default="", compare=False)
    feed_url: str = field(default="", compare=False)
    links: list[Link] = field(default_factory=list)
    collections: list[Collection] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a reader understood of a file, and what it did not, each problem with its place."""

    links: LinkList
    problems: list[Problem] = field(default_factory=list)
    kind: str = ""  # "Markdown", "bookmarks file", "OPML", "CSV", "XLSX", "JSON Feed", "JSON", "Atom"
