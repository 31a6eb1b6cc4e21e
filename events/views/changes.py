from django.core.paginator import Paginator
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ..exports import list_release_changes
from .talks import visible_event

PAGE_SIZE = 10  # releases; each is compared with the one before it


@require_safe
def changes(request, slug):
    """Every release with what is new, moved, cancelled or removed in it."""
    event = visible_event(request, slug)
    page = Paginator(event.releases.order_by("-number").defer("document"), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    releases = [
        {"release": release, "first": first, "changes": changes}
        for release, first, changes in list_release_changes(list(page.object_list))
    ]
    return render(
        request,
        "events/changes.html",
        {"event": event, "page": page, "pages": page.paginator.page_range, "releases": releases},
    )
