"""Publishing an event: what is ready, what becomes public, and private links that show it before."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from roadshow.core.access import acting_user
from roadshow.core.roles import Permission
from roadshow.http.pages import absolute_url
from roadshow.http.private_pages import mark_private

from ...actions import publish_event
from ...models import Event, PreviewLink, Talk
from .navigation import get_event, page_context
from .overview import check_publishing

DAYS = (1, 7, 30)  # for which a link may be valid


@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """The checklist. POST `do`: publish; link (for `days`), which shows the address once; revoke."""
    event = get_event(request, pk, Permission.EDIT_EVENT)
    link = ""
    match request.method == "POST" and request.POST.get("do"):
        case "publish":
            if _publish(request, event):
                return HttpResponseRedirect(request.path)
        case "revoke":
            event.preview_links.all().delete()
            messages.success(request, _("No link shows the event any more."))
            return HttpResponseRedirect(request.path)
        case "link":
            given = request.POST.get("days", "")
            days = int(given) if given in map(str, DAYS) else DAYS[1]
            token = PreviewLink.create(event, acting_user(request), days)
            link = absolute_url(request, reverse("events:preview_link", args=[token]))
    context = page_context(request, event, "publish", _("Publish %(event)s") % {"event": event}) | {
        "phase": check_publishing(event),
        "shown": event.talks.filter(state__in=Talk.PUBLIC).exclude(kind=Talk.Kind.BREAK).count(),
        "is_draft": event.state == Event.State.DRAFT,
        "link": link,
        "links": event.preview_links.unexpired().select_related("created_by").order_by("-pk"),
        "days": DAYS,
        "default_days": DAYS[1],
    }
    return mark_private(TemplateResponse(request, "admin/events/event/publish.html", context))


def _publish(request: HttpRequest, event: Event) -> bool:
    try:
        publish_event(event=event)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return False
    messages.success(request, _("The event's page is public now."))
    return True
