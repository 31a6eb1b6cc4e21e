"""What is missing, as a list to work off: talks, spelling variants, persons with several talks."""

from collections import Counter

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from roadshow.core.roles import Permission

from ...actions.quality import LACKS, LONGEST_ABSTRACT, find_variants, list_busy_speakers, list_lacks
from .navigation import get_event, page_context

PAGE_SIZE = 100


@require_GET
def quality(request: HttpRequest, pk: int) -> HttpResponse:
    """Talks that lack something; `?lacks=` shows those that lack one thing."""
    event = get_event(request, pk, Permission.EDIT_TALKS)
    found = list_lacks(event)
    counts = Counter(key for row in found for key in row.lacks)
    chosen = request.GET.get("lacks", "")
    if chosen in LACKS:
        found = [row for row in found if chosen in row.lacks]
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context = page_context(request, event, "quality", _("To work off: %(event)s") % {"event": event}) | {
        "page": page,
        "pages": page.paginator.get_elided_page_range(page.number),
        "counts": [(key, label, counts[key]) for key, label in LACKS.items() if counts[key]],
        "rows": [(row.talk, [LACKS[key] for key in row.lacks]) for row in page],
        "chosen": chosen,
        "longest": LONGEST_ABSTRACT,
        "variants": find_variants(event),
        "busy": list_busy_speakers(event),
    }
    return TemplateResponse(request, "admin/events/event/quality.html", context)
