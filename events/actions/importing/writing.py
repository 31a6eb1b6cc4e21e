"""What hangs on talks, written in batches: topics, persons, links, slots."""

from dataclasses import dataclass, field
from uuid import UUID, uuid5

from simple_history.utils import bulk_create_with_history

from roadshow.core.bulk import update_rows

from ...formats.document import Talk as TalkThere
from ...models import Event, Slot, Talk, TalkLink, TalkSpeaker
from .report import FieldChange
from .values import Matches

BATCH = 500


@dataclass(slots=True)
class Merged:
    """A talk of the file beside its row: `values` are the file's, `write` the fields to take over.

    `remembered` is what the row remembers of the file, `now` what it said before.
    """

    row: Talk
    values: dict
    write: list[str]
    is_new: bool = False
    remembered: dict = field(default_factory=dict)
    changes: list[FieldChange] = field(default_factory=list)
    kept: list[FieldChange] = field(default_factory=list)
    doc: TalkThere | None = None
    now: dict = field(default_factory=dict)


def write_topics(items: list[Merged], matches: Matches) -> None:
    topics = {topic.name: topic for topic in matches.topics.values()}
    Talk.objects.set_topics({item.row: [topics[name] for name in item.values["topics"]] for item in items})


def write_persons(items: list[Merged], matches: Matches) -> None:
    speakers = {str(speaker.guid): speaker for speaker in matches.speakers.values()}
    TalkSpeaker.objects.replace(
        {
            item.row: [
                TalkSpeaker(speaker=speakers[guid], role=role) for guid, role in item.values["persons"]
            ]
            for item in items
        }
    )


def write_links(items: list[Merged]) -> None:
    TalkLink.objects.replace(
        {
            item.row: [TalkLink(url=url, title=title, kind=kind) for url, title, kind in item.values["links"]]
            for item in items
        }
    )


def write_slots(event: Event, items: list[Merged], matches: Matches) -> None:
    """Move the slots that are there (by GUID, else in order), add and remove the rest."""
    merger = SlotMerger(event, items, matches)
    for item in items:
        merger.merge(item)
    Slot.objects.filter(pk__in=merger.left).delete()
    bulk_create_with_history(merger.new, Slot, batch_size=BATCH)
    update_rows(merger.moved, ["starts_at", "ends_at", "room"], batch_size=BATCH)


class SlotMerger:
    """Sorts the slots of a file's talks: `new` ones, those that are `moved`, and keys of those that are `left` over."""

    def __init__(self, event: Event, items: list[Merged], matches: Matches):
        self.event = event
        self.new: list[Slot] = []
        self.moved: list[Slot] = []
        self.left: list[int] = []
        self.rooms = {room.name: room for room in matches.rooms.values()}
        for slot in (slot for item in items if not item.is_new for slot in item.row.slots.all() if slot.room):
            self.rooms[slot.room.name] = slot.room
        wanted = {slot[0] for item in items for slot in item.values["slots"]}
        others = Slot.objects.filter(guid__in=wanted).exclude(event=event)
        self.foreign = {str(guid) for guid in others.values_list("guid", flat=True)}
        self.used = set(event.slots.values_list("number", flat=True))
        self.number = Slot.next_number(event.pk) if items else 0

    def merge(self, item: Merged) -> None:
        """Sort the slots of one talk."""
        there = {} if item.is_new else {str(slot.guid): slot for slot in item.row.slots.all()}
        named = {slot[0] for slot in item.values["slots"]}
        spare = [guid for guid in there if guid not in named]
        for guid, starts_at, ends_at, room, number in item.values["slots"]:
            key = guid if guid in there else spare.pop(0) if spare else None
            slot = there.pop(key) if key else self.create(item.row, guid, number)
            slot.starts_at, slot.ends_at, slot.room = starts_at, ends_at, self.rooms.get(room)
            (self.moved if key else self.new).append(slot)
        self.left += [slot.pk for slot in there.values()]

    def create(self, talk: Talk, guid: str, number: int | None) -> Slot:
        """A slot with the file's GUID and number, unless another has them."""
        own = uuid5(self.event.guid, guid) if guid in self.foreign else UUID(guid)
        slot = Slot(talk=talk, event=self.event, guid=own)
        slot.number = number if number and number not in self.used else self.number
        self.used.add(slot.number)
        self.number = max(self.number, slot.number + 1)
        return slot
