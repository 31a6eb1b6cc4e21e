"""The speakers of an event, under its own head."""

from django.db.models import Case, Value, When
from django.db.models.functions import Lower
from django.views.decorators.http import require_safe

from roadshow.http.pages import render_list
from speakers.filters import SpeakerFilter
from speakers.models import Speaker

from ..models import Talk
from .talks import visible_event

PAGE_SIZE = 60


@require_safe
def event_speakers(request, slug):
    """Who gives a talk, by name; names that begin with a sign come last."""
    event = visible_event(request, slug)
    talks = event.talks.visible_to(request.user).exclude(kind=Talk.Kind.BREAK)
    begins_with_sign = Case(When(name__regex=r"^\w", then=Value(0)), default=Value(1))
    rows = Speaker.objects.visible_to(request.user).filter(talks__in=talks).distinct()
    rows = Speaker.objects.filter(pk__in=rows.order_by().values("pk")).for_cards()
    return render_list(
        request,
        "events/speaker_list.html",
        SpeakerFilter(request.GET, rows.order_by(begins_with_sign, Lower("name"), "pk"), request=request),
        page_size=PAGE_SIZE,
        context={"event": event},
    )
