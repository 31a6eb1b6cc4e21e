"""Redirects from addresses that records had before: pages, files, feeds and API."""

from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.views import defaults
from drf_standardized_errors.handler import exception_handler
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from events.models import Event, Series, Talk, Topic
from resources.models import Collection, Resource
from roadshow.core.models import FormerAddress
from speakers.models import Speaker

MODELS = {
    "series": Series,
    "events": Event,
    "topics": Topic,
    "speakers": Speaker,
    "resources": Resource,
    "collections": Collection,
}
PREFIXES = [[""], *(["", code] for code, _name in settings.LANGUAGES), ["", "api", "v1"]]
MAX_AGE = 3600  # seconds that a client may keep a redirect: a slug can be given to another record


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler of 404."""
    user = getattr(request, "user", None)  # not where a middleware raised it early
    return redirect_to_present(request, user) or defaults.page_not_found(request, exception)


def handle_api_exception(exception: Exception, context: Any) -> HttpResponse | None:
    """DRF's handler of exceptions."""
    if isinstance(exception, Http404 | NotFound):
        request = context["request"]
        if redirect := redirect_to_present(request, request.user):
            return redirect
    return exception_handler(exception, context)


def redirect_to_present(request: Request | HttpRequest, user) -> HttpResponse | None:
    """301 (308 for writes) to where the record is now whose former address was asked for; None when there is none."""
    path = find_present_path(request.path_info, user)
    if path is None:
        return None
    query = request.META.get("QUERY_STRING", "")
    redirect = HttpResponsePermanentRedirect(quote(path) + (f"?{query}" if query else ""))
    if request.method not in ("GET", "HEAD"):
        redirect.status_code = 308  # the method and the body stay
    redirect["Cache-Control"] = f"max-age={MAX_AGE}"
    redirect["Access-Control-Allow-Origin"] = "*"
    return redirect


def find_present_path(path: str, user) -> str | None:
    """The path with present slugs in the place of former ones; None where it has no former ones."""
    parts = path.split("/")
    start = next((len(prefix) for prefix in PREFIXES if _is_record_path(parts, prefix)), None)
    if start is None:
        return None
    kind, slug, *rest = parts[start:]
    record = _find_record(kind, slug, user)
    if record is None:
        return None
    rest = _replace_talk(rest, record) if kind == "events" else rest
    present = "/".join([*parts[:start], kind, record.slug, *rest])
    return present if present != path else None


def _is_record_path(parts: list[str], prefix: list[str]) -> bool:
    at = len(prefix)
    return parts[:at] == prefix and len(parts) > at + 1 and parts[at] in MODELS and bool(parts[at + 1])


def _find_record(kind: str, slug: str, user):
    managed: Any = MODELS[kind]._default_manager
    rows = managed.visible_to(user)
    if found := rows.filter(slug=slug).only("slug").first():
        return found
    former = FormerAddress.find(kind, slug)
    return rows.filter(pk=former).only("slug").first() if former else None


def _replace_talk(rest: list[str], event: Event) -> list[str]:
    """The parts after an event's slug, with the present slug of a talk."""
    if len(rest) < 2 or rest[0] != "talks" or not rest[1]:
        return rest
    slug, dot, suffix = rest[1].partition(".")
    former = FormerAddress.find("talks", slug, scope=event.pk)
    if former is None or Talk.objects.filter(event=event, slug=slug).exists():
        return rest
    present = Talk.objects.filter(pk=former, event=event).values_list("slug", flat=True).first()
    return ["talks", f"{present}{dot}{suffix}", *rest[2:]] if present else rest
