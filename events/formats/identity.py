"""GUIDs and addresses for what a file leaves nameless: the same input gives the same result for ever."""

import re
import unicodedata
from collections import Counter
from datetime import datetime
from itertools import chain, count
from uuid import NAMESPACE_URL, UUID, uuid5

from django.utils.translation import gettext as _

from .raw import RawEvent
from .reading import Report
from .text import clean_line

_BIGGEST_NUMBER = 2**31 - 1
_NAMESPACE = uuid5(NAMESPACE_URL, "https://c3voc.de/schedule/schema.xsd")


def parse_guid(text: str | UUID | None) -> UUID | None:
    """The UUID in a text, in any of its spellings, or None; the empty UUID counts as none."""
    if isinstance(text, UUID):
        return text if text.int else None
    try:
        found = UUID((text or "").strip())
    except ValueError:
        return None
    return found if found.int else None


def derive_guid(*parts: object) -> UUID:
    """A GUID made of these parts."""
    name = "\x1f".join(str(part) for part in parts)
    return uuid5(_NAMESPACE, name.encode("utf-8", "replace").decode())


def make_slug(text: str, limit: int = 60) -> str:
    """Lower-case letters, digits and hyphens; empty where a text has no Latin letters at all."""
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss").replace("ø", "o").replace("ł", "l"))
    plain = plain.encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:limit].rstrip("-")


class Identities:
    """Gives every event of one file an id and a GUID of its own. `source` names the file's conference."""

    def __init__(self, source: str, report: Report) -> None:
        self.source, self.report = source, report
        self.guids: set[UUID] = set()
        self.ids: Counter[str] = Counter()
        self.numbers: set[int] = set()

    def number_of(self, event: RawEvent) -> int:
        """The id as a number, if it is a positive one that no other event had; else 0."""
        text = event.id
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 11 else 0
        if number > _BIGGEST_NUMBER or number in self.numbers:
            return 0
        self.numbers.add(number)
        return number

    def id_of(self, event: RawEvent) -> str:
        """The file's own id; qualified by the room or a number where another talk had it before."""
        own = clean_line(event.id)
        self.ids[own] += 1
        if not own or self.ids[own] == 1:
            return own
        self.report.tally(_("An id that another talk has too; it was made unique"), event.place)
        others = (f"{own}~{number}" for number in count(2))
        unique = next(other for other in chain([f"{own}~{event.room}"], others) if not self.ids[other])
        self.ids[unique] += 1
        return unique

    def guid_of(self, event: RawEvent, title: str, identifier: str, starts_at: datetime | None) -> UUID:
        """The file's own GUID unless another talk had it; else one of its id, or of title and persons."""
        own = parse_guid(event.guid)
        if event.guid.strip() and own is None:
            self.report.tally(_("Not a GUID; one was derived"), event.place, what=clean_line(event.guid)[:40])
        if own and own not in self.guids:
            self.guids.add(own)
            return own
        start = starts_at.isoformat() if starts_at else ""
        if own:
            self.report.tally(_("A GUID that another talk has too; one was derived"), event.place)
            choices: list[tuple] = [(own, identifier), (own, identifier, event.room, start)]
        elif identifier:
            choices = [(self.source, identifier), (self.source, identifier, event.room, start)]
        else:
            names = "\n".join(clean_line(person.name) for person in event.persons)
            choices = [(self.source, title, names), (self.source, title, names, event.room, start)]
        choices += [(*choices[-1], number) for number in range(2, 10)]
        guid = next(
            (guid for guid in (derive_guid(*parts) for parts in choices) if guid not in self.guids), None
        )
        while guid is None or guid in self.guids:
            guid = derive_guid(self.source, title, len(self.guids), guid)
        self.guids.add(guid)
        return guid
