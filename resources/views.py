"""Pages of the library: links and collections."""

from http import HTTPStatus

from django.conf import settings
from django.db.models import Count, Max
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from events.models import Event, Talk, Topic
from roadshow.base.files import serve
from roadshow.base.pages import edit_url, render_list, root_of
from speakers.models import Speaker

from .exports import links_of
from .filters import CollectionFilter, ResourceFilter
from .formats import WRITERS, write
from .models import Collection, Resource

FEEDS = ("atom", "json")
LATEST = 50  # links in a feed


@require_safe
def resource_list(request):
    rows = Resource.objects.visible_to(request.user).listed()
    topics = Topic.objects.filter(resources__in=rows).distinct().values_list("slug", "name")
    return render_list(
        request,
        "resources/resource_list.html",
        ResourceFilter(request.GET, rows.for_cards(), request=request),
        shown={"q": None, "kind": None, "topic": topics, "level": None, "free": None},
        context={"collections": Collection.objects.visible_to(request.user)[:6]},
    )


@require_safe
def resource_file(request, format):
    """The list of links as a file, narrowed by the same parameters as the page; a feed has the newest only."""
    listed = Resource.objects.visible_to(request.user).listed()
    filterset = ResourceFilter(request.GET, listed, request=request)
    problems = filterset.problems()
    if problems:
        sentences = "\n".join(str(text) for texts in problems.values() for text in texts)
        return HttpResponse(
            sentences, status=HTTPStatus.BAD_REQUEST, content_type="text/plain; charset=utf-8"
        )
    rows = filterset.qs
    state = rows.order_by().aggregate(number=Count("pk"), latest=Max("updated_at"))
    collections = Collection.objects.visible_to(request.user).aggregate(latest=Max("updated_at"))

    def made() -> bytes:
        links = links_of(
            rows[:LATEST] if format in FEEDS else rows,
            request.user,
            root=root_of(request),
            title=_("Links of %(site)s") % {"site": settings.SITE_NAME},
            page=reverse("resources:resources"),
            feed=request.get_full_path(),
        )
        return write(links, format)

    return serve(
        request,
        made,
        state=[*state.values(), *collections.values()],
        modified=state["latest"],
        content_type=WRITERS[format].media_type,
        filename=f"resources{WRITERS[format].suffix}",
    )


@require_safe
def resource(request, slug):
    rows = Resource.objects.visible_to(request.user).for_cards()
    row = get_object_or_404(rows, slug=slug)
    return render(
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


@require_safe
def collection_list(request):
    rows = Collection.objects.visible_to(request.user).with_items(request.user)
    return render_list(
        request, "resources/collection_list.html", CollectionFilter(request.GET, rows, request=request)
    )


@require_safe
def collection(request, slug):
    rows = Collection.objects.visible_to(request.user).with_items(request.user)
    row = get_object_or_404(rows, slug=slug)
    return render(request, "resources/collection.html", {"collection": row, "edit": edit_url(request, row)})
