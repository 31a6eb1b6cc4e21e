"""The file of an import's entry: as it was sent, or from the address that names it."""

from collections.abc import Callable

from django.utils.translation import gettext as _

from roadshow.core.imports import ImportEntry
from roadshow.http.guard import FetchFailed, fetch_url

LIMIT = 32 * 1024 * 1024  # bytes


class NotFetched(Exception):  # noqa: N818 - a refusal that is shown to the user
    """The address gave no file; the message is one sentence."""


def load_source(entry: ImportEntry, report: Callable, limit: int = LIMIT) -> bytes:
    """The file's bytes; fetched from the entry's address, and kept, where there is none yet. Raises NotFetched."""
    if entry.data is not None:
        return entry.content
    report(0, 0, _("Fetching %(url)s …") % {"url": entry.source[:300]})
    try:
        fetched = fetch_url(entry.source, limit=limit)
    except FetchFailed as error:
        raise NotFetched(str(error)) from error
    if fetched.status != 200:
        raise NotFetched(_("The address answered with status %(status)s.") % {"status": fetched.status})
    entry.content = fetched.body
    entry.save(update_fields=["data"])
    return fetched.body
