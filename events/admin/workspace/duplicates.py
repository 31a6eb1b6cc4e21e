"""Speakers that are probably entered twice, to be merged."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from roadshow.core.roles import Permission
from speakers.models import Speaker

from ...actions import MergeRefused, merge_speakers
from ...actions.duplicates import find_duplicates
from .navigation import get_event, page_context


@require_http_methods(["GET", "HEAD", "POST"])
def duplicates(request: HttpRequest, pk: int) -> HttpResponse:
    """The groups. POST `into` and `others`, primary keys: merge the others into that one."""
    event = get_event(request, pk, Permission.EDIT_SPEAKERS)
    if request.method == "POST":
        _merge(request)
        return HttpResponseRedirect(request.path)
    title = _("Speakers entered twice: %(event)s") % {"event": event}
    context = page_context(request, event, "speakers", title) | {
        "groups": find_duplicates(event, request.user)
    }
    return TemplateResponse(request, "admin/events/event/duplicates.html", context)


def _merge(request: HttpRequest) -> None:
    mine = Speaker.objects.editable_by(request.user)
    keys = [key for key in request.POST.getlist("others") if key.isdecimal()]
    into = request.POST.get("into", "")
    kept = mine.filter(pk=into).first() if into.isdecimal() else None
    others = mine.filter(pk__in=keys).exclude(pk=into) if kept else mine.none()
    if kept is None or not others:
        messages.warning(request, _("Choose at least two records of one person."))
        return
    try:
        with transaction.atomic():  # all of them, or none
            for other in others:
                kept = merge_speakers(into=kept, other=other)
    except MergeRefused as refusal:
        messages.error(request, str(refusal))
        return
    messages.success(request, _("%(name)s is one record now.") % {"name": kept})
