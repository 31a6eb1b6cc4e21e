"""Releasing many plans at once: the rows that `events.actions.release` would make, in a few statements."""

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from django.conf import settings
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import translation

from events.actions.document import build_document_of_talks
from events.formats import document as doc
from events.models import Booking, Event, Release, ReleasedSlot, Slot, Talk


@dataclass(frozen=True)
class Planned:
    """An event and its talks, each with the relations that a release copies (see `loaded`)."""

    event: Event
    talks: list[Talk]
    note: str


def loaded(row, **relations: list):
    """`row` with its relations known, so that nobody asks the database for them."""
    row._prefetched_objects_cache = relations
    return row


def reserve(model, count: int) -> Iterator[int]:
    """Primary keys that nobody else gets."""
    with connection.cursor() as cursor:
        sequence = "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)"
        cursor.execute(sequence, [model._meta.db_table, count])
        return iter([key for (key,) in cursor.fetchall()])


ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


def copy(model, rows: Sequence) -> None:
    """Store new rows, as bulk_create does, by COPY: several times as fast."""
    if not rows:
        return
    keyless = rows[0].pk is None
    fields = [
        field
        for field in model._meta.concrete_fields
        if not field.generated and not (keyless and field.primary_key)
    ]
    lines = ("\t".join([_text(field.pre_save(row, True)) for field in fields]) for row in rows)
    columns = ", ".join(field.column for field in fields)
    command = f"COPY {model._meta.db_table} ({columns}) FROM STDIN"
    with connection.cursor() as cursor, cursor.cursor.copy(command) as rows_in:
        rows_in.write("\n".join(lines))


def _text(value) -> str:
    """A value as COPY reads it."""
    if value is None:
        return "\\N"
    if isinstance(value, dict):
        value = json.dumps(value)
    return (value if type(value) is str else str(value)).translate(ESCAPES)


def release_all(plans: Sequence[Planned], *, at: dt.datetime) -> None:
    """First releases of plans that have no conflict, all of them made at one time."""
    with translation.override(settings.LANGUAGE_CODE):
        documents = [_document(plan, at) for plan in plans]
    keys = reserve(ReleasedSlot, sum(len(plan.talks) for plan in plans))
    releases = [
        Release(
            pk=key,
            event=plan.event,
            number=1,
            note=plan.note,
            created_at=at,
            document=doc.encode(document).decode(),
        )
        for plan, document, key in zip(plans, documents, reserve(Release, len(plans)), strict=True)
    ]
    slots = [
        (slot, _copied(next(keys), made, slot, at))
        for plan, made in zip(plans, releases, strict=True)
        for talk in plan.talks
        for slot in talk.slots.all()
    ]
    copy(Release, releases)
    copy(ReleasedSlot, [released for _, released in slots])
    copy(Booking, [booking for slot, released in slots for booking in _bookings(slot, released)])
    for plan, made in zip(plans, releases, strict=True):
        plan.event.current_release, plan.event.updated_at = made, at
    Event.objects.bulk_update([plan.event for plan in plans], ["current_release", "updated_at"])


def _bookings(slot: Slot, released: ReleasedSlot) -> list[Booking]:
    if released.cancelled:
        return []
    during = DateTimeTZRange(slot.starts_at, slot.ends_at)
    people = [credit.speaker.guid for credit in slot.talk.talk_speakers.all()]
    return [
        Booking(event_id=slot.event_id, slot=released, resource=resource, during=during)
        for resource in [slot.room.guid, *people]
    ]


def _document(plan: Planned, at: dt.datetime) -> doc.Document:
    document = build_document_of_talks(plan.event, plan.talks, version="1", note=plan.note, released_at=at)
    return replace(
        document,
        talks=[
            replace(talk, slots=[replace(slot, changed_at=at) for slot in talk.slots])
            for talk in document.talks
        ],
    )


def _copied(key: int, made: Release, slot: Slot, at: dt.datetime) -> ReleasedSlot:
    return ReleasedSlot(
        pk=key,
        release=made,
        talk=slot.talk,
        room=slot.room,
        guid=slot.guid,
        number=slot.number,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        cancelled=slot.talk.is_cancelled,
        changed_at=at,
    )
