"""What pages have in common: what every template knows, and lists that are filtered and paged."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse, translate_url
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language

from roadshow.api.filters import RecordFilter
from roadshow.core.access import is_organiser
from roadshow.http.caching import build_id, cached_count
from roadshow.http.conditional import conditional_response, entity_tag

PAGE_SIZE = 30


def root_of(request: HttpRequest) -> str:
    """The portal's address without a slash: the configured one, else the request's if that is a host of ours."""
    try:
        return settings.SITE_URL or f"{request.scheme}://{request.get_host()}"
    except DisallowedHost:  # this is its error page
        return ""


def absolute(request: HttpRequest, path: str) -> str:
    """A path on this portal with scheme and host; an address stays as it is."""
    return path if path.startswith(("http://", "https://")) else root_of(request) + path


def site(request: HttpRequest) -> dict:
    """Context processor: the portal's name, this page's own address, and the same page in every language."""
    path = request.get_full_path()
    return {
        "site": {
            "name": settings.SITE_NAME,
            "description": settings.SITE_DESCRIPTION,
            "url": absolute(request, request.path),
            "root": root_of(request),
            "languages": [
                {
                    "code": code,
                    "path": translate_url(path, code),
                    "url": absolute(request, translate_url(request.path, code)),
                }
                for code, _name in settings.LANGUAGES
            ],
        }
    }


def conditional_page(
    request: HttpRequest, parts: Iterable, build: Callable[[], HttpResponse]
) -> HttpResponse:
    """The page that `build` renders, with an entity tag; 304 without rendering when the client has it already.

    `parts` are all that the page depends on besides its address, language, user and templates.
    """
    user = request.user.pk if is_organiser(request.user) else None
    etag = entity_tag(*parts, get_language(), request.get_full_path(), user, bool(request.htmx), build_id())
    return conditional_response(
        request, build, etag=etag, cache_control="no-cache", vary=["Cookie", "HX-Request"]
    )


def edit_url(request: HttpRequest, row) -> str:
    """Where an organiser changes `row` in the admin; empty for everybody else."""
    if not is_organiser(request.user):
        return ""
    if not type(row)._default_manager.editable_by(request.user).filter(pk=row.pk).exists():
        return ""
    try:
        return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
    except NoReverseMatch:
        return ""


@dataclass(frozen=True)
class Control:
    """A field of the form above a list. `kind` is search, select, date or text; `options` (value, label)."""

    name: str
    label: str
    kind: str
    value: str
    options: list[tuple[str, str]] = field(default_factory=list)


def controls(filterset: RecordFilter, shown: Mapping[str, Iterable | None]) -> list[Control]:
    """Controls for the parameters `shown`; a value gives a reference's options as (value, label)."""
    return [_control(filterset, name, options) for name, options in shown.items()]


def _control(filterset: RecordFilter, name: str, options: Iterable | None) -> Control:
    form_field = filterset.form.fields[name]
    value = filterset.data.get(name, "") if filterset.data else ""
    if options is None:
        options = getattr(form_field.widget, "choices", [])
    options = [(str(key), label) for key, label in options if key != ""]
    kind = "select" if options else getattr(form_field.widget, "input_type", "text")
    return Control(name, form_field.label, "search" if name == "q" else kind, value, options)


class Pages(Paginator):
    """Pages of a QuerySet that may be long."""

    @cached_property
    def count(self) -> int:
        return cached_count(self.object_list)


def render_list(
    request: HttpRequest,
    template: str,
    filterset: RecordFilter,
    *,
    shown: Mapping[str, Iterable | None] | None = None,
    page_size: int = PAGE_SIZE,
    context: dict | None = None,
) -> HttpResponse:
    """A page of the rows that `filterset` leaves; only the template's partial `results` when a script asks.

    What is wrong with the parameters is told on the page (`problems`), which shows the list without them. A
    page number beyond the end is the last page.
    """
    problems = filterset.problems()
    page = Pages(filterset.qs, page_size).get_page(request.GET.get("page"))
    response = render(
        request,
        f"{template}#results" if request.htmx else template,
        {
            "page": page,
            "pages": page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1),
            "filtered": any(value for name, value in request.GET.items() if name not in ("page", "ordering")),
            "problems": [sentence for sentences in problems.values() for sentence in sentences],
            "controls": controls(filterset, shown or {"q": None}),
            **(context or {}),
        },
    )
    patch_vary_headers(response, ["HX-Request"])
    return response
