"""Who may undo which activity, and the undo."""

from collections.abc import Iterable

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction

from roadshow.core.access import can_curate, can_see_all
from roadshow.core.roles import Permission
from roadshow.journal.models import Activity
from roadshow.journal.undoing import CannotUndoActivity, undo_activity

from ..models import Event, Import
from .importing import CannotUndo, undo_import

# Tables of rows that belong to an event -> what changing them takes; all others: EDIT_EVENT
PERMISSIONS = {
    "events_talk": Permission.EDIT_TALKS,
    "events_talkspeaker": Permission.EDIT_TALKS,
    "events_talklink": Permission.EDIT_TALKS,
    "events_talk_topics": Permission.EDIT_TALKS,
    "events_slot": Permission.SCHEDULE,
    "events_acceptedclash": Permission.SCHEDULE,
    "events_acceptedoverlap": Permission.SCHEDULE,
    "events_feedback": Permission.MODERATE,
    "events_event_organisers": Permission.MANAGE_PEOPLE,
    "events_role": Permission.MANAGE_PEOPLE,
    "events_invitation": Permission.MANAGE_PEOPLE,
    "events_booking": Permission.VIEW,  # follow from releases and speakers
    "core_formeraddress": Permission.VIEW,  # follow from records
    "events_eventspeaker": Permission.EDIT_SPEAKERS,
    "events_confirmation": Permission.EDIT_SPEAKERS,
    "events_speakerpass": Permission.EDIT_SPEAKERS,
    "events_previewlink": Permission.EDIT_EVENT,
    "events_mailtemplate": Permission.EDIT_SPEAKERS,
    "events_mailing": Permission.EDIT_SPEAKERS,
    "events_message": Permission.EDIT_SPEAKERS,
    "events_mailrefusal": Permission.EDIT_SPEAKERS,
    "speakers_speaker": Permission.EDIT_SPEAKERS,
    "speakers_speakerlink": Permission.EDIT_SPEAKERS,
}
# Tables of what the portal shares: changing them takes a curator, or it was their own doing
SHARED = ("events_venue", "events_room", "events_topic", "events_series", "resources_")


def allow_undo(user, activities: Iterable[tuple[Activity, frozenset[str]]]) -> set[int]:
    """Primary keys of the activities, each with its tables, that `user` may undo; at most one query a permission."""
    pairs = list(activities)
    if can_see_all(user):
        return {activity.pk for activity, _tables in pairs}
    wanted = {event for activity, _tables in pairs for event in activity.events}
    existing = set(Event.objects.filter(pk__in=wanted).values_list("pk", flat=True))
    needed = {_permission(table) for _activity, tables in pairs for table in tables}
    allowed = {
        permission: set(
            Event.objects.with_permission(user, permission).filter(pk__in=wanted).values_list("pk", flat=True)
        )
        for permission in sorted(needed)
    }
    return {
        activity.pk
        for activity, tables in pairs
        if all(_is_allowed(user, activity, table, allowed, existing) for table in tables)
    }


def _permission(table: str) -> Permission:
    return PERMISSIONS.get(table, Permission.EDIT_EVENT)


def _is_allowed(user, activity: Activity, table: str, allowed: dict, existing: set[int]) -> bool:
    is_own = activity.by_id == user.pk
    if table.startswith(SHARED):
        return is_own or can_curate(user)
    events = set(activity.events)
    if not events & existing:  # of an event that is deleted, or a person without talks
        return is_own
    return events & existing <= allowed[_permission(table)] and (events <= existing or is_own)


@transaction.atomic
def undo(*, activity: Activity, by: User) -> Activity:
    """Take an activity back; return the activity of the undo.

    Raises PermissionDenied, or CannotUndoActivity, naming what stands in the way, and changes nothing.
    """
    tables = frozenset(activity.changes.order_by().values_list("table", flat=True).distinct())
    if activity.pk not in allow_undo(by, [(activity, tables)]):
        raise PermissionDenied
    entry = Import.objects.filter(activity=activity).first()
    if entry is None:
        return undo_activity(activity)
    try:
        undo_import(entry=entry, by=by)
    except CannotUndo as refusal:
        raise CannotUndoActivity(refusal.reasons) from refusal
    activity.refresh_from_db()
    return activity.undone_by or activity


__all__ = ["CannotUndoActivity", "allow_undo", "undo"]
