"""The import itself: match what the file has with what is there, write in batches, report."""

from collections.abc import Callable
from dataclasses import replace

from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from events.actions import get_or_create_topics

from ...formats import Collection, Link, LinkList, Reading, distinct
from .collections import fill_collections
from .report import Report
from .rows import write_links

Progress = Callable[[str, int, int], None]  # what is being done, how much of it, of how much


class ImportRefused(Exception):  # noqa: N818 - a refusal, in one sentence, not a fault
    """The file cannot be imported as asked; the text is one sentence that says what to do."""


def import_resources(
    *,
    reading: Reading,
    collection: str = "",
    by: AbstractBaseUser | None = None,
    update: bool = False,
    dry_run: bool = False,
    progress: Progress = lambda what, done, total: None,
) -> Report:
    """Import a list of links: new ones are published, known ones (by address) completed.

    Headings and folders become collections. With `collection`, the title of one, every link goes there, and
    the headings stand inside it and become topics. What a known link lacks is filled in; what it says
    otherwise stays, unless `update`. Nothing is taken away. The same file again changes nothing. With
    `dry_run` everything is done and taken back.

    Raises ImportRefused, after which nothing is written.
    """
    links, repeated = distinct(reading.links.links)
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
        found, headings = _into_one(found, title)
    try:
        with transaction.atomic():
            names = dict.fromkeys(name for link in found.links for name in link.topics)
            topics, new = get_or_create_topics(names)
            report.new_topics = [topic.name for topic in new]
            rows = write_links(found.links, topics, report, by=by, update=update, progress=progress)
            fill_collections(found, rows, headings, report, by=by)
            transaction.set_rollback(dry_run)
    except IntegrityError as error:
        raise ImportRefused(
            _("Somebody else added the same links at this moment. Nothing was imported; try again.")
        ) from error
    return report


def _into_one(found: LinkList, title: str) -> tuple[LinkList, dict[str, str]]:
    """The list with all links in the collection `title`, their headings as topics; and heading by address."""
    headings = {link.url: link.collections[0][:200] for link in found.links if link.collections}
    links = [_with_topics(link, title) for link in found.links]
    return replace(found, links=links, collections=[Collection(title=title)]), headings


def _with_topics(link: Link, title: str) -> Link:
    lowered = {name.casefold() for name in link.topics} | {title.casefold()}
    more = [name for name in link.collections if name.casefold() not in lowered]
    return replace(link, topics=[*link.topics, *more], collections=[title])
