"""The pages of an event's workspace, and how they look the event up."""

from dataclasses import dataclass

from django.contrib import admin
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ...models import Event


@dataclass(frozen=True, slots=True)
class Page:
    """A link of the navigation. `name` says which page is the current one."""

    name: str
    label: str
    url: str


def get_event(request: HttpRequest, pk: int) -> Event:
    """The event of a workspace page. Raises Http404 unless the user may change it."""
    rows = Event.objects.editable_by(request.user).select_related("current_release", "series", "venue")
    return get_object_or_404(rows.defer("search", "current_release__document", "venue__search"), pk=pk)


def list_pages(event: Event) -> list[Page]:
    def of_event(view: str) -> str:
        return reverse(f"admin:events_event_{view}", args=[event.pk])

    def list_of(model: str, lookup: str = "event__id__exact") -> str:
        return reverse(f"admin:{model}_changelist", query={lookup: event.pk})

    return [
        Page("overview", _("Overview"), of_event("overview")),
        Page("setup", _("Set-up"), of_event("setup")),
        Page("talks", _("Talks"), list_of("events_talk")),
        Page("speakers", _("Speakers"), list_of("speakers_speaker", "talks__event__id__exact")),
        Page("board", _("Board"), of_event("board")),
        Page("release", _("Release"), of_event("release_plan")),
        Page("releases", _("Releases"), list_of("events_release")),
        Page("import", _("Import"), of_event("import_schedule")),
        Page("feedback", _("Feedback"), list_of("events_feedback")),
        Page("settings", _("Settings"), of_event("change")),
    ]


def workspace_context(event: Event | None, page: str) -> dict:
    """Template context of the navigation (`admin/events/event/workspace.html`); empty without an event."""
    if event is None:
        return {}
    return {"workspace": {"event": event, "pages": list_pages(event), "current": page}}


def page_context(request: HttpRequest, event: Event, page: str, title: str) -> dict:
    """Template context that every page of the workspace has."""
    return {
        **admin.site.each_context(request),
        **workspace_context(event, page),
        "title": title,
        "opts": Event._meta,
        "original": event,
        "event": event,
    }
