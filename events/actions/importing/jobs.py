"""Previews and imports of a file that is kept as an entry, the import also as background work."""

import gzip

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from roadshow.jobs.handlers import JobError, background_job

from ...formats.detect import UnreadableFile, read
from ...formats.document import Reading
from ...models import Event, Import
from ..release import ScheduleConflict
from .report import Report
from .run import ImportRefused, import_schedule

DEFAULTS = {"mode": "", "date_order": "", "encoding": "", "columns": {}}


def keep_file(*, event: Event, by: User, source: str, data: bytes, choices: dict) -> Import:
    """Keep a file until it is imported, with the columns as they were mapped for this event last time."""
    earlier = (
        Import.objects.filter(event=event, choices__has_key="columns").exclude(choices__columns={}).first()
    )
    remembered = earlier.choices["columns"] if earlier else {}
    choices = DEFAULTS | choices | {"columns": remembered | choices.get("columns", {})}
    Import.objects.filter(event=event, by=by, state=Import.State.PREVIEWED).delete()
    return Import.objects.create(
        event=event,
        by=by,
        source=source[:500],
        state=Import.State.PREVIEWED,
        data=gzip.compress(data, mtime=0),
        choices=choices,
    )


def read_entry(entry: Import) -> Reading:
    """What the kept file says, by the choices made. Raises UnreadableFile."""
    event, choices = entry.event, DEFAULTS | entry.choices
    return read(
        gzip.decompress(bytes(entry.data)),
        name=entry.source,
        timezone=event.timezone,
        date_order=choices["date_order"],
        encoding=choices["encoding"],
        columns=choices["columns"],
        days=(event.starts_on, event.ends_on),
    )


def preview_entry(entry: Import, reading: Reading) -> Report:
    """What the import would do. Raises ImportRefused and ScheduleConflict."""
    mode = (DEFAULTS | entry.choices)["mode"]
    return import_schedule(reading=reading, event=entry.event, by=entry.by, dry_run=True, mode=mode)


@background_job(seconds=600, memory_mb=2048, label=gettext_noop("Import a schedule"))
def run_import(report, *, entry: int, force: bool = False) -> dict:
    """Import a kept file; the report's numbers."""
    found = (
        Import.objects.select_related("event", "by").filter(pk=entry, state=Import.State.PREVIEWED).first()
    )
    if found is None:
        raise JobError(_("The preview is too old. Please give the file once more."))
    try:
        done = import_schedule(
            reading=read_entry(found),
            event=found.event,
            by=found.by,
            mode=(DEFAULTS | found.choices)["mode"],
            force=force,
            source=found.source,
            entry=found,
            progress=lambda what, done, total: report(done, total, what),
        )
    except (UnreadableFile, ImportRefused, ScheduleConflict) as refusal:
        raise JobError(str(refusal)) from refusal
    return done.numbers()
