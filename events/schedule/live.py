"""Arithmetic of the day: what a late talk shifts, what two talks that swap get, how changes add up."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

Effects = dict[str, dict]  # slot GUID -> what a change does to it, see models.live.LiveChange
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveTime:
    """When and where a slot takes place by now. `room` is a GUID, None where it has none."""

    guid: UUID
    starts_at: datetime
    ends_at: datetime
    room: UUID | None = None
    is_break: bool = False
    cancelled: bool = False


def apply_effects(time: LiveTime, effects: Mapping) -> LiveTime:
    """The slot after one change; at least a minute of it is left."""
    starts_at = time.starts_at + MINUTE * effects.get("starts", 0)
    ends_at = max(time.ends_at + MINUTE * effects.get("ends", 0), starts_at + MINUTE)
    return replace(
        time,
        starts_at=starts_at,
        ends_at=ends_at,
        room=UUID(effects["room"]) if effects.get("room") else time.room,
        cancelled=time.cancelled or effects.get("cancelled", False),
    )


def delay_slot(times: Iterable[LiveTime], late: UUID, minutes: int) -> Effects:
    """Effects of a slot that is `minutes` late on itself and on what follows in its room.

    `times` are all slots of its room on its day. What follows moves as far as it has to: pauses between slots take up
    the delay, and a break gets shorter until it is over; what a break cannot take up goes on behind it. A slot that
    comes `minutes` < 0 earlier moves nothing else.
    """
    ordered = sorted(
        (one for one in times if not one.cancelled), key=lambda one: (one.starts_at, one.ends_at)
    )
    found = {f"{late}": {"starts": minutes, "ends": minutes}}
    at = next(index for index, one in enumerate(ordered) if one.guid == late)
    busy_until = ordered[at].ends_at + MINUTE * minutes
    original_end = ordered[at].ends_at
    for one in ordered[at + 1 :]:
        if one.starts_at < original_end:
            continue  # it ran beside the late one before, too
        push = (busy_until - one.starts_at) // MINUTE
        if push <= 0:
            break
        if one.is_break and busy_until < one.ends_at:
            found[f"{one.guid}"] = {"starts": push}
            break
        if one.is_break:
            found[f"{one.guid}"] = {"cancelled": True}
            continue
        found[f"{one.guid}"] = {"starts": push, "ends": push}
        busy_until, original_end = one.ends_at + MINUTE * push, one.ends_at
    return found


def swap_slots(one: LiveTime, other: LiveTime) -> Effects:
    """Effects with which two slots exchange their starts and rooms; each keeps its length."""
    difference = (other.starts_at - one.starts_at) // MINUTE
    effects: Effects = {
        f"{one.guid}": {"starts": difference, "ends": difference},
        f"{other.guid}": {"starts": -difference, "ends": -difference},
    }
    for slot, target in ((one, other), (other, one)):
        if target.room and target.room != slot.room:
            effects[f"{slot.guid}"]["room"] = f"{target.room}"
    return effects
