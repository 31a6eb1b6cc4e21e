"""The slots of an event's document: known by GUID, else the talk's by their start, else in order."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.utils import timezone
from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from ..formats.event_document import Path
from ..models import Event, Room, Slot, Talk
from .document_rows import BATCH, nest_errors


@dataclass(frozen=True, slots=True)
class WantedSlot:
    """A slot of a document with its talk and room; `number` is a wish."""

    path: Path
    guid: UUID | None
    number: int
    talk: Talk
    starts_at: datetime
    ends_at: datetime
    room: Room | None


def write_slots(event: Event, wanted: list[WantedSlot]) -> None:
    """Move, add and delete the event's slots. Raises ValidationError."""
    existing = {slot.guid: slot for slot in event.slots.select_related("talk", "room")}
    if errors := _find_errors(event, wanted):
        raise nest_errors(errors)
    spare = _list_spare(existing, wanted)
    numbers, number = {slot.number for slot in existing.values()}, Slot.next_number(event.pk)
    new: list[Slot] = []
    moved: list[Slot] = []
    used: set[UUID] = set()
    for one in wanted:
        slot = existing.get(one.guid) if one.guid else _take_spare(spare[one.talk.pk], one.starts_at)
        if slot is None:
            wish = one.number if one.number and one.number not in numbers else number
            slot = Slot(event=event, guid=one.guid or uuid4(), number=wish)
            numbers.add(wish)
            number = max(number, wish + 1)
        used.add(slot.guid)
        before = (slot.talk_id, slot.starts_at, slot.ends_at, slot.room_id)
        slot.talk, slot.starts_at, slot.ends_at, slot.room = one.talk, one.starts_at, one.ends_at, one.room
        if slot.pk is None:
            new.append(slot)
        elif before != (slot.talk_id, slot.starts_at, slot.ends_at, slot.room_id):
            slot.updated_at = timezone.now()
            moved.append(slot)
    event.slots.exclude(guid__in=used).delete()
    bulk_update_with_history(
        moved, Slot, ["talk", "starts_at", "ends_at", "room", "updated_at"], batch_size=BATCH
    )
    bulk_create_with_history(new, Slot, batch_size=BATCH)


def _find_errors(event: Event, wanted: list[WantedSlot]) -> list[tuple[Path, Any]]:
    guids = [one.guid for one in wanted if one.guid]
    foreign = set(Slot.objects.filter(guid__in=guids).exclude(event=event).values_list("guid", flat=True))
    errors: list[tuple[Path, Any]] = []
    seen: set[UUID] = set()
    for one in wanted:
        if one.guid in foreign:
            errors.append(((*one.path, "guid"), [_("This slot belongs to another event.")]))
        if one.guid in seen:
            errors.append(((*one.path, "guid"), [_("This slot is in the document twice.")]))
        if one.ends_at <= one.starts_at:
            errors.append(
                ((*one.path, "ends_at"), [_("The end is not after the start. Correct one of them.")])
            )
        if one.guid:
            seen.add(one.guid)
    return errors


def _list_spare(existing: dict[UUID, Slot], wanted: list[WantedSlot]) -> defaultdict[int, list[Slot]]:
    """The slots that no GUID of the document names, by their talk."""
    named = {one.guid for one in wanted}
    spare: defaultdict[int, list[Slot]] = defaultdict(list)
    for guid, slot in existing.items():
        if guid not in named:
            spare[slot.talk_id].append(slot)
    return spare


def _take_spare(slots: list[Slot], starts_at: datetime) -> Slot | None:
    """The one of a talk's slots at that time, else the first."""
    same = [slot for slot in slots if slot.starts_at == starts_at] or slots[:1]
    if not same:
        return None
    slots.remove(same[0])
    return same[0]
