"""The page that imports a schedule into an event: a file or an address, a preview, then the import, and undo."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldAdminURLInputWidget,
)

from roadshow.core.access import acting_user
from roadshow.http.guard import FetchFailed, fetch_url
from roadshow.jobs.models import JobState

from ..actions import CannotUndo, ImportRefused, ScheduleConflict, undo_import
from ..actions.importing.jobs import keep_file, preview_entry, read_entry, run_import
from ..formats.date_order import DateOrderUnknown
from ..formats.detect import UnreadableFile
from ..formats.document import Reading
from ..formats.table.columns import COLUMNS
from ..formats.table.template import describe_columns, write_csv_template, write_xlsx_template
from ..models import Event, Import

LIMIT = 32 * 1024 * 1024  # bytes
SHOWN = 1000  # rows of the preview
_REFUSALS = (FetchFailed, UnreadableFile, ImportRefused, ScheduleConflict)
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


class SourceForm(ChoicesForm):
    """A file or an address."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        required=False,
        widget=UnfoldAdminFileFieldWidget,
        help_text=gettext_lazy(
            "schedule.xml, JSON of Sessionize, pretalx, Indico and others, iCalendar, CSV or XLSX: the content decides."
        ),
    )
    url = forms.URLField(
        label=gettext_lazy("Or its address"),
        required=False,
        assume_scheme="https",
        widget=UnfoldAdminURLInputWidget,
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file and file.size > LIMIT:
            raise ValidationError(_("The file is larger than 32 MB."))
        return file

    def clean(self):
        data = super().clean()
        if not self.errors and bool(data.get("file")) == bool(data.get("url")):
            raise ValidationError(_("Give a file or an address."))
        return data

    def source(self) -> tuple[str, bytes]:
        """The name and content. Raises FetchFailed or ImportRefused."""
        file = self.cleaned_data["file"]
        if file:
            return file.name, file.read()
        fetched = fetch_url(self.cleaned_data["url"], limit=LIMIT)
        if fetched.status != 200:
            raise ImportRefused(
                _("The address answered with status %(status)s.") % {"status": fetched.status}
            )
        return self.cleaned_data["url"], fetched.body


def show(request: HttpRequest, event: Event, model_admin) -> HttpResponse:
    """The form; after it the preview; after that the import, of the very bytes that were previewed."""
    if request.method == "POST":
        return _post(request, event, model_admin)
    if request.GET.get("template") in _TEMPLATES:
        return _send_template(request.GET["template"])
    return _render(request, event, model_admin, {"form": SourceForm()})


def _post(request: HttpRequest, event: Event, model_admin) -> HttpResponse:
    if "undo" in request.POST:
        return _undo(request, event)
    if "key" in request.POST:
        return _continue(request, event, model_admin)
    form = SourceForm(request.POST, request.FILES)
    shown = {"form": form}
    if form.is_valid():
        try:
            name, data = form.source()
        except _REFUSALS as refusal:
            form.add_error(None, str(refusal))
        else:
            choices = {key: form.cleaned_data[key] for key in ("mode", "date_order", "encoding")}
            entry = keep_file(event=event, by=acting_user(request), source=name, data=data, choices=choices)
            shown = _preview(entry, form)
    return _render(request, event, model_admin, shown)


def _continue(request: HttpRequest, event: Event, model_admin) -> HttpResponse:
    """After a preview: the import, or the preview with other choices."""
    entry = _find_preview(request, event)
    if entry is None:
        messages.error(request, _("The preview is too old. Please give the file once more."))
        return _here(event)
    if "again" not in request.POST:
        return _apply(request, event, entry)
    _choose_again(request, entry)
    return _render(request, event, model_admin, _preview(entry, SourceForm()))


def _here(event: Event) -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:events_event_import_schedule", args=[event.pk]))


def _send_template(kind: str) -> HttpResponse:
    write, content_type = _TEMPLATES[kind]
    disposition = f'attachment; filename="schedule.{kind}"'
    return HttpResponse(write(), content_type=content_type, headers={"Content-Disposition": disposition})


def _find_preview(request: HttpRequest, event: Event) -> Import | None:
    key = request.POST["key"]
    found = Import.objects.filter(event=event, by=request.user, state=Import.State.PREVIEWED)
    return found.filter(pk=key).first() if key.isascii() and key.isdigit() and len(key) < 18 else None


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


def _preview(entry: Import, form: SourceForm) -> dict:
    """What the page shows of a file: the report, or why there is none."""
    found = {
        "form": form,
        "key": str(entry.pk),
        "entry": entry,
        "choices": ChoicesForm(initial=entry.choices),
    }
    try:
        reading = read_entry(entry)
        return found | {"report": preview_entry(entry, reading)} | _describe_reading(reading)
    except DateOrderUnknown as refusal:
        return found | {"question": str(refusal)}
    except _REFUSALS as refusal:
        entry.delete()
        form.cleaned_data = getattr(form, "cleaned_data", {})
        if form.is_bound:
            form.add_error(None, str(refusal))
            return {"form": form}
        return {"form": form, "refusal": str(refusal)}


def _describe_reading(reading: Reading) -> dict:
    return {
        "columns": reading.columns,
        "fields": [("", _("not read")), *((field, names[0]) for field, names in COLUMNS.items())],
        "sample": reading.sample,
    }


def _render(request: HttpRequest, event: Event, model_admin, shown: dict) -> HttpResponse:
    report = shown.get("report")
    if report:
        shown["changed_rows"] = [row for row in report.rows if row.change not in ("unchanged", "kept")]
        shown["rows"], shown["more"] = report.rows[:SHOWN], max(len(report.rows) - SHOWN, 0)
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
    board = reverse("admin:events_event_board", args=[event.pk])
    job = run_import.start(
        owner=acting_user(request),
        key=f"import:{event.pk}",
        next_url=board,
        entry=entry.pk,
        force=request.POST.get("confirm") == "yes",
    )
    if job.state == JobState.FAILED:
        messages.error(request, job.problem)
        return _here(event)
    if job.state != JobState.DONE:
        return HttpResponseRedirect(job.get_absolute_url())
    text = _("Imported: %(new)d new, %(changed)d changed, %(gone)d cancelled, %(unchanged)d unchanged.")
    messages.success(request, text % job.result)
    return HttpResponseRedirect(board)


def _undo(request: HttpRequest, event: Event) -> HttpResponse:
    number = request.POST["undo"]
    entry = event.imports.filter(pk=number).first() if number.isascii() and number.isdigit() else None
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
