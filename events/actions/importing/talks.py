"""Talks of a file, merged three ways: what the file says, what it said last time, and what is there now."""

from collections.abc import Callable, Iterable
from urllib.parse import unquote
from uuid import UUID

from django.db.models import Prefetch
from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history

from roadshow.core.bulk import update_rows
from roadshow.core.slugs import make_slug, make_unique_slug

from ...formats import document as doc
from ...formats.document import Reading
from ...formats.writing import is_own_generator
from ...models import Event, Slot, Talk, TalkSpeaker, Topic
from ...models.talk_parts import BATCH
from .matching import Match, name_source
from .report import ChangedTalk, FieldChange, Report
from .values import (
    PLAIN,
    Matches,
    as_json,
    complete_values,
    document_values,
    is_same,
    row_values,
    stated_fields,
)
from .writing import Merged, write_links, write_persons, write_slots, write_topics


def write_talks(
    event: Event,
    reading: Reading,
    mode: str,
    rows: list[Talk],
    found: list[Match],
    matches: Matches,
    report: Report,
    progress: Callable,
) -> list[Merged]:
    """Bring the event's plan to what the file says. Statements grow with batches, not with talks.

    `rows` are the event's talks, `found` those of the file beside them. `mode` is one of Import.Mode: "add"
    leaves the talks that are there, "replace" cancels those that are not in the file.
    """
    document = reading.document
    merger = _Merger(event, reading, matches, report, rows)
    merged = []
    for done, (guid, talk, row) in enumerate(found):
        if row is None:
            merged.append(merger.add(guid, talk))
        elif mode == "add":
            report.unchanged += 1
        else:
            merged.append(merger.merge(guid, talk, row))
        if done % 50 == 0:
            progress(_("talks"), done, len(found))
    missing = _list_missing({row.pk for _guid, _talk, row in found if row}, rows)
    gone = _cancel(missing, report) if mode == "replace" else []
    report.absent = len(missing) - len(gone)
    _write_rows(event, merged, gone, merger.new, matches)
    report.talks = len(found)
    report.links = sum(len(talk.links) for talk in document.talks)
    report.slots = sum(len(talk.slots) for talk in document.talks)
    progress(_("talks"), len(found), len(found))
    return merged


def _write_rows(
    event: Event, merged: list[Merged], gone: list[Talk], new: list[Talk], matches: Matches
) -> None:
    updated = [item.row for item in merged if item.row.pk and _needs_update(item)]
    bulk_create_with_history(new, Talk, batch_size=BATCH)
    update_rows([*updated, *gone], [*PLAIN, "track", "imported"], batch_size=BATCH)
    write_topics([item for item in merged if "topics" in item.write], matches)
    write_persons([item for item in merged if "persons" in item.write], matches)
    write_links([item for item in merged if "links" in item.write])
    write_slots(event, [item for item in merged if "slots" in item.write], matches)


def load_rows(event: Event) -> list[Talk]:
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


