"""A release as other people's formats: made once per release, then kept compressed."""

import gzip
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from itertools import chain, pairwise

from roadshow.http.caching import get_or_build

from .formats import document as doc
from .formats import ical, schedule_json, schedule_xml
from .formats.urls import make_absolute
from .models import Release
from .schedule import Change, differences

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


def document_at(release: Release, base: str) -> doc.Document:
    """The release's document with every address of ours absolute. `base` is the portal's, without a slash."""
    return make_absolute(doc.decode(release.document), base)


def export(release: Release, format: str, base: str) -> bytes:
    """The release in one of FORMATS."""
    return WRITERS[format](document_at(release, base))


def compressed(release: Release, format: str, base: str) -> bytes:
    """`export`, gzipped, made once for each release, format and address of the portal.

    The key names the release, so nothing ever has to be purged.
    """
    key = f"export:{release.guid}:{format}:{sha256(base.encode()).hexdigest()[:16]}"

    def made() -> bytes:
        whole = Release.objects.with_document().get(pk=release.pk)
        return gzip.compress(export(whole, format, base), mtime=0)

    return get_or_build(key, made)


def history(releases: Sequence[Release]) -> Iterator[tuple[Release, bool, list[Change]]]:
    """Some releases of an event, the latest first, each with what is new in it; `True` marks the event's first.

    Of all the documents two are in memory at a time: a large conference's takes twenty megabytes.
    """
    if not releases:
        return
    by_number = {release.number: release for release in releases}
    numbers = {*by_number, *(number - 1 for number in by_number)}
    rows = Release.objects.filter(event=releases[0].event_id, number__in=numbers).order_by("-number")
    texts = rows.values_list("number", "document").iterator(chunk_size=1)
    known = ((number, doc.decode(text)) for number, text in texts)
    for (number, document), (earlier, old) in pairwise(chain(known, [(None, None)])):
        if number in by_number:
            old = old if earlier == number - 1 else None
            yield by_number[number], old is None, differences(old, document)
