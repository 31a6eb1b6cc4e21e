"""What pages share: the context of every template, conditional pages, and lists that are filtered and paged."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import cast

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import LocalePrefixPattern, NoReverseMatch, get_resolver, reverse
from django.utils.cache import patch_vary_headers
from django.utils.encoding import escape_uri_path, iri_to_uri
from django.utils.translation import get_language
from django_htmx.middleware import HtmxDetails

from roadshow.api.filters import RecordFilter
from roadshow.core.access import is_organiser
from roadshow.core.compiled_queries import PagedRows
from roadshow.http.build import build_id
from roadshow.http.caching import cached_count
from roadshow.http.conditional import conditional_response, entity_tag

PAGE_SIZE = 30
SECTIONS = ("events", "speakers", "topics", "resources")  # of the navigation


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
    path, root = request.path, site_root(request)
    query = f"?{iri_to_uri(request.META['QUERY_STRING'])}" if request.META.get("QUERY_STRING") else ""
    paths = {code: translate_path(path, code) for code, _name in settings.LANGUAGES}
    return {
        "site": {
            "name": settings.SITE_NAME,
            "description": settings.SITE_DESCRIPTION,
            "url": root + path,
            "root": root,
            "section": find_section(paths[settings.LANGUAGE_CODE]),
            "languages": [
                {"code": code, "path": escape_uri_path(there) + query, "url": root + escape_uri_path(there)}
                for code, there in paths.items()
            ],
        }
    }


def find_section(path: str) -> str:
    """The section of the navigation that a path without a language belongs to."""
    return "home" if path == "/" else next((name for name in SECTIONS if f"/{name}/" in path), "")


def translate_path(path: str, language: str) -> str:
    """The path of the same page in a language; pages without languages, such as the API's, stay where they are."""
    prefixes = [f"/{code}/" for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
    bare = next(("/" + path.removeprefix(prefix) for prefix in prefixes if path.startswith(prefix)), path)
    if bare.startswith(list_untranslated_prefixes()):
        return path
    return bare if language == settings.LANGUAGE_CODE else f"/{language}{bare}"


@cache
def list_untranslated_prefixes() -> tuple[str, ...]:
    """The beginnings of paths outside `i18n_patterns`."""
    patterns = [one.pattern for one in get_resolver().url_patterns]
    return tuple(f"/{one}" for one in patterns if not isinstance(one, LocalePrefixPattern))


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
        if isinstance(self.object_list, PagedRows):
            return self.object_list.count()
        return cached_count(cast(QuerySet, self.object_list))


def render_list(
    request: HtmxRequest,
    template: str,
    filterset: RecordFilter,
    *,
    rows: PagedRows | None = None,
    shown: Mapping[str, Iterable | None] | None = None,
    page_size: int = PAGE_SIZE,
    context: dict | None = None,
) -> HttpResponse:
    """A page of the rows that match `filterset`; only the template's partial `results` for htmx.

    `rows` are those of the list without any filter. Parameters that cannot be used are listed on the page (`problems`)
    and ignored. A page number beyond the end is the last page.
    """
    problems = filterset.problems()
    request.has_unknown_parameters = bool(problems)  # such pages are not cached: everybody could make more
    is_whole = not set(request.GET) - {"page"}
    paginator = CountedPaginator(cast(QuerySet, rows) if rows and is_whole else filterset.qs, page_size)
    page = paginator.get_page(request.GET.get("page"))
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
