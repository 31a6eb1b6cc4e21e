"""The page that shows what a release would change, and releases."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextareaWidget

from roadshow.core.access import acting_user

from ..actions import (
    EmptyRelease,
    ReleaseRefused,
    ScheduleConflict,
    build_document,
    find_plan_conflicts,
    get_plan_version,
    list_left_out,
    release,
)
from ..models import Event
from ..released import load_comparable_document, load_present_state
from ..schedule import compare_documents
from ..shown import describe_schedule
from .workspace import workspace_context


class ReleaseForm(forms.Form):
    note = forms.CharField(
        label=gettext_lazy("Note"),
        required=False,
        max_length=2000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=gettext_lazy("What changed, in a sentence for attendees. Everybody can read it."),
    )
    plan_version = forms.CharField(required=False, widget=forms.HiddenInput)
    allow_empty = forms.BooleanField(required=False, widget=forms.HiddenInput)


def release_view(request: HttpRequest, event: Event, model_admin) -> HttpResponse:
    """Show changes since the current release and conflicts; POST releases the plan."""
    form = ReleaseForm(request.POST) if request.method == "POST" else ReleaseForm()
    status = 200
    meanwhile: list[str] = []
    if request.method == "POST" and form.is_valid():
        try:
            made = release(event=event, by=acting_user(request), **form.cleaned_data)
        except ScheduleConflict as error:
            messages.error(request, _("Nothing was released. %(why)s") % {"why": error})
            status = 409
        except ReleaseRefused as error:
            messages.error(request, _("Nothing was released. %(why)s") % {"why": error})
            form = ReleaseForm(initial=form.cleaned_data | {"allow_empty": isinstance(error, EmptyRelease)})
            meanwhile = getattr(error, "changes", [])
            status = 409
        else:
            made.event.current_release = made
            shown = describe_schedule(made.event, unreleased=False)
            text = _("Release %(number)d is made. %(shown)s")
            messages.success(request, text % {"number": made.number, "shown": shown.sentence})
            return HttpResponseRedirect(reverse("admin:events_event_change", args=[event.pk]))
    with timezone.override(event.zone):
        response = TemplateResponse(
            request,
            "admin/events/event/release.html",
            _build_context(request, event, model_admin, form) | {"meanwhile": meanwhile},
            status=status,
        )
        return response.render()


def _build_context(request: HttpRequest, event: Event, model_admin, form: ReleaseForm) -> dict:
    form.initial["plan_version"] = get_plan_version(event)
    found = find_plan_conflicts(event)
    key = event.current_release_id
    current = load_comparable_document(key, load_present_state(event)) if key else None
    planned = build_document(event)
    changes = compare_documents(current, planned)
    return {
        **model_admin.admin_site.each_context(request),
        **workspace_context(request, event, "release"),
        "title": _("Release the plan of %(event)s") % {"event": event},
        "opts": model_admin.opts,
        "original": event,
        "form": form,
        "blocking": [conflict for conflict in found if conflict.level == "block"],
        "warnings": [conflict for conflict in found if conflict.level == "warn"],
        "changes": changes,
        "talk_total": len(planned.talks),
        "slot_total": sum(len(talk.slots) for talk in planned.talks),
        "left_out": list_left_out(event),
        "current": event.current_release,
        "shown": describe_schedule(event, unreleased=bool(changes)),
        "number": event.current_release.number + 1 if event.current_release else 1,
        "media": model_admin.media,
    }
