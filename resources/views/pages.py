"""Pages of links and collections."""

from dataclasses import replace
from itertools import chain

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from events.models import Event, Talk
from roadshow.http.caching import depend_on
from roadshow.http.pages import build_controls, edit_url, render_list
from speakers.models import Speaker

from ..facets import LABELS, build_facets
from ..filters import CollectionFilter, ResourceFilter
from ..formats import WRITERS
from ..models import Collection, Resource

OWN_PARAMETERS = ("q", "ordering", "page")  # the form has fields for the first two and resets the page


@require_safe
def resource_list(request):
    rows = Resource.objects.visible_to(request.user).listed()
    filterset = ResourceFilter(request.GET, rows.for_cards(), request=request)
    search, order = build_controls(filterset, {"q": None, "ordering": _order_choices()})
    found = build_facets(filterset, request.GET)
    choices = chain.from_iterable(facet.choices for facet in found)
    query = request.GET.copy()
    query.pop("page", None)
    response = render_list(
        request,
        "resources/resource_list.html",
        filterset,
        context={
            "controls": [search, replace(order, label=_("Order"))],
            "kept": [
                (name, value) for name, value in request.GET.items() if name not in OWN_PARAMETERS and value
            ],
            "facets": found,
            "narrowed": [choice for choice in choices if choice.chosen],
            "files": list_files("resources:feed", "resources:{}", (), query.urlencode()),
            "collections": Collection.objects.visible_to(request.user).defer("search", "text")[:6],
        },
    )
    if set(request.GET) - {*OWN_PARAMETERS, *LABELS}:
        return response
    return depend_on(response, kinds=["resources", "topics", "events", "collections"])


def _order_choices() -> list[tuple[str, str]]:
    return [
        ("-citations", _("most cited by talks first")),
        ("title", _("by title")),
    ]


def list_files(feed: str, file: str, args: tuple, query: str = "") -> list[dict[str, str]]:
    """Name, URL and media type of the list in each format; `file` is a URL name with `{}` for the format."""
    suffix = f"?{query}" if query else ""
    return [
        {
            "name": str(writer.name),
            "url": reverse(feed if name == "atom" else file.format(name), args=args) + suffix,
            "type": writer.media_type.partition(";")[0],
        }
        for name, writer in WRITERS.items()
    ]


@require_safe
def resource(request, slug):
    rows = Resource.objects.visible_to(request.user).for_cards()
    row = get_object_or_404(rows, slug=slug)
    response = render(
        request,
        "resources/resource.html",
        {
            "resource": row,
            "talks": Talk.objects.visible_to(request.user).filter(resources=row).for_cards().newest_first(),
            "speakers": Speaker.objects.visible_to(request.user).filter(resources=row).for_cards(),
            "events": Event.objects.visible_to(request.user).filter(resources=row).for_cards(),
            "collections": Collection.objects.visible_to(request.user).filter(resources=row),
            "edit": edit_url(request, row),
        },
    )
    talks, speakers, events = (
        tied.order_by().values_list("guid", flat=True) for tied in (row.talks, row.speakers, row.events)
    )
    return depend_on(response, kinds=["collections"], records=talks.union(speakers, events))


@require_safe
def collection_list(request):
    rows = Collection.objects.visible_to(request.user).with_items(request.user)
    filterset = CollectionFilter(request.GET, rows, request=request)
    response = render_list(request, "resources/collection_list.html", filterset)
    return depend_on(response, kinds=["collections", "resources"])


@require_safe
def collection(request, slug):
    rows = Collection.objects.visible_to(request.user).with_items(request.user)
    row = get_object_or_404(rows, slug=slug)
    response = render(
        request,
        "resources/collection.html",
        {
            "collection": row,
            "files": list_files("resources:collection_feed", "resources:collection_{}", (row.slug,)),
            "edit": edit_url(request, row),
        },
    )
    return depend_on(response, records=row.resources.values_list("guid", flat=True))
