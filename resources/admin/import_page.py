"""The admin page that imports a list of links: upload or URL, preview, import."""

from typing import Any

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
    UnfoldAdminTextInputWidget,
    UnfoldAdminURLInputWidget,
    UnfoldBooleanSwitchWidget,
)

from events.formats.reading import UnreadableFile
from roadshow.core import pending_imports
from roadshow.core.access import acting_user
from roadshow.http.guard import FetchFailed, fetch_url

from ..actions import ImportRefused, Report, import_resources
from ..formats import MAX_BYTES, read_links

PREVIEW_KIND = "links"


class ListForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File"),
        required=False,
        widget=UnfoldAdminFileFieldWidget,
        help_text=gettext_lazy(
            "A Markdown list, bookmarks file, OPML, Atom or RSS feed, CSV, XLSX or JSON Feed: the content decides."
        ),
    )
    url = forms.URLField(
        label=gettext_lazy("Or its address"),
        required=False,
        assume_scheme="https",
        widget=UnfoldAdminURLInputWidget,
    )
    collection = forms.CharField(
        label=gettext_lazy("Into the collection"),
        required=False,
        max_length=200,
        widget=UnfoldAdminTextInputWidget,
        help_text=gettext_lazy(
            "Its title; it is made when there is none. Left empty, each heading or folder becomes one."
        ),
    )
    update = forms.BooleanField(
        label=gettext_lazy("The file knows better"),
        required=False,
        widget=UnfoldBooleanSwitchWidget,
        help_text=gettext_lazy(
            "Overwrite what the library says otherwise. Empty fields are filled in any case."
        ),
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file and file.size > MAX_BYTES:
            raise ValidationError(_("The file is larger than %(size)d MB.") % {"size": MAX_BYTES // 1024**2})
        return file

    def clean(self):
        data = super().clean()
        if not self.errors and bool(data.get("file")) == bool(data.get("url")):
            raise ValidationError(_("Give a file or an address."))
        return data

    def load_source(self) -> dict[str, Any]:
        """The arguments of `_run_import`, with the file's bytes. Raises FetchFailed or ImportRefused."""
        options = {"collection": self.cleaned_data["collection"], "update": self.cleaned_data["update"]}
        if file := self.cleaned_data["file"]:
            return options | {"name": file.name, "data": file.read()}
        fetched = fetch_url(self.cleaned_data["url"], limit=MAX_BYTES)
        if fetched.status != 200:
            raise ImportRefused(
                _("The address answered with status %(status)s.") % {"status": fetched.status}
            )
        return options | {"name": self.cleaned_data["url"], "data": fetched.body}


def import_links(request: HttpRequest, model_admin) -> HttpResponse:
    """Show the form, then the preview, then import the same bytes that were previewed."""
    if request.method == "POST" and "key" in request.POST:
        return _apply_preview(request)
    form = ListForm(request.POST, request.FILES) if request.method == "POST" else ListForm()
    report = key = None
    if request.method == "POST" and form.is_valid():
        try:
            source = form.load_source()
            report = _run_import(acting_user(request), dry_run=True, **source)
        except (FetchFailed, UnreadableFile, ImportRefused) as refusal:
            form.add_error(None, str(refusal))
        else:
            key = pending_imports.store_import(acting_user(request), PREVIEW_KIND, **source)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("Import a list of links"),
        "opts": model_admin.opts,
        "form": form,
        "report": report,
        "key": key,
    }
    return TemplateResponse(request, "admin/resources/resource/import.html", context)


def _apply_preview(request: HttpRequest) -> HttpResponse:
    key = request.POST["key"]
    source = pending_imports.load_import(acting_user(request), PREVIEW_KIND, key)
    here = HttpResponseRedirect(reverse("admin:resources_resource_import_links"))
    if source is None:
        messages.error(request, _("The preview is too old. Please give the file once more."))
        return here
    try:
        report = _run_import(acting_user(request), dry_run=False, **source)
    except (UnreadableFile, ImportRefused) as refusal:
        messages.error(request, str(refusal))
        return here
    pending_imports.delete_import(acting_user(request), PREVIEW_KIND, key)
    text = _("Imported: %(new)d new, %(changed)d changed, %(same)d unchanged.")
    counts = {"new": len(report.new), "changed": len(report.changed), "same": report.unchanged}
    messages.success(request, text % counts)
    return HttpResponseRedirect(reverse("admin:resources_resource_changelist"))


def _run_import(user, *, name: str, data: bytes, collection: str, update: bool, dry_run: bool) -> Report:
    return import_resources(
        reading=read_links(data, name=name), collection=collection, by=user, update=update, dry_run=dry_run
    )
