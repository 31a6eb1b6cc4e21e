"""A draft event, its recaps and its plan, by a private link."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from roadshow.http.private_pages import mark_private
from roadshow.http.rate_limits import is_within_limit

from ..actions import build_document
from ..models import PreviewLink
from ..schedule import group_by_day

TIMES, SECONDS = 300, 3600  # requests from one sender per hour
TEMPLATE = "events/preview_link.html"


@never_cache
@require_safe
def preview_link(request: HttpRequest, token: str) -> HttpResponse:
    """Show the event of the link as it would be public now, and its plan as the next release."""
    if not is_within_limit(request, "preview-link", times=TIMES, seconds=SECONDS):
        return mark_private(render(request, TEMPLATE, {"is_refused": True}, status=429))
    link = PreviewLink.objects.valid(token).select_related("event__venue", "event__series").first()
    if link is None:
        return mark_private(render(request, TEMPLATE, status=404))
    event = link.event
    context = {
        "event": event,
        "days": group_by_day(build_document(event), event.zone),
        "recaps": event.recaps.all(),
        "expires_at": link.expires_at,
    }
    with timezone.override(event.zone):
        return mark_private(render(request, TEMPLATE, context))
