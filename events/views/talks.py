from datetime import datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q
from django.shortcuts import render
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from roadshow.core.compiled_queries import PagedRows, compiled_query, count_rows, first_or_404
from roadshow.core.text import format_full_date, format_language
from roadshow.http.caching import depend_on, expire_at
from roadshow.http.pages import absolute_url, edit_url, render_list, site_root

from .. import linked_data
from ..filters import TalkFilter
from ..formats.calendar_links import calendar_links
from ..live import SOON, LiveState, load_live_state
from ..models import (
    Event,
    EventRoom,
    Feedback,
    Photo,
    Talk,
    TalkLink,
    TalkSpeaker,
    Topic,
    Track,
    show_event_profiles,
)  # fmt: skip
from ..models.release import PresentSlot
from ..models.talk import NOT_ON_CARDS, add_card_parts

MAX_RELATED = 5
MAX_CANDIDATES = 50  # newest talks of each topic considered as related


def visible_event(request, slug: str) -> Event:
    return first_or_404(load_event(request.user, slug=slug))


@compiled_query
def load_event(user, slug):
    rows = Event.objects.visible_to(user).select_related("series", "venue", "current_release")
    return rows.defer("search", "current_release__document").filter(slug=slug)


@require_safe
def talk_list(request, slug):
    event, user = visible_event(request, slug), request.user
    talks = list_talks(user, event.pk)

    def load_page(page: slice) -> list[Talk]:
        rows = load_talks(user, event=event.pk, page=page)
        for row in rows:
            row.event = event
        add_card_parts(user, rows)
        return rows

    response = render_list(
        request,
        "events/talk_list.html",
        TalkFilter(request.GET, talks.for_cards().in_time_order(), request=request),
        rows=PagedRows(lambda: load_talk_count(user, event=event.pk)[0], load_page),
        shown={
            "q": None,
            **list_choices(user, event),
            "track": load_tracks(user, event=event.pk),
            "topic": load_topics_of_event(user, event=event.pk),
            "kind": None,
            "level": None,
            "link": None,
        },
        context={"event": event},
    )
    return depend_on(response, events=[event.pk])


def list_choices(user, event: Event) -> dict[str, list[tuple]]:
    """The days, rooms and languages of an event's talks, where there are several."""
    days = (event.ends_on - event.starts_on).days + 1
    dates = [event.starts_on + timedelta(days=number) for number in range(days)]
    choices: dict[str, list[tuple]] = {
        "date": [(f"{date}", format_full_date(date)) for date in dates],
        "room": load_rooms(user, event=event.pk),
        "language": [(code, format_language(code)) for code in load_languages(user, event=event.pk)],
    }
    return {name: options for name, options in choices.items() if len(options) > 1}


@compiled_query
def load_rooms(user, event):
    rows = EventRoom.objects.filter(event=event).order_by("position", "room__name")
    return rows.values_list("room__guid", "room__name")


@compiled_query
def load_languages(user, event):
    rows = list_talks(user, event).exclude(language="").order_by("language")
    return rows.values_list("language", flat=True).distinct()


def list_talks(user, event):
    return Talk.objects.visible_to(user).filter(event=event).exclude(kind=Talk.Kind.BREAK)


@compiled_query
def load_talks(user, event):
    """The talks of an event for cards, without the event itself."""
    return list_talks(user, event).in_time_order().select_related("track").defer(*NOT_ON_CARDS)


@compiled_query
def load_talk_count(user, event):
    return count_rows(list_talks(user, event))


@compiled_query
def load_tracks(user, event):
    return Track.objects.filter(event=event).values_list("slug", "name")


@compiled_query
def load_topics_of_event(user, event):
    return Topic.objects.filter(talks__in=list_talks(user, event)).distinct().values_list("slug", "name")


@require_safe
def talk(request, slug, talk):
    row = first_or_404(load_talk(request.user, event=slug, slug=talk))
    topics = load_topics(request.user, talk=row.pk)
    related = list_related(request.user, row, topics)
    repetitions = []
    if row.has_repetitions:
        repetitions = load_repetitions(request.user, title=row.title, event=row.event_id)
    add_card_parts(request.user, [row, *related, *repetitions])
    show_event_profiles(row.event, [credit.speaker for credit in row.credits])
    live = load_live_state(row.event)
    tied = row.resources.load_tied(request.user, talk=row.pk)
    resources = [link for link in tied if link.is_listed]
    row.resources.add_topics(request.user, resources)
    response = render(
        request,
        "events/talk.html",
        {
            "talk": row,
            "event": row.event,
            "links": load_links(request.user, talk=row.pk) if row.has_links else [],
            "calendars": [] if row.is_cancelled else list_calendar_links(row, request),
            "topics": topics,
            "resources": resources,
            "photos": load_photos(request.user, talk=row.pk) if row.has_photos else [],
            "related": related,
            "repetitions": repetitions,
            "comments": load_comments(request.user, talk=row.pk) if row.has_comments else [],
            "feedback_open": row.event.feedback_open and has_begun(row),
            "linked_data": mark_safe(linked_data.describe_talk(row, site_root(request))),
            "edit": edit_url(request, row),
            "live": live,
            "slots": describe_slots(row, live),
        },
    )
    depend_on(response, recommends=True)
    bounds = list_bounds(row)
    return expire_at(response, min(bounds)) if bounds else response


