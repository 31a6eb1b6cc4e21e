from django.shortcuts import get_object_or_404, render
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from roadshow.http.pages import edit_url, render_list, root_of
from speakers.models import Speaker

from .. import linked_data
from ..filters import EventFilter, TalkFilter
from ..formats import tour_map
from ..models import Event, Feedback, Recap, Series, Talk, Topic

SHOWN = 12  # talks, people or links on an event's own page; the rest is one click away


@require_safe
def event_list(request):
    rows = Event.objects.visible_to(request.user).for_cards()
    series = Series.objects.visible_to(request.user).values_list("slug", "name")
    return render_list(
        request,
        "events/event_list.html",
        EventFilter(request.GET, rows, request=request),
        shown={"q": None, "when": None, "series": series, "since": None, "until": None},
    )


@require_safe
def series(request, slug):
    row = get_object_or_404(Series.objects.visible_to(request.user), slug=slug)
    events = row.events.visible_to(request.user).for_cards()
    talks = Talk.objects.visible_to(request.user).filter(event__in=events).exclude(kind=Talk.Kind.BREAK)
    upcoming, past = list(events.upcoming()), list(events.past())
    tour = [*reversed(past), *upcoming]
    coming = next((event for event in upcoming if event.state == Event.State.PUBLISHED), None)
    return render(
        request,
        "events/series.html",
        {
            "series": row,
            "upcoming": upcoming,
            "past": past,
            "stop_count": len(tour),
            "next_stop": coming,
            "map": map_of(tour, coming),
            "talks": talks.for_cards().newest_first()[:SHOWN],
            "talk_count": talks.count(),
            "linked_data": mark_safe(linked_data.of_series(row, tour, root_of(request))),
            "edit": edit_url(request, row),
        },
    )


def map_of(tour: list[Event], coming: Event | None) -> tour_map.Map | None:
    """The stops whose place is known, in this order, and the way from one to the next."""
    return tour_map.draw(
        [
            tour_map.Stop(
                event.town,
                *event.position,
                "next" if event == coming else "past" if event.is_over else "later",
            )
            for event in tour
            if event.position and event.state != Event.State.CANCELLED
        ]
    )


@require_safe
def series_talks(request, slug):
    """All talks of a tour."""
    row = get_object_or_404(Series.objects.visible_to(request.user).defer("description", "search"), slug=slug)
    events = row.events.visible_to(request.user)
    talks = Talk.objects.visible_to(request.user).filter(event__in=events).exclude(kind=Talk.Kind.BREAK)
    topics = Topic.objects.filter(talks__in=talks).distinct().values_list("slug", "name")
    stops = events.order_by("-starts_on", "-pk").values_list("slug", "name")
    return render_list(
        request,
        "events/series_talks.html",
        TalkFilter(request.GET, talks.for_cards().newest_first(), request=request),
        shown={"q": None, "event": stops, "topic": topics, "kind": None, "level": None, "link": None},
        context={"series": row},
    )


@require_safe
def event(request, slug):
    """The event's own page: what it is before it happens, what it was afterwards."""
    rows = Event.objects.visible_to(request.user).select_related("series", "venue", "current_release")
    row = get_object_or_404(rows.defer("current_release__document"), slug=slug)
    talks = row.talks.visible_to(request.user).exclude(kind=Talk.Kind.BREAK)
    people = Speaker.objects.visible_to(request.user).filter(talks__in=talks).distinct()
    links = row.resources.visible_to(request.user).listed()
    recaps = list(row.recaps.all())
    shown = list(talks.in_time_order().for_cards()[:SHOWN])
    return render(
        request,
        "events/event.html",
        {
            "event": row,
            "recaps": recaps,
            "recap": chosen_recap(recaps, request.GET.get("recap") or get_language()),
            "photos": row.photos.all(),
            "talks": shown,
            "talk_count": talks.count(),
            "people": people.for_cards()[:SHOWN],
            "people_count": people.count(),
            "links": links.for_cards()[:SHOWN],
            "topics": Topic.objects.filter(talks__in=talks).distinct(),
            "voices": Feedback.objects.visible_to(request.user).filter(event=row, talk=None, state="shown"),
            "feedback_open": row.feedback_open,
            "linked_data": mark_safe(linked_data.of_event(row, shown, root_of(request))),
            "edit": edit_url(request, row),
        },
    )


def chosen_recap(recaps: list[Recap], language: str) -> Recap | None:
    """The recap in `language` (a tag), else the first one."""
    return next((recap for recap in recaps if recap.language == language), recaps[0] if recaps else None)
