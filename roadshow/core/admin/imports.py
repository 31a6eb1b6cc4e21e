"""What admin pages that import a file share: the form for it, keys of entries, the way from a job to its result."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponseRedirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminURLInputWidget

from roadshow.core.imports import ImportEntry
from roadshow.http.guard import UrlRefused, check_url
from roadshow.jobs.models import Job, JobState


class SourceForm(forms.Form):
    """A file, or an address that the worker fetches: exactly one of them."""

    max_bytes: int
    file_help: str | Promise

    file = forms.FileField(label=gettext_lazy("File"), required=False, widget=UnfoldAdminFileFieldWidget)
    url = forms.URLField(
        label=gettext_lazy("Or its address"),
        required=False,
        assume_scheme="https",
        max_length=ImportEntry._meta.get_field("source").max_length,
        widget=UnfoldAdminURLInputWidget,
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = str(self.file_help)

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file and file.size > self.max_bytes:
            message = _("The file is larger than %(size)d MB.")
            raise ValidationError(message % {"size": self.max_bytes // 1024**2})
        return file

    def clean_url(self):
        url = self.cleaned_data["url"]
        if url:
            try:
                check_url(url)
            except UrlRefused as refusal:
                raise ValidationError(str(refusal)) from refusal
        return url

    def clean(self):
        data = super().clean()
        if not self.errors and bool(data.get("file")) == bool(data.get("url")):
            raise ValidationError(_("Give a file or an address."))
        return data

    def read_source(self) -> tuple[str, bytes | None]:
        """The name and content of the file; of an address the address, and None."""
        file = self.cleaned_data["file"]
        return (file.name, file.read()) if file else (self.cleaned_data["url"], None)


def parse_key(text: str) -> int | None:
    """The primary key that a request names; None for what cannot be one."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None


def refuse_old_preview(request: HttpRequest, page: str) -> HttpResponseRedirect:
    """Back to the form, with the sentence that the preview is no longer there."""
    messages.error(request, _("The preview is too old. Please give the file once more."))
    return HttpResponseRedirect(page)


def follow_job(job: Job) -> HttpResponseRedirect:
    """To the job's progress, or to the page of its result when it has ended."""
    return HttpResponseRedirect(job.get_absolute_url() if job.is_active else job.next_url)


def follow_import(request: HttpRequest, job: Job, page: str) -> HttpResponseRedirect:
    """The same for the job of an import; when it has failed, back to the form at `page` with the reason."""
    if job.state != JobState.FAILED:
        return follow_job(job)
    messages.error(request, job.problem)
    return HttpResponseRedirect(page)


def describe_missing_preview(job: Job | None) -> str:
    """Why an entry has no preview although its job has ended."""
    return job.problem if job and job.problem else _("The preview was not finished.")
