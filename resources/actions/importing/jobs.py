"""Previews and imports of lists of links that are kept as entries, both as background work; and undo."""

from collections.abc import Callable

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from events.actions import CannotUndo
from events.actions.importing.sources import NotFetched, load_source
from events.actions.importing.undo import apply_undo
from events.formats.reading import UnreadableFile
from roadshow.jobs.handlers import JobError, background_job
from roadshow.jobs.models import Job

from ...formats import MAX_BYTES, Reading, read_links
from ...models import LinkImport
from .report import ChangedLink, Report
from .run import WRITTEN, ImportRefused, import_resources

_SHOWN = 1000  # links of each kind
_PROBLEMS = 500
_REFUSALS = (NotFetched, UnreadableFile, ImportRefused)


def keep_list(*, by: User, source: str, data: bytes | None, collection: str, update: bool) -> LinkImport:
    """Keep a list until it is imported; without `data` the worker fetches `source`."""
    LinkImport.objects.filter(by=by, state=LinkImport.State.PREVIEWED).delete()
    choices = {"collection": collection, "update": update}
    entry = LinkImport(by=by, source=source, state=LinkImport.State.PREVIEWED, choices=choices)
    if data is not None:
        entry.content = data
    entry.save()
    return entry


def start_preview(entry: LinkImport, next_url: str) -> Job:
    """Queue the preview; once it is done the entry has it as `preview`."""
    return preview_links.start(
        owner=entry.by, key=f"preview_links:{entry.pk}", next_url=next_url, entry=entry.pk
    )


def find_preview_job(entry: LinkImport) -> Job | None:
    """The last job that previewed the entry."""
    return Job.objects.filter(key=f"preview_links:{entry.pk}").order_by("-created_at").first()


@background_job(seconds=300, label=gettext_noop("Preview of an import of links"))
def preview_links(report, *, entry: int) -> dict:
    """Write into the entry what its import would do, or why there is nothing to show."""
    found = _find_entry(entry)
    try:
        done = import_resources(reading=_read(found, report), dry_run=True, **_options(found, report))
        found.preview = {"report": describe_report(done)}
    except _REFUSALS as refusal:
        found.preview = {"refusal": str(refusal)}
    found.save(update_fields=["preview"])
    return {}


@background_job(seconds=600, label=gettext_noop("Import a list of links"))
def run_import(report, *, entry: int) -> dict:
    """Import a kept list; the report's numbers."""
    found = _find_entry(entry)
    try:
        done = import_resources(
            reading=_read(found, report), source=found.source, entry=found, **_options(found, report)
        )
    except _REFUSALS as refusal:
        raise JobError(str(refusal)) from refusal
    return done.numbers()


def _find_entry(entry: int) -> LinkImport:
    rows = LinkImport.objects.select_related("by")
    found = rows.filter(pk=entry, state=LinkImport.State.PREVIEWED).first()
    if found is None:
        raise JobError(_("The preview is too old. Please give the file once more."))
    return found


def _read(entry: LinkImport, report: Callable) -> Reading:
    data = load_source(entry, report, limit=MAX_BYTES)
    report(0, 0, _("Reading the file"))
    return read_links(data, name=entry.source)


def _options(entry: LinkImport, report: Callable) -> dict:
    return {
        "collection": entry.choices["collection"],
        "update": entry.choices["update"],
        "by": entry.by,
        "progress": lambda what, done, total: report(done, total, what),
    }


def describe_report(report: Report) -> dict:
    """The report of a dry run as JSON: what the page of the preview shows."""
    return report.numbers() | {
        "kind": report.kind,
        "changes": report.changes,
        "titles": report.new[:_SHOWN],
        "changed_links": [_describe(link) for link in report.changed[:_SHOWN]],
        "kept_links": [_describe(link) for link in report.kept[:_SHOWN]],
        "new_topics": report.new_topics,
        "new_collections": report.new_collections,
        "problem_list": [{"place": one.place, "message": one.message} for one in report.problems[:_PROBLEMS]],
    }


def _describe(link: ChangedLink) -> dict:
    fields = {name: [str(before or ""), str(after or "")] for name, (before, after) in link.fields.items()}
    return {"title": link.title, "url": link.url, "fields": fields}


@transaction.atomic
def undo_import(*, entry: LinkImport, by: User | None) -> None:
    """Bring the library back to what it was before the import, which is kept as undone.

    Raises CannotUndo, naming what stands in the way, and changes nothing.
    """
    entry = LinkImport.objects.select_for_update(of=("self",)).get(pk=entry.pk)
    if entry.state != LinkImport.State.DONE or entry.undo is None:
        raise CannotUndo([_("This import was undone already, or it cannot be undone.")])
    apply_undo(bytes(entry.undo), WRITTEN)
    entry.state, entry.undo = LinkImport.State.UNDONE, None
    entry.undone_at, entry.undone_by = timezone.now(), by
    entry.save()
