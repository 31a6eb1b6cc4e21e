"""Imports of a file that was sent over the API, as background work: a dry run, or the import itself."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

import orjson
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from drf_orjson_renderer.renderers import ORJSONRenderer

from roadshow.core.access import only_events
from roadshow.core.pending_imports import LIFETIME, store_import
from roadshow.expiring.models import Upload
from roadshow.jobs.handlers import JobError, background_job
from roadshow.jobs.models import Job

from ...formats.detect import UnreadableFile, read
from ...models import Event
from ..release import ScheduleConflict
from .run import ImportRefused, import_schedule

PURPOSE = "api-import"
READING = ("timezone", "date_order", "encoding", "columns")  # options of reading the file


class ImportBusy(Exception):  # noqa: N818 - a refusal, in one sentence
    """Another import into the event is waiting or running."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What a request decides about an import: how the file is read, and what is done with it.

    `slug` is the address of a new event; `columns` has the meaning of a table's headings.
    """

    mode: str
    timezone: str
    date_order: str
    encoding: str
    columns: dict[str, str]
    slug: str = ""

    def as_options(self) -> dict:
        return {name: getattr(self, name) for name in (*READING, "mode", "slug")}


def run_choices(*, data: bytes, source: str, event: Event | None, options: dict, **arguments) -> dict:
    """Read and import a file by `Choices.as_options`; the report as JSON.

    Raises UnreadableFile, ImportRefused and ScheduleConflict.
    """
    reading_options = {name: options[name] for name in READING}
    reading_options["timezone"] = options["timezone"] or (event.timezone if event else "")
    days = (event.starts_on, event.ends_on) if event else None
    reading = read(data, name=source, days=days, **reading_options)
    report = import_schedule(
        reading=reading,
        event=event,
        slug=options["slug"],
        timezone=options["timezone"],
        mode=options["mode"],
        source=source,
        **arguments,
    )
    return report.as_dict() | {"changes": report.changes}


@transaction.atomic
def start_upload(
    *, by: User, event: Event | None, data: bytes, source: str, choices: Choices, **decisions: bool
) -> Job:
    """Keep the file for an hour, and queue its dry run or import; `decisions` are those of `import_upload`."""
    limit = only_events(by)
    key = store_import(
        by,
        PURPOSE,
        data,
        **choices.as_options(),
        source=source[:500],
        event=event.pk if event else None,
        only_events=None if limit is None else sorted(limit),
    )
    return _start(Upload.objects.get(pk=key), **decisions)


def apply_upload(job: Job, **decisions: bool) -> Job:
    """Queue the import of the very bytes that a dry run looked at. Raises JobError when they are kept no longer."""
    return _start(_find_upload(job.arguments["upload"]), apply=True, **decisions)


def forget_upload(job: Job) -> None:
    """Delete the file of a job that is kept to be imported."""
    Upload.objects.filter(pk=job.arguments["upload"], purpose=PURPOSE).delete()


def list_jobs(user: User):
    """The user's imports over the API; with a token for some events, those that such a token began."""
    limit = only_events(user)
    rows = Job.objects.filter(kind=import_upload.path, owner=user)
    return rows if limit is None else rows.filter(arguments__event__in=sorted(limit))


def expires_at(job: Job):
    """Until when the file can be imported; None when it was imported or forgotten."""
    rows = Upload.objects.valid().filter(pk=job.arguments["upload"], purpose=PURPOSE)
    return rows.values_list("expires_at", flat=True).first()


def _find_upload(key: str) -> Upload:
    found = Upload.objects.valid().select_related("owner").filter(pk=key, purpose=PURPOSE).first()
    if found is None:
        raise JobError(_("The file is not kept any more. Please send it once more."))
    return found


@transaction.atomic
def _start(upload: Upload, *, apply: bool, force: bool = False, release: bool = False) -> Job:
    """Queue the work. Raises ImportBusy: one import into an event at a time, be it of the admin or of the API."""
    event = upload.options["event"]
    job = import_upload.start(
        owner=upload.owner,
        key=f"import:{event}" if apply and event else "",
        upload=str(upload.pk),
        event=event,
        apply=apply,
        force=force,
        release=release,
    )
    if job.arguments.get("upload") != str(upload.pk):
        raise ImportBusy(_("Another import into this event is waiting or running. Wait until it has ended."))
    Upload.objects.filter(pk=upload.pk).update(expires_at=timezone.now() + timedelta(seconds=LIFETIME))
    return job


@background_job(seconds=600, memory_mb=2048, label=gettext_noop("Import a schedule"))
def import_upload(
    report, *, upload: str, event: int | None, apply: bool, force: bool, release: bool
) -> dict[str, Any]:
    """Do an import, or with `apply` false say what it would do; the report as JSON."""
    found = _find_upload(upload)
    if found.options["only_events"] is not None:
        cast(Any, found.owner).only_events = frozenset(
            found.options["only_events"]
        )  # as the token that sent the file
    target = Event.objects.filter(pk=event).first() if event else None
    if event and target is None:
        raise JobError(_("The event was deleted meanwhile."))
    report(0, 0, _("Reading the file"))
    try:
        with transaction.atomic():
            done = run_choices(
                data=bytes(found.data),
                source=found.options["source"],
                event=target,
                options=found.options,
                by=found.owner,
                dry_run=not apply,
                force=force,
                release=release,
                progress=lambda what, count, total: report(count, total, what),
            )
            if apply:
                found.delete()
    except (UnreadableFile, ImportRefused, ScheduleConflict) as refusal:
        raise JobError(str(refusal)) from refusal
    return orjson.loads(orjson.dumps(done, default=ORJSONRenderer.default))
