"""The copy of an event that a device keeps: ready parts of pages, which its service worker puts together.

Every part is rendered by the template of the page itself, so a page from the device is the page of the portal.
Two documents (JSON) per event and language: `device.json` has all that lists need, `device-more.json` the grids
and the abstracts.
"""

from collections.abc import Callable
from copy import copy
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from roadshow.core.text import format_full_date
from roadshow.http.build import build_id
from roadshow.http.caching import get_or_build
from roadshow.http.pages import conditional_page, site_root

from ..forms import FeedbackForm
from ..models import Event, Talk
from ..released import load_present_state
from ..schedule import DaySchedule, Entry
from .files import get_current_release
from .my import describe_ways
from .schedule import ALL_DAYS, VIEWS, Programme
from .talks import visible_event

PLACEHOLDER = "device-copy"  # a talk's slug in the address of its frame
# Comments in the place of what the device puts there.
PARTS = {name: f"<!--{name}-->" for name in ("bar", "body", "count", "list", "rooms", "title")}


@require_safe
def device_copy(request, slug):
    """Entries in time order, days, bars of days and views, filters, and frames of pages without their content."""
    return respond(request, slug, build_copy)


@require_safe
def device_more(request, slug):
    """The grid of each day, and each talk with its abstract: what is large, and only sometimes needed."""
    return respond(request, slug, build_more)


def respond(request: HttpRequest, slug: str, build: Callable[["PageParts"], dict]) -> HttpResponse:
    """What `build` makes of the event as everybody may see it; 404 before there is a release."""
    public: Any = copy(request)
    public.user, public._messages = AnonymousUser(), []
    event = visible_event(public, slug)
    release = get_current_release(event)
    digest = load_present_state(event).without_live().digest  # pages follow the day by themselves
    state = [release.guid, digest, event.updated_at]

    def build_response() -> HttpResponse:
        version = f"{release.guid}:{digest}:{event.updated_at.timestamp()}"
        key = f"{build.__name__}:{version}:{get_language()}:{build_id()}"
        content = get_or_build(f"{key}:{site_root(request)}", lambda: build(PageParts(public, event)))
        return JsonResponse(content, json_dumps_params={"ensure_ascii": False, "separators": (",", ":")})

    return conditional_page(public, state, build_response)


def build_copy(parts: "PageParts") -> dict:
    programme = parts.programme
    return {
        "slug": parts.event.slug,
        "name": parts.event.name,
        "base": parts.event.get_absolute_url(),
        "release": get_current_release(parts.event).number,
        "zone": parts.event.timezone,
        "days": [
            {"date": f"{day.date}", "title": format_full_date(day.date)} | day_limits(day)
            for day in programme.days
        ],
        "rooms": parts.rooms,
        "entries": [parts.describe_entry(entry) for day in programme.days for entry in day.entries],
        "bars": {view: parts.render_bars(view) for view in VIEWS},
        "body": parts.render("events/schedule_body.html", programme, parts=PARTS),
        "frames": parts.render_frames(),
        "words": {
            "no_room": _("No room yet"),
            "nothing": parts.render("partials/empty.html", programme, filtered=True),
        },
    }


def build_more(parts: "PageParts") -> dict:
    days = {}
    for day in parts.programme.days:
        shown = parts.make_programme(day=f"{day.date}", view="grid")
        days[f"{day.date}"] = "".join(
            parts.render("events/grid.html", shown, day=day, grid=grid) for day, grid in shown.grids
        )
    entries = (entry for day in parts.programme.days for entry in day.entries)
    talks = {
        entry.talk.slug: parts.render("events/programme_talk.html", parts.programme, entry=entry)
        for entry in entries
        if entry.talk.kind != Talk.Kind.BREAK
    }
    return {"grids": days, "talks": talks}


def day_limits(day: DaySchedule) -> dict[str, int]:
    return {"start": minutes_of(day.starts_at), "end": minutes_of(day.ends_at)}


def minutes_of(moment) -> int:
    """Minutes since 1970."""
    return int(moment.timestamp()) // 60


class PageParts:
    """Renders parts of an event's pages, as a request for such a page would."""

    def __init__(self, request: HttpRequest, event: Event):
        self.request, self.event = request, event
        self.programme = self.make_programme(day=ALL_DAYS)
        self.rooms = [*(room.name for room in self.programme.document.rooms), ""]  # the last: none yet

    def make_programme(self, **parameters: str) -> Programme:
        programme = Programme(self.event, parameters)
        if hasattr(self, "programme"):
            programme.present = self.programme.present
            programme.document = self.programme.document  # decoded once
            programme.buildings = self.programme.buildings
        else:
            programme.present = load_present_state(self.event).without_live()
        return programme

    def render(self, template: str, programme: Programme, path: str = "", **context) -> str:
        request: Any = copy(self.request)
        request.path = request.path_info = path or reverse("events:schedule", args=[self.event.slug])
        request.GET = QueryDict(mutable=True)
        request.GET.update(programme.parameters)
        request.META = self.request.META | {"QUERY_STRING": ""}
        if "entry" in context:
            context["talk"] = context["entry"].talk
        context = {
            "event": self.event,
            "release": self.event.current_release,
            "programme": programme,
        } | context
        return render_to_string(template, context, request)

    def describe_entry(self, entry: Entry) -> list:
        """Start and end in minutes since 1970, the index of the room, and the entry as lists show it."""
        html = self.render("events/entry.html", self.programme, entry=entry)
        return [
            minutes_of(entry.starts_at),
            minutes_of(entry.ends_at),
            self.rooms.index(entry.room),
            " ".join(html.split()),
        ]

    def render_bars(self, view: str) -> dict[str, str]:
        """Day (or "all") -> the bar of days and views in which that day and this view are the current ones."""
        names = [ALL_DAYS, *(f"{day.date}" for day in self.programme.days)]
        shown = (self.make_programme(day=name, view=view) for name in names)
        return {
            name: self.render("events/schedule_bar.html", programme)
            for name, programme in zip(names, shown, strict=True)
        }

    def render_frames(self) -> dict[str, str]:
        """Whole pages with a comment where the device puts the content."""
        pages = {
            "list": ("schedule", [], "events/schedule.html"),
            "grid": ("schedule", [], "events/schedule.html"),
            "my": ("my", [], "events/my.html"),
            "now": ("now", [], "events/now.html"),
            "display": ("display", [], "events/display.html"),
            "talk": ("talk", [PLACEHOLDER], "events/stored.html"),
            "feedback": ("talk_feedback", [PLACEHOLDER], "events/feedback_page.html"),
            "unknown": ("event", [], "events/not_stored.html"),
        }
        filters = self.render("events/schedule_filters.html", self.programme)
        ways = describe_ways(self.event)
        found = {}
        for name, (view, arguments, template) in pages.items():
            path = reverse(f"events:{view}", args=[self.event.slug, *arguments])
            context = {
                "at": timezone.now(),  # the page sets its clock by itself
                "parts": PARTS,
                "body": mark_safe(PARTS["body"]),
                "filters": filters,
                "wide": name == "grid",
                "feedback_form": FeedbackForm(),
                **ways,
            }
            found[name] = self.render(template, self.programme, path, **context)
        return found
