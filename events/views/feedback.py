"""Feedback: a plain form, no account, a trap for programs, and a limit."""

from http import HTTPStatus

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from roadshow.base.limits import within_limit

from ..actions import give_feedback
from ..forms import FeedbackForm
from ..models import Talk
from .talks import visible_event

TIMES, SECONDS = 10, 3600  # messages of one sender in an hour, over all events


@csrf_exempt  # nobody's account is behind it, and pages without a token can be kept for everybody
@require_POST
def event_feedback(request, slug):
    return _receive(request, visible_event(request, slug), None)


@csrf_exempt  # nobody's account is behind it, and pages without a token can be kept for everybody
@require_POST
def talk_feedback(request, slug, talk):
    event = visible_event(request, slug)
    rows = Talk.objects.visible_to(request.user).filter(event=event)
    return _receive(request, event, get_object_or_404(rows, slug=talk))


def _receive(request, event, talk):
    if not event.feedback_open:
        raise Http404
    form = FeedbackForm(request.POST)
    if form.is_valid() and not form.cleaned_data["website"]:
        if not within_limit(request, "feedback", times=TIMES, seconds=SECONDS):
            form.add_error(None, _("That was a lot of feedback. Please send the rest in an hour."))
        else:
            _keep(event, talk, form.cleaned_data)
    if not form.is_valid():
        context = {"event": event, "talk": talk, "feedback_form": form, "alone": True}
        return render(request, "events/feedback_page.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    messages.success(request, _("Thank you. The organisers have received what you wrote."))
    return redirect((talk or event).get_absolute_url())


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
