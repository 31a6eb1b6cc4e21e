"""Filter the entries of a document by track, room, kind and so on, and by words."""

import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

from ..formats.document import Document, Talk
from .days import Entry

RECORDED = ("recording", "media")


def fold_text(text: str) -> str:
    """Lower case without accents, as search in the database has it."""
    return "".join(
        char for char in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(char)
    )


PARTS_OF_DAY = {
    "morning": (4, 12),
    "afternoon": (12, 17),
    "evening": (17, 28),
}  # hours, of the event's own time


def find_part_of_day(entry: Entry) -> str:
    """In which of PARTS_OF_DAY an entry begins."""
    hour = (entry.starts_at.hour - 4) % 24 + 4
    return next(part for part, (start, end) in PARTS_OF_DAY.items() if start <= hour < end)


def collect_facets(document: Document, buildings: Mapping[str, str] | None = None) -> dict[str, list[str]]:
    """Parameter -> values to filter the document by; parameters with fewer than two values are left out.

    `buildings` maps the name of a room to its building.
    """
    talks = [talk for talk in document.talks if talk.slots]
    used = {talk.track for talk in talks}
    found = {
        "time": list(PARTS_OF_DAY) if talks else [],
        "track": [track.name for track in document.tracks if track.name in used],
        "room": [room.name for room in document.rooms],
        "building": sorted({name for name in (buildings or {}).values() if name}, key=str.casefold),
        "kind": sorted({talk.kind for talk in talks}),
        "level": sorted({talk.level for talk in talks} - {""}),
        "language": sorted({talk.language for talk in talks} - {""}),
        "topic": sorted({topic for talk in talks for topic in talk.topics}, key=str.casefold),
        "recorded": ["yes"] if any(is_recorded(talk) for talk in talks) else [],
    }
    return {name: values for name, values in found.items() if len(values) > (name != "recorded")}


def is_recorded(talk: Talk) -> bool:
    return any(link.kind in RECORDED for link in talk.links)


def filter_entries(
    entries: Iterable[Entry],
    filters: Mapping[str, Sequence[str]],
    *,
    talks: Collection[UUID] = (),
    buildings: Mapping[str, str] | None = None,
) -> list[Entry]:
    """The entries that match all filters (parameter -> values, of which any one counts).

    `q` requires every word in what an entry shows, or that its talk is one of `talks`, which a search has found.
    """
    words = fold_text(" ".join(filters.get("q", ()))).split()
    wanted = {name: set(values) for name, values in filters.items() if name != "q"}
    return [
        entry
        for entry in entries
        if all(wanted[name] & _list_values(name, entry, buildings or {}) for name in wanted)
        and (_contains_words(entry, words) or entry.talk.guid in talks)
    ]


def _list_values(name: str, entry: Entry, buildings: Mapping[str, str]) -> set[str]:
    """What an entry has of a parameter."""
    talk = entry.talk
    match name:
        case "room":
            return {entry.slot.room}
        case "building":
            return {buildings.get(entry.slot.room, "")}
        case "time":
            return {find_part_of_day(entry)}
        case "topic":
            return set(talk.topics)
        case "recorded":
            return {"yes"} if is_recorded(talk) else set()
    return {getattr(talk, name)} if name in ("track", "kind", "level", "language") else set()


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
