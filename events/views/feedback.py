"""Feedback: a page with a plain form, no account, a trap for programs, and a limit.

The form has a page of its own because it carries a token: the pages that lead to it are the same for everybody.
"""

from http import HTTPStatus

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from roadshow.http.rate_limits import within_limit

from ..actions import give_feedback
from ..forms import FeedbackForm
from ..models import Talk
from .talks import visible_event

TIMES, SECONDS = 10, 3600  # messages of one sender in an hour, over all events


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def event_feedback(request, slug):
    return _receive(request, visible_event(request, slug), None)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def talk_feedback(request, slug, talk):
    event = visible_event(request, slug)
    rows = Talk.objects.visible_to(request.user).filter(event=event)
    return _receive(request, event, get_object_or_404(rows, slug=talk))


def _receive(request, event, talk):
    if not event.feedback_open:
        raise Http404
    if request.method != "POST":
        return _page(request, event, talk, FeedbackForm(initial={"about": request.GET.get("about")}))
    form = FeedbackForm(request.POST)
    if form.is_valid() and not form.cleaned_data["website"]:
        if not within_limit(request, "feedback", times=TIMES, seconds=SECONDS):
            form.add_error(None, _("That was a lot of feedback. Please send the rest in an hour."))
        else:
            _keep(event, talk, form.cleaned_data)
    if not form.is_valid():
        return _page(request, event, talk, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    messages.success(request, _("Thank you. The organisers have received what you wrote."))
    return redirect((talk or event).get_absolute_url())


def _page(request, event, talk, form, **options):
    context = {"event": event, "talk": talk, "feedback_form": form, "recaps": event.recaps.exists()}
    return render(request, "events/feedback_page.html", context, **options)


def _keep(event, talk, said: dict) -> None:
    recap = None
    if said["about"] == "recap" and talk is None:
        recap = event.recaps.filter(language=get_language()).first() or event.recaps.first()
    give_feedback(
        event=event,
        talk=talk,
        recap=recap,
        rating=said["rating"],
        comment=said["comment"].strip(),
        name=said["name"].strip(),
    )
