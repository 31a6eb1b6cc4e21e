"""The library as feeds and files, for every filter of its page and for each collection."""

from http import HTTPStatus

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from roadshow.api.changes import version
from roadshow.http.files import file_response
from roadshow.http.pages import root_of

from ..exports import links_of
from ..filters import ResourceFilter
from ..formats import WRITERS, write
from ..models import Collection, Resource

NOBODY = AnonymousUser()  # a file says what everybody may know, whoever fetches it
LATEST = 200  # links in a feed


@require_safe
def resource_file(request, format):
    """The list of links as a file, narrowed by the page's parameters; the feed has the newest only."""
    listed = Resource.objects.visible_to(NOBODY).listed()
    filterset = ResourceFilter(request.GET, listed, request=request)
    filterset.user = NOBODY
    problems = filterset.problems()
    if problems:
        sentences = "\n".join(str(text) for texts in problems.values() for text in texts)
        return HttpResponse(
            sentences, status=HTTPStatus.BAD_REQUEST, content_type="text/plain; charset=utf-8"
        )
    title = _("Links of %(site)s") % {"site": settings.SITE_NAME}
    rows = filterset.qs[:LATEST] if format == "atom" else filterset.qs
    return _file(request, format, rows, title, reverse("resources:resources"), "resources")


@require_safe
def collection_file(request, slug, format):
    """A collection's links in their order, as a file."""
    found = get_object_or_404(Collection.objects.visible_to(NOBODY).defer("search"), slug=slug)
    rows = Resource.objects.visible_to(NOBODY).listed().filter(collection_items__collection=found)
    rows = rows.order_by("collection_items__position", "collection_items__pk")
    return _file(request, format, rows, found.title, found.get_absolute_url(), found.slug, found)


def _file(
    request, format: str, rows, title: str, page: str, name: str, only: Collection | None = None
) -> HttpResponse:
    def made() -> bytes:
        links = links_of(
            rows,
            NOBODY,
            root=root_of(request),
            title=title,
            page=page,
            feed=request.get_full_path(),
            only=only,
        )
        return write(links, format)

    state = version()
    return file_response(
        request,
        made,
        state=[state, format],
        modified=state.at,
        content_type=WRITERS[format].media_type,
        filename=f"{name}{WRITERS[format].suffix}",
    )
