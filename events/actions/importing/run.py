"""The import itself: match what the file has with what is there, write in batches, report."""

from collections.abc import Callable
from datetime import date
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone as clock
from django.utils.text import slugify
from django.utils.translation import gettext as _

from roadshow.core.slugs import make_unique_slug
from roadshow.journal.actor import name_activity
from roadshow.journal.models import Activity
from speakers.models import Speaker

from ...formats.days import find_day_change
from ...formats.document import Document, Reading
from ...formats.links import is_web
from ...models import Event, Import, Slot, Talk, TalkSpeaker
from ..release import release as release_plan
from .clashes import accept_clashes
from .gate import TalkBefore, find_concerns, is_same_conference, take_snapshot
from .leftovers import report_leftovers
from .matching import match_talks, name_source
from .people import match_people
from .pictures import is_picture_wanted, start_fetching
from .places import match_rooms, match_topics, match_tracks
from .preview import build_rows
from .report import Report, Wish
from .talks import load_rows, write_talks
from .undo_log import UndoLog
from .values import Matches
from .writing import Merged

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
    by: User | None = None,
    release: bool = False,
    dry_run: bool = False,
    mode: str = "",
    force: bool = False,
    source: str = "",
    entry: Import | None = None,
    progress: Progress = lambda what, done, total: None,
) -> Report:
    """Import a schedule into `event`, or into a new published event (at `slug`) when that is None.

    The same file again changes nothing. A newer one changes what it changed, and leaves alone what organisers
    edited and the file did not touch. `mode` is one of Import.Mode: "update" (add and change), "add", or
    "replace", in which talks that vanished from the file are cancelled; empty: "replace" for exchange formats
    of the same conference, else "update". What is doubtful (see `gate`) is refused without `force`.

    With `dry_run` everything is done and taken back, and the report has the rows of a preview. With `release`
    the plan is published too: overlaps inside the file are accepted and reported. Otherwise the import is kept
    as an Import (`entry`, if there is one already) that can be undone; `source` is the file's name.

    Raises ImportRefused, or ScheduleConflict when another event has a room or a speaker at that time; then
    nothing is written.
    """
    report = Report(
        problems=list(reading.problems), dry_run=dry_run, kind=reading.kind, counts=dict(reading.counts)
    )
    with transaction.atomic():
        log = UndoLog(event.pk if event else None)
        event = _event(reading, event, slug, timezone, by, report)
        before, matched = _write(event, reading, mode, log, report, progress, by)
        if not report.event_is_new:
            report.concerns = find_concerns(event, reading, before, matched, report)
        if report.concerns and not force and not dry_run:
            raise ImportRefused(_refusal(report))
        if len(report.new) >= MANY:
            _count_rows()
        if release:
            accept_clashes(event, by, report)
            if report.changes or event.current_release is None:
                report.release = release_plan(
                    event=event, by=by, note=_note(reading), allow_empty=True
                ).number
        if dry_run:
            transaction.set_rollback(True)
        else:
            _keep_entry(entry, event, reading, report, by, source, force=force, log=log)
    return report


def _write(
    event: Event,
    reading: Reading,
    mode: str,
    log: UndoLog,
    report: Report,
    progress: Progress,
    by: User | None,
) -> tuple[list[TalkBefore], int]:
    """Write everything; the imported talks as they were before, and how many of the file's are among them."""
    document, source = reading.document, name_source(reading)
    rows = load_rows(event)
    before = take_snapshot(rows)
    matches = Matches(
        rooms=match_rooms(event, document, source, report, log),
        tracks=match_tracks(event, document, source, report),
        topics=match_topics(document, report),
        speakers=match_people(event, document, source, report, log, by),
    )
    if report.renamed or report.changed_speakers:
        rows = load_rows(event)  # under their new names
    found = match_talks(event, reading, rows)
    matched = sum(bool(row and row.imported) for _guid, _talk, row in found)
    if not mode:
        is_whole = reading.is_full and is_same_conference(event, document, len(before), matched)
        mode = Import.Mode.REPLACE if is_whole else Import.Mode.UPDATE
    report.mode = str(mode)
    merged = write_talks(event, reading, mode, rows, found, matches, report, progress)
    report.wishes += _list_wishes(event, reading, merged)
    report_leftovers(document, report)
    _check_counts(reading, report)
    if report.dry_run:
        report.rows = build_rows(event, merged, report)
    return before, matched


def _list_wishes(event: Event, reading: Reading, merged: list[Merged]) -> list[Wish]:
    """The pictures of the talks and of the event."""
    fields, logo = reading.fields, reading.document.logo
    found = [Wish("event", event.pk, logo)] if not event.picture and is_web(logo) else []
    if fields is not None and "logo" not in fields:
        return found
    for item in merged:
        if item.doc and is_picture_wanted(item.row, item.doc.logo):
            found.append(Wish("talk", item.row.pk, item.doc.logo))
    return found


