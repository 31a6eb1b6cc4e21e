"""Status of events: numbers of talks, unreleased changes, conflicts."""

from collections.abc import Iterable

from django.db.models import (
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from ..actions import load_plans
from ..models import Event, Feedback, Photo, Recap, ReleasedSlot, Slot, Talk, TalkLink
from ..schedule import find_conflicts


def with_planning_status(events: QuerySet) -> QuerySet:
    """Annotate events with `confirmed`, `drafts`, `unscheduled` (numbers of talks) and `unreleased` (bool)."""
    talks = Talk.objects.filter(event=OuterRef("pk"))
    planned = Slot.objects.filter(event=OuterRef("pk"), talk__state__in=Talk.PUBLIC)
    released = ReleasedSlot.objects.filter(release=OuterRef("current_release"))
    matching = matching_released_slots(OuterRef("event__current_release"))
    return events.annotate(
        confirmed=_count_rows(talks.filter(state=Talk.State.CONFIRMED)),
        drafts=_count_rows(talks.filter(state=Talk.State.DRAFT)),
        unscheduled=_count_rows(talks.filter(state=Talk.State.CONFIRMED).exclude(slots__isnull=False)),
        planned_total=_count_rows(planned),
        released_total=_count_rows(released, "release"),
        unreleased=Exists(planned.filter(~Exists(matching)))
        | ~Q(planned_total=F("released_total"))
        | Exists(
            talks.filter(
                released_slots__release=OuterRef("current_release"),
                updated_at__gt=OuterRef("current_release__created_at"),
            )
        ),
    )


def with_material_counts(events: QuerySet) -> QuerySet:
    """Annotate events with counts of their material.

    Of talks: `confirmed`, `recorded`, `with_slides`; of rows: `recap_total`, `photo_total`, `feedback_total`.
    """
    talks = Talk.objects.filter(event=OuterRef("pk"), state=Talk.State.CONFIRMED)
    of_event = {
        f"{name}_total": _count_rows(model.objects.filter(event=OuterRef("pk")))
        for name, model in (("recap", Recap), ("photo", Photo), ("feedback", Feedback))
    }
    return events.annotate(
        confirmed=_count_rows(talks),
        recorded=_count_rows(talks.filter(links__kind=TalkLink.Kind.RECORDING)),
        with_slides=_count_rows(talks.filter(links__kind=TalkLink.Kind.SLIDES)),
        **of_event,
    )


def matching_released_slots(release) -> QuerySet:
    """Subquery: the slot of `release` with the time and room of the outer slot of the plan."""
    rows = ReleasedSlot.objects.alias(room_key=Coalesce("room_id", 0))
    return rows.filter(
        release=release,
        guid=OuterRef("guid"),
        starts_at=OuterRef("starts_at"),
        ends_at=OuterRef("ends_at"),
        room_key=Coalesce(OuterRef("room_id"), 0),
    )


def _count_rows(rows: QuerySet, by: str = "event") -> Coalesce:
    counted = rows.order_by().values(by).annotate(total=Count("pk", distinct=True)).values("total")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def add_conflicts(events: Iterable[Event]) -> None:
    """Set `conflicts` of each event: those of its plan, or an empty list when the event is over."""
    today = timezone.localdate()
    ahead = [event for event in events if event.ends_on >= today]
    plans = load_plans(ahead)
    for event in events:
        plan = plans.get(event.pk)
        event.conflicts = find_conflicts(plan.slots, plan.rules) if plan else []


def conflict_badge(found: list) -> tuple[str, str] | None:
    """(kind of badge, text) with the numbers of blocking conflicts and warnings; None without conflicts."""
    blocking = sum(conflict.level == "block" for conflict in found)
    warnings = len(found) - blocking
    if blocking and warnings:
        return "block", _("%(blocking)d block, %(warnings)d warn") % {
            "blocking": blocking,
            "warnings": warnings,
        }
    if blocking:
        return "block", _("%(blocking)d block") % {"blocking": blocking}
    return ("warn", _("%(warnings)d warn") % {"warnings": warnings}) if warnings else None
