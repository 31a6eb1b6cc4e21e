"""The log of an event's activities."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from roadshow.core.roles import Permission
from roadshow.journal.models import Activity

from ..activity_log import show_log
from .navigation import get_event, page_context


@require_http_methods(["GET", "HEAD", "POST"])
def activity(request: HttpRequest, pk: int) -> HttpResponse:
    event = get_event(request, pk, Permission.VIEW)
    context = page_context(request, event, "activity", _("Activity of %(event)s") % {"event": event})
    with timezone.override(event.zone):
        response = show_log(request, Activity.objects.of_event(event.pk), context, event.zone)
        return response.render() if hasattr(response, "render") else response
