"""Parts of an event for other sites, in a frame: its schedule, its speakers, the next talks.

A frame is rendered for the anonymous user, reads no session and sets no cookie.
"""

import datetime as dt
from functools import wraps

from csp.decorators import csp_replace
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from roadshow.http.caching import depend_on
from roadshow.http.pages import absolute_url, conditional_page
from speakers.models import Speaker

from ..models import Event, Talk, show_event_profiles
from ..schedule import Entry
from .now import parse_moment
from .schedule import Programme
from .talks import visible_event

SCRIPT = settings.BASE_DIR / "roadshow" / "static" / "roadshow" / "js" / "embed.js"
PARTS = {"schedule": 640, "speakers": 480, "next": 280}  # part: default height in pixels
THEMES = ("light", "dark")
DEFAULT_NEXT, MAX_NEXT = 1, 10  # talks listed by the `next` frame
MAX_AGE = 30  # seconds for which the list of next talks may be cached


def frame_view(view):
    """Decorator: allow framing by every site, and run the view as the anonymous user."""

    @require_safe
    @xframe_options_exempt
    @csp_replace({"frame-ancestors": ["*"]})
    @wraps(view)
    def wrapper(request, *args, **kwargs):
        request.user = AnonymousUser()
        return view(request, *args, **kwargs)

    return wrapper


def render_frame(request, part: str, event: Event, context: dict) -> HttpResponse:
    theme = request.GET.get("theme")
    return render(
        request,
        f"embed/{part}.html",
        {"event": event, "theme": theme if theme in THEMES else "", **context},
    )


@frame_view
def embed_schedule(request, slug):
    event = visible_event(request, slug)
    programme = Programme(event, request.GET) if event.current_release else None
    if programme and set(programme.parameters) - {"theme"}:
        request.has_unknown_parameters = bool(programme.problems)
    digest = programme and programme.present.digest
    parts = [event.current_release_id, digest, event.updated_at, timezone.localdate(timezone=event.zone)]
    response = conditional_page(
        request, parts, lambda: render_frame(request, "schedule", event, {"programme": programme})
    )
    return depend_on(response, events=[event.pk], kinds=["rooms"])


@frame_view
def embed_speakers(request, slug):
    event = visible_event(request, slug)
    talks = event.talks.visible_to(request.user)
    people = Speaker.objects.visible_to(request.user).filter(talks__in=talks).distinct().for_cards()
    people = list(people)
    show_event_profiles(event, people)
    return depend_on(render_frame(request, "speakers", event, {"people": people}), events=[event.pk])


@frame_view
def embed_next(request, slug):
    """The next `count` talks (1 to 10), filtered by room, track and so on as the schedule page is."""
    event = visible_event(request, slug)
    at = parse_moment(request.GET.get("at", ""), event) or timezone.now()
    programme = Programme(event, request.GET.dict() | {"day": "all"}) if event.current_release else None
    count = request.GET.get("count", "")
    wanted = int(count) if count.isdecimal() and 0 < len(count) < 3 else DEFAULT_NEXT
    entries = list_upcoming_entries(programme, at)[: min(wanted, MAX_NEXT)] if programme else []
    response = render_frame(request, "next", event, {"programme": programme, "entries": entries, "at": at})
    response["Cache-Control"] = f"public, max-age={MAX_AGE}"
    return response


def list_upcoming_entries(programme: Programme, at: dt.datetime) -> list[Entry]:
    """Entries that start after `at` and pass the filters, earliest first; no breaks, nothing cancelled."""
    return [
        entry
        for day in programme.days
        for entry in programme.list_entries(day)
        if entry.starts_at > at and not entry.is_cancelled and entry.talk.kind != Talk.Kind.BREAK
    ]


@require_safe
def embed(request, slug):
    """Instructions for embedding: the HTML to paste for each part, and a preview."""
    event = visible_event(request, slug)
    root = absolute_url(request, "/")
    parts = [
        {
            "name": part,
            "address": reverse(f"events:embed_{part}", args=[slug]),
            "frame": iframe_html(
                absolute_url(request, reverse(f"events:embed_{part}", args=[slug])), event.name, height
            ),
            "element": format_html('<roadshow-embed event="{}" show="{}"></roadshow-embed>', slug, part),
        }
        for part, height in PARTS.items()
    ]
    script = format_html('<script type="module" src="{}embed.js"></script>', root)
    response = render(request, "events/embed.html", {"event": event, "parts": parts, "script": script})
    return depend_on(response, events=[event.pk])


def iframe_html(address: str, title: str, height: int, width: int | str = "100%") -> str:
    return format_html(
        '<iframe src="{}" title="{}" width="{}" height="{}" loading="lazy"></iframe>',
        address,
        title,
        width,
        height,
    )


@require_safe
def embed_script(request):
    """The script of the custom element `<roadshow-embed>`, at a permanent URL, loadable by every site."""
    response = HttpResponse(SCRIPT.read_bytes(), content_type="text/javascript; charset=utf-8")
    response["Access-Control-Allow-Origin"] = "*"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    response["Cache-Control"] = "public, max-age=3600"
    return response
