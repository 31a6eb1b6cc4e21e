"""Pages that span apps: home, topics, search; and health checks."""

from datetime import UTC

from django.core.paginator import Paginator
from django.db.models import Count
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from events.filters import TopicFilter
from events.models import Event, Series, Talk, Topic
from events.views.now import Glance, glance_at
from resources.models import Resource
from roadshow.core.access import can_see_all
from roadshow.core.compiled_queries import compiled_query
from roadshow.http.caching import cache_by_cost, depend_on, expire_at
from roadshow.http.pages import PAGE_SIZE, CountedPaginator, edit_url, render_list
from speakers.models import Speaker

from .models import PortalText
from .search import KINDS, search_kinds

FEW = 6
MAX_RANKED = 100  # results of a kind
SUGGESTED = ("topics", "speakers", "events", "talks")
TOPICS = 100


@require_safe
def home(request):
    user, today = request.user, timezone.localdate(timezone=UTC)
    upcoming, past = load_upcoming(user, today=today), load_past(user, today=today)
    shown = [event.pk for event in (*upcoming, *past)]
    links = load_links(user)
    Resource.objects.add_topics(user, links)
    glance = find_running(upcoming)
    response = render(
        request,
        "portal/home.html",
        {
            "glance": glance,
            "upcoming": upcoming,
            "past": past,
            "series": load_series(user),
            "topics": load_topics(user, events=shown),
            "links": links,
        },
    )
    depend_on(response, kinds=["events", "series", "resources", "rooms"], events=shown)
    return expire_at(response, glance.until) if glance else response


def find_running(events: list[Event]) -> Glance | None:
    """What is on at the first of these events that runs and has a schedule."""
    return next((glance for event in events if (glance := glance_at(event))), None)


@compiled_query
def load_upcoming(user, today):
    return Event.objects.visible_to(user).for_cards().upcoming(today)[:FEW]


@compiled_query
def load_past(user, today):
    return Event.objects.visible_to(user).for_cards().past(today)[:FEW]


@compiled_query
def load_series(user):
    return Series.objects.visible_to(user).defer("description", "search")[:FEW]


@compiled_query
def load_links(user):
    return Resource.objects.visible_to(user).listed().defer("search")[:FEW]


@compiled_query
def load_topics(user, events):
    """The topics of some events' talks, those of the most talks first."""
    talks = Talk.objects.visible_to(user).filter(event__pk__any=events)
    rows = Topic.objects.visible_to(user).filter(talks__in=talks).defer("search", "description")
    return rows.annotate(number=Count("talks")).order_by("-number", "name")[:20]


@require_safe
def topic_list(request):
    talks, links = count_by_topic(request.user)
    response = render_list(
        request,
        "portal/topic_list.html",
        TopicFilter(
            request.GET,
            Topic.objects.visible_to(request.user).defer("search", "description"),
            request=request,
        ),
        page_size=TOPICS,
        context={"talk_counts": talks, "link_counts": links},
    )
    return depend_on(response, kinds=["topics", "talks", "resources"])


def count_by_topic(user) -> list[dict[int, int]]:
    """How many talks and how many links of each topic `user` sees, by the topic's primary key.

    This reads every talk, so the counts are cached, see `cache_by_cost`.
    """
    talks = Talk.topics.through.objects.filter(talk__in=Talk.objects.visible_to(user))
    links = Resource.topics.through.objects.filter(resource__in=Resource.objects.visible_to(user).listed())
    return [
        cache_by_cost(rows.order_by().values_list("topic").annotate(Count("pk")), dict)
        for rows in (talks, links)
    ]


@require_safe
def topic(request, slug):
    row = get_object_or_404(Topic.objects.visible_to(request.user).defer("search"), slug=slug)
    talks = Talk.objects.visible_to(request.user).filter(topics=row)
    page = CountedPaginator(talks.for_cards().newest_first(), PAGE_SIZE).get_page(request.GET.get("page"))
    speakers = Speaker.objects.visible_to(request.user).filter(talks__in=list(page)).distinct()
    response = render(
        request,
        "portal/topic.html",
        {
            "topic": row,
            "page": page,
            "pages": page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1),
            "speakers": speakers.for_cards()[:24],
            "links": row.resources.visible_to(request.user).listed().for_cards()[:PAGE_SIZE],
            "edit": edit_url(request, row),
        },
    )
    return depend_on(response, kinds=["talks", "resources"])


@require_safe
def portal_text(request, kind):
    """Privacy or imprint, as the portal's owner wrote it; without a text it says so."""
    row = PortalText.objects.filter(kind=kind).in_language_first(get_language() or "").first()
    context = {"label": PortalText.Kind(kind).label, "row": row, "is_owner": can_see_all(request.user)}
    return render(request, "portal/text.html", context)


@require_safe
def search(request):
    """The best few of every kind; all of one kind when `in` names it."""
    query = request.GET.get("q", "").replace("\0", "").strip()[:200]
    chosen = request.GET.get("in", "")
    context = {
        "query": query,
        "chosen": chosen,
        "kinds": [(kind.name, kind.label) for kind in KINDS],
        "groups": [],
        "problems": [],
    }
    if chosen and chosen not in dict(context["kinds"]):
        context["problems"] = [_("“%(word)s” is nothing to search in.") % {"word": chosen[:80]}]
        chosen = ""
    if query:
        kinds = [kind for kind in KINDS if chosen in ("", kind.name)]
        results = search_kinds(kinds, request.user, query, MAX_RANKED)
        if chosen:
            kind, found = results[0]
            page = Paginator(found.rows(), PAGE_SIZE).get_page(request.GET.get("page"))
            context |= {"page": page, "pages": page.paginator.get_elided_page_range(page.number)}
            context["groups"] = [group_context(kind, list(page), len(found.keys))]
        else:
            context["groups"] = [
                group_context(kind, found.best(FEW), len(found.keys)) for kind, found in results if found.keys
            ]
    return render(request, "portal/search.html", context)


def group_context(kind, rows: list, total: int) -> dict:
    """Template context of a kind's results; `total` is at most MAX_RANKED."""
    return {
        "kind": kind.name,
        "label": kind.label,
        "rows": rows,
        "count": f"{MAX_RANKED}+" if total >= MAX_RANKED else total,
        "more": total > len(rows),
    }


@require_safe
def suggest(request):
    """A few names for the beginning of a search: `{"suggestions": [{"kind", "title", "url"}]}`."""
    query = request.GET.get("q", "").replace("\0", "").strip()[:200]
    kinds = (
        [kind for kind in KINDS if kind.name in SUGGESTED] if len(query) > 1 or not query.isascii() else []
    )
    suggestions = [
        {"kind": str(kind.label), "title": str(row), "url": row.get_absolute_url()}
        for kind, found in search_kinds(kinds, request.user, query, MAX_RANKED)
        if found.keys
        for row in found.rows().prefetch_related(None)[:3]
    ]
    return JsonResponse({"suggestions": suggestions})
