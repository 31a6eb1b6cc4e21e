from datetime import datetime, timedelta

from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from roadshow.core.models import Record
from roadshow.core.text import format_full_date, format_language
from roadshow.http.caching import depend_on, expire_at
from roadshow.http.pages import absolute_url, edit_url, render_list, site_root

from .. import linked_data
from ..filters import TalkFilter
from ..formats.calendar_links import calendar_links
from ..live import SOON, LiveState, load_live_state
from ..models import Event, Feedback, Talk, TalkSpeaker, Topic, show_event_profiles
from ..models.release import PresentSlot

MAX_RELATED = 5
MAX_CANDIDATES = 50  # newest talks of each topic considered as related


def visible_event(request, slug: str) -> Event:
    rows = Event.objects.visible_to(request.user).select_related("series", "venue", "current_release")
    return get_object_or_404(rows.defer("current_release__document"), slug=slug)


@require_safe
def talk_list(request, slug):
    event = visible_event(request, slug)
    talks = event.talks.visible_to(request.user).exclude(kind=Talk.Kind.BREAK)
    topics = Topic.objects.filter(talks__in=talks).distinct().values_list("slug", "name")
    tracks = event.tracks.values_list("slug", "name")
    rooms = event.event_rooms.order_by("position", "room__name").values_list("room__guid", "room__name")
    languages = talks.exclude(language="").order_by("language").values_list("language", flat=True).distinct()
    days = (event.ends_on - event.starts_on).days + 1
    dates = [event.starts_on + timedelta(days=number) for number in range(days)]
    choices: dict[str, list[tuple]] = {
        "date": [(f"{date}", format_full_date(date)) for date in dates],
        "room": list(rooms),
        "language": [(code, format_language(code)) for code in languages],
    }
    several = {name: options for name, options in choices.items() if len(options) > 1}
    return render_list(
        request,
        "events/talk_list.html",
        TalkFilter(request.GET, talks.for_cards().in_time_order(), request=request),
        shown={
            "q": None,
            **several,
            "track": tracks,
            "topic": topics,
            "kind": None,
            "level": None,
            "link": None,
        },
        context={"event": event},
    )


@require_safe
def talk(request, slug, talk):
    rows = (
        Talk.objects.visible_to(request.user)
        .for_cards()
        .defer(None)
        .select_related("event__series", "event__current_release")
    )
    row = get_object_or_404(
        rows.defer("people", "search", "notes", "imported", "event__current_release__document"),
        event__slug=slug,
        event__in=Event.objects.visible_to(request.user),
        slug=talk,
    )
    show_event_profiles(row.event, [credit.speaker for credit in row.credits])
    others = Talk.objects.visible_to(request.user).exclude(pk=row.pk)
    topics = list(row.topics.all())
    related = list(find_related(row, topics, others))
    repetitions = list(
        others.filter(title=row.title).exclude(event=row.event).for_cards().newest_first()[:MAX_RELATED]
    )
    live = load_live_state(row.event)
    response = render(
        request,
        "events/talk.html",
        {
            "talk": row,
            "event": row.event,
            "links": row.links.all(),
            "calendars": [] if row.is_cancelled else list_calendar_links(row, request),
            "topics": topics,
            "resources": row.resources.visible_to(request.user).listed().for_cards(),
            "photos": row.photos.all(),
            "related": related,
            "repetitions": repetitions,
            "comments": Feedback.objects.visible_to(request.user).filter(talk=row, state="shown"),
            "feedback_open": row.event.feedback_open and has_begun(row),
            "linked_data": mark_safe(linked_data.describe_talk(row, site_root(request))),
            "edit": edit_url(request, row),
            "live": live,
            "slots": describe_slots(row, live),
        },
    )
    shown = [row.event.series, row.event.venue, *topics, *row.resources.only("guid")]
    for card in (row, *related, *repetitions):
        shown += records_of_card(card)
    depend_on(response, (record.guid for record in shown if record), zone=row.event.zone)
    bounds = list_bounds(row)
    return expire_at(response, min(bounds)) if bounds else response


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


def records_of_card(talk: Talk) -> list[Record | None]:
    """The records that a talk's card shows."""
    rooms = [room for slot in talk.present_slots for room in (slot.room, slot.former_room)]
    return [talk, talk.event, talk.track, *(credit.speaker for credit in talk.credits), *rooms]


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


def find_related(talk: Talk, topics: list[Topic], others):
    """Up to MAX_RELATED talks, those with most topics in common first, without talks of the same title.

    Candidates are the talks by the same speakers, those of the same event with a common topic, and the newest
    of each topic.
    """
    people = [credit.speaker_id for credit in talk.credits]
    tied = Talk.topics.through.objects.values("talk")
    near = [
        TalkSpeaker.objects.filter(speaker__in=people).values("talk"),
        tied.filter(topic__in=topics, talk__event=talk.event_id),
        *(tied.filter(topic=topic).order_by("-talk")[:MAX_CANDIDATES] for topic in topics),
    ]
    rows = others.filter(pk__in=near[0].union(*near[1:], all=True)).exclude(title=talk.title)
    shared = Count("topics", filter=Q(topics__in=topics), distinct=True)
    return (
        rows.for_cards().annotate(shared=shared).order_by("-shared", "-event__starts_on", "pk")[:MAX_RELATED]
    )
