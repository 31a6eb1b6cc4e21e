"""Feedback form: no account needed, protected by a honeypot field and a rate limit.

It is a separate page because what was entered comes back with errors: event and talk pages are cached for everybody.
"""

import re
from hashlib import sha256
from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from roadshow.expiring.models import increase
from roadshow.http.rate_limits import is_within_limit

from ..actions import give_feedback, is_feedback_open
from ..forms import FeedbackForm
from ..models import Talk
from .talks import visible_event

TIMES, SECONDS = 10, 3600  # messages from one sender per hour, over all events
ONCE_SECONDS = 7 * 24 * 3600  # for which a message that is sent again is recognised


@csrf_exempt  # a device without a network sends it later, see feedback.js; the browser says whose form it is
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def event_feedback(request, slug):
    return _handle_feedback(request, visible_event(request, slug), None)


@csrf_exempt  # as above
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def talk_feedback(request, slug, talk):
    event = visible_event(request, slug)
    rows = Talk.objects.visible_to(request.user).filter(event=event)
    return _handle_feedback(request, event, get_object_or_404(rows, slug=talk))


def _handle_feedback(request, event, talk):
    if not is_feedback_open(event, talk):
        raise Http404
    if request.method == "POST" and is_of_another_site(request):
        raise PermissionDenied
    if request.method != "POST":
        return _render_form(request, event, talk, FeedbackForm(initial={"about": request.GET.get("about")}))
    form = FeedbackForm(request.POST)
    if form.is_valid() and not form.cleaned_data["website"] and is_sent_first(request.POST.get("once", "")):
        if not is_within_limit(request, "feedback", times=TIMES, seconds=SECONDS):
            form.add_error(None, _("That was a lot of feedback. Please send the rest in an hour."))
        else:
            _save_feedback(event, talk, form.cleaned_data)
    if not form.is_valid():
        return _render_form(request, event, talk, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    messages.success(request, _("Thank you. The organisers have received what you wrote."))
    return redirect((talk or event).get_absolute_url())


def is_of_another_site(request) -> bool:
    """Whether a browser says that a page of another site sends the form."""
    origin = request.headers.get("origin")
    fetched = request.headers.get("sec-fetch-site", "same-origin")
    return fetched not in ("same-origin", "none") or origin not in (
        None,
        f"{request.scheme}://{request.get_host()}",
    )


def is_sent_first(once: str) -> bool:
    """Whether a message with this mark was not received before: a device may not know that its message arrived."""
    if not re.fullmatch(r"[0-9a-f-]{36}", once):
        return True
    return increase(sha256(f"feedback:{once}".encode()).hexdigest(), seconds=ONCE_SECONDS) == 1


def _render_form(request, event, talk, form, **options):
    context = {"event": event, "talk": talk, "feedback_form": form, "recaps": event.recaps.exists()}
    return render(request, "events/feedback_page.html", context, **options)


def _save_feedback(event, talk, data: dict) -> None:
    recap = None
    if data["about"] == "recap" and talk is None:
        recap = event.recaps.filter(language=get_language()).first() or event.recaps.first()
    give_feedback(
        event=event,
        talk=talk,
        recap=recap,
        rating=data["rating"],
        comment=data["comment"].strip(),
        name=data["name"].strip(),
    )
