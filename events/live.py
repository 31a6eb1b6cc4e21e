"""The live layer as pages show it: slots that changed on the day, statuses of rooms, notices."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from itertools import groupby
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from roadshow.core.compiled_queries import compiled_query
from roadshow.core.loaded_records import note_moment
from roadshow.core.text import format_time
from roadshow.http.caching import remember

from .formats import document as doc
from .models import Event, LiveChange, LiveSlot, RoomStatus, Talk

SOON = timedelta(minutes=75)  # before a talk begins, for which the status of its room matters
STATUS_CHECK = timedelta(minutes=5)  # after which pages that show statuses of rooms are made anew
FOSDEM_STATES = {"0": RoomStatus.OPEN, "1": RoomStatus.FULL, "2": RoomStatus.EVACUATE}


@dataclass(frozen=True, slots=True)
class SlotNow:
    """What the layer says of a slot of the current release. `late` in minutes; `former_room` where it moved."""

    starts_at: datetime
    ends_at: datetime
    room: str
    cancelled: bool
    sequence: int
    changed_at: datetime
    late: int
    former_room: str | None
    title: str

    @property
    def mark(self) -> str:
        """What changed, in a few words; empty when all was undone."""
        if self.cancelled:
            return _("Cancelled")
        parts = []
        if self.late > 0:
            parts.append(_("%(minutes)s min later") % {"minutes": self.late})
        if self.late < 0:
            parts.append(_("%(minutes)s min earlier") % {"minutes": -self.late})
        if self.former_room is not None:
            parts.append(_("moved to %(room)s") % {"room": self.room})
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice to one talk (`slot`), one room, one day or, with none of them, to everybody."""

    guid: UUID
    text: str
    slot: UUID | None
    room: str
    day: date | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class LiveState:
    """The layer of an event. `statuses` by the name of the room, without those that are open; latest notices first."""

    slots: dict[UUID, SlotNow] = field(default_factory=dict)
    statuses: dict[str, RoomStatus] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)
    changed_at: datetime | None = None
    until: datetime | None = None  # when the clock makes it say something else

    def apply_to(self, talks: Iterable[doc.Talk]) -> list[doc.Talk]:
        """The talks at their present times. One of whose slots only some were cancelled is there twice."""
        found: list[doc.Talk] = []
        for talk in talks:
            if not any(slot.guid in self.slots for slot in talk.slots):
                found.append(talk)
                continue
            shown = [self._apply_to_slot(slot) for slot in talk.slots]
            shown.sort(key=lambda pair: pair[0])
            for is_off, pairs in groupby(shown, key=lambda pair: pair[0]):
                slots = [slot for _off, slot in pairs]
                found.append(replace(talk, slots=slots, state="cancelled" if is_off else talk.state))
        return found

    def _apply_to_slot(self, slot: doc.Slot) -> tuple[bool, doc.Slot]:
        now = self.slots.get(slot.guid) if slot.guid else None
        if now is None:
            return False, slot
        moved = replace(
            slot,
            starts_at=now.starts_at,
            ends_at=now.ends_at,
            room=now.room,
            sequence=slot.sequence + now.sequence,
            changed_at=now.changed_at,
            previous_starts_at=slot.starts_at if now.late else slot.previous_starts_at,
        )
        return now.cancelled, moved

    def status_of(self, room: str, starts_at: datetime, ends_at: datetime) -> RoomStatus | None:
        """The status of a room for a talk that is on or begins soon; None while it is open, and for all others."""
        now = timezone.now()
        return self.statuses.get(room) if starts_at - SOON <= now < ends_at else None

    def notices_for(self, *, slot: UUID | None = None, room: str = "") -> list[Notice]:
        """Notices to a slot or a room, without those to a day or to everybody."""
        return [one for one in self.notices if (slot and one.slot == slot) or (room and one.room == room)]

    @property
    def marked(self) -> list[tuple[UUID, SlotNow]]:
        """Slots that changed, in time order, without those whose changes were all undone."""
        found = [(guid, now) for guid, now in self.slots.items() if now.mark]
        return sorted(found, key=lambda pair: pair[1].starts_at)

    @property
    def general_notices(self) -> list[Notice]:
        """Notices to everybody or to a day."""
        return [one for one in self.notices if not one.slot and not one.room]

    @property
    def version(self) -> str:
        """Identifies what the layer says."""
        return sha256(repr(self.values()).encode()).hexdigest()[:12]

    def values(self) -> tuple:
        """All that the state says, for a digest."""
        return (
            sorted((f"{guid}", repr(now)) for guid, now in self.slots.items()),
            sorted(self.statuses.items()),
            [repr(notice) for notice in self.notices],
        )


