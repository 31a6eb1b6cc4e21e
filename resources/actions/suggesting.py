"""Links that anybody proposes; curators decide."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from events.models import Topic

from ..models import Resource


class AlreadyThere(ValidationError):  # noqa: N818 - it says what is so
    """The address is in the library. `resource` is the record, which may not be public."""

    def __init__(self, resource: Resource):
        self.resource = resource
        if resource.state in Resource.PUBLIC:
            text = _("This address is in the library already: “%(title)s”.") % {"title": resource.title}
        else:
            text = _("This address was suggested before; the curators know it.")
        super().__init__({"url": text})


def suggest(*, url: str, title: str, topics: Iterable[Topic] = (), by=None, **fields) -> Resource:
    """Keep a suggestion. `fields` are further columns of Resource.

    Raises ValidationError with sentences for each column, and AlreadyThere, which is one, for known addresses.
    """
    if known := Resource.objects.of_address(url):
        raise AlreadyThere(known)
    row = Resource(url=url, title=title, state=Resource.State.SUGGESTED, created_by=by, **fields)
    row.clean_fields(exclude=["url", "url_key", "slug"])  # clean() reads the address, with better sentences
    row.clean()
    row._history_user = by
    try:
        with transaction.atomic():
            row.save()
            row.topics.set(topics)
    except IntegrityError:  # somebody else was a moment earlier
        if known := Resource.objects.of_address(url):
            raise AlreadyThere(known) from None
        raise
    return row
