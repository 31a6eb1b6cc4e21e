"""Changes to the plan, refused when they are based on an outdated view."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history

from roadshow.core.bulk import update_rows
from roadshow.core.models import lock_row
from roadshow.journal.actor import name_activity
from roadshow.journal.models import Activity

from ..models import AcceptedClash, AcceptedOverlap, Event, EventRoom, Release, ReleasedSlot, Room, Slot, Talk
from ..schedule import ScheduleChange, compare_documents
from .document import build_document

BATCH = 500  # rows in one statement
# What a slot of the plan and a released one have in common
PLACED = ("talk_id", "room_id", "starts_at", "ends_at")


class StalePlan(Exception):  # noqa: N818 - an expected refusal
    """The slot was changed after the client loaded it. `slot` is its current state, None when deleted."""

    def __init__(self, slot: Slot | None):
        self.slot = slot
        super().__init__(
            _("Somebody changed this in the meantime. Here is the fresh plan; please look and try again.")
        )


def lock_event(event_id: int) -> None:
    """Lock an event's plan: its slots get their numbers, and are released and imported, one after the other."""
    lock_row(Event.objects.only("pk"), pk=event_id)


@transaction.atomic
def schedule_slot(
    *,
    talk: Talk,
    starts_at: datetime,
    ends_at: datetime | None = None,
    room: Room | None = None,
    slot: Slot | None = None,
    seen: datetime | None = None,
    guid: UUID | None = None,
    only_once: bool = False,
) -> Slot:
    """Schedule a talk at an aware time in a room: move `slot`, or create one when it is None.

    Without `ends_at` a slot keeps its length; a new one takes the talk's planned minutes, else twice the
    event's grid. `seen` is the `updated_at` that the change is based on. `guid` restores a deleted slot of
    this talk with its GUID and number, so that calendars recognise it. `only_once` is for a talk that was not
    in the plan.

    Raises StalePlan when the slot was changed after `seen`, or the talk has a slot meanwhile; ValidationError when
    start, end or room are impossible. Conflicts do not block: the plan may be wrong.
    """
    if slot is not None:
        slot = _lock_slot(slot, seen)
        length = slot.ends_at - slot.starts_at
    else:
        lock_event(talk.event_id)
        if only_once and talk.slots.exists():
            raise StalePlan(talk.slots.first())
        slot = _restore_slot(talk, guid) if guid else Slot(talk=talk, event=talk.event)
        length = timedelta(minutes=talk.duration or 2 * talk.event.slot_minutes)
    before = (slot.starts_at, slot.ends_at, slot.room_id)
    slot.starts_at, slot.ends_at, slot.room = starts_at, ends_at or starts_at + length, room
    slot.full_clean(exclude=["number"])
    if slot._state.adding or (slot.starts_at, slot.ends_at, slot.room_id) != before:
        slot.save()
    return slot


def _restore_slot(talk: Talk, guid: UUID) -> Slot:
    """A new slot with the GUID of a deleted one of `talk`. Raises StalePlan when it exists or never did."""
    there = Slot.objects.filter(guid=guid).first()
    before = Slot.history.filter(guid=guid, talk=talk.pk).first()
    if there or not before:
        raise StalePlan(there)
    taken = Slot.objects.filter(event=talk.event_id, number=before.number).exists()
    number: Any = None if taken else before.number  # the database gives one
    return Slot(talk=talk, event=talk.event, guid=guid, number=number)


@transaction.atomic
def unschedule_slot(*, slot: Slot, seen: datetime | None = None) -> None:
    """Delete a slot of the plan.

    Raises StalePlan, and ValidationError for a slot of a cancelled talk in the current release: attendees
    have to see the cancellation.
    """
    slot = _lock_slot(slot, seen)
    if (
        slot.talk.state == Talk.State.CANCELLED
        and ReleasedSlot.objects.current().filter(guid=slot.guid).exists()
    ):
        raise ValidationError(
            _(
                "Attendees know this talk: it stays, marked as cancelled, and takes nobody's room. "
                "Withdraw the talk to take it off altogether."
            )
        )
    slot.delete()


def _lock_slot(slot: Slot, seen: datetime | None) -> Slot:
    """Lock the slot. Raises StalePlan when it was changed after `seen` or deleted."""
    fresh = lock_row(Slot.objects.select_related("talk__event"), pk=slot.pk)
    if fresh is None or (seen is not None and fresh.updated_at != seen):
        raise StalePlan(fresh)
    return fresh


def delete_slots(slots: list[Slot]) -> None:
    """Delete slots of the plan, with an entry in the history of each; as many queries however many slots."""
    if not slots:
        return
    keys = [slot.pk for slot in slots]
    AcceptedOverlap.objects.filter(Q(slot__in=keys) | Q(other__in=keys)).delete()
    AcceptedClash.objects.filter(slot__in=keys).delete()
    history: Any = Slot.history
    entries = history.bulk_history_create(slots, batch_size=BATCH, update=True)
    history.filter(pk__in=[entry.pk for entry in entries]).update(history_type="-")
    Slot.objects.filter(pk__in=keys)._raw_delete(Slot.objects.db)


@transaction.atomic
def load_release(*, release: Release, dry_run: bool = False) -> list[ScheduleChange]:
    """Replace the plan's slots with those of a release, with their GUIDs and numbers; return what that changed.

    Texts and states of talks stay. Talks that the release does not contain become unscheduled. `dry_run` undoes it.
    """
    event = Event.objects.select_for_update().get(pk=release.event_id)
    before = build_document(event)
    _replace_slots(event, release)
    changes = compare_documents(before, build_document(event))
    transaction.set_rollback(dry_run)
    return changes


def _replace_slots(event: Event, release: Release) -> None:
    slots = list(release.slots.all())
    existing = {slot.guid: slot for slot in event.slots.all()}
    loaded = {slot.guid for slot in slots}
    delete_slots([slot for guid, slot in existing.items() if guid not in loaded])
    added, moved = [], []
    for old in slots:
        slot = existing.get(old.guid) or Slot(guid=old.guid, number=old.number, event=event)
        before = tuple(getattr(slot, name) for name in PLACED)
        after = tuple(getattr(old, name) for name in PLACED)
        for name, value in zip(PLACED, after, strict=True):
            setattr(slot, name, value)
        if slot._state.adding:
            added.append(slot)
        elif after != before:
            moved.append(slot)
    bulk_create_with_history(added, Slot, batch_size=BATCH)
    update_rows(moved, ["talk", "room", "starts_at", "ends_at"])
    used = set(event.event_rooms.values_list("room", flat=True))
    missing = {slot.room_id for slot in slots if slot.room_id} - used
    EventRoom.objects.bulk_create(EventRoom(event=event, room_id=room, position=99) for room in missing)
    name_activity(Activity.Kind.MOVE, _("%(release)s loaded into the plan") % {"release": release})
