"""Starred slots, stored on the reader's device: their page, a QR code for another device, a private calendar.

The URL of a private calendar is its only credential: whoever has it may read, change and revoke the calendar.
Responses are never cached by intermediaries and send no referrer.
"""

import datetime as dt
import re
from dataclasses import replace
from http import HTTPStatus
from uuid import UUID

import orjson
import segno
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from roadshow.http.pages import absolute_url, site_root
from roadshow.http.private_pages import mark_private
from roadshow.http.rate_limits import is_within_limit

from ..exports import document_at
from ..formats import ical
from ..formats.document import Document
from ..models import Event, PrivateCalendar, Release
from ..models.private_calendar import digest_of, new_token
from .files import ALARMS, get_alarm
from .talks import visible_event

LIFETIME = dt.timedelta(days=60)  # of a calendar, after the event's end
WALK = 5  # minutes between two buildings, where the event says nothing
MAX_SLOTS = 500  # slots in a calendar
TIMES, SECONDS = 60, 3600  # codes and calendars of one sender in an hour


@require_safe
def my(request, slug):
    """The page that a script fills from the device's storage."""
    event = visible_event(request, slug)
    response = render(request, "events/my.html", {"event": event, **describe_ways(event)})
    response["Cache-Control"] = "no-cache"
    return response


def describe_ways(event: Event) -> dict:
    """What the page knows of ways: `buildings` (JSON: room -> building), `walk` in minutes; 1 query."""
    rooms = event.rooms.values_list("name", "building", "venue__name")
    buildings = {name: building or venue for name, building, venue in rooms}
    text = orjson.dumps(buildings).decode().replace("<", "\\u003c")
    return {"buildings": text, "walk": event.speaker_changeover or WALK, "alarms": ALARMS}


@csrf_exempt  # no account is behind it: a token would only differ from the cookie of a parallel request
@require_POST
def my_code(request, slug):
    """QR code (SVG data URI) of the link whose `fragment` holds the stars; nothing is stored."""
    event = visible_event(request, slug)
    fragment = request.POST.get("fragment", "")
    if not re.fullmatch(r"(stars|from)=[A-Za-z0-9_-]{1,1900}", fragment):
        return mark_private(JsonResponse({}, status=HTTPStatus.UNPROCESSABLE_ENTITY))
    if not is_within_limit(request, "my", times=TIMES, seconds=SECONDS):
        return mark_private(JsonResponse({}, status=HTTPStatus.TOO_MANY_REQUESTS))
    link = absolute_url(request, f"{reverse('events:my', args=[event.slug])}#{fragment}")
    return mark_private(
        JsonResponse({"code": segno.make(link, error="l").svg_data_uri(scale=4, border=4, light="white")})
    )


@csrf_exempt  # as above; a calendar of chosen slots names nobody
@require_POST
def my_calendar(request, slug):
    """Create a private calendar of the posted `slots` (JSON list of GUIDs); returns its URL and expiry."""
    event = visible_event(request, slug)
    slots = parse_guids(request.POST.get("slots", ""))
    if slots is None:
        return mark_private(JsonResponse({}, status=HTTPStatus.UNPROCESSABLE_ENTITY))
    if not is_within_limit(request, "my", times=TIMES, seconds=SECONDS):
        return mark_private(JsonResponse({}, status=HTTPStatus.TOO_MANY_REQUESTS))
    token = new_token()
    end = dt.datetime.combine(event.ends_on, dt.time.max, event.zone)
    PrivateCalendar.objects.expired().delete()
    calendar = PrivateCalendar.objects.create(
        digest=digest_of(token), event=event, slots=slots, expires_at=max(end, timezone.now()) + LIFETIME
    )
    address = absolute_url(request, reverse("events:private_calendar", args=[token]))
    return mark_private(
        JsonResponse(
            {"address": address, "expires": calendar.expires_at.isoformat()}, status=HTTPStatus.CREATED
        )
    )


def get_calendar(request, token: str) -> PrivateCalendar:
    calendar = get_object_or_404(PrivateCalendar.objects.of(token).select_related("event"))
    get_object_or_404(Event.objects.visible_to(request.user), pk=calendar.event_id)
    return calendar


@require_safe
def private_stars(request, token):
    """The starred slots as JSON, for another device of the same person."""
    return mark_private(JsonResponse({"slots": get_calendar(request, token).slots}))


@csrf_exempt
@require_http_methods(["GET", "HEAD", "PUT", "DELETE"])
def private_calendar(request, token):
    """The starred slots of the current release as iCalendar. PUT replaces the slots, DELETE revokes the URL."""
    calendar = get_calendar(request, token)
    if request.method == "DELETE":
        calendar.delete()
        return mark_private(HttpResponse(status=HTTPStatus.NO_CONTENT))
    if request.method == "PUT":
        slots = parse_guids(request.body)
        if slots is None:
            return mark_private(JsonResponse({}, status=HTTPStatus.UNPROCESSABLE_ENTITY))
        calendar.slots = slots
        calendar.save(update_fields=["slots"])
        return mark_private(HttpResponse(status=HTTPStatus.NO_CONTENT))
    release = get_object_or_404(Release, pk=calendar.event.current_release_id)
    document = select_slots(document_at(release, site_root(request)), set(calendar.slots))
    return mark_private(
        HttpResponse(
            ical.write(document, alarm=get_alarm(request)), content_type="text/calendar; charset=utf-8"
        )
    )


def parse_guids(text: str | bytes) -> list[UUID] | None:
    """The GUIDs of a JSON list; None when it is not such a list, or has more than MAX_SLOTS."""
    try:
        values = orjson.loads(text)
        return (
            [UUID(value) for value in values]
            if isinstance(values, list) and len(values) <= MAX_SLOTS
            else None
        )
    except (ValueError, TypeError, AttributeError):
        return None


def select_slots(document: Document, slots: set[UUID]) -> Document:
    """A copy of the document with only these slots."""
    talks = (
        replace(talk, slots=[slot for slot in talk.slots if slot.guid in slots]) for talk in document.talks
    )
    return replace(document, talks=[talk for talk in talks if talk.slots])
