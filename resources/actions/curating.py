"""Two records of one link become one."""

from django.db import transaction
from django.utils.translation import gettext as _

from ..models import CollectionItem, FormerAddress, LinkCheck, Resource

TIED = ("topics", "talks", "speakers", "events")
FILLED = ("level", "language", "authors", "year", "note", "archived_url")


class MergeRefused(Exception):  # noqa: N818 - a refusal, in one sentence, not a fault
    """The two cannot be one; the text is one sentence that says why."""


@transaction.atomic
def merge_resources(*, into: Resource, other: Resource, by=None) -> Resource:
    """Give `into` all that `other` has: what it is tied to, its places in collections, its checks and address.

    Empty fields of `into` are filled; it is published if either was; `other` is deleted. Raises MergeRefused
    when both are the same record.
    """
    if into.pk == other.pk:
        raise MergeRefused(_("These are the same record."))
    for name in TIED:
        getattr(into, name).add(*getattr(other, name).all())
    held = CollectionItem.objects.filter(resource=into).values("collection")
    CollectionItem.objects.filter(resource=other).exclude(collection__in=held).update(resource=into)
    LinkCheck.objects.filter(resource=other).update(resource=into)
    FormerAddress.objects.filter(resource=other).update(resource=into)
    for name in FILLED:
        setattr(into, name, getattr(into, name) or getattr(other, name))
    if other.state == Resource.State.PUBLISHED:
        into.state = Resource.State.PUBLISHED
    other._history_user = into._history_user = by
    other.delete()
    into.save()
    into.had_address(other.url)
    return into
