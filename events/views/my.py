"""What readers chose: kept on their device; here are a page for it, a code to carry it, a private calendar.

A calendar's address is the only key to it. Whoever has it may read, change and revoke the calendar, so these
requests need no other proof; answers are never stored on the way and say nothing to other sites.
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

from roadshow.http.pages import absolute, root_of
from roadshow.http.rate_limits import within_limit

from ..exports import document_at
from ..formats import ical
from ..formats.document import Document
from ..models import Event, PrivateCalendar, Release
from ..models.private_calendar import digest_of, new_token
from .talks import visible_event

LASTS = dt.timedelta(days=60)  # after the event's end
MOST = 500  # slots in a calendar
TIMES, SECONDS = 60, 3600  # codes and calendars of one sender in an hour


def secret(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store, private"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


@require_safe
def my(request, slug):
    """The page that a script fills with what is kept on the device."""
    response = render(request, "events/my.html", {"event": visible_event(request, slug)})
    response["Cache-Control"] = "no-cache"
    return response


@require_POST
def my_code(request, slug):
    """A QR code of the link whose `fragment` carries the stars to another device; nothing is stored."""
    event = visible_event(request, slug)
    fragment = request.POST.get("fragment", "")
    if not re.fullmatch(r"(stars|from)=[A-Za-z0-9_-]{1,1900}", fragment):
        return secret(JsonResponse({}, status=HTTPStatus.UNPROCESSABLE_ENTITY))
    if not within_limit(request, "my", times=TIMES, seconds=SECONDS):
        return secret(JsonResponse({}, status=HTTPStatus.TOO_MANY_REQUESTS))
    link = absolute(request, f"{reverse('events:my', args=[event.slug])}#{fragment}")
    return secret(
        JsonResponse({"code": segno.make(link, error="l").svg_data_uri(scale=4, border=4, light="white")})
    )


@require_POST
def my_calendar(request, slug):
    """A new private calendar of the posted `slots` (a JSON list of GUIDs): its address, and until when."""
    event = visible_event(request, slug)
    slots = guids_of(request.POST.get("slots", ""))
    if slots is None:
        return secret(JsonResponse({}, status=HTTPStatus.UNPROCESSABLE_ENTITY))
    if not within_limit(request, "my", times=TIMES, seconds=SECONDS):
        return secret(JsonResponse({}, status=HTTPStatus.TOO_MANY_REQUESTS))
    token = new_token()
    end = dt.datetime.combine(event.ends_on, dt.time.max, event.zone)
    PrivateCalendar.objects.expired().delete()
    calendar = PrivateCalendar.objects.create(
        digest=digest_of(token), event=event, slots=slots, expires_at=max(end, timezone.now()) + LASTS
    )
    address = absolute(request, reverse("events:private_calendar", args=[token]))
    return secret(
        JsonResponse(
            {"address": address, "expires": calendar.expires_at.isoformat()}, status=HTTPStatus.CREATED
        )
    )


def calendar_of(request, token: str) -> PrivateCalendar:
    calendar = get_object_or_404(PrivateCalendar.objects.of(token).select_related("event"))
    get_object_or_404(Event.objects.visible_to(request.user), pk=calendar.event_id)
    return calendar


@require_safe
def private_stars(request, token):
    """The chosen slots themselves, for another device of the same person."""
    return secret(JsonResponse({"slots": calendar_of(request, token).slots}))


@csrf_exempt
@require_http_methods(["GET", "HEAD", "PUT", "DELETE"])
def private_calendar(request, token):
    """The chosen slots as the current release has them. PUT chooses others, DELETE revokes the address."""
    calendar = calendar_of(request, token)
    if request.method == "DELETE":
        calendar.delete()
        return secret(HttpResponse(status=HTTPStatus.NO_CONTENT))
    if request.method == "PUT":
        calendar.slots = guids_of(request.body)
        if calendar.slots is None:
            return secret(JsonResponse({}, status=HTTPStatus.UNPROCESSABLE_ENTITY))
        calendar.save(update_fields=["slots"])
        return secret(HttpResponse(status=HTTPStatus.NO_CONTENT))
    release = get_object_or_404(Release.objects.with_document(), pk=calendar.event.current_release_id)
    document = chosen(document_at(release, root_of(request)), set(calendar.slots))
    return secret(HttpResponse(ical.write(document), content_type="text/calendar; charset=utf-8"))


def guids_of(text: str | bytes) -> list[UUID] | None:
    """The GUIDs of a JSON list; None when it is anything else, or too long."""
    try:
        values = orjson.loads(text)
        return [UUID(value) for value in values] if isinstance(values, list) and len(values) <= MOST else None
    except (ValueError, TypeError, AttributeError):
        return None


def chosen(document: Document, slots: set[UUID]) -> Document:
    """The document with these slots only."""
    talks = (
        replace(talk, slots=[slot for slot in talk.slots if slot.guid in slots]) for talk in document.talks
    )
    return replace(document, talks=[talk for talk in talks if talk.slots])