def _check_counts(reading: Reading, report: Report) -> None:
    """Say it loudly where fewer talks were read than the file has records."""
    counted = max(reading.counts.values(), default=0)
    read = sum(max(len(talk.slots), 1) for talk in reading.document.talks)
    if read < counted:
        message = _("Only %(read)d of %(counted)d records of the file were read.")
        report.add_problem(_("file"), message % {"read": read, "counted": counted}, "error")


def _refusal(report: Report) -> str:
    sentences = " ".join(concern.text for concern in report.concerns[:5])
    return _("%(concerns)s Confirm it with --force, or choose another file.") % {"concerns": sentences}


def _count_rows() -> None:
    """Tell the database how much was just written: plans for the tables as they were would take minutes."""
    tables = (Talk, Slot, TalkSpeaker, Speaker)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE " + ", ".join(model._meta.db_table for model in tables))


def _note(reading: Reading) -> str:
    version = reading.document.version
    return _("Imported, version %(version)s.") % {"version": version} if version else _("Imported.")


def _keep_entry(
    entry: Import | None,
    event: Event,
    reading: Reading,
    report: Report,
    by: User | None,
    source: str,
    *,
    force: bool,
    log: UndoLog,
) -> None:
    """Keep the import as an entry of the event's log, with what is needed to undo it."""
    entry = entry or Import(source=source[:500], by=by)
    entry.event, entry.kind, entry.mode = event, report.kind[:100], report.mode
    entry.title, entry.acronym = reading.document.title[:500], reading.document.acronym[:100]
    entry.forced, entry.numbers = force and bool(report.concerns), report.numbers()
    entry.state, entry.finished_at = Import.State.DONE, clock.now()
    entry.data = entry.preview = None
    entry.undo = log.finish()
    entry.activity_id = name_activity(Activity.Kind.IMPORT, source or entry.kind)
    entry.save()
    start_fetching(entry, report.wishes, by)
    report.entry = entry.pk


# The event


def _event(
    reading: Reading,
    event: Event | None,
    slug: str,
    timezone: str,
    by: User | None,
    report: Report,
) -> Event:
    document = reading.document
    if event is None:
        event = _new_event(reading, slug, timezone, by)
        report.event_is_new = True
    else:
        event = Event.objects.select_for_update(of=("self",)).get(pk=event.pk)
        report.days_before = report.days_after = (event.starts_on, event.ends_on)
        first, last = _span(document, event.timezone, reading)
        if first and (first < event.starts_on or last > event.ends_on):
            if event.slots.exists():  # an event without a plan takes the file's days
                first, last = min(first, event.starts_on), max(last, event.ends_on)
            event.starts_on, event.ends_on = first, last
            event.save(update_fields=["starts_on", "ends_on", "updated_at"])
            report.days_after = (event.starts_on, event.ends_on)
        _report_name(reading, event, report)
    report.event, report.event_name = event.slug, event.name
    return event


def _report_name(reading: Reading, event: Event, report: Report) -> None:
    """Say that the file calls the conference otherwise; the event keeps its name."""
    title = reading.document.title
    if title and not reading.columns and title.casefold() != event.name.casefold():
        message = _("The file calls the conference “%(title)s”; the event keeps its name.")
        report.add_problem(_("conference"), message % {"title": title}, "info")


def _new_event(reading: Reading, slug: str, timezone: str, by: User | None) -> Event:
    document = reading.document
    zone = document.timezone or timezone
    if not zone:
        raise ImportRefused(
            _("The file does not say its time zone. Give one, for example --timezone Europe/Brussels.")
        )
    first, last = _span(document, zone, reading)
    if first is None:
        reasons = [problem.message for problem in reading.problems if problem.severity == "error"]
        message = _("The file has no talk with a time, so it cannot become an event.")
        raise ImportRefused(" ".join([message, *reasons]))
    name = (document.title or document.acronym or slug or _("Imported schedule"))[:200]
    slug = slug or slugify(document.slug or document.acronym or name)
    event = Event(
        name=name,
        slug=make_unique_slug(slug, lambda slug: Event.objects.filter(slug=slug).exists(), fallback="event"),
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


def _span(document: Document, zone: str, reading: Reading) -> tuple[date | None, date | None]:
    """The first and the last day on which something begins, as the file has its days."""
    named = [day.date for day in document.days] + [
        day for day in (document.starts_on, document.ends_on) if day
    ]
    first = min((day.starts_at for day in document.days), default=None)
    last = max((day.ends_at for day in document.days), default=None)
    outside = []
    for talk in document.talks:
        for slot in talk.slots:
            if first is None or not first <= slot.starts_at < last:
                outside.append(slot.starts_at.astimezone(ZoneInfo(zone)).date())
    dates = named + outside
    return (min(dates), max(dates)) if dates else (None, None)
