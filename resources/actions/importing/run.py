"""Import of a link list: match links by URL, store in batches, report."""

from collections.abc import Callable
from dataclasses import replace
from itertools import chain

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from events.actions import get_or_create_topics
from events.actions.importing.undo_log import UndoLog

from ...formats import Collection, Link, LinkList, Reading, merge_duplicate_links
from ...models import LinkImport
from .collections import fill_collections
from .report import Report
from .store import store_links

# Tables that an import of links writes: those of the app, and the topics
WRITTEN = ("resources", "events_topic", "events_historicaltopic")
Progress = Callable[[str, int, int], None]  # label, done, total


class ImportRefused(Exception):  # noqa: N818 - a refusal that is shown to the user
    """The file cannot be imported as requested; the message is one sentence that says what to do."""


def import_resources(
    *,
    reading: Reading,
    collection: str = "",
    by: User | None = None,
    update: bool = False,
    dry_run: bool = False,
    source: str = "",
    entry: LinkImport | None = None,
    progress: Progress = lambda label, done, total: None,
) -> Report:
    """Import a list of links: publish new ones, complete known ones (matched by URL).

    Headings and folders become collections. With `collection` (a title) every link goes into that one, and the
    headings become its sections and topics. Empty fields of known links are filled; other differences stay as
    they are, unless `update`. Nothing is deleted. Importing the same file again changes nothing. With `dry_run`
    the transaction is rolled back. Otherwise the import is kept as a LinkImport (`entry`, if there is one already) that
    can be undone; `source` is the file's name.

    Raises ImportRefused, after which nothing is stored.
    """
    links, repeated = merge_duplicate_links(reading.links.links)
    report = Report(
        kind=reading.kind,
        links=len(reading.links.links),
        distinct=len(links),
        problems=[*reading.problems, *repeated],
        dry_run=dry_run,
    )
    found = replace(reading.links, links=links)
    headings: dict[str, str] = {}
    if title := " ".join(collection.split())[:200]:
        found, headings = _collect_into_one(found, title)
    try:
        with transaction.atomic():
            log = UndoLog(None, WRITTEN)
            names = chain.from_iterable(link.topics for link in found.links)
            topics, new = get_or_create_topics(dict.fromkeys(names))
            report.new_topics = [topic.name for topic in new]
            rows = store_links(found.links, topics, report, log, by=by, update=update, progress=progress)
            fill_collections(found, rows, headings, report, by=by)
            transaction.set_rollback(dry_run)
            if not dry_run:
                _keep_entry(entry, report, log, by, source)
    except IntegrityError as error:
        raise ImportRefused(
            _("Somebody else added the same links at this moment. Nothing was imported; try again.")
        ) from error
    return report


def _keep_entry(entry: LinkImport | None, report: Report, log: UndoLog, by: User | None, source: str) -> None:
    """Keep the import with what is needed to undo it."""
    entry = entry or LinkImport(source=source[:500], by=by)
    entry.kind, entry.numbers, entry.data, entry.preview = report.kind[:100], report.numbers(), None, None
    entry.state, entry.finished_at, entry.undo = LinkImport.State.DONE, timezone.now(), log.finish()
    entry.save()
    report.entry = entry.pk


def _collect_into_one(found: LinkList, title: str) -> tuple[LinkList, dict[str, str]]:
    """The list with all links in the collection `title`, their headings as topics; and headings by URL."""
    headings = {link.url: link.collections[0][:200] for link in found.links if link.collections}
    links = [_move_headings_to_topics(link, title) for link in found.links]
    return replace(found, links=links, collections=[Collection(title=title)]), headings


def _move_headings_to_topics(link: Link, title: str) -> Link:
    lowered = {name.casefold() for name in link.topics} | {title.casefold()}
    more = [name for name in link.collections if name.casefold() not in lowered]
    return replace(link, topics=[*link.topics, *more], collections=[title])
