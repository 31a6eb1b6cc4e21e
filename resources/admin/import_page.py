"""The admin page that imports a list of links: upload or URL, preview, import."""

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminTextInputWidget,
    UnfoldAdminURLInputWidget,
    UnfoldBooleanSwitchWidget,
)

from roadshow.core import pending_imports
from roadshow.core.access import acting_user
from roadshow.jobs.models import Job, JobState

from ..actions.importing import TOO_OLD, UPLOAD, import_links, preview_links
from ..formats import MAX_BYTES

HERE = reverse_lazy("admin:resources_resource_import_links")


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

    def store(self, user: User) -> str:
        """Keep the file or the address for the preview and the import; the key of both."""
        file = self.cleaned_data["file"]
        return pending_imports.store_import(
            user,
            UPLOAD,
            data=file.read() if file else b"",
            name=file.name if file else self.cleaned_data["url"],
            url=self.cleaned_data["url"],
            collection=self.cleaned_data["collection"],
            update=self.cleaned_data["update"],
        )


def import_list(request: HttpRequest, model_admin) -> HttpResponse:
    """Show the form; let the file be read; show the preview; then import the same bytes that were previewed."""
    if request.method == "POST" and "key" in request.POST:
        return _start_import(request)
    if request.method != "POST" and "key" in request.GET:
        return _show_preview(request, model_admin)
    form = ListForm(request.POST, request.FILES) if request.method == "POST" else ListForm()
    if request.method == "POST" and form.is_valid():
        user = acting_user(request)
        key = form.store(user)
        job = preview_links.start(owner=user, next_url=f"{HERE}?key={key}", user=user.pk, upload=key)
        if job.state != JobState.FAILED:
            return HttpResponseRedirect(job.get_absolute_url())
        form.add_error(None, job.problem)
    return _render(request, model_admin, form=form)


def _show_preview(request: HttpRequest, model_admin) -> HttpResponse:
    user, key = acting_user(request), request.GET["key"]
    jobs = Job.objects.filter(owner=user, kind=preview_links.path, state=JobState.DONE)
    job = jobs.filter(arguments__upload=key).first()
    if job is None or pending_imports.load_import(user, UPLOAD, key) is None:
        messages.error(request, _(TOO_OLD))
        return HttpResponseRedirect(str(HERE))
    return _render(request, model_admin, form=ListForm(), report=job.result, key=key)


def _render(request: HttpRequest, model_admin, **context) -> HttpResponse:
    context |= {
        **model_admin.admin_site.each_context(request),
        "title": _("Import a list of links"),
        "opts": model_admin.opts,
    }
    return TemplateResponse(request, "admin/resources/resource/import.html", context)


def _start_import(request: HttpRequest) -> HttpResponse:
    user = acting_user(request)
    job = import_links.start(
        owner=user,
        key=f"links:{request.POST['key'][:64]}",
        next_url=reverse("admin:resources_resource_changelist"),
        user=user.pk,
        upload=request.POST["key"],
    )
    if job.state == JobState.FAILED:
        messages.error(request, job.problem)
        return HttpResponseRedirect(str(HERE))
    if job.state != JobState.DONE:
        return HttpResponseRedirect(job.get_absolute_url())
    text = _("Imported: %(new)d new, %(changed)d changed, %(same)d unchanged.")
    messages.success(request, text % job.result)
    return HttpResponseRedirect(job.next_url)
