"""Links of a file become rows: new ones, and known ones that are completed."""

from collections.abc import Callable, Iterable

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from events.models import Topic
from roadshow.core.slugs import Slugs
from roadshow.core.url_normalization import address_key

from ...formats import Link
from ...links import kind_of_address
from ...models import FormerAddress, Resource
from .report import ChangedLink, Report

FIELDS = ("title", "kind", "level", "language", "authors", "year", "note", "free")
FILLED = ("level", "language", "authors", "year", "note")  # those that can be empty
BATCH = 500


def write_links(
    links: list[Link],
    topics: dict[str, Topic],
    report: Report,
    *,
    by,
    update: bool,
    progress: Callable[[str, int, int], None],
) -> dict[str, Resource]:
    """Address in the file -> row. `topics` has every topic that the links name."""
    rows: dict[str, Resource] = {}
    slugs = Slugs(Resource, (link.title for link in links), fallback="link", reserved=Resource.RESERVED)
    for start in range(0, len(links), BATCH):
        batch = {address_key(link.url): link for link in links[start : start + BATCH]}
        known = _known(batch)
        new = {key: link for key, link in batch.items() if key not in known}
        tied = _tied(known)
        changes = {
            key: _change(known[key], link, update, report) for key, link in batch.items() if key in known
        }
        made = _create(new, slugs, by)
        report.new += [row.title for row in made.values()]
        added = _tie(batch, known | made, topics, tied)
        _save(known, changes, added, batch, by, report)
        rows |= {batch[key].url: row for key, row in (known | made).items()}
        progress(_("Links"), min(start + BATCH, len(links)), len(links))
    return rows


def _known(keys: Iterable[str]) -> dict[str, Resource]:
    """Key -> the row that has the address, or had it; one row may be there under several."""
    former = dict(FormerAddress.objects.filter(url_key__in=keys).values_list("url_key", "resource"))
    rows = Resource.objects.filter(Q(url_key__in=keys) | Q(pk__in=former.values())).defer("search").in_bulk()
    return {key: rows[pk] for key, pk in former.items()} | {
        row.url_key: row for row in rows.values() if row.url_key in keys
    }


def _values(link: Link) -> dict[str, object]:
    """What the file says, in the form of the columns; None and empty strings where it says nothing."""
    return {name: getattr(link, name) for name in FIELDS if name != "authors"} | {
        "authors": "; ".join(link.authors)
    }


def _create(new: dict[str, Link], slugs: Slugs, by) -> dict[str, Resource]:
    rows = {}
    for key, link in new.items():
        values = _values(link)
        values["kind"] = link.kind or kind_of_address(link.url) or Resource.Kind.ARTICLE
        values["free"] = link.free is not False
        rows[key] = Resource(
            url=link.url,
            url_key=key,
            slug=slugs.free(link.title),
            state=Resource.State.PUBLISHED,
            created_by=by,
            **values,
        )
    bulk_create_with_history(list(rows.values()), Resource, batch_size=BATCH, default_user=by)
    return rows


def _change(row: Resource, link: Link, update: bool, report: Report) -> dict[str, tuple[object, object]]:
    """Sets what the file knows better; what it says otherwise and may not change is reported as kept."""
    differs = {
        name: (getattr(row, name), value)
        for name, value in _values(link).items()
        if value not in ("", None) and value != getattr(row, name)
    }
    if _is_address(link.title, link.url):  # the file has no title of its own
        differs.pop("title", None)
    may = {
        name: pair for name, pair in differs.items() if update or (name in FILLED and pair[0] in ("", None))
    }
    for name, (_before, after) in may.items():
        setattr(row, name, after)
    if kept := {name: pair for name, pair in differs.items() if name not in may}:
        report.kept.append(ChangedLink(row.title, row.url, kept))
    if row.state in (Resource.State.SUGGESTED, Resource.State.REJECTED):
        message = _("“%(title)s” is in the library already: %(state)s. It stays so.")
        report.problem(link.place, message % {"title": row.title, "state": row.get_state_display()}, "info")
    return may


def _is_address(title: str, url: str) -> bool:
    return url.partition("//")[2].rstrip("/").startswith(title)


def _tied(known: dict[str, Resource]) -> set[tuple[int, int]]:
    through = Resource.topics.through.objects.filter(resource__in=[row.pk for row in known.values()])
    return set(through.values_list("resource", "topic"))


def _tie(
    batch: dict[str, Link], rows: dict[str, Resource], topics: dict[str, Topic], tied: set[tuple[int, int]]
) -> dict[str, list[str]]:
    """Ties rows to their topics; key -> names of the topics that a row did not have."""
    added: dict[str, dict[int, str]] = {}
    for key, link in batch.items():
        for topic in (topics[name] for name in link.topics):
            if (rows[key].pk, topic.pk) not in tied:
                tied.add((rows[key].pk, topic.pk))
                added.setdefault(key, {})[topic.pk] = topic.name
    through = Resource.topics.through
    through.objects.bulk_create(
        [
            through(resource_id=rows[key].pk, topic_id=topic)
            for key, found in added.items()
            for topic in found
        ],
        batch_size=2000,
    )
    return {key: list(found.values()) for key, found in added.items()}


def _save(known, changes, added, batch, by, report: Report) -> None:
    changed, now = [], timezone.now()
    for key in (key for key in batch if key in known):
        fields = changes[key]
        if names := added.get(key):
            fields = fields | {"topics": ("", ", ".join(names))}
        if not fields:
            report.unchanged += 1
            continue
        row = known[key]
        row.updated_at = now
        report.changed.append(ChangedLink(row.title, row.url, fields))
        changed.append(row)
    if changed:
        bulk_update_with_history(
            list({row.pk: row for row in changed}.values()),
            Resource,
            [*FIELDS, "updated_at"],
            batch_size=BATCH,
            default_user=by,
        )
