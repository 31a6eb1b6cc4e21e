"""Announce changes of the day, undo them, and take them over into the plan.

The layer lies over the current release: `LiveChange` says what was announced, `LiveSlot` what follows for each slot.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from roadshow.api.semantic_events import record_event

from ..formats.days import day_start, find_day
from ..models import Event, LiveChange, LiveSlot, Release, ReleasedSlot, Room, RoomStatus, Slot, Talk
from ..models.role import LiveRights, find_live_rights
from ..schedule.live import Effects, LiveTime, apply_effects, delay_slot, swap_slots

MOST_MINUTES = 240
Kind = LiveChange.Kind


class LiveRefused(Exception):  # noqa: N818 - as ReleaseRefused
    """The change may not be announced or undone; the text is a sentence for the user."""


@dataclass(frozen=True, slots=True)
class Shift:
    """What a change does to one slot: `before` and `after` it."""

    title: str
    before: LiveTime
    after: LiveTime


def load_live_times(event: Event) -> dict[UUID, tuple[str, LiveTime]]:
    """GUID -> (title, time) of every slot of the current release, as of now; 1 query."""
    rows = ReleasedSlot.objects.filter(release=event.current_release_id).with_present()
    found = {}
    for guid, title, state, kind, starts_at, ends_at, room, off in rows.values_list(
        "guid", "talk__title", "talk__state", "talk__kind",
        "present_starts_at", "present_ends_at", "present_room_guid", "live__cancelled",
    ):  # fmt: skip
        time = LiveTime(
            guid=guid,
            starts_at=starts_at,
            ends_at=ends_at,
            room=room,
            is_break=kind == Talk.Kind.BREAK,
            cancelled=bool(off) or state == Talk.State.CANCELLED,
        )
        found[guid] = (title, time)
    return found


def plan_change(change: LiveChange) -> list[Shift]:
    """Set the effects of a change that is not saved yet, and list what it does, the first slot first; 1 query.

    Raises LiveRefused when it is about a slot that the event does not have.
    """
    times = load_live_times(change.event)
    if change.kind == Kind.NOTICE and change.slot:
        _get_time(times, change.slot)
    if change.kind in (Kind.LATE, Kind.MOVED, Kind.CANCELLED, Kind.SWAPPED):
        change.effects = _find_effects(change, times)
    shifts = [
        Shift(title, time, apply_effects(time, change.effects[f"{guid}"]))
        for guid, (title, time) in times.items()
        if f"{guid}" in change.effects
    ]
    return sorted(shifts, key=lambda shift: shift.before.starts_at)


def _find_effects(change: LiveChange, times: dict[UUID, tuple[str, LiveTime]]) -> Effects:
    slot = _get_time(times, change.slot)
    match change.kind:
        case Kind.LATE:
            minutes = change.minutes or 0
            if not 0 < abs(minutes) <= MOST_MINUTES:
                raise LiveRefused(_("Give between 1 and %(most)s minutes.") % {"most": MOST_MINUTES})
            if slot.cancelled:
                raise LiveRefused(_("This talk is cancelled."))
            day = find_day(slot.starts_at, change.event.zone, change.event.day_change)
            return delay_slot(_list_beside(times, slot, change.event, day), slot.guid, minutes)
        case Kind.MOVED:
            if change.room is None or change.room.guid == slot.room:
                raise LiveRefused(_("Choose another room."))
            return {f"{slot.guid}": {"room": f"{change.room.guid}"}}
        case Kind.CANCELLED:
            return {f"{slot.guid}": {"cancelled": True}}
    other = _get_time(times, change.other)
    if other.guid == slot.guid:
        raise LiveRefused(_("Choose another talk."))
    return swap_slots(slot, other)


def _get_time(times: dict[UUID, tuple[str, LiveTime]], guid: UUID | None) -> LiveTime:
    if guid not in times:
        raise LiveRefused(_("This talk is not in the schedule any more. Look at the fresh list."))
    return times[guid][1]


def _list_beside(times: dict, slot: LiveTime, event: Event, day) -> list[LiveTime]:
    """The slots of the same room and day; the slot alone where it has no room."""
    begin = day_start(day, event.zone, event.day_change)
    end = day_start(day + timedelta(days=1), event.zone, event.day_change)
    return [
        time
        for _title, time in times.values()
        if time.guid == slot.guid or (slot.room and time.room == slot.room and begin <= time.starts_at < end)
    ]


@transaction.atomic
def announce(*, change: LiveChange, by: User, seen: int | None = None) -> LiveChange:
    """Save a change and show it to everybody.

    `seen` is the primary key of the last change that the user has seen: LiveRefused when another change of the same
    slots came meanwhile, as when two volunteers announce the same delay. A status that a room has already is no change:
    the existing one is returned. Raises LiveRefused or ValidationError, and changes nothing then.
    """
    event = (
        Event.objects.select_for_update(of=("self",))
        .select_related("current_release")
        .get(pk=change.event_id)
    )
    change.event, change.created_by = event, by
    _check_rights(change, find_live_rights(by, event))
    if change.kind == Kind.STATUS and (same := _find_same_status(change)):
        return same
    shifts = plan_change(change)
    if seen is not None:
        _check_seen(change, seen)
    if change.expires_at is None and change.kind in (Kind.STATUS, Kind.NOTICE):
        change.expires_at = find_expiry(event, change.day)
    change.full_clean()
    change.save()
    if shifts:
        rebuild_live_slots(event)
    _record_event(change, event)
    return change


def _record_event(change: LiveChange, event: Event) -> None:
    """Record the semantic event that a change is, for whoever follows these."""
    if change.kind == Kind.STATUS and change.room:
        record_event("room.status", event=event, about=change.room.guid, status=str(change.status))
    elif change.kind == Kind.CANCELLED and change.slot:
        slot = ReleasedSlot.objects.select_related("talk").get(
            release=event.current_release, guid=change.slot
        )
        record_event("talk.cancelled", event=event, about=slot.talk.guid, slot=f"{slot.guid}")


def find_expiry(event: Event, day=None) -> datetime:
    """When a status or a notice ends: with its day, or today, or the event's first day if that is to come."""
    today = find_day(timezone.now(), event.zone, event.day_change)
    return day_start((day or max(today, event.starts_on)) + timedelta(days=1), event.zone, event.day_change)


