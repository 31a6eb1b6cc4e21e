"""Talks of a file, merged three ways: what the file says, what it said last time, and what is there now."""

from collections.abc import Callable, Iterable
from urllib.parse import unquote
from uuid import UUID

from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from roadshow.core.models import free_slug, slug_of

from ...formats import document as doc
from ...formats.writing import is_own_generator
from ...models import Event, Slot, Talk, TalkSpeaker, Topic
from ...models.talk_parts import BATCH
from .matching import match_talks
from .report import ChangedTalk, FieldChange, Report
from .values import FIELDS, PLAIN, Matches, as_json, document_values, is_same, row_values
from .writing import Merged, write_links, write_persons, write_slots, write_topics


def write_talks(
    event: Event, document: doc.Document, matches: Matches, report: Report, progress: Callable
) -> None:
    """Bring the event's plan to what the file says. Statements grow with batches, not with talks."""
    rows = _rows(event)
    found = list(match_talks(event, document.talks, rows))
    merged, new, slugs = [], [], {row.slug for row in rows}
    ours = is_own_generator(document.generator)
    for done, (guid, talk, row) in enumerate(found):
        values = document_values(event, guid, talk, matches)
        if row is None:
            slug = free_slug(_address(talk, ours), slugs.__contains__, fallback="talk")
            slugs.add(slug)
            row = _new_row(event, guid, slug, talk, values, matches, report)
            new.append(row)
            merged.append(Merged(row, values, ["topics", "persons", "links", "slots"], is_new=True))
        else:
            merged.append(_merge(row, values, matches, report))
        if done % 50 == 0:
            progress(_("talks"), done, len(found))
    gone = _cancel_missing({row.pk for _guid, _talk, row in found if row}, rows, report)
    updated = [item.row for item in merged if item.row.pk and _needs_update(item)]
    bulk_create_with_history(new, Talk, batch_size=BATCH)
    for row in (changed := [*updated, *gone]):
        row.updated_at = timezone.now()
    bulk_update_with_history(changed, Talk, [*PLAIN, "track", "imported", "updated_at"], batch_size=BATCH)
    write_topics([item for item in merged if "topics" in item.write], matches)
    write_persons([item for item in merged if "persons" in item.write], matches)
    write_links([item for item in merged if "links" in item.write])
    write_slots(event, [item for item in merged if "slots" in item.write], matches)
    report.talks, report.links = len(found), sum(len(item.values["links"]) for item in merged)
    report.slots = sum(len(item.values["slots"]) for item in merged)
    progress(_("talks"), len(found), len(found))


def _rows(event: Event) -> list[Talk]:
    return list(
        event.talks.defer("people", "search")
        .select_related("track")
        .prefetch_related(
            "links",
            Prefetch("topics", Topic.objects.only("name")),
            Prefetch("slots", Slot.objects.select_related("room").order_by("starts_at", "number")),
            Prefetch("talk_speakers", TalkSpeaker.objects.select_related("speaker")),
        )
    )


def _merge(row: Talk, values: dict, matches: Matches, report: Report) -> Merged:
    last, now = row.imported or {}, row_values(row)
    write, changes, kept = [], [], []
    for name in FIELDS:
        by_hand = name in last and not is_same(name, now[name], last[name])
        if name in last and is_same(name, values[name], last[name]):
            if by_hand:
                kept.append(FieldChange(name, now[name], values[name], by_hand=True))
        elif not is_same(name, values[name], now[name]):
            write.append(name)
            changes.append(FieldChange(name, now[name], values[name], by_hand))
    _take(row, values, [name for name in write if name in PLAIN or name == "track"], matches)
    if changes:
        report.changed.append(ChangedTalk(row.title, changes))
    else:
        report.unchanged += 1
    if kept:
        report.kept.append(ChangedTalk(row.title, kept))
    return Merged(row, values, write)


def _take(row: Talk, values: dict, names: Iterable[str], matches: Matches) -> None:
    for name in names:
        setattr(row, name, matches.tracks.get(values["track"]) if name == "track" else values[name])


def _needs_update(item: Merged) -> bool:
    """Whether the row itself is to be written; remembers what the file said."""
    remembered = as_json(item.values)
    stale = item.row.imported != remembered
    item.row.imported = remembered
    return stale or bool({*item.write} & {*PLAIN, "track"})


def _new_row(
    event: Event, guid: UUID, slug: str, talk: doc.Talk, values: dict, matches: Matches, report: Report
) -> Talk:
    row = Talk(event=event, guid=guid, slug=slug, imported=as_json(values))
    _take(row, values, [*PLAIN, "track"], matches)
    if len(talk.title) > 500:
        row.description = f"{talk.title}\n\n{row.description}"
        report.problem(
            talk.place, _("The title is longer than 500 characters; the whole is in the description.")
        )
    report.new.append(row.title)
    return row


def _address(talk: doc.Talk, ours: bool) -> str:
    """Words for the address: the end of the file's URL if it is words, else its slug, else the title.

    What such a portal wrote (`ours`) has the address that the talk had there.
    """
    tail = unquote(talk.url).rstrip("/").rpartition("/")[2]
    is_words = tail == slug_of(tail) and (ours or "-" in tail or talk.slug.endswith(tail))
    return (tail if tail and is_words else talk.slug) or talk.title


def _cancel_missing(present: set[int], rows: list[Talk], report: Report) -> list[Talk]:
    """Imported talks that the file no longer has become cancelled; nothing is deleted."""
    gone = [
        row for row in rows if row.imported and row.pk not in present and row.state == Talk.State.CONFIRMED
    ]
    for row in gone:
        row.state = Talk.State.CANCELLED
        row.imported = row.imported | {"state": Talk.State.CANCELLED}
        report.gone.append(row.title)
    return gone
