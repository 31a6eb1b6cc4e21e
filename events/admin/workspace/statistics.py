"""Statistics of an event, drawn as SVG."""

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from roadshow.core.roles import Permission

from ...actions.statistics import build_charts
from .navigation import get_event, page_context


@require_GET
def statistics(request: HttpRequest, pk: int) -> HttpResponse:
    """Interest and feedback by talk, track and hour. No visitor is counted: only what they sent."""
    event = get_event(request, pk, Permission.MODERATE)
    context = page_context(request, event, "statistics", _("Statistics of %(event)s") % {"event": event}) | {
        "charts": build_charts(event),
    }
    return TemplateResponse(request, "admin/events/event/statistics.html", context)
