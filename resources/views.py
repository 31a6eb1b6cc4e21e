"""Pages of the library: links and collections."""

from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from events.models import Event, Talk, Topic
from roadshow.base.pages import edit_url, render_list
from speakers.models import Speaker

from .filters import CollectionFilter, ResourceFilter
from .models import Collection, Resource


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