def _find_same_status(change: LiveChange) -> LiveChange | None:
    rows = change.event.live_changes.active().filter(kind=Kind.STATUS, room=change.room)
    last = rows.last()
    return last if last and last.status == change.status else None


def _check_seen(change: LiveChange, seen: int) -> None:
    later = change.event.live_changes.active().filter(pk__gt=seen).values_list("effects", flat=True)
    if any(change.effects.keys() & effects.keys() for effects in later):
        raise LiveRefused(
            _("Somebody else announced a change of this meanwhile. Look at it, then decide again.")
        )


def _check_rights(change: LiveChange, rights: LiveRights) -> None:
    """Raise LiveRefused unless the user may announce this change."""
    if not rights.is_allowed:
        raise LiveRefused(_("You may not announce changes of this event."))
    if rights.rooms is None:
        return
    slots = [guid for guid in (change.slot, change.other) if guid]
    rooms = set(
        ReleasedSlot.objects.filter(release=change.event.current_release_id, guid__in=slots)
        .with_present()
        .values_list("present_room", flat=True)
    )
    if change.kind in (Kind.STATUS, Kind.NOTICE) and change.room_id:
        rooms.add(change.room_id)
    if not rooms or not rooms <= rights.rooms:
        raise LiveRefused(_("You may announce changes of your own rooms only."))


@transaction.atomic
def undo_change(*, change: LiveChange, by: User) -> None:
    """Take a change back. Raises LiveRefused when it is undone, in the plan or in a release already."""
    event = Event.objects.select_for_update(of=("self",)).get(pk=change.event_id)
    change = LiveChange.objects.select_related("room").get(pk=change.pk)
    change.event = event
    if not change.is_undoable:
        raise LiveRefused(_("This was undone already, or is in the plan."))
    if change.created_by_id != by.pk:
        _check_rights(change, find_live_rights(by, event))
    change.undone_at, change.undone_by = timezone.now(), by
    change.save(update_fields=["undone_at", "undone_by"])
    if change.effects:
        rebuild_live_slots(event)
    if change.kind == Kind.STATUS and change.room:
        before = event.live_changes.active().filter(kind=Kind.STATUS, room=change.room).last()
        status = before.status if before else RoomStatus.OPEN
        record_event("room.status", event=event, about=change.room.guid, status=str(status))


