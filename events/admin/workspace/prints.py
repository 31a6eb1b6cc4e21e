"""The page of what an event prints: each kind is made by the worker from the released schedule."""

import uuid

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from roadshow.core.access import acting_user
from roadshow.core.pending_imports import load_import
from roadshow.core.roles import Permission
from roadshow.http.pages import site_root
from roadshow.jobs.models import JobState

from ...actions.printing import make_print
from ...printing import PRINTS
from .navigation import get_event, page_context

WITH_NAMES = ("badges", "attendance")


class PrintForm(forms.Form):
    kind = forms.ChoiceField(
        label=gettext_lazy("What"), choices=list(PRINTS.items()), widget=UnfoldAdminSelectWidget
    )
    size = forms.ChoiceField(
        label=gettext_lazy("Size of badges"),
        choices=[("a6", "A6"), ("a7", "A7")],
        widget=UnfoldAdminSelectWidget,
    )
    names = forms.CharField(
        label=gettext_lazy("Names"),
        required=False,
        max_length=200_000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 5}),
        help_text=gettext_lazy(
            "One a line: people who get a badge besides the speakers, or a certificate of attendance."
        ),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def prints(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose what to print; a POST starts the job, which leads to the file."""
    event = get_event(request, pk, Permission.EDIT_SPEAKERS)
    form = PrintForm(request.POST or None, initial={"kind": request.GET.get("kind", "badges")})
    if request.method == "POST" and event.current_release is None:
        form.add_error(None, _("Release the plan first: what is printed is what attendees see."))
    if request.method == "POST" and form.is_valid():
        return _start(request, event, form.cleaned_data)
    context = page_context(request, event, "prints", _("Print for %(event)s") % {"event": event}) | {
        "form": form,
        "lead": _("Badges, signs, certificates and booklet are made from the released schedule."),
        "submit": _("Make the PDF"),
        "media": form.media,
    }
    return TemplateResponse(
        request, "admin/events/event/setup.html", context, status=422 if form.errors else 200
    )


def _start(request: HttpRequest, event, data: dict) -> HttpResponse:
    key = uuid.uuid4().hex
    address = reverse("admin:events_event_print_file", args=[event.pk, key])
    names = [line.strip()[:200] for line in data["names"].splitlines() if line.strip()]
    job = make_print.start(
        owner=acting_user(request),
        label=str(PRINTS[data["kind"]]),
        next_url=address,
        event=event.pk,
        kind=data["kind"],
        size=data["size"],
        names=names if data["kind"] in WITH_NAMES else [],
        root=site_root(request),
        language=translation.get_language() or "en",
        file=key,
        by=acting_user(request).pk,
    )
    if job.state == JobState.FAILED:
        messages.error(request, job.problem)
        return HttpResponseRedirect(request.path)
    return HttpResponseRedirect(address if job.state == JobState.DONE else job.get_absolute_url())


@require_GET
def print_file(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """The PDF that a job made, for an hour, for who asked for it."""
    event = get_event(request, pk, Permission.EDIT_SPEAKERS)
    found = load_import(acting_user(request), f"print:{event.pk}:{key}", key)
    if found is None:
        raise Http404
    response = HttpResponse(found["data"], content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{event.slug}-{found["kind"]}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response
