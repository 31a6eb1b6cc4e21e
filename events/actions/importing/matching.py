"""Which row a talk of a file is: by GUID, else by code, else by its id in the same source, else by title."""

from collections import defaultdict
from collections.abc import Callable, Hashable
from uuid import UUID, uuid5

from ...formats import document as doc
from ...formats.document import Reading
from ...models import Event, Talk

Match = tuple[UUID, doc.Talk, Talk | None]


def name_source(reading: Reading) -> str:
    """Where a file's own ids are unique: the program that wrote it, or the kind of file."""
    kind = reading.kind.split(" (")[0].split(",")[0]
    return {"CSV": "table", "XLSX": "table", "schedule.xml": "schedule", "schedule.json": "schedule"}.get(
        kind, kind
    )


def match_talks(event: Event, reading: Reading, rows: list[Talk]) -> list[Match]:
    """Each talk of the file with its GUID here and its row, or None for a new one."""
    talks = reading.document.talks
    guids = _guids(event, talks)
    source = name_source(reading)
    found: dict[int, Talk] = {}
    left = set(rows)
    for keys in (
        ([*guids], lambda row: row.guid),
        ([talk.code if len(talk.code) == 6 else None for talk in talks], lambda row: row.code),
        ([_source_id(talk, reading) for talk in talks], lambda row: _stored_id(row, source)),
        ([talk.title.casefold() for talk in talks], lambda row: row.title.casefold()),
    ):
        _match(found, left, *keys)
    return [
        (guid, talk, found.get(index)) for index, (guid, talk) in enumerate(zip(guids, talks, strict=True))
    ]


def _source_id(talk: doc.Talk, reading: Reading) -> str | None:
    """The talk's id in its source. In exchange formats the GUID is the identity: ids repeat between events."""
    return None if reading.is_full else talk.id or None


def _stored_id(row: Talk, source: str) -> str | None:
    imported = row.imported or {}
    return imported.get("source_id") if imported.get("source") == source else None


def _match(
    found: dict[int, Talk], left: set[Talk], wanted: list[Hashable], key: Callable[[Talk], Hashable]
) -> None:
    """Match what is left by a key that one talk of the file and one row have alone."""
    rows, talks = defaultdict(list), defaultdict(list)
    for row in left:
        rows[key(row)].append(row)
    for index, value in enumerate(wanted):
        if index not in found and value:
            talks[value].append(index)
    for value, indexes in talks.items():
        if len(indexes) == 1 and len(rows.get(value, ())) == 1:
            found[indexes[0]] = rows[value][0]
            left.discard(rows[value][0])


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
