from collections import Counter

from django.db.models import OuterRef, Subquery
from django.shortcuts import get_object_or_404, render
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from roadshow.core.compiled_queries import compiled_query, count_rows, first_or_404
from roadshow.http.build import build_id
from roadshow.http.caching import depend_on, expire_at, get_or_build
from roadshow.http.pages import edit_url, render_list, site_root
from speakers.models import Speaker

from .. import linked_data
from ..filters import EventFilter, TalkFilter
from ..formats import tour_map
from ..models import Event, Feedback, Photo, Recap, Series, Talk, Topic, show_event_profiles
from ..models.talk import add_card_parts
from .now import glance_at
from .schedule import Programme
from .talks import list_talks

MAX_LISTED = 12  # talks, people or links on an event page; a link leads to the rest


@require_safe
def event_list(request):
    rows = Event.objects.visible_to(request.user).for_cards()
    series = Series.objects.visible_to(request.user).values_list("slug", "name")
    shown = {"q": None, "when": None, "series": series, "since": None, "until": None}
    filterset = EventFilter(request.GET, rows, request=request)
    response = render_list(request, "events/event_list.html", filterset, shown=shown)
    if set(request.GET) - {*shown, "page", "ordering"}:
        return response
    return depend_on(response, kinds=["events", "series"])


@require_safe
def series(request, slug):
    row = get_object_or_404(Series.objects.visible_to(request.user), slug=slug)
    events = row.events.visible_to(request.user).for_cards()
    talks = Talk.objects.visible_to(request.user).filter(event__in=events).exclude(kind=Talk.Kind.BREAK)
    upcoming, past = list(events.upcoming()), list(events.past())
    stops = [*reversed(past), *upcoming]
    next_event = next((event for event in upcoming if event.state == Event.State.PUBLISHED), None)
    response = render(
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
    return depend_on(response, kinds=["events"], events=[stop.pk for stop in stops])


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
    row = first_or_404(load_event(request.user, slug=slug))
    recaps = load_recaps(request.user, event=row.pk)
    talks = load_first_talks(request.user, event=row.pk)
    add_card_parts(request.user, talks)
    people = load_first_people(request.user, event=row.pk)
    show_event_profiles(row, people)
    tied = row.resources.load_tied(request.user, event=row.pk)
    links = [link for link in tied if link.is_listed][:MAX_LISTED]
    row.resources.add_topics(request.user, links)
    glance = glance_at(row)
    outline = load_outline(row) if row.talk_count > MAX_LISTED and row.current_release_id else None
    response = render(
        request,
        "events/event.html",
        {
            "event": row,
            "recaps": recaps,
            "recap": choose_recap(recaps, request.GET.get("recap") or get_language()),
            "photos": load_photos(request.user, event=row.pk),
            "talks": talks,
            "talk_count": row.talk_count,
            "glance": glance,
            "live": glance.programme.present.live if glance else None,
            "outline": outline,
            "people": people,
            "people_count": row.people_count,
            "links": links,
            "topics": load_topics(request.user, event=row.pk),
            "comments": load_comments(request.user, event=row.pk),
            "feedback_open": row.feedback_open,
            "linked_data": mark_safe(linked_data.describe_event(row, talks, site_root(request))),
            "edit": edit_url(request, row),
        },
    )
    depend_on(response, events=[row.pk], kinds=["rooms"])
    return expire_at(response, glance.until) if glance else response


@compiled_query
def load_event(user, slug):
    """The event with the numbers of its talks and people."""
    rows = Event.objects.visible_to(user).select_related("series", "venue", "current_release")
    talks = list_talks(user, OuterRef("pk"))
    of_event = list_talks(user, OuterRef(OuterRef("pk")))  # the event is two queries further out
    people = Speaker.objects.visible_to(user).filter(talks__in=of_event)
    counts = {"talk_count": Subquery(count_rows(talks)), "people_count": Subquery(count_rows(people))}
    return rows.defer("search", "current_release__document").annotate(**counts).filter(slug=slug)


@compiled_query
def load_recaps(user, event):
    return Recap.objects.filter(event=event)


@compiled_query
def load_photos(user, event):
    return Photo.objects.filter(event=event)


@compiled_query
def load_first_talks(user, event):
    return list_talks(user, event).in_time_order().with_card_relations()[:MAX_LISTED]


@compiled_query
def load_first_people(user, event):
    people = Speaker.objects.visible_to(user).filter(talks__in=list_talks(user, event)).distinct()
    return people.for_cards()[:MAX_LISTED]


@compiled_query
def load_topics(user, event):
    return Topic.objects.filter(talks__in=list_talks(user, event)).defer("search", "description").distinct()


@compiled_query
def load_comments(user, event):
    return Feedback.objects.visible_to(user).filter(event=event, talk=None, state=Feedback.State.SHOWN)


def choose_recap(recaps: list[Recap], language: str) -> Recap | None:
    """The recap in `language` (a tag), else the first one."""
    return next((recap for recap in recaps if recap.language == language), recaps[0] if recaps else None)


def load_outline(event: Event) -> dict:
    """The outline of the current release as it is now, cached like all that is made of whole releases."""
    programme = Programme(event, {})
    release = event.current_release
    state = f"{release and release.guid}:{programme.present.digest}:{event.updated_at.timestamp()}"
    return get_or_build(f"outline:{state}:{build_id()}", lambda: describe_outline(programme))


def describe_outline(programme: Programme) -> dict:
    """Days (date, number of entries, first start, last end), tracks and numbers of what is released; a query."""
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
