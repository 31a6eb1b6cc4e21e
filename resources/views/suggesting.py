"""Suggesting a link: its URL, a form filled with the page's metadata, then a suggestion for the curators.

The background worker reads the page, so that a silent server holds no web thread. Meanwhile the sender's page asks
again each second, and offers the empty form; where no worker reads it in time, it is shown by itself.
"""

import uuid
from datetime import timedelta
from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from roadshow.core.url_normalization import normalise_url
from roadshow.http.guard import UrlRefused, check_url
from roadshow.http.rate_limits import is_within_limit
from roadshow.jobs.models import Job, JobState

from ..actions import DuplicateLink, read_page, suggest_link
from ..forms import AddressForm, SuggestionForm
from ..links import PageMetadata, guess_kind
from ..models import Resource

HOUR = 3600
PATIENCE = timedelta(seconds=10)  # after which the form comes without the page's metadata
MAX_FETCHES, MAX_SUGGESTIONS = 30, 10  # per sender and hour
FIELDS = ("url", "title", "kind", "level", "language", "authors", "year", "note", "free")


@csrf_exempt  # needs no account
@require_http_methods(["GET", "HEAD", "POST"])
def suggest(request):
    if request.method != "POST" and "page" in request.GET:
        return _show_read_page(request)
    if request.method != "POST":
        return _render_form(request, AddressForm(initial={"url": request.GET.get("url", "")[:2000]}))
    if "title" in request.POST:
        return _store_suggestion(request)
    return _start_reading(request)


def _render_form(request, form, *, known=None, status=HTTPStatus.OK):
    context = {"form": form, "known": known, "second": isinstance(form, SuggestionForm)}
    return render(request, "resources/suggest.html", context, status=status)


def _start_reading(request):
    """Let the page be read, or show the empty form to who asks too often."""
    form = AddressForm(request.POST)
    if not form.is_valid():
        return _render_form(request, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        url = normalise_url(_add_scheme(form.cleaned_data["url"]))
        check_url(url)
    except (ValueError, UrlRefused) as error:
        form.add_error("url", str(error))
        return _render_form(request, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    if known := Resource.objects.of_address(url):
        return _render_duplicate(request, form, known)
    if form.cleaned_data["website"] or not is_within_limit(
        request, "look up", times=MAX_FETCHES, seconds=HOUR
    ):
        return _render_form(request, SuggestionForm(initial=_initial_values(url)))
    return redirect(f"{reverse('resources:suggest')}?page={read_page.start(url=url).pk}")


def _show_read_page(request):
    """The second step: the form with the page's metadata; before that a page that asks again."""
    job = _find_reading(request.GET["page"])
    if job is None:
        return _render_form(request, AddressForm())
    is_late = timezone.now() - job.created_at > PATIENCE or "skip" in request.GET
    if job.is_active and not is_late:
        response = render(request, "resources/reading.html", {"job": job})
        response["Refresh"], response["Cache-Control"] = "1", "no-store"
        return response
    if job.state != JobState.DONE:
        Job.objects.filter(pk=job.pk).active().request_cancel()
        why = job.problem or _("It does not answer at this moment.")
        text = _("The page could not be read: %(why)s Please say yourself what it is.")
        messages.warning(request, text % {"why": why})
        return _render_form(request, SuggestionForm(initial=_initial_values(job.arguments["url"])))
    metadata = PageMetadata(**(job.result or {}))
    if known := Resource.objects.of_address(metadata.url):
        return _render_duplicate(request, AddressForm({"url": metadata.url}), known)
    return _render_form(request, SuggestionForm(initial=_initial_values(job.arguments["url"], metadata)))


def _find_reading(key: str) -> Job | None:
    try:
        return Job.objects.filter(pk=uuid.UUID(key), kind=read_page.path).first()
    except ValueError:
        return None


def _add_scheme(text: str) -> str:
    """The URL with https:// where no scheme was typed."""
    text = text.strip()
    return text if "://" in text or ":" in text.partition("/")[0] else f"https://{text}"


def _initial_values(url: str, metadata=None) -> dict[str, object]:
    if metadata is None:
        return {"url": url, "kind": guess_kind(url) or Resource.Kind.ARTICLE, "free": True}
    return {
        "url": url,
        "title": metadata.title,
        "kind": metadata.kind or Resource.Kind.ARTICLE,
        "language": metadata.language,
        "authors": "; ".join(metadata.authors)[:500],
        "year": metadata.year,
        "note": metadata.description,
        "free": metadata.free is not False,
    }


def _render_duplicate(request, form, known: Resource):
    """Say that the link exists, and where if it is public."""
    form.add_error("url", DuplicateLink(known).messages[0])
    shown = known if known.state in Resource.PUBLIC else None
    return _render_form(request, form, known=shown, status=HTTPStatus.CONFLICT)


def _store_suggestion(request):
    form = SuggestionForm(request.POST)
    if form.is_valid() and not form.cleaned_data["website"]:
        if not is_within_limit(request, "suggestion", times=MAX_SUGGESTIONS, seconds=HOUR):
            form.add_error(None, _("That was a lot of links. Please send the rest in an hour."))
        else:
            try:
                suggest_link(**{name: form.cleaned_data[name] for name in FIELDS})
            except DuplicateLink as duplicate:
                return _render_duplicate(request, form, duplicate.resource)
            except ValidationError as error:
                _add_errors(form, error)
    if not form.is_valid():
        return _render_form(request, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    messages.success(request, _("Thank you. The curators will look at the link."))
    return redirect("resources:resources")


def _add_errors(form, error: ValidationError) -> None:
    for name, errors in error.error_dict.items():
        form.add_error(name if name in form.fields else None, errors)
