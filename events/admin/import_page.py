"""The page that imports a schedule into an event: a file or an address, a preview, then the import."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminURLInputWidget

from roadshow.core import pending_imports
from roadshow.http.guard import FetchFailed, fetch_url

from ..actions import ImportRefused, ScheduleConflict, import_schedule
from ..formats.detect import UnreadableFile, read
from ..models import Event

LIMIT = 32 * 1024 * 1024  # bytes


class SourceForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File"),
        required=False,
        widget=UnfoldAdminFileFieldWidget,
        help_text=gettext_lazy("schedule.xml, schedule.json, iCalendar, CSV or XLSX: the content decides."),
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
    if request.method == "POST" and "key" in request.POST:
        return _apply(request, event)
    form = SourceForm(request.POST, request.FILES) if request.method == "POST" else SourceForm()
    report = key = None
    if request.method == "POST" and form.is_valid():
        try:
            name, data = form.source()
            report = _run(event, name, data, request.user, dry_run=True)
        except (FetchFailed, UnreadableFile, ImportRefused, ScheduleConflict) as refusal:
            form.add_error(None, str(refusal))
        else:
            key = pending_imports.store_import(request.user, f"schedule:{event.pk}", data, name=name)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("Import a schedule into %(event)s") % {"event": event},
        "opts": model_admin.opts,
        "original": event,
        "form": form,
        "report": report,
        "key": key,
    }
    return TemplateResponse(request, "admin/events/event/import.html", context)


def _apply(request: HttpRequest, event: Event) -> HttpResponse:
    preview = (request.user, f"schedule:{event.pk}", request.POST["key"])
    source = pending_imports.load_import(*preview)
    here = HttpResponseRedirect(reverse("admin:events_event_import_schedule", args=[event.pk]))
    if source is None:
        messages.error(request, _("The preview is too old. Please give the file once more."))
        return here
    try:
        report = _run(event, source["name"], source["data"], request.user, dry_run=False)
    except (UnreadableFile, ImportRefused, ScheduleConflict) as refusal:
        messages.error(request, str(refusal))
        return here
    pending_imports.delete_import(*preview)
    text = _("Imported: %(new)d new, %(changed)d changed, %(gone)d cancelled, %(same)d unchanged.")
    counts = {
        "new": len(report.new),
        "changed": len(report.changed),
        "gone": len(report.gone),
        "same": report.unchanged,
    }
    messages.success(request, text % counts)
    return HttpResponseRedirect(reverse("admin:events_event_board", args=[event.pk]))


def _run(event: Event, name: str, data: bytes, user, *, dry_run: bool):
    reading = read(data, name=name, timezone=event.timezone)
    return import_schedule(reading=reading, event=event, by=user, dry_run=dry_run)
