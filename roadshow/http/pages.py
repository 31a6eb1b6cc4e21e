"""What pages share: the context of every template, conditional pages, and lists that are filtered and paged."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import cast

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse, translate_url
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language
from django_htmx.middleware import HtmxDetails

from roadshow.api.filters import RecordFilter
from roadshow.core.access import is_organiser
from roadshow.http.build import build_id
from roadshow.http.caching import cached_count
from roadshow.http.conditional import conditional_response, entity_tag

PAGE_SIZE = 30


def site_root(request: HttpRequest) -> str:
    """The portal's address without a slash at its end: `SITE_URL`, else the request's, if its host is allowed."""
    try:
        return settings.SITE_URL or f"{request.scheme}://{request.get_host()}"
    except DisallowedHost:  # the error page of this very error
        return ""


def absolute_url(request: HttpRequest, path: str) -> str:
    """A path of this portal with scheme and host; a URL is returned as it is."""
    return path if path.startswith(("http://", "https://")) else site_root(request) + path


def site_context(request: HttpRequest) -> dict:
    """Context processor: `site` with the portal's name, this page's address, and its address in every language."""
    path = request.get_full_path()
    return {
        "site": {
            "name": settings.SITE_NAME,
            "description": settings.SITE_DESCRIPTION,
            "url": absolute_url(request, request.path),
            "root": site_root(request),
            "languages": [
                {
                    "code": code,
                    "path": translate_url(path, code),
                    "url": absolute_url(request, translate_url(request.path, code)),
                }
                for code, _name in settings.LANGUAGES
            ],
        }
    }


class HtmxRequest(HttpRequest):
    """A request as the middleware of django-htmx leaves it."""

    htmx: HtmxDetails
    has_unknown_parameters: bool


def conditional_page(
    request: HtmxRequest, parts: Iterable, build: Callable[[], HttpResponse]
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
    """Address of `row` in the admin for users who may change it, else an empty string."""
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
    """An input of the form above a list. `kind` is search, select, checks, date or text; `options` are (value, label).

    `values` are the chosen ones of checks, of which there may be several.
    """

    name: str
    label: str
    kind: str
    value: str
    options: list[tuple[str, str]] = field(default_factory=list)
    values: list[str] = field(default_factory=list)


def build_controls(filterset: RecordFilter, shown: Mapping[str, Iterable | None]) -> list[Control]:
    """Controls for the parameters `shown`; a value gives a reference's options as (value, label)."""
    return [_build_control(filterset, name, options) for name, options in shown.items()]


def _build_control(filterset: RecordFilter, name: str, options: Iterable | None) -> Control:
    form_field = filterset.form.fields[name]
    value = filterset.data.get(name, "") if filterset.data else ""
    if options is None:
        options = getattr(form_field.widget, "choices", [])
    options = [(str(key), label) for key, label in options if key != ""]
    kind = "select" if options else getattr(form_field.widget, "input_type", "text")
    return Control(name, form_field.label, "search" if name == "q" else kind, value, options)


class CountedPaginator(Paginator):
    """A paginator whose count of a long QuerySet is cached, see `cache_by_cost`."""

    @cached_property
    def count(self) -> int:
        return cached_count(cast(QuerySet, self.object_list))


def render_list(
    request: HtmxRequest,
    template: str,
    filterset: RecordFilter,
    *,
    shown: Mapping[str, Iterable | None] | None = None,
    page_size: int = PAGE_SIZE,
    context: dict | None = None,
) -> HttpResponse:
    """A page of the rows that match `filterset`; only the template's partial `results` for htmx.

    Parameters that cannot be used are listed on the page (`problems`) and ignored. A page number beyond the end
    is the last page.
    """
    problems = filterset.problems()
    request.has_unknown_parameters = bool(problems)  # such pages are not cached: everybody could make more
    page = CountedPaginator(filterset.qs, page_size).get_page(request.GET.get("page"))
    response = render(
        request,
        f"{template}#results" if request.htmx else template,
        {
            "page": page,
            "pages": page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1),
            "filtered": any(value for name, value in request.GET.items() if name not in ("page", "ordering")),
            "problems": [sentence for sentences in problems.values() for sentence in sentences],
            "controls": build_controls(filterset, shown or {"q": None}),
            **(context or {}),
        },
    )
    patch_vary_headers(response, ["HX-Request"])
    return response
