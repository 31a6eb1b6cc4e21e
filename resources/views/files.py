"""Link lists as feeds and files, filtered like the page, and one for each collection."""

from http import HTTPStatus
from itertools import chain

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from roadshow.http.conditional import current_version
from roadshow.http.files import file_response
from roadshow.http.pages import site_root

from ..exports import build_link_list
from ..filters import ResourceFilter
from ..formats import WRITERS, write_links
from ..models import Collection, Resource

ANONYMOUS = AnonymousUser()  # files have public links only, whoever requests them
FEED_LENGTH = 200  # links, newest first


@require_safe
def resource_file(request, format):
    """The list of links as a file, filtered by the page's parameters; the feed has the newest only."""
    listed = Resource.objects.visible_to(ANONYMOUS).listed()
    filterset = ResourceFilter(request.GET, listed, request=request)
    filterset.user = ANONYMOUS
    problems = filterset.problems()
    if problems:
        sentences = "\n".join(map(str, chain.from_iterable(problems.values())))
        return HttpResponse(
            sentences, status=HTTPStatus.BAD_REQUEST, content_type="text/plain; charset=utf-8"
        )
    title = _("Links of %(site)s") % {"site": settings.SITE_NAME}
    rows = filterset.qs[:FEED_LENGTH] if format == "atom" else filterset.qs
    return _serve_file(request, format, rows, title, reverse("resources:resources"), "resources")


@require_safe
def collection_file(request, slug, format):
    """A collection's links in their order, as a file."""
    found = get_object_or_404(Collection.objects.visible_to(ANONYMOUS).defer("search"), slug=slug)
    rows = Resource.objects.visible_to(ANONYMOUS).listed().filter(collection_items__collection=found)
    rows = rows.order_by("collection_items__position", "collection_items__pk")
    return _serve_file(request, format, rows, found.title, found.get_absolute_url(), found.slug, found)


def _serve_file(
    request, format: str, rows, title: str, page: str, name: str, only: Collection | None = None
) -> HttpResponse:
    def build_content() -> bytes:
        links = build_link_list(
            rows,
            ANONYMOUS,
            root=site_root(request),
            title=title,
            page=page,
            feed=request.get_full_path(),
            only=only,
        )
        return write_links(links, format)

    state = current_version()
    return file_response(
        request,
        build_content,
        state=[state, format],
        modified=state.at,
        content_type=WRITERS[format].media_type,
        filename=f"{name}{WRITERS[format].suffix}",
    )
