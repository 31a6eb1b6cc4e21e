"""Schedules and calendars as files, written from the current release, never from the plan."""

from django.conf import settings
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from roadshow.http.files import file_response
from roadshow.http.pages import absolute_url, site_root

from ..exports import CONTENT_TYPES, document_at, export_compressed
from ..formats import ical
from ..models import Event, Release, Series, Talk
from ..released import load_present_state
from .talks import visible_event

CALENDAR = CONTENT_TYPES["ics"]
ALARMS = ("5", "10", "15", "30", "60")  # minutes
MAX_EVENTS = 500  # in a calendar: those that start last


@require_safe
def schedule_file(request, slug, format):
    """The current release as schedule.xml, schedule.json or iCalendar; 404 before there is one."""
    event = visible_event(request, slug)
    release = get_current_release(event)
    root, alarm, present = site_root(request), get_alarm(request), load_present_state(event)
    return file_response(
        request,
        lambda: export_compressed(release, format, root, present, alarm=alarm),
        state=[release.guid, present.digest, root, alarm],
        modified=max(release.created_at, present.changed_at),
        content_type=CONTENT_TYPES[format],
        filename=f"{slug}.{format}",
        gzipped=True,
    )


def get_alarm(request) -> int:
    """Minutes before a slot at which a calendar reminds of it (`?alarm=10`): one of ALARMS, or 0."""
    text = request.GET.get("alarm", "")
    request.has_unknown_parameters = text not in (
        "",
        *ALARMS,
    )  # such files are not cached: everybody could make more
    return int(text) if text in ALARMS else 0


def get_current_release(event: Event) -> Release:
    if event.current_release is None:
        raise Http404
    return event.current_release


@require_safe
def talk_file(request, slug, talk):
    """The slots of a talk as iCalendar."""
    event = visible_event(request, slug)
    release = get_current_release(event)
    row = get_object_or_404(Talk.objects.visible_to(request.user), event__slug=slug, slug=talk)
    if not row.released_slots.filter(release=release).exists():
        raise Http404

    present, alarm = load_present_state(event), get_alarm(request)

    def write_file() -> bytes:
        return ical.write(document_at(release, site_root(request), present), talk=row.guid, alarm=alarm)

    state = [release.guid, present.digest, row.guid, alarm]
    return file_response(
        request,
        write_file,
        state=state,
        modified=max(release.created_at, present.changed_at),
        content_type=CALENDAR,
        filename=f"{talk}.ics",
    )


@require_safe
def calendar(request):
    """Calendar of all events as all-day entries."""
    events = Event.objects.visible_to(request.user)
    return serve_event_calendar(request, events, name=settings.SITE_NAME, page="/")


@require_safe
def series_calendar(request, slug):
    """Calendar of the events of a series as all-day entries."""
    series = get_object_or_404(Series.objects.visible_to(request.user), slug=slug)
    events = series.events.visible_to(request.user)
    return serve_event_calendar(request, events, name=series.name, page=series.get_absolute_url())


def serve_event_calendar(request, events, *, name: str, page: str):
    """A calendar of the events whose exact days are known."""
    events = events.filter(date_precision=Event.DatePrecision.DAY)
    state = events.state()

    def write_calendar() -> bytes:
        entries = (build_calendar_entry(event, request) for event in events.for_cards()[:MAX_EVENTS])
        return ical.write_entries(entries, name=name, url=absolute_url(request, page))

    return file_response(
        request,
        write_calendar,
        state=[name, *state.values()],
        modified=state["latest"],
        content_type=CALENDAR,
        filename="events.ics",
    )


def build_calendar_entry(event: Event, request) -> ical.CalendarEntry:
    return ical.CalendarEntry(
        uid=str(event.guid),
        title=event.name,
        starts_on=event.starts_on,
        ends_on=event.ends_on,
        url=absolute_url(request, event.get_absolute_url()),
        place=event.location_label or event.online_url,
        description=event.tagline,
        state=event.state,
        latitude=event.venue.latitude if event.venue else None,
        longitude=event.venue.longitude if event.venue else None,
        online_url=event.online_url,
        sequence=int((event.updated_at - event.created_at).total_seconds()),
        changed_at=event.updated_at,
    )
