"""Talks of a file, merged three ways: what the file says, what it said last time, and what is there now."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC
from uuid import UUID, uuid5

from django.db.models import Prefetch
from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from roadshow.base.models import free_slug, slug_of
from speakers.models import Speaker

from ...formats import document as doc
from ...models import Event, Room, Slot, Talk, TalkLink, TalkSpeaker, Topic, Track
from .people import person_guid
from .report import ChangedTalk, FieldChange, Report

BATCH = 500
PLAIN = (
    "title",
    "subtitle",
    "abstract",
    "description",
    "kind",
    "type_label",
    "level",
    "language",
    "state",
    "code",
    "recording_license",
    "do_not_record",
)
FIELDS = (*PLAIN, "track", "topics", "persons", "links", "slots")


@dataclass(frozen=True, slots=True)
class Matches:
    """What names in the file mean here."""

    rooms: dict[str, Room]
    tracks: dict[str, Track]
    topics: dict[str, Topic]
    speakers: dict[UUID, Speaker]


@dataclass(slots=True)
class Merged:
    """A talk of the file beside its row: `values` are the file's, `write` the fields to take over."""

    row: Talk
    values: dict
    write: list[str]
    is_new: bool = False


def write_talks(
    event: Event, document: doc.Document, matches: Matches, report: Report, progress: Callable
) -> None:
    """Bring the event's plan to what the file says. Statements grow with batches, not with talks."""
    rows = _rows(event)
    found = list(_matched(event, document.talks, rows))
    merged, new, slugs = [], [], {row.slug for row in rows}
    for done, (guid, talk, row) in enumerate(found):
        values = _values(event, guid, talk, matches)
        if row is None:
            row = _new_row(event, guid, talk, values, matches, slugs, report)
            new.append(row)
            merged.append(Merged(row, values, ["topics", "persons", "links", "slots"], is_new=True))
        else:
            merged.append(_merge(row, values, matches, report))
        if done % 50 == 0:
            progress(_("talks"), done, len(found))
    gone = _cancel_missing({row.pk for _guid, _talk, row in found if row}, rows, report)
    updated = [item.row for item in merged if item.row.pk and _needs_update(item)]
    bulk_create_with_history(new, Talk, batch_size=BATCH)
    bulk_update_with_history([*updated, *gone], Talk, [*PLAIN, "track", "imported"], batch_size=BATCH)
    _write_topics([item for item in merged if "topics" in item.write], matches)
    _write_persons([item for item in merged if "persons" in item.write], matches)
    _write_links([item for item in merged if "links" in item.write])
    _write_slots(event, [item for item in merged if "slots" in item.write], matches)
    report.talks, report.links = len(found), sum(len(item.values["links"]) for item in merged)
    report.slots = sum(len(item.values["slots"]) for item in merged)
    progress(_("talks"), len(found), len(found))


# --- matching --------------------------------------------------------------------------------------


def _rows(event: Event) -> list[Talk]:
    return list(
        event.talks.defer("search")
        .select_related("track")
        .prefetch_related(
            "links",
            Prefetch("topics", Topic.objects.only("name")),
            Prefetch("slots", Slot.objects.select_related("room").order_by("starts_at", "number")),
            Prefetch("talk_speakers", TalkSpeaker.objects.select_related("speaker")),
        )
    )


def _matched(
    event: Event, talks: list[doc.Talk], rows: list[Talk]
) -> Iterable[tuple[UUID, doc.Talk, Talk | None]]:
    """Each talk of the file with its GUID here and its row: by GUID, else by id, else by title."""
    guids = _guids(event, talks)
    by_guid = {row.guid: row for row in rows}
    by_title = defaultdict(list)
    for row in rows:
        by_title[row.title.casefold()].append(row)
    claimed = {guid for guid in guids if guid in by_guid}
    titles = defaultdict(int)
    for talk in talks:
        titles[talk.title.casefold()] += 1
    for guid, talk in zip(guids, talks, strict=True):
        row = by_guid.get(guid)
        alike = [other for other in by_title[talk.title.casefold()] if other.guid not in claimed]
        if row is None and len(alike) == 1 and titles[talk.title.casefold()] == 1:
            row = alike[0]
            claimed.add(row.guid)
        yield guid, talk, row


