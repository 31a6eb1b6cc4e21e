"""How an event stands: what is planned, what attendees do not see yet, what is in conflict."""

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
from ..models import Event, Feedback, Photo, Recap, Release, ReleasedSlot, Slot, Talk, TalkLink
from ..schedule import find_conflicts


def standing(events: QuerySet) -> QuerySet:
    """Events with `confirmed`, `drafts`, `unscheduled` (numbers of talks) and `unreleased` (whether)."""
    talks = Talk.objects.filter(event=OuterRef("pk"))
    planned = Slot.objects.filter(event=OuterRef("pk"), talk__state__in=Talk.PUBLIC)
    released = ReleasedSlot.objects.filter(release=OuterRef("current_release"))
    same = released_alike(OuterRef("event__current_release"))
    since = Release.objects.filter(current_for=OuterRef("pk")).values("created_at")
    return events.annotate(
        confirmed=_number(talks.filter(state=Talk.State.CONFIRMED)),
        drafts=_number(talks.filter(state=Talk.State.DRAFT)),
        unscheduled=_number(talks.filter(state=Talk.State.CONFIRMED).exclude(slots__isnull=False)),
        planned_total=_number(planned),
        released_total=_number(released, "release"),
        unreleased=Exists(planned.filter(~Exists(same)))
        | ~Q(planned_total=F("released_total"))
        | Exists(
            talks.filter(released_slots__release=OuterRef("current_release"), updated_at__gt=Subquery(since))
        ),
    )


def aftermath(events: QuerySet) -> QuerySet:
    """Events with what stays of them.

    Numbers of talks: `confirmed`, `recorded`, `with_slides`; of rows: `recap_total`, `photo_total`, `feedback_total`.
    """
    talks = Talk.objects.filter(event=OuterRef("pk"), state=Talk.State.CONFIRMED)
    of_event = {
        f"{name}_total": _number(model.objects.filter(event=OuterRef("pk")))
        for name, model in (("recap", Recap), ("photo", Photo), ("feedback", Feedback))
    }
    return events.annotate(
        confirmed=_number(talks),
        recorded=_number(talks.filter(links__kind=TalkLink.Kind.RECORDING)),
        with_slides=_number(talks.filter(links__kind=TalkLink.Kind.SLIDES)),
        **of_event,
    )


def released_alike(release) -> QuerySet:
    """The slot of `release` that is the same as the slot of the plan around this subquery."""
    rows = ReleasedSlot.objects.alias(place=Coalesce("room_id", 0))
    return rows.filter(
        release=release,
        guid=OuterRef("guid"),
        starts_at=OuterRef("starts_at"),
        ends_at=OuterRef("ends_at"),
        place=Coalesce(OuterRef("room_id"), 0),
    )


def _number(rows: QuerySet, by: str = "event") -> Coalesce:
    counted = rows.order_by().values(by).annotate(total=Count("pk", distinct=True)).values("total")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def add_conflicts(events: Iterable[Event]) -> None:
    """Give each event that is not over its plan's `conflicts`; the others have none that matter."""
    today = timezone.localdate()
    ahead = [event for event in events if event.ends_on >= today]
    plans = load_plans(ahead)
    for event in events:
        plan = plans.get(event.pk)
        event.conflicts = find_conflicts(plan.slots, plan.rules) if plan else []


def conflict_label(found: list) -> tuple[str, str] | None:
    """How many conflicts block and warn, as a kind of badge and its text; None when there is none."""
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
