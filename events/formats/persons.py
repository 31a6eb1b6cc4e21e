"""The persons of a file: names as written, and never two people under one id."""

from collections import defaultdict

from django.utils.translation import gettext as _

from .addressing import Addresses
from .document import SPEAKER_ROLES, Link, Person
from .identity import parse_guid
from .raw import RawEvent, RawPerson, RawSchedule
from .reading import Report, join_names
from .text import clean_block, clean_line


class Persons:
    """Reads the persons of one file; an id that several names share is qualified by the name."""

    def __init__(self, raw: RawSchedule, report: Report, addresses: Addresses) -> None:
        self.raw, self.report, self.addresses = raw, report, addresses
        self.shared_ids, self.shared_guids = self._shared()

    def _shared(self) -> tuple[set[str], set[str]]:
        """Person ids and GUIDs that stand for more than one name in this file."""
        ids, guids = defaultdict(set), defaultdict(set)
        for event in self.raw.events:
            for person in event.persons:
                name = clean_line(person.name).casefold()
                if name:
                    ids[person.id.strip()].add(name)
                    guids[person.guid.strip().lower()].add(name)
        shared_ids = {key for key, names in ids.items() if key and len(names) > 1}
        shared_guids = {key for key, names in guids.items() if key and len(names) > 1}
        for key in sorted(shared_ids):
            message = _("This id stands for different names, which were kept apart: %(names)s.")
            self.report.add(_person(key), message % {"names": join_names(sorted(ids[key]))})
        for key in sorted(shared_guids):
            self.report.add(_person(key), _("This GUID stands for different names; it was ignored."))
        return shared_ids, shared_guids

    def of(self, event: RawEvent) -> list[Person]:
        """Who gives a talk, in order, each once. A name is never split."""
        found: dict[tuple, Person] = {}
        for raw in event.persons:
            name = clean_line(raw.name)
            if not name:
                self.report.tally(_("A person without a name"), event.place, "info")
                continue
            if raw.loose and "," in name:
                self.report.tally(
                    _("This may be several persons; it was kept as one name"), event.place, what=name[:120]
                )
            person = self._person(raw, name)
            if (person.id, person.guid, name) in found:
                self.report.tally(
                    _("A person who is named twice in one talk"), event.place, "info", what=name
                )
                continue
            found[person.id, person.guid, name] = person
        return list(found.values())

    def _person(self, raw: RawPerson, name: str) -> Person:
        identifier = clean_line(raw.id)
        if identifier in self.shared_ids:
            identifier = f"{identifier}~{name}"
        guid = None if raw.guid.strip().lower() in self.shared_guids else parse_guid(raw.guid)
        return Person(
            name=name,
            id=identifier,
            guid=guid,
            role=raw.role if raw.role in SPEAKER_ROLES else "speaker",
            headline=clean_line(raw.headline),
            biography=clean_block(raw.biography, markdown=self.raw.ours),
            url=self.addresses.resolve_web(raw.url),
            picture=self.addresses.resolve(raw.picture),
            links=[
                Link(url=self.addresses.resolve(link.url), title=clean_line(link.title))
                for link in raw.links
                if self.addresses.resolve(link.url)
            ],
        )


def _person(identifier: str) -> str:
    return _("person %(id)s") % {"id": identifier}
