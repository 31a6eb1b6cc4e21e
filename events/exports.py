"""Releases in exchange formats, cached compressed."""

from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from itertools import chain, pairwise

from django.db.models import QuerySet
from zlib_ng import gzip_ng

from roadshow.http.caching import get_or_build

from .formats import document as doc
from .formats import ical, schedule_json, schedule_xml
from .formats.urls import make_absolute
from .models import Release
from .released import PresentState, load_present_state, load_shown_document
from .schedule import ScheduleChange, compare_documents

WRITERS: dict[str, Callable[[doc.Document], bytes]] = {
    "xml": schedule_xml.write,
    "json": schedule_json.write,
    "ics": ical.write,
}
FORMATS = tuple(WRITERS)
CONTENT_TYPES = {
    "xml": "application/vnd.c3voc.schedule+xml",
    "json": "application/json",
    "ics": "text/calendar; charset=utf-8",
}


def document_at(release: Release, base: str, present: PresentState | None = None) -> doc.Document:
    """What the release shows now, with absolute URLs. `base` is the portal's URL without a trailing slash."""
    return make_absolute(load_shown_document(release.pk, present or load_present_state(release.event)), base)


def export(
    release: Release, format: str, base: str, present: PresentState | None = None, *, alarm: int = 0
) -> bytes:
    """What the release shows now, in one of FORMATS.

    A calendar has a reminder `alarm` minutes before each slot, none for 0.
    """
    options = {"alarm": alarm} if alarm and format == "ics" else {}
    return WRITERS[format](document_at(release, base, present), **options)


def export_compressed(
    release: Release, format: str, base: str, present: PresentState, *, alarm: int = 0
) -> bytes:
    """`export`, gzipped and cached for each release, present state, format and portal URL.

    All that it depends on is part of the key, so that nothing has to be purged.
    """
    site = sha256(base.encode()).hexdigest()[:16]
    key = f"export:{release.guid}:{present.digest}:{format}:{site}:{alarm}"

    def write_export() -> bytes:
        return gzip_ng.compress(export(release, format, base, present, alarm=alarm), 6, mtime=0)

    return get_or_build(key, write_export)


def list_release_changes(
    releases: Sequence[Release] | QuerySet[Release],
) -> Iterator[tuple[Release, bool, list[ScheduleChange]]]:
    """Yield (release, whether it is the event's first, its changes) for releases of one event, latest first.

    At most two documents are decoded at a time: one of a large conference takes twenty megabytes.
    """
    if not releases:
        return
    by_number = {release.number: release for release in releases}
    numbers = {*by_number, *(number - 1 for number in by_number)}
    rows = Release.objects.filter(event=releases[0].event_id, number__in=numbers).order_by("-number")
    texts = rows.values_list("number", "document").iterator(chunk_size=1)
    present = load_present_state(releases[0].event)
    known = ((number, present.restrict(doc.decode(text))) for number, text in texts)
    for (number, document), (earlier, old) in pairwise(chain(known, [(0, None)])):
        if number in by_number and document:
            old = old if earlier == number - 1 else None
            yield by_number[number], old is None, compare_documents(old, document)
