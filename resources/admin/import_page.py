"""The admin page that imports a list of links: upload or URL, preview, import."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextInputWidget, UnfoldBooleanSwitchWidget

from events.actions import CannotUndo
from roadshow.core.access import acting_user
from roadshow.core.admin.imports import (
    SourceForm,
    describe_missing_preview,
    follow_import,
    follow_job,
    parse_key,
    refuse_old_preview,
)

from ..actions import undo_import
from ..actions.importing.jobs import find_preview_job, keep_list, run_import, start_preview
from ..formats import MAX_BYTES
from ..models import LinkImport


class ListForm(SourceForm):
    """A file or an address, and how its links come into the library."""

    max_bytes = MAX_BYTES
    file_help = gettext_lazy(
        "A Markdown list, bookmarks file, OPML, Atom or RSS feed, CSV, XLSX or JSON Feed: the content decides."
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
    source, data = form.read_source()
    entry = keep_list(
        by=acting_user(request),
        source=source,
        data=data,
        collection=form.cleaned_data["collection"],
        update=form.cleaned_data["update"],
    )
    return follow_job(start_preview(entry, next_url=f"{_address()}?entry={entry.pk}"))


def _address() -> str:
    return reverse("admin:resources_resource_import_links")


def _find(request: HttpRequest, state: str, key: str) -> LinkImport | None:
    """An entry of the user's own, by its primary key as people may send it."""
    return LinkImport.objects.filter(by=request.user, state=state, pk=parse_key(key)).first()


def _show_page(request: HttpRequest, model_admin) -> HttpResponse:
    """The form, the preview of an entry (`?entry=`), or what an import did (`?done=`)."""
    if "entry" not in request.GET:
        done = _find(request, LinkImport.State.DONE, request.GET.get("done", ""))
        return _render(request, model_admin, {"form": ListForm(), "done": done})
    entry = _find(request, LinkImport.State.PREVIEWED, request.GET["entry"])
    if entry is None:
        return refuse_old_preview(request, _address())
    if entry.preview is None:
        job = find_preview_job(entry)
        if job and job.is_active:
            return follow_job(job)
        return _render(request, model_admin, {"form": ListForm(), "refusal": describe_missing_preview(job)})
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
        return refuse_old_preview(request, _address())
    job = run_import.start(
        owner=acting_user(request),
        key=f"import_links:{entry.pk}",
        next_url=f"{_address()}?done={entry.pk}",
        entry=entry.pk,
    )
    return follow_import(request, job, _address())


def _undo(request: HttpRequest) -> HttpResponse:
    entry = LinkImport.objects.filter(pk=parse_key(request.POST["undo"])).first()
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
