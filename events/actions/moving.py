"""Move many slots of a plan at once."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from roadshow.core.bulk import update_rows
from roadshow.journal.actor import name_activity
from roadshow.journal.models import Activity

from ..models import Event, Slot

MAX_SHIFT = 24 * 60  # minutes


@transaction.atomic
def move_plan_by_days(*, event: Event, days: int, by: User | None = None) -> int:
    """Move every slot of the plan by days; each keeps its time of day in the event's zone. Returns how many."""
    if not days:
        return 0
    slots = list(Slot.objects.select_for_update().filter(event=event))
    for slot in slots:
        slot.starts_at = _add_days(slot.starts_at, days, event)
        slot.ends_at = _add_days(slot.ends_at, days, event)
    update_rows(slots, ["starts_at", "ends_at"], by=by)
    name_activity(
        Activity.Kind.MOVE, _("%(count)d slots by %(days)d days") % {"count": len(slots), "days": days}
    )
    return len(slots)


@transaction.atomic
def shift_slots(*, event: Event, slots: Iterable[UUID], minutes: int, by: User | None = None) -> list[Slot]:
    """Move slots of the plan (GUIDs) by minutes, negative for earlier; returns them with their new times.

    Slots that are deleted are left out. Raises ValidationError when `minutes` is 0 or more than a day.
    """
    if not 0 < abs(minutes) <= MAX_SHIFT:
        raise ValidationError(_("Give between 1 and 1,440 minutes, or a negative number."))
    rows = Slot.objects.select_for_update(of=("self",)).filter(event=event, guid__in=list(slots))
    moved = list(rows.select_related("room", "talk").order_by("starts_at", "number"))
    for slot in moved:
        slot.starts_at += timedelta(minutes=minutes)
        slot.ends_at += timedelta(minutes=minutes)
    update_rows(moved, ["starts_at", "ends_at"], by=by)
    name_activity(
        Activity.Kind.MOVE,
        _("%(count)d slots by %(minutes)d minutes") % {"count": len(moved), "minutes": minutes},
    )
    return moved


def _add_days(instant: datetime, days: int, event: Event) -> datetime:
    local = instant.astimezone(event.zone).replace(tzinfo=None) + timedelta(days=days)
    return local.replace(tzinfo=event.zone).astimezone(UTC)