def _guids(event: Event, talks: list[doc.Talk]) -> list[UUID]:
    """The talks' GUIDs: the file's, else derived from the event and the file's id or title; never twice."""
    named = {talk.guid for talk in talks if talk.guid}
    elsewhere = set(Talk.objects.filter(guid__in=named).exclude(event=event).values_list("guid", flat=True))
    found, used = [], set()
    for talk in talks:
        guid = talk.guid or uuid5(event.guid, f"talk:{talk.id or talk.title.casefold()}")
        if guid in elsewhere:
            guid = uuid5(event.guid, str(guid))
        number = 1
        while guid in used:
            number += 1
            guid = uuid5(event.guid, f"{guid}#{number}")
        used.add(guid)
        found.append(guid)
    return found


# --- values: the same form for the file and for a row, and plain enough for JSON --------------------


def _values(event: Event, guid: UUID, talk: doc.Talk, matches: Matches) -> dict:
    values = {name: getattr(talk, name) for name in PLAIN if name != "do_not_record"}
    return values | {
        "do_not_record": talk.recording_optout,
        "title": talk.title[:500],
        "type_label": talk.type_label[:100],
        "recording_license": talk.recording_license[:100],
        "code": talk.code if len(talk.code) == 6 else "",
        "track": matches.tracks[talk.track].name if talk.track else "",
        "topics": sorted({matches.topics[name.strip()[:120]].name for name in talk.topics if name.strip()}),
        "persons": list(
            {
                str(matches.speakers[person_guid(event, person)].guid): person.role for person in talk.persons
            }.items()
        ),
        "links": [[link.url, link.title, link.kind] for link in talk.links],
        "slots": [_slot_values(guid, index, slot, matches) for index, slot in enumerate(talk.slots)],
    }


def _slot_values(guid: UUID, index: int, slot: doc.Slot, matches: Matches) -> list:
    room = matches.rooms[slot.room].name if slot.room else ""
    return [str(slot.guid or uuid5(guid, f"slot:{index}")), *_times(slot), room, slot.number]


def _row_values(row: Talk) -> dict:
    return {name: getattr(row, name) for name in PLAIN} | {
        "track": row.track.name if row.track else "",
        "topics": sorted(topic.name for topic in row.topics.all()),
        "persons": [(str(credit.speaker.guid), credit.role) for credit in row.talk_speakers.all()],
        "links": [[link.url, link.title, link.kind] for link in row.links.all()],
        "slots": [
            [str(slot.guid), *_times(slot), slot.room.name if slot.room else "", slot.number]
            for slot in row.slots.all()
        ],
    }


def _times(slot) -> list[str]:
    return [slot.starts_at.astimezone(UTC).isoformat(), slot.ends_at.astimezone(UTC).isoformat()]


def _comparable(name: str, value):
    """Without what may differ though nothing changed: a slot's GUID and number, tuples for lists."""
    if name == "slots":
        return sorted(tuple(slot[1:4]) for slot in value or [])
    return [list(item) for item in value or []] if name in ("persons", "links") else value


def _same(name: str, one, other) -> bool:
    return _comparable(name, one) == _comparable(name, other)


# --- merging ---------------------------------------------------------------------------------------


def _merge(row: Talk, values: dict, matches: Matches, report: Report) -> Merged:
    last, now = row.imported or {}, _row_values(row)
    write, changes, kept = [], [], []
    for name in FIELDS:
        by_hand = name in last and not _same(name, now[name], last[name])
        if name in last and _same(name, values[name], last[name]):
            if by_hand:
                kept.append(FieldChange(name, now[name], values[name], by_hand=True))
        elif not _same(name, values[name], now[name]):
            write.append(name)
            changes.append(FieldChange(name, now[name], values[name], by_hand))
    _take(row, values, [name for name in write if name in PLAIN or name == "track"], matches)
    if changes:
        report.changed.append(ChangedTalk(row.title, changes))
    else:
        report.unchanged += 1
    if kept:
        report.kept.append(ChangedTalk(row.title, kept))
    return Merged(row, values, write)


def _take(row: Talk, values: dict, names: Iterable[str], matches: Matches) -> None:
    for name in names:
        setattr(row, name, matches.tracks.get(values["track"]) if name == "track" else values[name])


def _needs_update(item: Merged) -> bool:
    """Whether the row itself is to be written; remembers what the file said."""
    remembered = _json(item.values)
    stale = item.row.imported != remembered
    item.row.imported = remembered
    return stale or bool({*item.write} & {*PLAIN, "track"})


def _json(values: dict) -> dict:
    return values | {"persons": [list(pair) for pair in values["persons"]]}


