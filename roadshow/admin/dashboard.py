"""The first page of the admin: what needs doing, in a constant number of queries."""

from django.db.models import Count
from django.utils import timezone

from events.admin.planning_status import (
    add_conflicts,
    conflict_badge,
    with_material_counts,
    with_planning_status,
)
from events.models import Event, Feedback, Notice, Talk
from resources.models import Resource
from speakers.models import Speaker

SHOWN = 6


def add_dashboard_context(request, context: dict) -> dict:
    """Add the next events with their state, the last ones with what is left to do, and what waits for a decision."""
    events = Event.objects.editable_by(request.user)
    ahead = list(
        with_planning_status(events.filter(ends_on__gte=timezone.localdate()))
        .select_related("venue", "current_release")
        .defer("description", "search", "venue__search", "current_release__document")
        .order_by("starts_on", "pk")[:SHOWN]
    )
    add_conflicts(ahead)
    for event in ahead:
        event.conflict_badge = conflict_badge(event.conflicts)
    behind = with_material_counts(events.filter(ends_on__lt=timezone.localdate()))
    suggested = Resource.objects.editable_by(request.user).filter(state=Resource.State.SUGGESTED)
    feedback = Feedback.objects.editable_by(request.user).filter(state=Feedback.State.NEW)
    talks = Talk.objects.editable_by(request.user).filter(
        event__ends_on__gte=timezone.localdate(), state=Talk.State.CONFIRMED, slots__isnull=True
    )
    return context | {
        "notices": list(Notice.objects.visible_to(request.user)[:SHOWN]),
        "ahead": ahead,
        "behind": behind.defer("description", "search").order_by("-starts_on", "-pk")[:SHOWN],
        "suggested": suggested.defer("search", "note")[:SHOWN],
        "suggested_total": suggested.count(),
        "feedback": feedback.select_related("event", "talk")[:SHOWN],
        "feedback_total": feedback.count(),
        "unplanned": talks.select_related("event").defer(
            "abstract", "description", "people", "search", "event__search"
        )[:SHOWN],
        "broken_total": Resource.objects.listed().filter(health=Resource.Health.BROKEN).count(),
        "faceless_total": Speaker.objects.editable_by(request.user)
        .filter(picture="", talks__event__ends_on__gte=timezone.localdate())
        .aggregate(total=Count("pk", distinct=True))["total"],
    }
