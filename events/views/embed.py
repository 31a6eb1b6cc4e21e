"""Parts of an event for somebody else's site, in a frame: its schedule, its speakers, what comes next.

A frame shows what everybody may see, whoever looks: it knows no session and sets no cookie.
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

from roadshow.http.pages import absolute, conditional_page
from speakers.models import Speaker

from ..models import Event, Talk
from ..schedule import Entry
from .now import moment_of
from .schedule import Programme
from .talks import visible_event

SCRIPT = settings.BASE_DIR / "roadshow" / "static" / "roadshow" / "js" / "embed.js"
PARTS = {"schedule": 640, "speakers": 480, "next": 280}  # each part's usual height in pixels
THEMES = ("light", "dark")
NEXT, MOST_NEXT = 1, 10  # talks to come
STALE = 30  # seconds for which what comes next may be told again


def framed(view):
    """The view as every site may frame it, and as nobody in particular sees it."""

    @require_safe
    @xframe_options_exempt
    @csp_replace({"frame-ancestors": ["*"]})
    @wraps(view)
    def shown(request, *args, **kwargs):
        request.user = AnonymousUser()
        return view(request, *args, **kwargs)

    return shown


def in_frame(request, part: str, event: Event, context: dict) -> HttpResponse:
    theme = request.GET.get("theme")
    return render(
        request,
        f"embed/{part}.html",
        {"event": event, "theme": theme if theme in THEMES else "", **context},
    )


@framed
def embed_schedule(request, slug):
    event = visible_event(request, slug)
    programme = Programme(event, request.GET.dict()) if event.current_release else None
    parts = [event.current_release_id, event.updated_at, timezone.localdate(timezone=event.zone)]
    return conditional_page(
        request, parts, lambda: in_frame(request, "schedule", event, {"programme": programme})
    )


@framed
def embed_speakers(request, slug):
    event = visible_event(request, slug)
    talks = event.talks.visible_to(request.user)
    people = Speaker.objects.visible_to(request.user).filter(talks__in=talks).distinct().for_cards()
    return in_frame(request, "speakers", event, {"people": people})


@framed
def embed_next(request, slug):
    """The next talk, or as many as `count` says; of one room, track and so on, as in the schedule."""
    event = visible_event(request, slug)
    at = moment_of(request.GET.get("at", ""), event) or timezone.now()
    programme = Programme(event, request.GET.dict() | {"day": "all"}) if event.current_release else None
    count = request.GET.get("count", "")
    wanted = int(count) if count.isdecimal() and 0 < len(count) < 3 else NEXT
    entries = coming(programme, at)[: min(wanted, MOST_NEXT)] if programme else []
    response = in_frame(request, "next", event, {"programme": programme, "entries": entries, "at": at})
    response["Cache-Control"] = f"public, max-age={STALE}"
    return response


def coming(programme: Programme, at: dt.datetime) -> list[Entry]:
    """The talks that begin after `at` and fit what was asked for, the earliest first."""
    return [
        entry
        for day in programme.days
        for entry in programme.entries_of(day)
        if entry.starts_at > at and not entry.cancelled and entry.talk.kind != Talk.Kind.BREAK
    ]


@require_safe
def embed(request, slug):
    """How to put a part of the event on another site: each with what to paste, and as it will look."""
    event = visible_event(request, slug)
    root = absolute(request, "/")
    parts = [
        {
            "name": part,
            "address": reverse(f"events:embed_{part}", args=[slug]),
            "frame": frame(
                absolute(request, reverse(f"events:embed_{part}", args=[slug])), event.name, height
            ),
            "element": format_html('<roadshow-embed event="{}" show="{}"></roadshow-embed>', slug, part),
        }
        for part, height in PARTS.items()
    ]
    script = format_html('<script type="module" src="{}embed.js"></script>', root)
    return render(request, "events/embed.html", {"event": event, "parts": parts, "script": script})


def frame(address: str, title: str, height: int, width: int | str = "100%") -> str:
    return format_html(
        '<iframe src="{}" title="{}" width="{}" height="{}" loading="lazy"></iframe>',
        address,
        title,
        width,
        height,
    )


@require_safe
def embed_script(request):
    """The custom element `<roadshow-embed>`, at an address that stays, for scripts of every site."""
    response = HttpResponse(SCRIPT.read_bytes(), content_type="text/javascript; charset=utf-8")
    response["Access-Control-Allow-Origin"] = "*"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    response["Cache-Control"] = "public, max-age=3600"
    return response
