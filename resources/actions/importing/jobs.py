"""Preview and import of a list of links as background work, from a file or an address."""

import json
from dataclasses import asdict

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from events.formats.reading import UnreadableFile
from roadshow.core import pending_imports
from roadshow.http.guard import FetchFailed, UrlRefused, fetch_url
from roadshow.jobs.handlers import JobError, background_job

from ...formats import MAX_BYTES, read_links
from .report import Report
from .run import ImportRefused, import_resources

UPLOAD = "links"  # purpose of the stored file
TOO_OLD = gettext_noop("The preview is too old. Please give the file once more.")


@background_job(seconds=600, memory_mb=2048, label=gettext_noop("Preview of a list of links"))
def preview_links(report, *, user: int, upload: str) -> dict:
    """What the import would do: the fields of its `Report`, and `changes`."""
    source = _load(user, upload)
    if url := source.pop("url"):
        source["data"] = _fetch(url)
        pending_imports.replace_data(User(pk=user), UPLOAD, upload, source["data"])
    done = _import(user, dry_run=True, **source)
    return json.loads(json.dumps(asdict(done) | {"changes": done.changes}, default=str))


@background_job(seconds=600, memory_mb=2048, label=gettext_noop("Import of links"))
def import_links(report, *, user: int, upload: str) -> dict:
    """Import the bytes that were previewed; the numbers of new, changed and unchanged links."""
    source = _load(user, upload)
    source.pop("url")
    done = _import(user, dry_run=False, **source)
    pending_imports.delete_import(User(pk=user), UPLOAD, upload)
    return {"new": len(done.new), "changed": len(done.changed), "same": done.unchanged}


def _load(user: int, upload: str) -> dict:
    source = pending_imports.load_import(User(pk=user), UPLOAD, upload)
    if source is None:
        raise JobError(_(TOO_OLD))
    return source


def _fetch(url: str) -> bytes:
    try:
        fetched = fetch_url(url, limit=MAX_BYTES)
    except (FetchFailed, UrlRefused) as error:
        raise JobError(str(error)) from error
    if fetched.status != 200:
        raise JobError(_("The address answered with status %(status)s.") % {"status": fetched.status})
    return fetched.body


def _import(user: int, *, name: str, data: bytes, collection: str, update: bool, dry_run: bool) -> Report:
    try:
        return import_resources(
            reading=read_links(data, name=name),
            collection=collection,
            by=User.objects.get(pk=user),
            update=update,
            dry_run=dry_run,
        )
    except (UnreadableFile, ImportRefused) as refusal:
        raise JobError(str(refusal)) from refusal
