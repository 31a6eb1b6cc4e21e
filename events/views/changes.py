from django.core.paginator import Paginator
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ..formats.document import decode
from ..schedule import differences
from .talks import visible_event

RELEASES = 10  # on a page: each is compared with the one before it


@require_safe
def changes(request, slug):
    """Every release in words: what is new in it, moved, cancelled or gone."""
    event = visible_event(request, slug)
    page = Paginator(event.releases.order_by("-number").defer("document"), RELEASES).get_page(
        request.GET.get("page")
    )
    shown = [release.number for release in page]
    wanted = event.releases.filter(number__in=[*shown, *(number - 1 for number in shown)])
    documents = {number: decode(text) for number, text in wanted.values_list("number", "document")}
    told = [
        {
            "release": release,
            "first": release.number - 1 not in documents,
            "changes": differences(documents.get(release.number - 1), documents[release.number]),
        }
        for release in page
    ]
    return render(
        request,
        "events/changes.html",
        {"event": event, "page": page, "pages": page.paginator.page_range, "releases": told},
    )
