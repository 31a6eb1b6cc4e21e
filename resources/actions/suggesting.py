"""Link suggestions by anybody, for curators to decide on."""

from collections.abc import Iterable
from dataclasses import asdict

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from events.models import Topic
from roadshow.api.semantic_events import record_event
from roadshow.http.guard import FetchFailed, UrlRefused
from roadshow.jobs.handlers import NETWORK, JobError, background_job

from ..links import fetch_metadata
from ..models import Resource

READ_SECONDS = 5  # for the page of a suggested link


@background_job(seconds=3 * READ_SECONDS, queue=NETWORK, label=gettext_noop("Page of a suggested link"))
def read_page(report, *, url: str) -> dict:
    """Fetch the page; the fields of its `PageMetadata`."""
    try:
        return asdict(fetch_metadata(url, timeout=READ_SECONDS))
    except (FetchFailed, UrlRefused) as error:
        raise JobError(str(error)) from error


class DuplicateLink(ValidationError):  # noqa: N818 - an outcome that is shown to the user
    """The URL belongs to a link of the library. `resource` is that link, which may not be public."""

    def __init__(self, resource: Resource):
        self.resource = resource
        if resource.state in Resource.PUBLIC:
            text = _("This address is in the library already: “%(title)s”.") % {"title": resource.title}
        else:
            text = _("This address was suggested before; the curators know it.")
        super().__init__({"url": text})


def suggest_link(*, url: str, title: str, topics: Iterable[Topic] = (), by=None, **fields) -> Resource:
    """Store a suggestion. `fields` are further fields of Resource.

    Raises ValidationError with sentences for each field, or its subclass DuplicateLink for a known URL.
    """
    if known := Resource.objects.of_address(url):
        raise DuplicateLink(known)
    row = Resource(url=url, title=title, state=Resource.State.SUGGESTED, created_by=by, **fields)
    row.clean_fields(exclude=["url", "url_key", "slug"])  # clean() validates the URL, with better sentences
    row.clean()
    row._history_user = by  # type: ignore[attr-defined]  # read by simple_history
    try:
        with transaction.atomic():
            row.save()
            row.topics.set(topics)
            record_event("link.suggested", resource=row.slug)
    except IntegrityError:  # another request stored the same URL in between
        if known := Resource.objects.of_address(url):
            raise DuplicateLink(known) from None
        raise
    return row
