"""Create links from a file, and complete those that exist."""

from collections.abc import Callable, Iterable

from django.db.models import Q
from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history

from events.actions.importing.undo_log import UndoLog
from events.models import Topic
from roadshow.core.bulk import update_rows
from roadshow.core.models import FormerAddress
from roadshow.core.slugs import SlugAllocator
from roadshow.core.url_normalization import compute_url_key

from ...formats import Link
from ...links import guess_kind
from ...models import URLS, Resource
from .report import ChangedLink, Report

FIELDS = ("title", "kind", "level", "language", "authors", "year", "note", "free")
OPTIONAL_FIELDS = ("level", "language", "authors", "year", "note")
BATCH = 500


def store_links(
    links: list[Link],
    topics: dict[str, Topic],
    report: Report,
    log: UndoLog,
    *,
    by,
    update: bool,
    progress: Callable[[str, int, int], None],
) -> dict[str, Resource]:
    """Store the links; returns rows by the URL in the file. `topics` has every topic that the links name."""
    rows: dict[str, Resource] = {}
    slugs = SlugAllocator(
        Resource, (link.title for link in links), fallback="link", reserved=Resource.RESERVED
    )
    for start in range(0, len(links), BATCH):
        batch = {compute_url_key(link.url): link for link in links[start : start + BATCH]}
        known = _find_known(batch)
        log.remember(Resource, {row.pk for row in known.values()})
        new = {key: link for key, link in batch.items() if key not in known}
        tied = _load_topic_pairs(known)
        changes = {
            key: _apply_changes(known[key], link, update, report)
            for key, link in batch.items()
            if key in known
        }
        made = _create(new, slugs, by)
        report.new += [row.title for row in made.values()]
        added = _add_topics(batch, known | made, topics, tied)
        _save(known, changes, added, batch, by, report)
        rows |= {batch[key].url: row for key, row in (known | made).items()}
        progress(_("Links"), min(start + BATCH, len(links)), len(links))
    return rows


def _find_known(keys: Iterable[str]) -> dict[str, Resource]:
    """Rows by URL key, current or former; one row may occur under several."""
    former = dict(FormerAddress.objects.filter(kind=URLS, address__in=keys).values_list("address", "record"))
    rows = Resource.objects.filter(Q(url_key__in=keys) | Q(pk__in=former.values())).defer("search").in_bulk()
    return {key: rows[pk] for key, pk in former.items() if pk in rows} | {
        row.url_key: row for row in rows.values() if row.url_key in keys
    }


def _file_values(link: Link) -> dict[str, object]:
    """The file's values in the form of the model fields; None or empty where the file has none."""
    return {name: getattr(link, name) for name in FIELDS if name != "authors"} | {
        "authors": "; ".join(link.authors)
    }


def _create(new: dict[str, Link], slugs: SlugAllocator, by) -> dict[str, Resource]:
    rows = {}
    for key, link in new.items():
        values = _file_values(link)
        values["kind"] = link.kind or guess_kind(link.url) or Resource.Kind.ARTICLE
        values["free"] = link.free is not False
        rows[key] = Resource(
            url=link.url,
            url_key=key,
            slug=slugs.allocate(link.title),
            state=Resource.State.PUBLISHED,
            created_by=by,
            **values,
        )
    bulk_create_with_history(list(rows.values()), Resource, batch_size=BATCH, default_user=by)
    return rows


def _apply_changes(
    row: Resource, link: Link, update: bool, report: Report
) -> dict[str, tuple[object, object]]:
    """Set the fields that the file may change, and report the other differences as kept."""
    differs = {
        name: (getattr(row, name), value)
        for name, value in _file_values(link).items()
        if value not in ("", None) and value != getattr(row, name)
    }
    if _is_url_text(link.title, link.url):  # the file has no title, so the reader used the URL
        differs.pop("title", None)
    allowed = {
        name: pair
        for name, pair in differs.items()
        if update or (name in OPTIONAL_FIELDS and pair[0] in ("", None))
    }
    for name, (_before, after) in allowed.items():
        setattr(row, name, after)
    if kept := {name: pair for name, pair in differs.items() if name not in allowed}:
        report.kept.append(ChangedLink(row.title, row.url, kept))
    if row.state in (Resource.State.SUGGESTED, Resource.State.REJECTED):
        message = _("“%(title)s” is in the library already: %(state)s. It stays so.")
        report.problem(link.place, message % {"title": row.title, "state": row.get_state_display()}, "info")
    return allowed


def _is_url_text(title: str, url: str) -> bool:
    return url.partition("//")[2].rstrip("/").startswith(title)


def _load_topic_pairs(known: dict[str, Resource]) -> set[tuple[int, int]]:
    through = Resource.topics.through.objects.filter(resource__in=[row.pk for row in known.values()])
    return set(through.values_list("resource", "topic"))


def _add_topics(
    batch: dict[str, Link], rows: dict[str, Resource], topics: dict[str, Topic], tied: set[tuple[int, int]]
) -> dict[str, list[str]]:
    """Add topics to rows; returns the names of the added topics by URL key."""
    added: dict[str, dict[int, str]] = {}
    for key, link in batch.items():
        for name in link.topics:
            topic = topics[name]
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
    changed = []
    for key in filter(known.__contains__, batch):
        fields = changes[key]
        if names := added.get(key):
            fields = fields | {"topics": ("", ", ".join(names))}
        if not fields:
            report.unchanged += 1
            continue
        row = known[key]
        report.changed.append(ChangedLink(row.title, row.url, fields))
        changed.append(row)
    update_rows({row.pk: row for row in changed}.values(), FIELDS, by=by, batch_size=BATCH)
