"""The admin page that imports a list of links: upload or URL, preview, import."""

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

from events.actions import CannotUndo
from roadshow.core.access import acting_user
from roadshow.http.guard import UrlRefused, check_url
from roadshow.jobs.models import JobState

from ..actions import undo_import
from ..actions.importing.jobs import find_preview_job, keep_list, run_import, start_preview
from ..formats import MAX_BYTES
from ..models import LinkImport


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

    def clean_url(self):
        url = self.cleaned_data["url"]
        if url:
            try:
                check_url(url)
            except UrlRefused as refusal:
                raise ValidationError(str(refusal)) from refusal
        return url


def import_list(request: HttpRequest, model_admin) -> HttpResponse:
    """The form; after it the preview, made by the worker; then the import, of the very bytes that were previewed."""
    if request.method == "GET":
        return _show_page(request, model_admin)
    if "undo" in request.POST:
        return _undo(request)
    if "key" in request.POST:
        return _apply(request)
    form = ListForm(request.POST, request.FILES)
    if not form.is_valid():
        return _render(request, model_admin, {"form": form})
    file, url = form.cleaned_data["file"], form.cleaned_data["url"]
    entry = keep_list(
        by=acting_user(request),
        source=file.name if file else url,
        data=file.read() if file else None,
        collection=form.cleaned_data["collection"],
        update=form.cleaned_data["update"],
    )
    page = f"{_address()}?entry={entry.pk}"
    job = start_preview(entry, next_url=page)
    return HttpResponseRedirect(job.get_absolute_url() if job.is_active else page)


def _address() -> str:
    return reverse("admin:resources_resource_import_links")


def _find(request: HttpRequest, state: str, key: str) -> LinkImport | None:
    """An entry of the user's own, by its primary key as people may send it."""
    number = int(key) if key.isascii() and key.isdigit() and len(key) < 18 else None
    return LinkImport.objects.filter(by=request.user, state=state, pk=number).first()


def _say_too_old(request: HttpRequest) -> HttpResponse:
    messages.error(request, _("The preview is too old. Please give the file once more."))
    return HttpResponseRedirect(_address())


def _show_page(request: HttpRequest, model_admin) -> HttpResponse:
    """The form, the preview of an entry (`?entry=`), or what an import did (`?done=`)."""
    if "entry" not in request.GET:
        done = _find(request, LinkImport.State.DONE, request.GET.get("done", ""))
        return _render(request, model_admin, {"form": ListForm(), "done": done})
    entry = _find(request, LinkImport.State.PREVIEWED, request.GET["entry"])
    if entry is None:
        return _say_too_old(request)
    if entry.preview is None:
        job = find_preview_job(entry)
        if job and job.is_active:
            return HttpResponseRedirect(job.get_absolute_url())
        refusal = job.problem if job and job.problem else _("The preview was not finished.")
        return _render(request, model_admin, {"form": ListForm(), "refusal": refusal})
    shown = {"form": ListForm(initial=entry.choices), "key": str(entry.pk), "entry": entry, **entry.preview}
    return _render(request, model_admin, shown)


def _render(request: HttpRequest, model_admin, shown: dict) -> HttpResponse:
    entries = LinkImport.objects.exclude(state=LinkImport.State.PREVIEWED).defer("undo", "data")
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("Import a list of links"),
        "opts": model_admin.opts,
        "imports": entries.select_related("by")[:20],
        **shown,
    }
    return TemplateResponse(request, "admin/resources/resource/import.html", context)


def _apply(request: HttpRequest) -> HttpResponse:
    entry = _find(request, LinkImport.State.PREVIEWED, request.POST["key"])
    if entry is None:
        return _say_too_old(request)
    page = f"{_address()}?done={entry.pk}"
    job = run_import.start(
        owner=acting_user(request),
        key=f"import_links:{entry.pk}",
        next_url=page,
        entry=entry.pk,
    )
    if job.state == JobState.FAILED:
        messages.error(request, job.problem)
        return HttpResponseRedirect(_address())
    return HttpResponseRedirect(job.get_absolute_url() if job.is_active else page)


def _undo(request: HttpRequest) -> HttpResponse:
    key = request.POST["undo"]
    entry = LinkImport.objects.filter(pk=key if key.isdigit() and len(key) < 18 else None).first()
    try:
        if entry is None:
            raise CannotUndo([_("There is no such import.")])
        undo_import(entry=entry, by=acting_user(request))
    except CannotUndo as refusal:
        for reason in refusal.reasons:
            messages.error(request, reason)
    else:
        messages.success(request, _("Undone: %(import)s.") % {"import": entry})
    return HttpResponseRedirect(_address())
