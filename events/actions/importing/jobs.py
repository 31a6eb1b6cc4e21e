"""Previews and imports of a file that is kept as an entry, both as background work."""

from collections.abc import Callable
from datetime import date

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from roadshow.jobs.handlers import JobError, background_job
from roadshow.jobs.models import Job

from ...formats.date_order import DateOrderUnknown
from ...formats.detect import UnreadableFile, read
from ...formats.document import Reading
from ...models import Event, Import
from ..release import ScheduleConflict
from .report import PreviewRow, Report
from .run import ImportRefused, import_schedule
from .sources import NotFetched, load_source

DEFAULTS = {"mode": "", "date_order": "", "encoding": "", "timezone": "", "columns": {}}
ROWS = 1000  # of the preview
PROBLEMS = 500
_REFUSALS = (NotFetched, UnreadableFile, ImportRefused, ScheduleConflict)


def keep_file(*, event: Event, by: User, source: str, data: bytes | None, choices: dict) -> Import:
    """Keep a file until it is imported, with the columns as they were mapped for this event last time.

    Without `data` the worker fetches `source`.
    """
    earlier = (
        Import.objects.filter(event=event, choices__has_key="columns").exclude(choices__columns={}).first()
    )
    remembered = earlier.choices["columns"] if earlier else {}
    choices = DEFAULTS | choices | {"columns": remembered | choices.get("columns", {})}
    Import.objects.filter(event=event, by=by, state=Import.State.PREVIEWED).delete()
    entry = Import(event=event, by=by, source=source, state=Import.State.PREVIEWED, choices=choices)
    if data is not None:
        entry.content, entry.source = data, source[:500]
    entry.save()
    return entry


def start_preview(entry: Import, next_url: str) -> Job:
    """Queue the preview of a kept file; once it is done the entry has it as `preview`."""
    entry.preview = None
    entry.save(update_fields=["preview"])
    return preview_import.start(owner=entry.by, key=f"preview:{entry.pk}", next_url=next_url, entry=entry.pk)


def find_preview_job(entry: Import) -> Job | None:
    """The last job that previewed the entry."""
    return Job.objects.filter(key=f"preview:{entry.pk}").order_by("-created_at").first()


def read_entry(entry: Import, report: Callable) -> Reading:
    """What the kept file says, by the choices made. Raises UnreadableFile and NotFetched."""
    event, choices = entry.event, DEFAULTS | entry.choices
    data = load_source(entry, report)
    report(0, 0, _("Reading the file"))
    return read(
        data,
        name=entry.source,
        timezone=choices["timezone"] or event.timezone,
        date_order=choices["date_order"],
        encoding=choices["encoding"],
        columns=choices["columns"],
        days=(event.starts_on, event.ends_on),
    )


@background_job(seconds=300, memory_mb=2048, label=gettext_noop("Preview of an import"))
def preview_import(report, *, entry: int) -> dict:
    """Write into the entry what its import would do, or why there is nothing to show."""
    found = _find_entry(entry)
    found.preview = _build_preview(found, report)
    found.save(update_fields=["preview"])
    return {}


def _build_preview(entry: Import, report: Callable) -> dict:
    try:
        reading = read_entry(entry, report)
        done = import_schedule(
            reading=reading,
            event=entry.event,
            by=entry.by,
            dry_run=True,
            mode=(DEFAULTS | entry.choices)["mode"],
            progress=lambda what, count, total: report(count, total, what),
        )
    except DateOrderUnknown as refusal:
        return {"question": str(refusal)}
    except _REFUSALS as refusal:
        return {"refusal": str(refusal)}
    return {"report": describe_report(done), "columns": _columns(reading), "sample": reading.sample}


def _columns(reading: Reading) -> list[dict]:
    return [
        {"heading": one.heading, "read_as": one.read_as, "samples": one.samples} for one in reading.columns
    ]


def describe_report(report: Report) -> dict:
    """The report of a dry run as JSON: what the page of the preview shows."""
    changed = [row for row in report.rows if row.change not in ("unchanged", "kept")]
    return report.numbers() | {
        "kind": report.kind,
        "mode": report.mode,
        "counts": report.counts,
        "changes": report.changes,
        "days_before": _days(report.days_before),
        "days_after": _days(report.days_after),
        "new_rooms": report.new_rooms,
        "new_tracks": report.new_tracks,
        "renamed": report.renamed,
        "concerns": [one.text for one in report.concerns],
        "problems": [
            {"place": one.place, "message": one.message, "severity": one.severity}
            for one in report.problems[:PROBLEMS]
        ],
        "problem_count": len(report.problems),
        "kept": [
            {"title": one.title, "fields": [change.label for change in one.fields]} for one in report.kept
        ],
        "duplicates": report.duplicates,
        "changed_rows": [_row(row) for row in changed[:ROWS]],
        "changed_count": len(changed),
        "rows": [_row(row) for row in report.rows[:ROWS]],
        "more": max(len(report.rows) - ROWS, 0),
    }


def _days(days: tuple[date, date] | None) -> list[str]:
    return [day.isoformat() for day in days or ()]


def _row(row: PreviewRow) -> dict:
    return {
        "title": row.title, "when": row.when, "where": row.where, "who": row.who, "state": row.state,
        "track": row.track, "change": row.change, "change_label": row.change_label, "details": row.details,
        "doubtful": row.doubtful,
    }  # fmt: skip


def _find_entry(entry: int) -> Import:
    rows = Import.objects.select_related("event", "by").filter(pk=entry, state=Import.State.PREVIEWED)
    found = rows.first()
    if found is None:
        raise JobError(_("The preview is too old. Please give the file once more."))
    return found


@background_job(seconds=600, memory_mb=2048, label=gettext_noop("Import a schedule"))
def run_import(report, *, entry: int, force: bool = False) -> dict:
    """Import a kept file; the report's numbers."""
    found = _find_entry(entry)
    try:
        done = import_schedule(
            reading=read_entry(found, report),
            event=found.event,
            by=found.by,
            mode=(DEFAULTS | found.choices)["mode"],
            force=force,
            source=found.source,
            entry=found,
            progress=lambda what, count, total: report(count, total, what),
        )
    except _REFUSALS as refusal:
        raise JobError(str(refusal)) from refusal
    return done.numbers()
