"""Merging two records of one link."""

from django.db import transaction
from django.utils.translation import gettext as _

from roadshow.core.models import FormerAddress
from roadshow.core.url_normalization import compute_url_key

from ..models import URLS, CollectionItem, LinkCheck, Resource

RELATIONS = ("topics", "talks", "speakers", "events")
COMPLETED_FIELDS = ("level", "language", "authors", "year", "note", "archived_url")


class MergeRefused(Exception):  # noqa: N818 - a refusal that is shown to the user
    """The two records cannot be merged; the message is one sentence."""


@transaction.atomic
def refresh_url_keys() -> int:
    """Recompute the URL keys that earlier versions stored; returns how many were changed.

    A link whose new key belongs to another link keeps its old one: both lead to one page, for a curator to merge.
    """
    rows = Resource.objects.order_by("pk").only("pk", "url", "url_key")
    stale = {row.pk: key for row in rows.iterator() if (key := compute_url_key(row.url)) != row.url_key}
    taken = set(Resource.objects.filter(url_key__in=stale.values()).values_list("url_key", flat=True))
    changed = 0
    for pk, key in stale.items():
        if key not in taken:
            taken.add(key)
            changed += Resource.objects.filter(pk=pk).update(url_key=key)
    return changed


@transaction.atomic
def merge_resources(*, into: Resource, other: Resource, by=None) -> Resource:
    """Move the relations, collection items, checks and former addresses of `other` to `into`.

    Empty fields of `into` are filled; it is published if either was; `other` is deleted. Raises MergeRefused
    when both are the same record.
    """
    if into.pk == other.pk:
        raise MergeRefused(_("These are the same record."))
    for name in RELATIONS:
        getattr(into, name).add(*getattr(other, name).all())
    present = CollectionItem.objects.filter(resource=into).values("collection")
    CollectionItem.objects.filter(resource=other).exclude(collection__in=present).update(resource=into)
    LinkCheck.objects.filter(resource=other).update(resource=into)
    FormerAddress.merge("resources", other, into)
    FormerAddress.objects.filter(kind=URLS, record=other.pk).update(record=into.pk)
    for name in COMPLETED_FIELDS:
        setattr(into, name, getattr(into, name) or getattr(other, name))
    if other.state == Resource.State.PUBLISHED:
        into.state = Resource.State.PUBLISHED
    other._history_user = into._history_user = by  # type: ignore[attr-defined]  # read by simple_history
    other.delete()
    into.save()
    into.had_address(other.url)
    return into
