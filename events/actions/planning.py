"""Changes to the plan, one slot at a time, refused when they are based on a stale view."""

from datetime import datetime, timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from ..models import Event, EventRoom, Release, ReleasedSlot, Room, Slot, Talk


class StalePlan(Exception):  # noqa: N818 - a refusal, in one sentence, not a fault
    """Somebody changed the slot since it was looked at. `slot` is its fresh state, None when it is gone."""

    def __init__(self, slot: Slot | None):
        self.slot = slot
        super().__init__(
            _("Somebody changed this in the meantime. Here is the fresh plan; please look and try again.")
        )


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
) -> Slot:
    """Put a talk at an aware time into a room: move `slot`, or make a new one when that is None.

    Without `ends_at` a slot keeps its length; a new one has the talk's planned minutes, else the event's
    grid × 2. `seen` is the `updated_at` that the change is based on. `guid` brings back a slot of this talk
    that was sent back, with its number, so that calendars know it.

    Raises StalePlan when the slot has changed since, ValidationError when start, end or room are impossible.
    Conflicts do not block: the plan may be wrong.
    """
    if slot is not None:
        slot = _fresh(slot, seen)
        length = slot.ends_at - slot.starts_at
    else:
        slot = _again(talk, guid) if guid else Slot(talk=talk, event=talk.event)
        length = timedelta(minutes=talk.duration or 2 * talk.event.slot_minutes)
    slot.starts_at, slot.ends_at, slot.room = starts_at, ends_at or starts_at + length, room
    slot.full_clean(exclude=["number"])
    slot.save()
    return slot


def _again(talk: Talk, guid: UUID) -> Slot:
    """The slot that `talk` had under that GUID. Raises StalePlan when it is there again or never was."""
    there = Slot.objects.filter(guid=guid).first()
    before = Slot.history.filter(guid=guid, talk=talk.pk).first()
    if there or not before:
        raise StalePlan(there)
    taken = Slot.objects.filter(event=talk.event_id, number=before.number).exists()
    return Slot(talk=talk, event=talk.event, guid=guid, number=None if taken else before.number)


@transaction.atomic
def unschedule_slot(*, slot: Slot, seen: datetime | None = None) -> None:
    """Send a slot back: its talk is unscheduled again if it has no other.

    Raises StalePlan, and ValidationError for a cancelled talk that attendees know: they have to be told.
    """
    slot = _fresh(slot, seen)
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


def _fresh(slot: Slot, seen: datetime | None) -> Slot:
    """The slot, locked. Raises StalePlan when it changed after `seen` or is gone."""
    fresh = (
        Slot.objects.select_for_update(of=("self",)).select_related("talk__event").filter(pk=slot.pk).first()
    )
    if fresh is None or (seen is not None and fresh.updated_at != seen):
        raise StalePlan(fresh)
    return fresh


@transaction.atomic
def load_release(*, release: Release) -> None:
    """Make the plan what a release was: its slots with their GUIDs and numbers. Texts of talks stay.

    Talks that are not in it become unscheduled.
    """
    event = Event.objects.select_for_update().get(pk=release.event_id)
    slots = list(release.slots.all())
    event.slots.exclude(guid__in=[slot.guid for slot in slots]).delete()
    there = {slot.guid: slot for slot in event.slots.all()}
    for old in slots:
        slot = there.get(old.guid) or Slot(guid=old.guid, number=old.number)
        slot.talk_id, slot.room_id, slot.starts_at, slot.ends_at = (
            old.talk_id,
            old.room_id,
            old.starts_at,
            old.ends_at,
        )
        slot.save()
    known = set(event.event_rooms.values_list("room", flat=True))
    missing = {slot.room_id for slot in slots if slot.room_id} - known
    EventRoom.objects.bulk_create(EventRoom(event=event, room_id=room, position=99) for room in missing)