def serialize_live_state(event: Event, state: LiveState) -> dict:
    """What an open page needs to follow the day: plain values for JSON, with texts in the present language."""
    zone = event.zone
    return {
        "version": state.version,
        "release": event.current_release.number if event.current_release else None,
        "slots": {
            f"{guid}": {
                "starts_at": now.starts_at.astimezone(zone).isoformat(),
                "ends_at": now.ends_at.astimezone(zone).isoformat(),
                "start": format_time(now.starts_at.astimezone(zone)),
                "end": format_time(now.ends_at.astimezone(zone)),
                "room": now.room,
                "cancelled": now.cancelled,
                "mark": now.mark,
                "title": now.title,
            }
            for guid, now in state.slots.items()
        },
        "rooms": {
            room: {"status": status, "label": str(status.label)} for room, status in state.statuses.items()
        },
        "notices": [
            {
                "guid": f"{one.guid}",
                "text": one.text,
                "slot": one.slot and f"{one.slot}",
                "room": one.room,
                "day": one.day and f"{one.day}",
                "at": one.created_at.astimezone(zone).isoformat(),
            }
            for one in state.notices
        ],
    }


def write_room_states(rooms: Iterable[str], state: LiveState) -> list[dict]:
    """Statuses in FOSDEM's form: `[{"roomname": "K.1.105", "state": "0"}]`; 0 open, 1 full, 2 evacuate.

    Source: https://api.fosdem.org/roomstatus/v1/listrooms as companion applications read it.
    """
    codes = {RoomStatus.FULL: "1", RoomStatus.CLOSED: "1", RoomStatus.EVACUATE: "2"}
    return [
        {"roomname": room, "state": codes.get(state.statuses.get(room, RoomStatus.OPEN), "0")}
        for room in rooms
    ]


def read_room_states(values: object) -> dict[str, RoomStatus]:
    """Room name -> status of FOSDEM's form. Raises ValueError for anything else."""
    if not isinstance(values, list):
        raise ValueError(_("Send a list of objects with roomname and state."))
    found = {}
    for one in values:
        state = FOSDEM_STATES.get(str(one.get("state"))) if isinstance(one, dict) else None
        if state is None or not isinstance(one.get("roomname"), str):
            raise ValueError(_("Each object needs roomname, and a state of 0, 1 or 2."))
        found[one["roomname"]] = state
    return found


def load_live_state(event: Event) -> LiveState:
    """The layer of an event that was just loaded; 2 queries, none while nothing of the event changes."""
    state = remember(f"live:{event.pk}", lambda: _load_live_state(event), events=[event.pk], kinds=["rooms"])
    if state.until and state.until <= timezone.now():
        state = _load_live_state(event)
    note_moment(state.until)
    return state


@compiled_query
def _load_slots(user, release):
    return (
        LiveSlot.objects.filter(slot__release=release, slot__talk__state__in=Talk.PUBLIC)
        .select_related("room", "slot__room", "slot__talk")
        .only(
            "starts_at", "ends_at", "cancelled", "sequence", "changed_at", "room__name",
            "slot__guid", "slot__starts_at", "slot__room__name", "slot__talk__title",
        )
    )  # fmt: skip


@compiled_query
def _load_changes(user, event):
    rows = LiveChange.objects.filter(event=event, release__isnull=True)
    kinds = [LiveChange.Kind.STATUS, LiveChange.Kind.NOTICE]
    return rows.filter(kind__in=kinds).select_related("room").order_by("pk")


def _load_live_state(event: Event) -> LiveState:
    slots = {
        row.slot.guid: _build_slot(row) for row in _load_slots(None, release=event.current_release_id or 0)
    }
    changes = _load_changes(None, event=event.pk)
    moments = [change.undone_at or change.created_at for change in changes]
    now = timezone.now()
    active = [
        change for change in changes
        if change.undone_at is None and (change.expires_at is None or change.expires_at > now)
    ]  # fmt: skip
    found = {row.room.name: RoomStatus(row.status) for row in active if row.status and row.room}
    ends = [change.expires_at for change in active if change.expires_at]
    if found:  # they are shown for what is on or begins soon
        ends.append(now + STATUS_CHECK)
    return LiveState(
        slots=slots,
        statuses={room: status for room, status in found.items() if status != RoomStatus.OPEN},
        notices=[_build_notice(row) for row in reversed(active) if row.kind == LiveChange.Kind.NOTICE],
        changed_at=max([*moments, *(slot.changed_at for slot in slots.values())], default=None),
        until=min(ends, default=None),
    )


def _build_slot(row: LiveSlot) -> SlotNow:
    released = row.slot
    return SlotNow(
        starts_at=row.starts_at.astimezone(UTC),
        ends_at=row.ends_at.astimezone(UTC),
        room=row.room.name if row.room else "",
        cancelled=row.cancelled,
        sequence=row.sequence,
        changed_at=row.changed_at.astimezone(UTC),
        late=round((row.starts_at - released.starts_at).total_seconds() / 60),
        title=released.talk.title,
        former_room=(released.room.name if released.room else "")
        if row.room_id != released.room_id
        else None,
    )


def _build_notice(row: LiveChange) -> Notice:
    return Notice(
        guid=row.guid,
        text=row.text,
        slot=row.slot,
        room=row.room.name if row.room else "",
        day=row.day,
        created_at=row.created_at.astimezone(UTC),
    )
