from django.core.paginator import Paginator
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ..exports import history
from .talks import visible_event

RELEASES = 10  # on a page: each is compared with the one before it


@require_safe
def changes(request, slug):
    """Every release in words: what is new in it, moved, cancelled or gone."""
    event = visible_event(request, slug)
    page = Paginator(event.releases.order_by("-number").defer("document"), RELEASES).get_page(
        request.GET.get("page")
    )
    told = [
        {"release": release, "first": first, "changes": changes}
        for release, first, changes in history(page.object_list)
    ]
    return render(
        request,
        "events/changes.html",
        {"event": event, "page": page, "pages": page.paginator.page_range, "releases": told},
    )