class _Merger:
    """Merges the talks of one file with their rows; `new` are the rows to create."""

    def __init__(
        self, event: Event, reading: Reading, matches: Matches, report: Report, rows: list[Talk]
    ) -> None:
        self.event, self.reading, self.matches, self.report = event, reading, matches, report
        self.slugs = {row.slug for row in rows}
        self.codes = {row.code: row.guid for row in rows}
        self.is_own = is_own_generator(reading.document.generator)
        self.fields = stated_fields(reading.fields)
        self.source = name_source(reading)
        self.new: list[Talk] = []

    def _identity(self, talk: doc.Talk) -> dict:
        """What a row remembers of where it came from."""
        return {"source": self.source, "source_id": talk.id}

    def _values(self, guid: UUID, talk: doc.Talk, row: Talk | None = None) -> dict:
        """What the file says of a talk; a code that another talk has is reported, and that of the row stays."""
        values = document_values(self.event, guid, talk, self.matches)
        own = row.guid if row else guid
        if values["code"] and self.codes.setdefault(values["code"], own) != own:
            message = _("Another talk has the code %(code)s; it was left out.")
            self.report.add_problem(talk.place, message % {"code": values["code"]})
            values["code"] = row.code if row else ""
        return values

    def add(self, guid: UUID, talk: doc.Talk) -> Merged:
        """A new row."""
        values = self._values(guid, talk)
        slug = make_unique_slug(_address(talk, self.is_own), self.slugs.__contains__, fallback="talk")
        self.slugs.add(slug)
        stated = {name: value for name, value in values.items() if name in self.fields}
        row = Talk(event=self.event, guid=guid, slug=slug, imported=as_json(stated) | self._identity(talk))
        _take(row, values, [*PLAIN, "track"], self.matches)
        if len(talk.title) > 500:
            row.description = f"{talk.title}\n\n{row.description}"
            self.report.add_problem(
                talk.place, _("The title is longer than 500 characters; the whole is in the description.")
            )
        self.report.new.append(row.title)
        self.new.append(row)
        return Merged(row, values, ["topics", "persons", "links", "slots"], is_new=True, doc=talk)

    def merge(self, guid: UUID, talk: doc.Talk, row: Talk) -> Merged:
        """A row with what the file changed since the last import."""
        last, now = row.imported or {}, row_values(row)
        values = self._values(guid, talk, row)
        values = complete_values(values, now, talk, self.reading.fields, self.matches)
        values = {name: value for name, value in values.items() if name in self.fields}
        write, changes, kept = [], [], []
        for name, value in values.items():
            by_hand = name in last and not is_same(name, now[name], last[name])
            if name in last and is_same(name, value, last[name]):
                if by_hand:
                    kept.append(FieldChange(name, now[name], value, by_hand=True))
            elif not is_same(name, value, now[name]) and (value or name in last):
                write.append(name)
                changes.append(FieldChange(name, now[name], value, by_hand))
        _take(row, values, [name for name in write if name in PLAIN or name == "track"], self.matches)
        if changes:
            self.report.changed.append(ChangedTalk(row.title, changes))
        else:
            self.report.unchanged += 1
        if kept:
            self.report.kept.append(ChangedTalk(row.title, kept))
        remembered = last | as_json(values) | self._identity(talk)
        return Merged(
            row, values, write, remembered=remembered, changes=changes, kept=kept, doc=talk, now=now
        )


def _take(row: Talk, values: dict, names: Iterable[str], matches: Matches) -> None:
    for name in names:
        setattr(row, name, matches.tracks.get(values["track"]) if name == "track" else values[name])


def _needs_update(item: Merged) -> bool:
    """Whether the row itself is to be written; it remembers what the file said."""
    stale = item.row.imported != item.remembered
    item.row.imported = item.remembered
    return stale or bool({*item.write} & {*PLAIN, "track"})


def _address(talk: doc.Talk, ours: bool) -> str:
    """Words for the address: the end of the file's URL if it is words, else its slug, else the title.

    What such a portal wrote (`ours`) has the address that the talk had there.
    """
    tail = unquote(talk.url).rstrip("/").rpartition("/")[2]
    is_words = tail == make_slug(tail) and (ours or "-" in tail or talk.slug.endswith(tail))
    return (tail if tail and is_words else talk.slug) or talk.title


def _list_missing(present: set[int], rows: list[Talk]) -> list[Talk]:
    """Imported talks that take place and that the file does not have."""
    return [
        row for row in rows if row.imported and row.pk not in present and row.state == Talk.State.CONFIRMED
    ]


def _cancel(rows: list[Talk], report: Report) -> list[Talk]:
    """Mark talks that the file no longer has as cancelled; nothing is deleted."""
    for row in rows:
        row.state = Talk.State.CANCELLED
        row.imported = row.imported | {"state": Talk.State.CANCELLED}
        report.gone.append(row.title)
    return rows