def _new_row(
    event: Event, guid: UUID, talk: doc.Talk, values: dict, matches: Matches, slugs: set[str], report: Report
) -> Talk:
    slug = free_slug(_address(talk), slugs.__contains__, fallback="talk")
    slugs.add(slug)
    row = Talk(event=event, guid=guid, slug=slug, imported=_json(values))
    _take(row, values, [*PLAIN, "track"], matches)
    if len(talk.title) > 500:
        row.description = f"{talk.title}\n\n{row.description}"
        report.problem(
            talk.place, _("The title is longer than 500 characters; the whole is in the description.")
        )
    report.new.append(row.title)
    return row


def _address(talk: doc.Talk) -> str:
    """Words for the address: the end of the file's URL if it is words, else its slug, else the title."""
    tail = talk.url.rstrip("/").rpartition("/")[2]
    is_words = tail == slug_of(tail) and ("-" in tail or (tail and talk.slug.endswith(tail)))
    return (tail if is_words else talk.slug) or talk.title


def _cancel_missing(present: set[int], rows: list[Talk], report: Report) -> list[Talk]:
    """Imported talks that the file no longer has become cancelled; nothing is deleted."""
    gone = [
        row for row in rows if row.imported and row.pk not in present and row.state == Talk.State.CONFIRMED
    ]
    for row in gone:
        row.state = Talk.State.CANCELLED
        row.imported = row.imported | {"state": Talk.State.CANCELLED}
        report.gone.append(row.title)
    return gone


# --- writing what hangs on talks --------------------------------------------------------------------


def _write_topics(items: list[Merged], matches: Matches) -> None:
    through = Talk.topics.through
    topics = {topic.name: topic for topic in matches.topics.values()}
    through.objects.filter(talk__in=[item.row.pk for item in items]).delete()
    through.objects.bulk_create(
        [through(talk=item.row, topic=topics[name]) for item in items for name in item.values["topics"]],
        batch_size=BATCH,
    )


def _write_persons(items: list[Merged], matches: Matches) -> None:
    speakers = {str(speaker.guid): speaker for speaker in matches.speakers.values()}
    TalkSpeaker.objects.filter(talk__in=[item.row.pk for item in items]).delete()
    TalkSpeaker.objects.bulk_create(
        [
            TalkSpeaker(talk=item.row, speaker=speakers[guid], role=role, position=position)
            for item in items
            for position, (guid, role) in enumerate(item.values["persons"])
        ],
        batch_size=BATCH,
    )


def _write_links(items: list[Merged]) -> None:
    TalkLink.objects.filter(talk__in=[item.row.pk for item in items]).delete()
    TalkLink.objects.bulk_create(
        [
            TalkLink(talk=item.row, url=url, title=title, kind=kind, position=position)
            for item in items
            for position, (url, title, kind) in enumerate(item.values["links"])
        ],
        batch_size=BATCH,
    )


def _write_slots(event: Event, items: list[Merged], matches: Matches) -> None:
    """Move the slots that are there (by GUID, else in order), add and remove the rest."""
    rooms = {room.name: room for room in matches.rooms.values()}
    wanted = {slot[0] for item in items for slot in item.values["slots"]}
    foreign = {
        str(guid)
        for guid in Slot.objects.filter(guid__in=wanted).exclude(event=event).values_list("guid", flat=True)
    }
    used = set(event.slots.values_list("number", flat=True))
    number = Slot.next_number(event.pk) if items else 0
    new, moved, left = [], [], []
    for item in items:
        there = {} if item.is_new else {str(slot.guid): slot for slot in item.row.slots.all()}
        spare = [guid for guid in there if guid not in {slot[0] for slot in item.values["slots"]}]
        for guid, starts_at, ends_at, room, wish in item.values["slots"]:
            key = guid if guid in there else spare.pop(0) if spare else None
            slot = there.pop(key) if key else Slot(talk=item.row, event=event)
            if key is None:
                slot.guid = uuid5(event.guid, guid) if guid in foreign else UUID(guid)
                slot.number = wish if wish and wish not in used else number
                used.add(slot.number)
                number = max(number, slot.number + 1)
            slot.starts_at, slot.ends_at, slot.room = starts_at, ends_at, rooms.get(room)
            (moved if key else new).append(slot)
        left += [slot.pk for slot in there.values()]
    Slot.objects.filter(pk__in=left).delete()
    bulk_create_with_history(new, Slot, batch_size=BATCH)
    bulk_update_with_history(moved, Slot, ["starts_at", "ends_at", "room"], batch_size=BATCH)
