"""Filter the entries of a document by track, room, kind and so on, and by words."""

import unicodedata
from collections.abc import Iterable, Mapping

from ..formats.document import Document, Talk
from .days import Entry

RECORDED = ("recording", "media")


def fold_text(text: str) -> str:
    """Lower case without accents, as search in the database has it."""
    return "".join(
        char for char in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(char)
    )


def collect_facets(document: Document) -> dict[str, list[str]]:
    """Parameter -> values to filter the document by; parameters with fewer than two values are left out."""
    talks = [talk for talk in document.talks if talk.slots]
    used = {talk.track for talk in talks}
    found = {
        "track": [track.name for track in document.tracks if track.name in used],
        "room": [room.name for room in document.rooms],
        "kind": sorted({talk.kind for talk in talks}),
        "level": sorted({talk.level for talk in talks} - {""}),
        "language": sorted({talk.language for talk in talks} - {""}),
        "topic": sorted({topic for talk in talks for topic in talk.topics}, key=str.casefold),
        "recorded": ["yes"] if any(is_recorded(talk) for talk in talks) else [],
    }
    return {name: values for name, values in found.items() if len(values) > (name != "recorded")}


def is_recorded(talk: Talk) -> bool:
    return any(link.kind in RECORDED for link in talk.links)


def filter_entries(entries: Iterable[Entry], filters: Mapping[str, str]) -> list[Entry]:
    """The entries that match all filters (parameter -> value); `q` requires every word."""
    words = fold_text(filters.get("q", "")).split()
    return [entry for entry in entries if _matches_filters(entry, filters) and _contains_words(entry, words)]


def _matches_filters(entry: Entry, filters: Mapping[str, str]) -> bool:
    talk = entry.talk
    return all(
        (
            filters.get("track") in (None, talk.track),
            filters.get("room") in (None, entry.slot.room),
            filters.get("kind") in (None, talk.kind),
            filters.get("level") in (None, talk.level),
            filters.get("language") in (None, talk.language),
            "topic" not in filters or filters["topic"] in talk.topics,
            "recorded" not in filters or is_recorded(talk),
        )
    )


def _contains_words(entry: Entry, words: list[str]) -> bool:
    if not words:
        return True
    text = fold_text(join_searchable_text(entry))
    return all(word in text for word in words)


def join_searchable_text(entry: Entry) -> str:
    """The text in which the words of `q` are searched."""
    talk = entry.talk
    names = [person.name for person in talk.persons]
    return " ".join([talk.title, talk.subtitle, talk.track, entry.slot.room, *talk.topics, *names])
