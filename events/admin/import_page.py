"""The page that imports a schedule into an event: a file or an address, a preview, then the import, and undo."""

from datetime import date

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from roadshow.core.access import acting_user
from roadshow.core.admin.imports import (
    SourceForm,
    describe_missing_preview,
    follow_import,
    follow_job,
    parse_key,
    refuse_old_preview,
)
from roadshow.core.fields import validate_timezone

from ..actions import CannotUndo, undo_import
from ..actions.importing.jobs import find_preview_job, keep_file, run_import, start_preview
from ..actions.importing.sources import LIMIT
from ..formats.table.columns import COLUMNS
from ..formats.table.template import describe_columns, write_csv_template, write_xlsx_template
from ..models import Event, Import

CHOICES = ("mode", "date_order", "encoding", "timezone")
_TEMPLATES = {
    "csv": (write_csv_template, "text/csv"),
    "xlsx": (write_xlsx_template, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


class ChoicesForm(forms.Form):
    """What is decided about reading the file, where it does not show it itself."""

    mode = forms.ChoiceField(
        label=gettext_lazy("What the file is"),
        required=False,
        widget=UnfoldAdminSelectWidget,
        choices=[
            ("", gettext_lazy("as is usual for its kind")),
            ("update", gettext_lazy("additions and changes: what is absent stays")),
            ("add", gettext_lazy("additions alone: what is there stays as it is")),
            ("replace", gettext_lazy("the whole programme: what is absent is cancelled")),
        ],
    )
    date_order = forms.ChoiceField(
        label=gettext_lazy("Dates like 3/4/2027"),
        required=False,
        widget=UnfoldAdminSelectWidget,
        choices=[
            ("", gettext_lazy("as the file shows")),
            ("dmy", gettext_lazy("day first: 3 April")),
            ("mdy", gettext_lazy("month first: 4 March")),
        ],
    )
    encoding = forms.CharField(
        label=gettext_lazy("Encoding"),
        required=False,
        max_length=40,
        widget=UnfoldAdminTextInputWidget,
        help_text=gettext_lazy("Such as cp1250; empty: as the file shows."),
    )
    timezone = forms.CharField(
        label=gettext_lazy("Time zone"),
        required=False,
        max_length=60,
        validators=[validate_timezone],
        widget=UnfoldAdminTextInputWidget,
        help_text=gettext_lazy("Of a file that names none, such as Europe/Zurich; empty: the event's."),
    )


class ScheduleForm(SourceForm, ChoicesForm):
    """A file or an address, and the choices."""

    max_bytes = LIMIT
    file_help = gettext_lazy(
        "schedule.xml, JSON of Sessionize, pretalx, Indico and others, iCalendar, CSV or XLSX: the content decides."
    )


def show(request: HttpRequest, event: Event, model_admin) -> HttpResponse:
    """The form; after it the preview, made by the worker; then the import, of the very bytes that were previewed."""
    if request.method == "POST":
        return _post(request, event, model_admin)
    return _show_page(request, event, model_admin)


def _post(request: HttpRequest, event: Event, model_admin) -> HttpResponse:
    if "undo" in request.POST:
        return _undo(request, event)
    if "key" in request.POST:
        return _continue(request, event)
    form = ScheduleForm(request.POST, request.FILES)
    if not form.is_valid():
        return _render(request, event, model_admin, {"form": form})
    source, data = form.read_source()
    entry = keep_file(
        event=event,
        by=acting_user(request),
        source=source,
        data=data,
        choices={name: form.cleaned_data[name] for name in CHOICES},
    )
    return _start(event, entry)


def _show_page(request: HttpRequest, event: Event, model_admin) -> HttpResponse:
    """The form, the preview of an entry (`?entry=`), or what an import did (`?done=`)."""
    if request.GET.get("template") in _TEMPLATES:
        return _send_template(request.GET["template"])
    if "entry" not in request.GET:
        key = parse_key(request.GET.get("done", ""))
        done = event.imports.filter(state=Import.State.DONE, pk=key).first()
        return _render(request, event, model_admin, {"form": ScheduleForm(), "done": done})
    entry = _find_preview(request, event, request.GET["entry"])
    if entry is None:
        return refuse_old_preview(request, _address(event))
    if entry.preview is None:
        job = find_preview_job(entry)
        if job and job.is_active:
            return follow_job(job)
        shown = {"form": ScheduleForm(), "refusal": describe_missing_preview(job)}
        return _render(request, event, model_admin, shown)
    return _render(request, event, model_admin, _describe_preview(entry))


def _start(event: Event, entry: Import) -> HttpResponse:
    """Have the preview made, and go to its progress, or to itself once it is there."""
    return follow_job(start_preview(entry, next_url=f"{_address(event)}?entry={entry.pk}"))


def _address(event: Event) -> str:
    return reverse("admin:events_event_import_schedule", args=[event.pk])


def _continue(request: HttpRequest, event: Event) -> HttpResponse:
    """After a preview: the import, or the preview with other choices."""
    entry = _find_preview(request, event, request.POST["key"])
    if entry is None:
        return refuse_old_preview(request, _address(event))
    if "again" not in request.POST:
        return _apply(request, event, entry)
    _choose_again(request, entry)
    return _start(event, entry)


def _here(event: Event) -> HttpResponse:
    return HttpResponseRedirect(_address(event))


def _send_template(kind: str) -> HttpResponse:
    write, content_type = _TEMPLATES[kind]
    disposition = f'attachment; filename="schedule.{kind}"'
    return HttpResponse(write(), content_type=content_type, headers={"Content-Disposition": disposition})


def _find_preview(request: HttpRequest, event: Event, key: str) -> Import | None:
    found = Import.objects.filter(event=event, by=request.user, state=Import.State.PREVIEWED)
    return found.filter(pk=parse_key(key)).first()


def _choose_again(request: HttpRequest, entry: Import) -> None:
    """Store other choices for the file that is previewed."""
    form = ChoicesForm(request.POST)
    if form.is_valid():
        entry.choices |= form.cleaned_data
    headings = request.POST.getlist("heading")
    fields = [field if field in COLUMNS else "" for field in request.POST.getlist("read_as")]
    if headings and len(headings) == len(fields):
        entry.choices["columns"] = dict(zip(headings, fields, strict=True))
    entry.save(update_fields=["choices"])


def _describe_preview(entry: Import) -> dict:
    """What the page shows of a preview."""
    found = entry.preview or {}
    if "refusal" in found:
        return {"form": ScheduleForm(initial=entry.choices), "refusal": found["refusal"]}
    choices = ChoicesForm(initial=entry.choices)
    shown = {"key": str(entry.pk), "entry": entry, "choices": choices, "question": found.get("question", "")}
    if "report" not in found:
        return shown
    report = found["report"]
    days = {name: [date.fromisoformat(day) for day in report[name]] for name in ("days_before", "days_after")}
    return shown | {
        "report": report | days,
        "columns": found["columns"],
        "fields": [("", _("not read")), *((field, names[0]) for field, names in COLUMNS.items())],
        "sample": found["sample"],
    }


def _render(request: HttpRequest, event: Event, model_admin, shown: dict) -> HttpResponse:
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("Import a schedule into %(event)s") % {"event": event},
        "opts": model_admin.opts,
        "original": event,
        "imports": event.imports.exclude(state=Import.State.PREVIEWED).select_related("by")[:20],
        "explained": describe_columns(),
        **shown,
    }
    return TemplateResponse(request, "admin/events/event/import.html", context)


def _apply(request: HttpRequest, event: Event, entry: Import) -> HttpResponse:
    job = run_import.start(
        owner=acting_user(request),
        key=f"import:{event.pk}",
        next_url=f"{_address(event)}?done={entry.pk}",
        entry=entry.pk,
        force=request.POST.get("confirm") == "yes",
    )
    return follow_import(request, job, _address(event))


def _undo(request: HttpRequest, event: Event) -> HttpResponse:
    entry = event.imports.filter(pk=parse_key(request.POST["undo"])).first()
    if entry is None:
        messages.error(request, _("There is no such import."))
        return _here(event)
    try:
        undo_import(entry=entry, by=acting_user(request))
    except CannotUndo as refusal:
        for reason in refusal.reasons:
            messages.error(request, reason)
        return _here(event)
    messages.success(request, _("Undone: %(import)s.") % {"import": entry})
    if not Event.objects.filter(pk=event.pk).exists():
        return HttpResponseRedirect(reverse("admin:events_event_changelist"))
    return _here(event)
