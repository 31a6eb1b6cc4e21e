"""Which row a talk of a file is: by GUID, else by id, else by title."""

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID, uuid5

from ...formats import document as doc
from ...models import Event, Talk


def match_talks(
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
