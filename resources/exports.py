"""Rows of links as the dataclasses that every format writes."""

from collections.abc import Iterable

from django.db.models import Prefetch

from .formats import Collection as CollectionEntry
from .formats import Link, LinkList
from .models import Collection, CollectionItem, Resource


def build_link_list(
    rows, user, *, root: str, title: str = "", page: str = "", feed: str = "", only: Collection | None = None
) -> LinkList:
    """A LinkList of a QuerySet of Resource, with topics and the collections visible to `user`; 3 queries.

    `root` is the portal's URL without a trailing slash; `page` and `feed` are paths. `only` limits the named
    collections to one.
    """
    seen = Collection.objects.visible_to(user)
    items = (
        CollectionItem.objects.filter(collection__in=seen.filter(pk=only.pk) if only else seen)
        .select_related("collection")
        .defer("collection__search")
        .order_by("collection__title", "collection")
    )
    resources = list(
        rows.defer("search").prefetch_related("topics", Prefetch("collection_items", items, to_attr="places"))
    )
    return LinkList(
        title=title,
        url=root + page,
        feed_url=root + feed,
        links=[_build_link(resource, root) for resource in resources],
        collections=_list_collections(resources),
    )


def _list_collections(resources: Iterable[Resource]) -> list[CollectionEntry]:
    found: dict[str, Collection] = {}
    for row in resources:
        found |= {place.collection.title: place.collection for place in row.places}
    return [CollectionEntry(title=title, text=found[title].text) for title in sorted(found)]


def _build_link(resource: Resource, root: str) -> Link:
    return Link(
        url=resource.url,
        title=resource.title,
        note=resource.note,
        kind=resource.kind,
        level=resource.level,
        language=resource.language,
        authors=[name.strip() for name in resource.authors.split(";") if name.strip()],
        year=resource.year,
        topics=[topic.name for topic in resource.topics.all()],
        collections=[place.collection.title for place in resource.places],
        free=resource.free,
        added_at=resource.created_at.replace(microsecond=0),
        page=root + resource.get_absolute_url(),
    )
