"""Choosing among the slots of a document: by track, room, kind and so on, and by words."""

import unicodedata
from collections.abc import Iterable, Mapping

from ..formats.document import Document, Talk
from .days import Entry

RECORDED = ("recording", "media")


def folded(text: str) -> str:
    """Lower case without accents, as search in the database has it."""
    return "".join(
        char for char in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(char)
    )


def facets(document: Document) -> dict[str, list[str]]:
    """The values by which the document can be narrowed; a parameter with fewer than two is left out."""
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


def narrow(entries: Iterable[Entry], wanted: Mapping[str, str]) -> list[Entry]:
    """The entries that fit all of `wanted`, a parameter's name -> its value; `q` asks for every word."""
    words = folded(wanted.get("q", "")).split()
    return [entry for entry in entries if _fits(entry, wanted) and _says(entry, words)]


def _fits(entry: Entry, wanted: Mapping[str, str]) -> bool:
    talk = entry.talk
    return all(
        (
            wanted.get("track") in (None, talk.track),
            wanted.get("room") in (None, entry.slot.room),
            wanted.get("kind") in (None, talk.kind),
            wanted.get("level") in (None, talk.level),
            wanted.get("language") in (None, talk.language),
            "topic" not in wanted or wanted["topic"] in talk.topics,
            "recorded" not in wanted or is_recorded(talk),
        )
    )


def _says(entry: Entry, words: list[str]) -> bool:
    if not words:
        return True
    text = folded(words_of(entry))
    return all(word in text for word in words)


def words_of(entry: Entry) -> str:
    """What the words of a search are looked for in."""
    talk = entry.talk
    names = [person.name for person in talk.persons]
    return " ".join([talk.title, talk.subtitle, talk.track, entry.slot.room, *talk.topics, *names])
