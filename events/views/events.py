from collections import Counter

from django.shortcuts import get_object_or_404, render
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from roadshow.http.caching import expire_at
from roadshow.http.pages import edit_url, render_list, site_root
from speakers.models import Speaker

from .. import linked_data
from ..filters import EventFilter, TalkFilter
from ..formats import tour_map
from ..models import Event, Feedback, Recap, Series, Talk, Topic, show_event_profiles
from .now import glance_at
from .schedule import Programme

MAX_LISTED = 12  # talks, people or links on an event page; a link leads to the rest


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
    stops = [*reversed(past), *upcoming]
    next_event = next((event for event in upcoming if event.state == Event.State.PUBLISHED), None)
    return render(
        request,
        "events/series.html",
        {
            "series": row,
            "upcoming": upcoming,
            "past": past,
            "stop_count": len(stops),
            "next_event": next_event,
            "map": draw_series_map(stops, next_event),
            "talks": talks.for_cards().newest_first()[:MAX_LISTED],
            "talk_count": talks.count(),
            "linked_data": mark_safe(linked_data.describe_series(row, stops, site_root(request))),
            "edit": edit_url(request, row),
        },
    )


def draw_series_map(stops: list[Event], next_event: Event | None) -> tour_map.Map | None:
    """Map of the events with coordinates, in this order, connected by a line; None when there are none."""
    return tour_map.draw(
        [
            tour_map.Stop(
                event.town,
                *event.position,
                "next" if event == next_event else "past" if event.is_over else "later",
            )
            for event in stops
            if event.position and event.state != Event.State.CANCELLED
        ]
    )


@require_safe
def series_talks(request, slug):
    """All talks of a series."""
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
    """The event page: programme before the event, recap and pictures afterwards."""
    rows = Event.objects.visible_to(request.user).select_related("series", "venue", "current_release")
    row = get_object_or_404(rows.defer("current_release__document"), slug=slug)
    talks = row.talks.visible_to(request.user).exclude(kind=Talk.Kind.BREAK)
    people = Speaker.objects.visible_to(request.user).filter(talks__in=talks).distinct()
    links = row.resources.visible_to(request.user).listed()
    recaps = list(row.recaps.all())
    listed = list(people.for_cards()[:MAX_LISTED])
    show_event_profiles(row, listed)
    shown = list(talks.in_time_order().for_cards()[:MAX_LISTED])
    talk_count = talks.count()
    glance = glance_at(row)
    outline = describe_outline(row) if talk_count > MAX_LISTED and row.current_release_id else None
    response = render(
        request,
        "events/event.html",
        {
            "event": row,
            "recaps": recaps,
            "recap": choose_recap(recaps, request.GET.get("recap") or get_language()),
            "photos": row.photos.all(),
            "talks": shown,
            "talk_count": talk_count,
            "glance": glance,
            "live": glance.programme.present.live if glance else None,
            "outline": outline,
            "people": listed,
            "people_count": people.count(),
            "links": links.for_cards()[:MAX_LISTED],
            "topics": Topic.objects.filter(talks__in=talks).distinct(),
            "comments": Feedback.objects.visible_to(request.user).filter(event=row, talk=None, state="shown"),
            "feedback_open": row.feedback_open,
            "linked_data": mark_safe(linked_data.describe_event(row, shown, site_root(request))),
            "edit": edit_url(request, row),
        },
    )
    return expire_at(response, glance.until) if glance else response


def choose_recap(recaps: list[Recap], language: str) -> Recap | None:
    """The recap in `language` (a tag), else the first one."""
    return next((recap for recap in recaps if recap.language == language), recaps[0] if recaps else None)


def describe_outline(event: Event) -> dict:
    """Days (date, number of entries, first start, last end), tracks and numbers of what is released; 5 queries."""
    programme = Programme(event, {})
    days = [
        (day.date, len(day.entries), day.entries[0].starts_at, max(entry.ends_at for entry in day.entries))
        for day in programme.days
        if day.entries
    ]
    tracks = Counter(entry.talk.track for day in programme.days for entry in day.entries if entry.talk.track)
    hues = programme.hue_classes
    return {
        "days": days,
        "tracks": [(name, hues.get(name, ""), number) for name, number in sorted(tracks.items())],
        "rooms": len({entry.room for day in programme.days for entry in day.entries if entry.room}),
    }
