"""Collections from the headings and folders of a file, with their links in the order of the file."""

from collections import defaultdict

from simple_history.utils import bulk_create_with_history

from roadshow.core.slugs import SlugAllocator

from ...formats import LinkList
from ...models import Collection, CollectionItem, Resource
from .report import Report


def fill_collections(
    found: LinkList, rows: dict[str, Resource], headings: dict[str, str], report: Report, *, by
) -> None:
    """Append the links to the collections that the file puts them in; new collections are published.

    `headings` maps URLs to the section of a link.
    """
    wanted: dict[str, list[str]] = defaultdict(list)
    for link in found.links:
        for title in link.collections:
            wanted[title].append(link.url)
    if not wanted:
        return
    texts = {collection.title: collection.text for collection in found.collections}
    collections = _get_or_create_collections(sorted(wanted, key=list(texts).index), texts, report, by)
    present, last = _load_items(collections.values())
    items = []
    for title, urls in wanted.items():
        collection, section = collections[title], ""
        for url in urls:
            before, section = section, headings.get(url, "")
            if (collection.pk, rows[url].pk) in present:
                continue
            present.add((collection.pk, rows[url].pk))
            last[collection.pk] += 1
            items.append(
                CollectionItem(
                    collection=collection,
                    resource=rows[url],
                    heading=section if section != before else "",
                    position=last[collection.pk],
                )
            )
    CollectionItem.objects.bulk_create(items, batch_size=1000)
    report.placed = len(items)
    report.collections = [collection.title for collection in collections.values()]


def _get_or_create_collections(
    titles: list[str], texts: dict[str, str], report: Report, by
) -> dict[str, Collection]:
    """Collections by title, matched without case; missing ones are created."""
    known: dict[str, Collection] = {}
    for collection in Collection.objects.defer("search").order_by("-pk"):
        known[collection.title.casefold()] = collection
    slugs = SlugAllocator(Collection, titles, fallback="collection")
    new: dict[str, Collection] = {}
    for title in titles:
        if title.casefold() not in known | new:
            new[title.casefold()] = Collection(
                title=title,
                slug=slugs.allocate(title),
                text=texts.get(title, ""),
                state=Collection.State.PUBLISHED,
            )
    if new:
        bulk_create_with_history(list(new.values()), Collection, batch_size=500, default_user=by)
    report.new_collections = [collection.title for collection in new.values()]
    known |= new
    return {title: known[title.casefold()] for title in titles}


def _load_items(collections) -> tuple[set[tuple[int, int]], dict[int, int]]:
    """(collection, resource) pairs that exist, and the last position in each collection."""
    present: set[tuple[int, int]] = set()
    last: dict[int, int] = defaultdict(lambda: -1)
    items = CollectionItem.objects.filter(collection__in=[collection.pk for collection in collections])
    for collection, resource, position in items.values_list("collection", "resource", "position"):
        present.add((collection, resource))
        last[collection] = max(last[collection], position)
    return present, last