@compiled_query
def load_talk(user, event, slug):
    """The talk, and which of the parts of its page there are: most have few, and each is a query."""
    rows = Talk.objects.visible_to(user).select_related(
        "track", "event__venue", "event__series", "event__current_release"
    )
    shown = Feedback.objects.visible_to(user).filter(talk=OuterRef("pk"), state=Feedback.State.SHOWN)
    same = Talk.objects.visible_to(user).filter(title=OuterRef("title")).exclude(event=OuterRef("event"))
    parts = {
        "has_links": Exists(TalkLink.objects.filter(talk=OuterRef("pk"))),
        "has_photos": Exists(Photo.objects.filter(talk=OuterRef("pk"))),
        "has_comments": Exists(shown),
        "has_repetitions": Exists(same),
    }
    return rows.annotate(**parts).defer(
        "people", "search", "notes", "imported", "event__description", "event__search",
        "event__current_release__document",
    ).filter(event__slug=event, event__in=Event.objects.visible_to(user), slug=slug)  # fmt: skip


@compiled_query
def load_topics(user, talk):
    return Topic.objects.filter(talks=talk).defer("search", "description")


@compiled_query
def load_links(user, talk):
    return TalkLink.objects.filter(talk=talk)


@compiled_query
def load_photos(user, talk):
    return Photo.objects.filter(talk=talk)


@compiled_query
def load_comments(user, talk):
    return Feedback.objects.visible_to(user).filter(talk=talk, state=Feedback.State.SHOWN)


@compiled_query
def load_repetitions(user, title, event):
    rows = Talk.objects.visible_to(user).filter(title=title).exclude(event=event)
    return rows.with_card_relations().newest_first()[:MAX_RELATED]


def has_begun(talk: Talk) -> bool:
    """Whether one of its slots has begun; always so without any."""
    slots = talk.present_slots
    return not slots or slots[0].starts_at <= timezone.now()


def list_bounds(talk: Talk) -> list[datetime]:
    """Moments to come at which its page says something else: the status of its room counts, feedback opens."""
    moments = [
        moment
        for slot in talk.present_slots
        for moment in (slot.starts_at - SOON, slot.starts_at, slot.ends_at)
    ]
    return [moment for moment in moments if moment > timezone.now()]


def describe_slots(talk: Talk, live: LiveState) -> list[dict]:
    """Each slot as it is now, with its `mark` (what changed), the `status` of its room, and `notices` to either."""
    found = []
    for slot in talk.present_slots:
        now, room = live.slots.get(slot.guid), slot.room.name if slot.room else ""
        status = live.status_of(room, slot.starts_at, slot.ends_at)
        notices = live.notices_for(slot=slot.guid, room=room if status or is_near(slot) else "")
        found.append({"slot": slot, "mark": now.mark if now else "", "status": status, "notices": notices})
    return found


def is_near(slot: PresentSlot) -> bool:
    return slot.starts_at - SOON <= timezone.now() < slot.ends_at


def list_calendar_links(talk: Talk, request) -> list[tuple]:
    """(slot, links) for each current slot; the links add it to web calendars."""
    found = []
    for slot in talk.present_slots:
        place = ", ".join(filter(None, [slot.room.name if slot.room else "", talk.event.location_label]))
        links = calendar_links(
            title=talk.title,
            starts_at=slot.starts_at,
            ends_at=slot.ends_at,
            place=place or talk.event.online_url,
            text=absolute_url(request, talk.get_absolute_url()),
        )
        found.append((slot, links))
    return found


def list_related(user, talk: Talk, topics: list[Topic]) -> list[Talk]:
    """Up to MAX_RELATED talks, those with most topics in common first, without talks of the same title."""
    each = {f"topic_{number}": topic.pk for number, topic in enumerate(topics)}
    keys = [topic.pk for topic in topics]
    return load_related(user, talk=talk.pk, title=talk.title, event=talk.event_id, topics=keys, **each)


@compiled_query
def load_related(user, talk, title, event, topics, **each_topic):
    """Candidates are the talks by the same speakers, those of the same event with a common topic, and the newest
    of each topic."""
    tied = Talk.topics.through.objects.values("talk")
    people = TalkSpeaker.objects.published().filter(talk=talk).order_by().values("speaker")
    near = [
        TalkSpeaker.objects.filter(speaker__in=people).order_by().values("talk"),
        tied.filter(topic__pk__any=topics, talk__event=event),
        *(tied.filter(topic=topic).order_by("-talk")[:MAX_CANDIDATES] for topic in each_topic.values()),
    ]
    rows = (
        Talk.objects.visible_to(user).filter(pk__in=near[0].union(*near[1:], all=True)).exclude(title=title)
    )
    shared = Count("topics", filter=Q(topics__pk__any=topics), distinct=True)
    rows = rows.with_card_relations().alias(shared=shared)
    return rows.order_by("-shared", "-event__starts_on", "pk")[:MAX_RELATED]
