"""Persons of a file become speakers, without making one of two people who share a name or an id."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID, uuid5

from django.contrib.auth.models import User
from django.db import models
from django.db.models.functions import Lower

from roadshow.core.bulk import update_rows
from roadshow.core.slugs import SlugAllocator
from speakers.models import Speaker, SpeakerLink

from ...formats.document import Document, Person
from ...formats.writing import is_own_generator
from ...models import Event, EventSpeaker, TalkSpeaker
from .pictures import is_picture_wanted
from .report import Report, Wish
from .undo_log import UndoLog

FIELDS = {"name": 200, "headline": 250, "biography": None}


def person_guid(event: Event, person: Person) -> UUID:
    """Who a person is: the file's GUID, else one derived from the event, the file's id and the name."""
    return person.guid or uuid5(event.guid, f"person:{person.id}:{person.name}")


def match_people(
    event: Event, document: Document, source: str, report: Report, log: UndoLog, by: User | None = None
) -> dict[UUID, Speaker]:
    """GUID (as `person_guid` has it) -> speaker.

    Known by GUID, also by one that a merged record had; else by the file's id among the event's speakers; else
    the event's only speaker of that name whom organisers had entered by hand; everybody else is new.
    Those whom `by` may not change stay as they are.
    """
    people = _collect_persons(event, document)
    report.persons = len(people)
    found = _find_speakers(event, people, source)
    log.remember(Speaker, [speaker.pk for speaker in found.values()])
    models.prefetch_related_objects([*{speaker.pk: speaker for speaker in found.values()}.values()], "links")
    known = {guid: (found[guid], people[guid]) for guid in _list_editable(found, by)}
    own_pages = is_own_generator(document.generator)
    _update(known, source, report, own_pages=own_pages)
    new = {guid: person for guid, person in people.items() if guid not in found}
    created = _create(new, source, report, own_pages=own_pages, by=by)
    EventSpeaker.objects.grant(event, created.values())
    found |= created
    wanted = {found[guid].pk: people[guid].picture for guid in [*known, *new]}
    rows = {speaker.pk: speaker for speaker in found.values()}
    report.wishes += [
        Wish("speaker", key, url) for key, url in wanted.items() if is_picture_wanted(rows[key], url)
    ]
    report.duplicates = _duplicates(people.values(), new, by)
    return found


def _collect_persons(event: Event, document: Document) -> dict[UUID, Person]:
    """The persons of a document by GUID."""
    people: dict[UUID, Person] = {}
    for talk in document.talks:
        for person in talk.persons:
            guid = person_guid(event, person)
            people[guid] = _richer(people.get(guid), person)
    return people


def _find_speakers(event: Event, people: dict[UUID, Person], source: str) -> dict[UUID, Speaker]:
    """The speakers who are known, by the GUID of the person."""
    found = {speaker.guid: speaker for speaker in Speaker.objects.filter(guid__in=people)}
    aliases = [str(guid) for guid in people if guid not in found]
    for speaker in Speaker.objects.filter(imported__guids__has_any_keys=aliases):
        found |= {UUID(guid): speaker for guid in speaker.imported["guids"] if guid in aliases}
    found |= _by_id(event, people, found, source)
    return found | _by_name(event, {guid: person for guid, person in people.items() if guid not in found})


def _list_editable(found: dict[UUID, Speaker], by: User | None) -> list[UUID]:
    """The GUIDs of those whom `by` may change: all of them without a user."""
    if by is None:
        return list(found)
    keys = {speaker.pk for speaker in found.values()}
    own = set(Speaker.objects.editable_by(by).filter(pk__in=keys).values_list("pk", flat=True))
    return [guid for guid, speaker in found.items() if speaker.pk in own]


def _by_id(
    event: Event, people: dict[UUID, Person], found: dict[UUID, Speaker], source: str
) -> dict[UUID, Speaker]:
    """Persons whose id in this source a speaker of the event had: renamed ones, and ones that swapped names."""
    names = defaultdict(set)
    for person in people.values():
        names[person.id].add(person.name)
    wanted = {
        f"{source}:{person.id}": guid
        for guid, person in people.items()
        if guid not in found and person.id and len(names[person.id]) == 1
    }
    credits = TalkSpeaker.objects.filter(talk__event=event).values("speaker")
    rows = Speaker.objects.filter(pk__in=credits, imported__ids__has_any_keys=list(wanted))
    claimed = {speaker.pk for speaker in found.values()}
    matched = {}
    for speaker in rows if wanted else ():
        for key in speaker.imported["ids"]:
            if key in wanted and speaker.pk not in claimed:
                matched[wanted[key]] = speaker
                claimed.add(speaker.pk)
    return matched


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


def _update(
    pairs: dict[UUID, tuple[Speaker, Person]],
    source: str,
    report: Report,
    *,
    own_pages: bool,
) -> None:
    """Take over what the file changed since it was last imported; what was edited by hand otherwise stays."""
    changed: list[Speaker] = []
    seen: list[Speaker] = []
    new_links: list[SpeakerLink] = []
    known: defaultdict[Any, dict] = defaultdict(
        dict
    )  # a speaker may be several persons of the file, since they were merged
    for guid, (speaker, person) in pairs.items():
        known[speaker][str(guid)] = person
    for speaker, people in known.items():
        last = speaker.imported or {}
        guids = _join(last.get("guids", []), people)
        person = next(people[guid] for guid in guids if guid in people)
        links, ids = _links_of(person, own_pages), [f"{source}:{one.id}" for one in people.values() if one.id]
        facts = {name: value for name, value in _facts(person).items() if value}
        updates = {name: value for name, value in facts.items() if _is_news(name, value, speaker, last)}
        remembered = last | {
            "guids": guids,
            "ids": _join(last.get("ids", []), ids),
            "links": _join(last.get("links", []), links),
            **facts,
        }
        missing = _add_links(speaker, links, last)
        new_links += missing
        if updates or missing:
            report.changed_speakers.append(speaker.name)  # as it was
            changed.append(speaker)
        elif remembered != last:
            seen.append(speaker)
        for name, value in updates.items():
            setattr(speaker, name, value)
        speaker.imported = remembered
    update_rows(changed, [*FIELDS, "imported"])
    Speaker.objects.bulk_update(seen, ["imported"], batch_size=500)
    SpeakerLink.objects.bulk_create(new_links, batch_size=1000)


def _join(before: Iterable[str], now: Iterable[str]) -> list[str]:
    """Both without repetitions, the earlier ones first."""
    return list(dict.fromkeys([*before, *now]))


def _add_links(speaker: Speaker, links: dict[str, str], last: dict) -> list[SpeakerLink]:
    """New rows for addresses that the file did not have before; `last` is what it said then.

    Needs the speaker's links prefetched.
    """
    there = {link.url: link.position for link in speaker.links.all()}
    known = last.get("links", links if last else ())
    first = max(there.values(), default=-1) + 1
    fresh = [(url, title) for url, title in links.items() if url not in there and url not in known]
    return [
        SpeakerLink(speaker=speaker, url=url, title=title, position=first + index)
        for index, (url, title) in enumerate(fresh)
    ]


def _is_news(name: str, value: str, speaker: Speaker, last: dict) -> bool:
    """Whether the file changed that field, or says for the first time what nobody had entered."""
    now = getattr(speaker, name)
    return value != now and (value != last[name] if name in last else not now)


def _create(
    people: dict[UUID, Person],
    source: str,
    report: Report,
    *,
    own_pages: bool,
    by: User | None,
) -> dict[UUID, Speaker]:
    """New speakers.

    `own_pages` says that their pages are those of a portal like this one, and are no links of theirs.
    """
    slugs = SlugAllocator(Speaker, (person.name for person in people.values()), fallback="speaker")
    speakers = []
    for guid, person in people.items():
        ids = {"ids": [f"{source}:{person.id}"]} if person.id else {"ids": []}
        speakers.append(
            Speaker(
                guid=guid,
                slug=slugs.allocate(person.name),
                created_by=by,
                imported={"guids": [str(guid)], **ids, **_facts(person)}
                | {"links": list(_links_of(person, own_pages))},
                **_facts(person),
            )
        )
    Speaker.objects.bulk_create(speakers, batch_size=500)
    SpeakerLink.objects.bulk_create(
        [
            SpeakerLink(speaker=speaker, url=url, title=title, position=position)
            for speaker in speakers
            for position, (url, title) in enumerate(_links_of(people[speaker.guid], own_pages).items())
        ],
        batch_size=1000,
    )
    report.new_speakers += [speaker.name for speaker in speakers]
    return {speaker.guid: speaker for speaker in speakers}


def _links_of(person: Person, own_pages: bool) -> dict[str, str]:
    """A person's addresses with their titles, each once; the page first."""
    own = {person.url: ""} if person.url and not own_pages else {}
    return own | {link.url: link.title for link in person.links}


def _duplicates(people, new: dict, by: User | None) -> list[list[str]]:
    """Slugs of speakers whom `by` may see, with the name of somebody in the file: perhaps one person, perhaps not."""
    if not new:
        return []
    names = {person.name.lower() for person in people}
    alike = defaultdict(list)
    seen = Speaker.objects.visible_to(by) if by else Speaker.objects.all()
    rows = seen.annotate(folded=Lower("name")).filter(folded__in=names).order_by("folded", "pk")
    for folded, slug in rows.values_list("folded", "slug"):
        alike[folded].append(slug)
    return [slugs for slugs in alike.values() if len(slugs) > 1]
