"""Conflicts of a plan: one function for pages, API and release.

It works on plain values, so that a plan of a thousand talks takes milliseconds; `actions.plan` loads them.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import chain
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

Level = Literal["ignore", "warn", "block"]

KINDS: dict[str, tuple] = {
    # kind: (label, default level)
    "room_taken": (_("Room taken twice"), "block"),
    "speaker_taken": (_("Speaker in two places"), "block"),
    "outside_days": (_("Outside the event's days"), "warn"),
    "outside_hours": (_("Outside the room's opening times"), "warn"),
    "speaker_away": (_("Speaker not there at that time"), "warn"),
    "no_room": (_("No room"), "warn"),
    "no_speaker": (_("No speaker"), "warn"),
    "not_confirmed": (_("Not confirmed"), "warn"),
    "cancelled": (_("Cancelled, but in the plan"), "ignore"),
    "room_too_small": (_("Room too small for the people expected"), "warn"),
    "room_changeover": (_("Too little time between two talks in a room"), "warn"),
    "speaker_changeover": (_("Too little time for a speaker to change venue"), "warn"),
}
# Enforced by the database between events: an event may lower these levels only for its own slots.
BOOKED = ("room_taken", "speaker_taken")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedSlot:
    """A slot of this event's plan, or (`foreign`) of another event's current release."""

    key: UUID  # the slot's GUID
    title: str
    starts_at: datetime
    ends_at: datetime
    talk: int = 0  # primary key
    room: UUID | None = None
    room_name: str = ""
    room_shared: bool = False
    venue: int | None = None
    capacity: int | None = None
    audience: int | None = None
    speakers: Mapping[UUID, str] = field(default_factory=dict)  # GUID -> name
    accepted: frozenset[UUID] = frozenset()  # speakers whose clash here was accepted
    overlaps: frozenset[UUID] = frozenset()  # slots that may be in the room at the same time
    state: str = "confirmed"
    kind: str = "talk"
    event: str = ""  # the other event's name
    page: str = ""  # where attendees read about the other event's talk
    foreign: bool = False

    @property
    def is_confirmed(self) -> bool:
        return self.state == "confirmed"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRules:
    """An event's rules for its plan.

    `hours`: room GUID -> opening and closing time in the event's zone. `availability`: speaker GUID -> spans in which
    the person is there; no limits are known of others.
    """

    zone: ZoneInfo
    first_day: date
    last_day: date
    day_change: time = time(4)
    room_changeover: int = 0  # minutes
    speaker_changeover: int = 0  # minutes
    hours: Mapping[UUID, tuple[time, time]] = field(default_factory=dict)
    availability: Mapping[UUID, list[tuple[datetime, datetime]]] = field(default_factory=dict)
    levels: Mapping[str, Level] = field(default_factory=dict)

    def level(self, kind: str, *, foreign: bool = False) -> Level:
        """The level of a kind of conflict. Events cannot change it for bookings of other events."""
        default = KINDS[kind][1]
        return default if foreign and kind in BOOKED else self.levels.get(kind, default)


@dataclass(frozen=True, slots=True)
class Conflict:
    """A problem of `slot`, or of `slot` together with `other`."""

    kind: str
    level: Level
    slot: PlannedSlot
    other: PlannedSlot | None = None
    who: str = ""  # the speaker or room it is about

    @property
    def label(self):
        return KINDS[self.kind][0]

    def __str__(self):
        return str(describe_conflict(self))


def describe_conflict(conflict: Conflict) -> str:
    """A sentence that names both slots."""
    if conflict.kind == "speaker_away":
        words = {"label": conflict.label, "who": conflict.who, "title": conflict.slot.title}
        return _("%(label)s (%(who)s): “%(title)s”.") % words
    if conflict.other is None:
        return _("%(label)s: “%(title)s”.") % {"label": conflict.label, "title": conflict.slot.title}
    words = {
        "label": conflict.label,
        "who": conflict.who,
        "one": conflict.slot.title,
        "other": conflict.other.title,
        "event": conflict.other.event,
    }
    if conflict.other.foreign:
        return _("%(label)s (%(who)s): “%(one)s” and “%(other)s” of %(event)s.") % words
    return _("%(label)s (%(who)s): “%(one)s” and “%(other)s”.") % words


def find_conflicts(slots: Iterable[PlannedSlot], rules: PlanRules) -> list[Conflict]:
    """Every conflict of a plan that is not ignored, in time order; blocking ones first at the same time.

    `slots` are the plan's, together with the slots of other events' releases in the same rooms or by the
    same speakers. Slots that do not take place (not confirmed, cancelled) take nobody's room or time.
    """
    slots = sorted(slots, key=lambda slot: (slot.starts_at, slot.ends_at, slot.title, str(slot.key)))
    found = [
        *chain.from_iterable(_check_slot(slot, rules) for slot in slots if not slot.foreign),
        *_compare_slots(slots, rules),
    ]
    shown = [conflict for conflict in found if conflict.level != "ignore"]
    return sorted(
        shown, key=lambda conflict: (conflict.slot.starts_at, conflict.level != "block", conflict.kind)
    )


def _check_slot(slot: PlannedSlot, rules: PlanRules) -> Iterator[Conflict]:
    for kind, is_wrong in SLOT_CHECKS.items():
        if is_wrong(slot, rules):
            yield Conflict(kind, rules.level(kind), slot, who=slot.room_name)
    for speaker in slot.speakers.keys() & rules.availability.keys() if slot.state != "cancelled" else ():
        spans = rules.availability[speaker]
        if not any(start <= slot.starts_at and slot.ends_at <= end for start, end in spans):
            yield Conflict("speaker_away", rules.level("speaker_away"), slot, who=slot.speakers[speaker])


def _is_outside_days(slot: PlannedSlot, rules: PlanRules) -> bool:
    first = datetime.combine(rules.first_day, rules.day_change, rules.zone)
    last = datetime.combine(rules.last_day + timedelta(days=1), rules.day_change, rules.zone)
    return slot.starts_at < first or slot.ends_at > last


def _is_outside_hours(slot: PlannedSlot, rules: PlanRules) -> bool:
    if slot.room is None or slot.room not in rules.hours:
        return False
    opens, closes = rules.hours[slot.room]
    start, end = slot.starts_at.astimezone(rules.zone), slot.ends_at.astimezone(rules.zone)
    day = start.date() - timedelta(days=1) if closes <= opens and start.time() < closes else start.date()
    closing_day = day + timedelta(days=1) if closes <= opens else day
    return start < datetime.combine(day, opens, rules.zone) or end > datetime.combine(
        closing_day, closes, rules.zone
    )


SLOT_CHECKS: dict[str, Callable[[PlannedSlot, PlanRules], bool]] = {
    "outside_days": _is_outside_days,
    "outside_hours": _is_outside_hours,
    "no_room": lambda slot, rules: slot.room is None,
    "no_speaker": lambda slot, rules: not slot.speakers and slot.kind != "break",
    "not_confirmed": lambda slot, rules: slot.state in ("draft", "withdrawn"),
    "cancelled": lambda slot, rules: slot.state == "cancelled",
    "room_too_small": lambda slot, rules: bool(
        slot.capacity and slot.audience and slot.audience > slot.capacity
    ),
}


def _compare_slots(slots: list[PlannedSlot], rules: PlanRules) -> Iterator[Conflict]:
    """Conflicts between confirmed slots that share a room or a speaker."""
    rooms, speakers = defaultdict(list), defaultdict(list)
    for slot in slots:
        if not slot.is_confirmed:
            continue
        if slot.room and not slot.room_shared:
            rooms[slot.room].append(slot)
        for speaker in slot.speakers:
            speakers[speaker].append(slot)
    for occupying in rooms.values():
        yield from _compare_in_room(occupying, rules)
    for speaker, occupying in speakers.items():
        yield from _compare_of_speaker(speaker, occupying, rules)


def _compare_in_room(slots: list[PlannedSlot], rules: PlanRules) -> Iterator[Conflict]:
    for one, other, overlap in _adjacent_pairs(slots, timedelta(minutes=rules.room_changeover)):
        kind = "room_taken" if overlap else "room_changeover"
        if one.key in other.overlaps or other.key in one.overlaps:
            continue
        yield _conflict(kind, one, other, rules, one.room_name)


def _compare_of_speaker(speaker: UUID, slots: list[PlannedSlot], rules: PlanRules) -> Iterator[Conflict]:
    for one, other, overlap in _adjacent_pairs(slots, timedelta(minutes=rules.speaker_changeover)):
        if overlap and not (speaker in one.accepted or speaker in other.accepted):
            yield _conflict("speaker_taken", one, other, rules, one.speakers[speaker])
        elif not overlap and None not in (one.venue, other.venue) and one.venue != other.venue:
            yield _conflict("speaker_changeover", one, other, rules, one.speakers[speaker])


def _adjacent_pairs(
    slots: list[PlannedSlot], gap: timedelta
) -> Iterator[tuple[PlannedSlot, PlannedSlot, bool]]:
    """Yield pairs of slots (sorted by start) that overlap (True) or have less than `gap` between them (False)."""
    for index, one in enumerate(slots):
        for other in slots[index + 1 :]:
            if other.starts_at >= one.ends_at + gap:
                break
            if not (one.foreign and other.foreign):
                yield one, other, other.starts_at < one.ends_at


def _conflict(kind: str, one: PlannedSlot, other: PlannedSlot, rules: PlanRules, who: str) -> Conflict:
    """A conflict whose first slot is one of this event's plan."""
    first, second = (other, one) if one.foreign else (one, other)
    return Conflict(kind, rules.level(kind, foreign=second.foreign), first, second, who)
