"""The contents of each kind of print, out of a document."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import segno
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ..formats.document import Document, Person, Talk
from ..schedule.days import group_by_day

PRINTS: dict[str, str | Promise] = {
    "badges": _("Badges"),
    "doors": _("Door signs"),
    "speaking": _("Certificates of speaking"),
    "attendance": _("Certificates of attendance"),
    "booklet": _("Programme booklet"),
}


@dataclass(frozen=True, slots=True)
class PrintOptions:
    """`size` of badges (a6 or a7), names of people besides the speakers, the portal's address for QR codes."""

    size: str = "a6"
    names: list[str] = field(default_factory=list)
    root: str = ""


def build_context(kind: str, document: Document, options: PrintOptions) -> dict:
    """Template context of a print."""
    return {"document": document, "options": options} | _BUILDERS[kind](document, options)


def _build_badges(document: Document, options: PrintOptions) -> dict:
    people = [
        {
            "name": person.name,
            "line": person.headline,
            "role": _("Speaker"),
            "code": _draw_code(options.root, person.url or document.url),
        }
        for person in list_speakers(document)
    ]
    event = _draw_code(options.root, document.url)
    people += [{"name": name, "line": "", "role": "", "code": event} for name in options.names]
    return {"people": people}


def _build_doors(document: Document, options: PrintOptions) -> dict:
    signs = [
        {"room": room, "day": day, "entries": day.entries_in_room(room.name)}
        for day in group_by_day(document)
        for room in day.rooms
    ]
    return {"signs": signs, "code": _draw_code(options.root, f"{document.url}schedule/")}


def _build_speaking(document: Document, options: PrintOptions) -> dict:
    people: dict[str, dict] = {}
    for talk, person in _credits(document):
        row = people.setdefault(str(person.guid or person.name), {"name": person.name, "talks": []})
        row["talks"].append(talk.title)
    return {"people": sorted(people.values(), key=lambda one: one["name"].casefold())}


def _build_attendance(document: Document, options: PrintOptions) -> dict:
    return {"people": [{"name": name, "talks": []} for name in options.names]}


def _build_booklet(document: Document, options: PrintOptions) -> dict:
    numbers = {id(talk): number for number, talk in enumerate(document.talks, 1)}
    index: dict[str, list[int]] = {}
    for talk, person in _credits(document):
        index.setdefault(person.name, []).append(numbers[id(talk)])
    days = [
        {"day": day, "entries": [(entry, numbers[id(entry.talk)]) for entry in day.entries]}
        for day in group_by_day(document)
    ]
    return {
        "days": days,
        "talks": [(numbers[id(talk)], talk) for talk in document.talks if talk.kind != "break"],
        "index": sorted(index.items(), key=lambda pair: pair[0].casefold()),
        "code": _draw_code(options.root, document.url),
    }


_BUILDERS: dict[str, Callable[[Document, PrintOptions], dict]] = {
    "badges": _build_badges,
    "doors": _build_doors,
    "speaking": _build_speaking,
    "attendance": _build_attendance,
    "booklet": _build_booklet,
}


def list_speakers(document: Document) -> list[Person]:
    """Everybody who gives a talk that takes place, once, by name."""
    people = {str(person.guid or person.name): person for _talk, person in _credits(document)}
    return sorted(people.values(), key=lambda person: person.name.casefold())


def _credits(document: Document) -> Iterable[tuple[Talk, Person]]:
    for talk in document.talks:
        if talk.slots and talk.state != "cancelled":
            for person in talk.persons:
                yield talk, person


def _draw_code(root: str, path: str) -> str:
    """A QR code of an address as a data: URL; empty without an address."""
    if not path:
        return ""
    link = path if path.startswith("http") else f"{root}{path}"
    return segno.make(link, error="m").svg_data_uri(scale=4, border=1)
