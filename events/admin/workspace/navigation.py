"""The pages of an event's workspace, and how they look the event up."""

from dataclasses import dataclass

from django.contrib import admin
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from roadshow.core.roles import Permission

from ...models import Event


@dataclass(frozen=True, slots=True)
class Page:
    """A link of the navigation, for users with `permission`. `name` says which page is the current one."""

    name: str
    label: str | Promise
    url: str
    permission: Permission = Permission.VIEW


def get_event(request: HttpRequest, pk: int, permission: Permission) -> Event:
    """The event of a workspace page. Raises Http404 unless the user has the permission for it."""
    rows = Event.objects.with_permission(request.user, permission).select_related(
        "current_release", "series", "venue"
    )
    return get_object_or_404(rows.defer("search", "current_release__document", "venue__search"), pk=pk)


def list_pages(event: Event, permissions: frozenset[Permission]) -> list[tuple[str | Promise, list[Page]]]:
    """The pages that a user with these permissions may open, by phase of the work."""

    def of_event(view: str) -> str:
        return reverse(f"admin:events_event_{view}", args=[event.pk])

    def list_of(model: str, lookup: str = "event__id__exact") -> str:
        return reverse(f"admin:{model}_changelist", query={lookup: event.pk})

    speakers = list_of("speakers_speaker", "talks__event__id__exact")
    desk = reverse("events:desk", args=[event.slug])
    phases = {
        "": [
            Page("overview", _("Overview"), of_event("overview")),
            Page("activity", _("Activity"), of_event("activity")),
        ],
        _("Set-up"): [
            Page("setup", _("Set-up"), of_event("setup"), Permission.EDIT_EVENT),
            Page("people", _("People"), of_event("people"), Permission.MANAGE_PEOPLE),
            Page("import", _("Import"), of_event("import_schedule"), Permission.EDIT_EVENT),
            Page("settings", _("Settings"), of_event("change"), Permission.EDIT_EVENT),
        ],
        _("Programme"): [
            Page("talks", _("Talks"), list_of("events_talk")),
            Page("quality", _("To work off"), of_event("quality"), Permission.EDIT_TALKS),
            Page("speakers", _("Speakers"), speakers, Permission.EDIT_SPEAKERS),
            Page("mail", _("Mail"), of_event("mail"), Permission.EDIT_SPEAKERS),
        ],
        _("Schedule"): [
            Page("board", _("Board"), of_event("board"), Permission.SCHEDULE),
            Page("release", _("Release"), of_event("release_plan"), Permission.RELEASE),
            Page("releases", _("Releases"), list_of("events_release")),
            Page("publish", _("Publish"), of_event("publish"), Permission.EDIT_EVENT),
        ],
        _("During the event"): [
            Page("desk", _("Live desk"), desk, Permission.RUN_LIVE),
            Page("prints", _("Print"), of_event("prints"), Permission.EDIT_SPEAKERS),
        ],
        _("Afterwards"): [
            Page("feedback", _("Feedback"), list_of("events_feedback"), Permission.MODERATE),
            Page("statistics", _("Statistics"), of_event("statistics"), Permission.MODERATE),
            Page("recap", _("Recap"), of_event("recap"), Permission.EDIT_EVENT),
            Page("material", _("Slides and recordings"), of_event("material"), Permission.EDIT_TALKS),
        ],
    }
    allowed = [
        (label, [page for page in pages if page.permission in permissions]) for label, pages in phases.items()
    ]
    return [(label, pages) for label, pages in allowed if pages]


def workspace_context(request: HttpRequest, event: Event | None, page: str) -> dict:
    """Template context of the navigation (`admin/events/event/workspace.html`); empty without an event."""
    if event is None:
        return {}
    phases = list_pages(event, event.permissions_of(request.user))
    return {"workspace": {"event": event, "phases": phases, "current": page}}


def page_context(request: HttpRequest, event: Event, page: str, title: str) -> dict:
    """Template context that every page of the workspace has."""
    return {
        **admin.site.each_context(request),
        **workspace_context(request, event, page),
        "title": title,
        "opts": Event._meta,
        "original": event,
        "event": event,
    }
