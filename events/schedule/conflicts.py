"""What is wrong with a plan: one function for pages, API and release.

It works on plain values, so that a plan of a thousand talks takes milliseconds; `actions.plan` loads them.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

Level = Literal["ignore", "warn", "block"]

KINDS: dict[str, tuple] = {
    # kind: (what it is called, what it does unless the event says otherwise)
    "room_taken": (_("Room taken twice"), "block"),
    "speaker_taken": (_("Speaker in two places"), "block"),
    "outside_days": (_("Outside the event's days"), "warn"),
    "outside_hours": (_("Outside the room's opening times"), "warn"),
    "no_room": (_("No room"), "warn"),
    "no_speaker": (_("No speaker"), "warn"),
    "not_confirmed": (_("Not confirmed"), "warn"),
    "cancelled": (_("Cancelled, but in the plan"), "ignore"),
    "room_too_small": (_("Room too small for the people expected"), "warn"),
    "room_changeover": (_("Too little time between two talks in a room"), "warn"),
    "speaker_changeover": (_("Too little time for a speaker to change venue"), "warn"),
}
# What the database keeps apart: by these an event may only overlap itself.
BOOKED = ("room_taken", "speaker_taken")


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A slot as conflicts see it: of this event's plan, or (`foreign`) of another event's current release."""

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
    state: str = "confirmed"
    kind: str = "talk"
    event: str = ""  # the other event's name
    page: str = ""  # where attendees read about the other event's talk
    foreign: bool = False

    @property
    def takes_place(self) -> bool:
        return self.state == "confirmed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What an event asks of its plan. `hours` are a room's opening and closing time, in the event's zone."""

    zone: ZoneInfo
    first_day: date
    last_day: date
    day_change: time = time(4)
    room_changeover: int = 0  # minutes
    speaker_changeover: int = 0  # minutes
    hours: Mapping[UUID, tuple[time, time]] = field(default_factory=dict)
    levels: Mapping[str, Level] = field(default_factory=dict)

    def level(self, kind: str, *, foreign: bool = False) -> Level:
        """What the event says of its own plan; to another event's booking it has nothing to say."""
        usual = KINDS[kind][1]
        return usual if foreign and kind in BOOKED else self.levels.get(kind, usual)


@dataclass(frozen=True, slots=True)
class Conflict:
    """One thing wrong with `slot`, and the other slot it is wrong with, if any."""

    kind: str
    level: Level
    slot: Planned
    other: Planned | None = None
    who: str = ""  # the speaker or room it is about

    @property
    def label(self):
        return KINDS[self.kind][0]

    def __str__(self):
        return str(sentence(self))


def sentence(conflict: Conflict) -> str:
    """The conflict in words, naming both sides."""
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


def conflicts(slots: Iterable[Planned], rules: Rules) -> list[Conflict]:
    """Every conflict of a plan that is not ignored, in time order; blocking ones first at the same time.

    `slots` are the plan's, together with the slots of other events' releases in the same rooms or by the
    same speakers. Slots that do not take place (not confirmed, cancelled) take nobody's room or time.
    """
    slots = sorted(slots, key=lambda slot: (slot.starts_at, slot.ends_at, slot.title, str(slot.key)))
    found = [
        *(conflict for slot in slots if not slot.foreign for conflict in _alone(slot, rules)),
        *_pairs(slots, rules),
    ]
    shown = [conflict for conflict in found if conflict.level != "ignore"]
    return sorted(
        shown, key=lambda conflict: (conflict.slot.starts_at, conflict.level != "block", conflict.kind)
    )


def _alone(slot: Planned, rules: Rules) -> Iterator[Conflict]:
    for kind, is_wrong in ALONE.items():
        if is_wrong(slot, rules):
            yield Conflict(kind, rules.level(kind), slot, who=slot.room_name)


def _outside_days(slot: Planned, rules: Rules) -> bool:
    first = datetime.combine(rules.first_day, rules.day_change, rules.zone)
    last = datetime.combine(rules.last_day + timedelta(days=1), rules.day_change, rules.zone)
    return slot.starts_at < first or slot.ends_at > last


def _outside_hours(slot: Planned, rules: Rules) -> bool:
    if slot.room not in rules.hours:
        return False
    opens, closes = rules.hours[slot.room]
    start, end = slot.starts_at.astimezone(rules.zone), slot.ends_at.astimezone(rules.zone)
    day = start.date() - timedelta(days=1) if closes <= opens and start.time() < closes else start.date()
    closing_day = day + timedelta(days=1) if closes <= opens else day
    return start < datetime.combine(day, opens, rules.zone) or end > datetime.combine(
        closing_day, closes, rules.zone
    )


ALONE: dict[str, Callable[[Planned, Rules], bool]] = {
    "outside_days": _outside_days,
    "outside_hours": _outside_hours,
    "no_room": lambda slot, rules: slot.room is None,
    "no_speaker": lambda slot, rules: not slot.speakers and slot.kind != "break",
    "not_confirmed": lambda slot, rules: slot.state in ("draft", "withdrawn"),
    "cancelled": lambda slot, rules: slot.state == "cancelled",
    "room_too_small": lambda slot, rules: bool(
        slot.capacity and slot.audience and slot.audience > slot.capacity
    ),
}


def _pairs(slots: list[Planned], rules: Rules) -> Iterator[Conflict]:
    rooms, people = defaultdict(list), defaultdict(list)
    for slot in slots:
        if not slot.takes_place:
            continue
        if slot.room and not slot.room_shared:
            rooms[slot.room].append(slot)
        for speaker in slot.speakers:
            people[speaker].append(slot)
    gap = timedelta(minutes=rules.room_changeover)
    for taken in rooms.values():
        for one, other, overlap in _near(taken, gap):
            kind = "room_taken" if overlap else "room_changeover"
            yield _conflict(kind, one, other, rules, one.room_name)
    gap = timedelta(minutes=rules.speaker_changeover)
    for speaker, taken in people.items():
        for one, other, overlap in _near(taken, gap):
            if overlap and not (speaker in one.accepted or speaker in other.accepted):
                yield _conflict("speaker_taken", one, other, rules, one.speakers[speaker])
            elif not overlap and None not in (one.venue, other.venue) and one.venue != other.venue:
                yield _conflict("speaker_changeover", one, other, rules, one.speakers[speaker])


def _near(slots: list[Planned], gap: timedelta) -> Iterator[tuple[Planned, Planned, bool]]:
    """Pairs of slots (sorted by start) that overlap (True) or have less than `gap` between them (False)."""
    for index, one in enumerate(slots):
        for other in slots[index + 1 :]:
            if other.starts_at >= one.ends_at + gap:
                break
            if not (one.foreign and other.foreign):
                yield one, other, other.starts_at < one.ends_at


def _conflict(kind: str, one: Planned, other: Planned, rules: Rules, who: str) -> Conflict:
    """With the plan's own slot as the first side."""
    first, second = (other, one) if one.foreign else (one, other)
    return Conflict(kind, rules.level(kind, foreign=second.foreign), first, second, who)
