"""Persons of a file become speakers, without making one of two people who share a name or an id."""

from collections import defaultdict
from uuid import UUID, uuid5

from django.db.models.functions import Lower
from django.utils import timezone

from roadshow.core.slugs import SlugAllocator
from speakers.models import Speaker, SpeakerLink

from ...formats.document import Document, Person
from ...models import Event, TalkSpeaker
from .report import Report

FIELDS = {"name": 200, "headline": 250, "biography": None}


def person_guid(event: Event, person: Person) -> UUID:
    """Who a person is: the file's GUID, else one derived from the event, the file's id and the name."""
    return person.guid or uuid5(event.guid, f"person:{person.id}:{person.name}")


def match_people(event: Event, document: Document, report: Report) -> dict[UUID, Speaker]:
    """GUID (as `person_guid` has it) -> speaker.

    Known by GUID, also by one that a merged record had; else the event's only speaker of that name whom
    organisers had entered by hand; everybody else is new.
    """
    people: dict[UUID, Person] = {}
    for talk in document.talks:
        for person in talk.persons:
            guid = person_guid(event, person)
            people[guid] = _richer(people.get(guid), person)
    report.persons = len(people)
    found = {speaker.guid: speaker for speaker in Speaker.objects.filter(guid__in=people)}
    aliases = [str(guid) for guid in people if guid not in found]
    for speaker in Speaker.objects.filter(imported__guids__has_any_keys=aliases):
        found |= {UUID(guid): speaker for guid in speaker.imported["guids"] if guid in aliases}
    found |= _by_name(event, {guid: person for guid, person in people.items() if guid not in found})
    _update({guid: (speaker, people[guid]) for guid, speaker in found.items()}, report)
    new = {guid: person for guid, person in people.items() if guid not in found}
    found |= _create(new, report)
    report.duplicates = _duplicates(people.values(), new)
    return found


def _richer(one: Person | None, other: Person) -> Person:
    return other if one is None or len(other.biography) > len(one.biography) else one


def _by_name(event: Event, people: dict[UUID, Person]) -> dict[UUID, Speaker]:
    """Persons whom organisers had entered by hand: the only one of that name on either side."""
    names, wanted = defaultdict(list), defaultdict(list)
    credits = TalkSpeaker.objects.filter(talk__event=event, speaker__imported__isnull=True)
    for speaker in Speaker.objects.filter(pk__in=credits.values("speaker")):
        names[speaker.name.casefold()].append(speaker)
    for guid, person in people.items():
        wanted[person.name.casefold()].append(guid)
    return {
        guids[0]: names[name][0]
        for name, guids in wanted.items()
        if len(guids) == 1 and len(names.get(name, ())) == 1
    }


def _facts(person: Person) -> dict[str, str]:
    return {name: getattr(person, name)[:length] for name, length in FIELDS.items()}


def _update(pairs: dict[UUID, tuple[Speaker, Person]], report: Report) -> None:
    """Take over what the file changed since it was last imported; what was edited by hand otherwise stays."""
    changed = []
    known = defaultdict(dict)  # a speaker may be several persons of the file, since they were merged
    for guid, (speaker, person) in pairs.items():
        known[speaker][str(guid)] = person
    for speaker, people in known.items():
        last = speaker.imported or {}
        guids = [*dict.fromkeys([*last.get("guids", []), *people])]
        person = next(people[guid] for guid in guids if guid in people)
        facts = {name: value for name, value in _facts(person).items() if value}
        updates = {name: value for name, value in facts.items() if _is_news(name, value, speaker, last)}
        remembered = last | {"guids": guids} | facts
        if updates:
            report.changed_speakers.append(speaker.name)
        if updates or remembered != last:
            for name, value in updates.items():
                setattr(speaker, name, value)
            speaker.imported, speaker.updated_at = remembered, timezone.now()
            changed.append(speaker)
    Speaker.objects.bulk_update(changed, [*FIELDS, "imported", "updated_at"], batch_size=500)


def _is_news(name: str, value: str, speaker: Speaker, last: dict) -> bool:
    """Whether the file changed that field, or says for the first time what nobody had entered."""
    now = getattr(speaker, name)
    return value != now and (value != last[name] if name in last else not now)


def _create(people: dict[UUID, Person], report: Report) -> dict[UUID, Speaker]:
    slugs = SlugAllocator(Speaker, (person.name for person in people.values()), fallback="speaker")
    speakers = [
        Speaker(
            guid=guid,
            slug=slugs.allocate(person.name),
            state=Speaker.State.PUBLISHED,
            imported={"guids": [str(guid)], **_facts(person)},
            **_facts(person),
        )
        for guid, person in people.items()
    ]
    Speaker.objects.bulk_create(speakers, batch_size=500)
    SpeakerLink.objects.bulk_create(
        [
            SpeakerLink(speaker=speaker, url=url, title=title, position=position)
            for speaker in speakers
            for position, (url, title) in enumerate(
                {link.url: link.title for link in people[speaker.guid].links}.items()
            )
        ],
        batch_size=1000,
    )
    report.new_speakers += [speaker.name for speaker in speakers]
    return {speaker.guid: speaker for speaker in speakers}


def _duplicates(people, new: dict) -> list[list[str]]:
    """Slugs of speakers who share a name with somebody in the file: perhaps one person, perhaps not."""
    if not new:
        return []
    names = {person.name.lower() for person in people}
    alike = defaultdict(list)
    rows = Speaker.objects.annotate(folded=Lower("name")).filter(folded__in=names).order_by("folded", "pk")
    for folded, slug in rows.values_list("folded", "slug"):
        alike[folded].append(slug)
    return [slugs for slugs in alike.values() if len(slugs) > 1]
