"""The import itself: match what the file has with what is there, write in batches, report."""

from collections.abc import Callable
from datetime import date
from zoneinfo import ZoneInfo

from django.contrib.auth.models import AbstractBaseUser
from django.db import connection, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from roadshow.core.models import free_slug
from speakers.models import Speaker

from ...formats.days import find_day_change
from ...formats.document import Document, Reading
from ...models import Event, Slot, Talk, TalkSpeaker
from ..release import release as release_plan
from .clashes import settle_clashes
from .people import match_people
from .places import match_rooms, match_topics, match_tracks
from .report import Report
from .talks import write_talks
from .values import Matches

MANY = 100  # new talks
Progress = Callable[[str, int, int], None]  # what is being done, how much of it, of how much


class ImportRefused(Exception):  # noqa: N818 - a refusal, in one sentence, not a fault
    """The file cannot be imported as asked; the text is one sentence that says what to do."""


def import_schedule(
    *,
    reading: Reading,
    event: Event | None = None,
    slug: str = "",
    timezone: str = "",
    by: AbstractBaseUser | None = None,
    release: bool = False,
    dry_run: bool = False,
    progress: Progress = lambda what, done, total: None,
) -> Report:
    """Import a schedule into `event`, or into a new published event (at `slug`) when that is None.

    The same file again changes nothing. A newer one changes what it changed, marks what vanished from it as
    cancelled, and leaves alone what organisers edited and the file did not touch. With `dry_run` everything
    is done and taken back. With `release` the plan is published too: overlaps inside the file are settled
    (the room is shared, the speaker's clash accepted) and reported.

    Raises ImportRefused, or ScheduleConflict when another event has a room or a speaker at that time; then
    nothing is written.
    """
    report = Report(problems=list(reading.problems), dry_run=dry_run)
    document = reading.document
    with transaction.atomic():
        event = _event(document, event, slug, timezone, by, report)
        matches = Matches(
            rooms=match_rooms(event, document, report),
            tracks=match_tracks(event, document, report),
            topics=match_topics(document, report),
            speakers=match_people(event, document, report),
        )
        write_talks(event, document, matches, report, progress)
        if len(report.new) >= MANY:
            _count_rows()
        if release:
            settle_clashes(event, by, report)
            if report.changes or event.current_release is None:
                report.release = release_plan(event=event, by=by, note=_note(reading)).number
        if dry_run:
            transaction.set_rollback(True)
    return report


def _count_rows() -> None:
    """Tell the database how much was just written: plans for the tables as they were would take minutes."""
    tables = (Talk, Slot, TalkSpeaker, Speaker)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE " + ", ".join(model._meta.db_table for model in tables))


def _note(reading: Reading) -> str:
    version = reading.document.version
    return _("Imported, version %(version)s.") % {"version": version} if version else _("Imported.")


def _event(
    document: Document,
    event: Event | None,
    slug: str,
    timezone: str,
    by: AbstractBaseUser | None,
    report: Report,
) -> Event:
    if event is None:
        event = _new_event(document, slug, timezone, by)
        report.event_is_new = True
    else:
        event = Event.objects.select_for_update(of=("self",)).get(pk=event.pk)
        first, last = _span(document, event.timezone)
        if first and (first < event.starts_on or last > event.ends_on):
            event.starts_on, event.ends_on = min(first, event.starts_on), max(last, event.ends_on)
            event.save(update_fields=["starts_on", "ends_on", "updated_at"])
    report.event, report.event_name = event.slug, event.name
    return event


def _new_event(document: Document, slug: str, timezone: str, by: AbstractBaseUser | None) -> Event:
    zone = document.timezone or timezone
    if not zone:
        raise ImportRefused(
            _("The file does not say its time zone. Give one, for example --timezone Europe/Brussels.")
        )
    first, last = _span(document, zone)
    if first is None:
        raise ImportRefused(_("The file has no talk with a time, so it cannot become an event."))
    name = (document.title or document.acronym or slug or _("Imported schedule"))[:200]
    slug = slug or slugify(document.slug or document.acronym or name)
    event = Event(
        name=name,
        slug=free_slug(slug, lambda slug: Event.objects.filter(slug=slug).exists(), fallback="event"),
        description=document.description,
        language=document.language or "en",
        starts_on=first,
        ends_on=last,
        timezone=zone,
        day_change=find_day_change(document.days, ZoneInfo(zone)),
        slot_minutes=min(60, max(5, document.slot_minutes or 15)),
        color=document.color,
        city=document.venue.city,
        country=document.venue.country,
        website=_stored(document.url),
        online_url=_stored(document.venue.online_url),
        state=Event.State.PUBLISHED,
    )
    event.full_clean(exclude=["description"])
    event.save()
    if by is not None:
        event.organisers.add(by)
    return event


def _stored(url: str) -> str:
    """The address if the event can have it."""
    return url if url.startswith(("http://", "https://")) and len(url) <= 500 else ""


def _span(document: Document, zone: str) -> tuple[date | None, date | None]:
    """The first and the last day on which something begins, as the file has its days."""
    named = [day.date for day in document.days] + [
        day for day in (document.starts_on, document.ends_on) if day
    ]
    first = min((day.starts_at for day in document.days), default=None)
    last = max((day.ends_at for day in document.days), default=None)
    outside = [
        slot.starts_at.astimezone(ZoneInfo(zone)).date()
        for talk in document.talks
        for slot in talk.slots
        if first is None or not first <= slot.starts_at < last
    ]
    dates = named + outside
    return (min(dates), max(dates)) if dates else (None, None)