def rebuild_live_slots(event: Event) -> None:
    """Bring the rows of `LiveSlot` in line with the changes; 4 queries. Only rows that differ are written."""
    changes = list(event.live_changes.filter(release__isnull=True).exclude(effects={}).order_by("pk"))
    if not changes:
        return
    touched = {UUID(guid) for change in changes for guid in change.effects}
    slots = ReleasedSlot.objects.filter(release=event.current_release_id, guid__in=touched)
    rooms = dict(Room.objects.filter(event_rooms__event=event).values_list("guid", "pk"))
    wanted = [_build_live_slot(slot, changes, rooms) for slot in slots.select_related("room", "live")]
    LiveSlot.objects.bulk_create(
        [row for row in wanted if row],
        update_conflicts=True,
        unique_fields=["slot"],
        update_fields=["starts_at", "ends_at", "room", "cancelled", "sequence", "changed_at"],
    )


def _build_live_slot(
    slot: ReleasedSlot, changes: list[LiveChange], rooms: dict[UUID, int]
) -> LiveSlot | None:
    """The row for a slot; None when it has that row already."""
    own = [change for change in changes if f"{slot.guid}" in change.effects]
    before = getattr(slot, "live", None)  # the new row takes its place
    time = LiveTime(
        guid=slot.guid,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        room=slot.room.guid if slot.room else None,
    )
    for change in own:
        if change.undone_at is None:
            time = apply_effects(time, change.effects[f"{slot.guid}"])
    made = LiveSlot(
        slot=slot,
        starts_at=time.starts_at,
        ends_at=time.ends_at,
        room_id=rooms.get(time.room, slot.room_id) if time.room else None,
        cancelled=time.cancelled,
        sequence=len(own) + sum(change.undone_at is not None for change in own),
        changed_at=max(change.undone_at or change.created_at for change in own),
    )
    return None if before and before.sequence == made.sequence else made


@transaction.atomic
def merge_into_plan(*, event: Event, by: User) -> int:
    """Write what the layer says of slots into the plan, for the next release; returns the number of changes.

    The layer stays until that release is made.
    """
    event = Event.objects.select_for_update(of=("self",)).get(pk=event.pk)
    changes = list(event.live_changes.active().filter(planned_at__isnull=True).exclude(effects={}))
    effects = _collect_effects(changes)
    rooms = {room.guid: room for room in Room.objects.filter(event_rooms__event=event)}
    for slot in Slot.objects.filter(event=event, guid__in=effects).select_related("talk", "room"):
        _change_plan(slot, effects[slot.guid], rooms)
    event.live_changes.filter(pk__in=[change.pk for change in changes]).update(planned_at=timezone.now())
    return len(changes)


def _collect_effects(changes: Iterable[LiveChange]) -> dict[UUID, list[dict]]:
    found: dict[UUID, list[dict]] = {}
    for change in changes:
        for guid, effects in change.effects.items():
            found.setdefault(UUID(guid), []).append(effects)
    return found


def _change_plan(slot: Slot, effects: list[dict], rooms: dict[UUID, Room]) -> None:
    time = LiveTime(guid=slot.guid, starts_at=slot.starts_at, ends_at=slot.ends_at)
    for one in effects:
        time = apply_effects(time, one)
    if time.cancelled and slot.talk.slots.count() > 1:
        slot.delete()
        return
    if time.cancelled and slot.talk.state == Talk.State.CONFIRMED:
        slot.talk.state = Talk.State.CANCELLED
        slot.talk.save()
    slot.starts_at, slot.ends_at = time.starts_at, time.ends_at
    slot.room = rooms.get(time.room, slot.room) if time.room else slot.room
    slot.full_clean()
    slot.save()


def close_live_layer(event: Event, made: Release) -> None:
    """After a release: what was merged belongs to it, and the rest lies over its slots."""
    event.live_changes.filter(planned_at__isnull=False, release__isnull=True).update(release=made)
    rebuild_live_slots(event)


__all__ = [
    "LiveRefused",
    "LiveRights",
    "Shift",
    "announce",
    "close_live_layer",
    "find_expiry",
    "load_live_times",
    "merge_into_plan",
    "plan_change",
    "rebuild_live_slots",
    "undo_change",
]
