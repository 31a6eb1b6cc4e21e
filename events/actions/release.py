"""Publish the plan in one transaction; an exclusion constraint of PostgreSQL refuses double bookings."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from roadshow.api.semantic_events import record_event
from roadshow.core.models import CONTROL
from roadshow.journal.actor import name_activity
from roadshow.journal.models import Activity

from ..formats import document as doc
from ..models import AcceptedOverlap, Booking, Event, Release, ReleasedSlot, Room, Talk
from ..models.release import chain_digest
from ..schedule import Conflict, PlanRules, find_conflicts
from ..schedule.differences import compare_documents
from .document import build_document
from .live import close_live_layer
from .plan import describe_plan_changes, get_plan_version, load_plan


class ScheduleConflict(Exception):  # noqa: N818 - the design names it so
    """The plan cannot be released. `conflicts` are the blocking ones; the message names their slots."""

    def __init__(self, conflicts: Iterable[Conflict]):
        self.conflicts = list(conflicts)
        super().__init__(" ".join(str(conflict) for conflict in self.conflicts[:10]))


class ReleaseRefused(Exception):  # noqa: N818 - as ScheduleConflict
    """The plan was not released, for a reason that its organiser can confirm; the message says it."""


class PlanChanged(ReleaseRefused):
    """Somebody changed the plan after it was reviewed. `changes` says what, `plan_version` is the present one."""

    def __init__(self, event: Event, reviewed: str):
        self.changes, self.plan_version = describe_plan_changes(event, reviewed), get_plan_version(event)
        super().__init__(
            _("Somebody changed the plan meanwhile. Look at what is different, and release again.")
        )


class EmptyRelease(ReleaseRefused):
    """No public talk of the plan has a slot."""


def find_plan_conflicts(event: Event) -> list[Conflict]:
    """The conflicts of the event's plan; see `schedule.find_conflicts`."""
    plan = load_plan(event)
    return find_conflicts(plan.slots, plan.rules)


@transaction.atomic
def release(
    *,
    event: Event,
    by: User | None,
    note: str = "",
    plan_version: str = "",
    allow_empty: bool = False,
) -> Release:
    """Publish the plan as the event's next release.

    The slots of confirmed and cancelled talks are copied, the event's bookings replaced. Changes nothing and raises
    ScheduleConflict, naming both slots of every clash; PlanChanged when the plan is not at `plan_version` any more;
    EmptyRelease when there is nothing to publish, unless `allow_empty`.
    """
    event = Event.objects.select_for_update().get(pk=event.pk)
    if plan_version and plan_version != get_plan_version(event):
        raise PlanChanged(event, plan_version)
    _lock_bookings()
    plan = load_plan(event)
    blocking = [one for one in find_conflicts(plan.slots, plan.rules) if one.level == "block"]
    if blocking:
        raise ScheduleConflict(blocking)
    last = event.releases.order_by("-number").first()
    now = timezone.now()
    number = last.number + 1 if last else 1
    note = CONTROL.sub("", note)
    document = build_document(event, version=str(number), note=note, released_at=now)
    if not document.talks and not allow_empty:
        raise EmptyRelease(_("No confirmed talk has a time yet, so the schedule would be empty."))
    document = _add_slot_history(document, event, now)
    text = doc.encode(document).decode()
    made = Release.objects.create(
        event=event,
        number=number,
        note=note,
        released_by=by,
        created_at=now,
        document=text,
        digest=chain_digest(last.digest if last else "", text),
    )
    slots = _create_released_slots(made, document, event)
    try:
        with transaction.atomic():
            _replace_bookings(event, slots, plan.rules)
    except IntegrityError as error:
        raise ScheduleConflict(find_plan_conflicts(event)) from error
    event.current_release = made
    event.save(update_fields=["current_release", "updated_at"])
    close_live_layer(event, made)
    counts = _count_changes(doc.decode(last.document) if last else None, document)
    record_event("schedule.released", event=event, about=made.guid, number=number, slots=len(slots), **counts)
    name_activity(Activity.Kind.RELEASE, number)
    return made


def _count_changes(before: doc.Document | None, after: doc.Document) -> dict[str, Any]:
    """How many slots a release moved, added and removed, and how many talks it cancelled."""
    changes = compare_documents(before, after)
    moved = {one.slot.guid for one in changes if one.slot and one.kind in ("moved", "room", "length")}
    kinds = Counter(one.kind for one in changes)
    return {
        "moved": len(moved),
        "added": kinds["new"],
        "cancelled": kinds["cancelled"],
        "removed": kinds["gone"],
    }


def list_left_out(event: Event) -> list[Talk]:
    """Talks that a release would not show: drafts with a slot, and confirmed talks without one; 1 query."""
    draft = Q(state=Talk.State.DRAFT, slots__isnull=False)
    unscheduled = Q(state=Talk.State.CONFIRMED, slots__isnull=True)
    return list(event.talks.filter(draft | unscheduled).distinct().order_by("state", "title"))


def _lock_bookings() -> None:
    """Wait for other releases: two that check each other's new bookings at the same time would deadlock."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE events_booking IN SHARE ROW EXCLUSIVE MODE")


def _add_slot_history(document: doc.Document, event: Event, now: datetime) -> doc.Document:
    """Set each slot's sequence, last change and previous start by comparing it with its last release."""
    before = {
        slot.guid: slot
        for slot in ReleasedSlot.objects.filter(release__event=event)
        .select_related("room", "talk", "live__room")
        .defer("talk__abstract", "talk__description", "talk__people", "talk__search", "talk__imported")
        .order_by("guid", "-release__number")
        .distinct("guid")
    }
    current = event.current_release
    titles = {}
    if current:
        titles = {talk.guid: talk.title for talk in doc.decode(current.document).talks}
    talks = []
    for talk in document.talks:
        slots = [
            _compare_with_released(talk, slot, before.get(cast(UUID, slot.guid)), titles, now)
            for slot in talk.slots
        ]
        talks.append(replace(talk, slots=slots))
    return replace(document, talks=talks)


def _compare_with_released(
    talk: doc.Talk, slot: doc.Slot, before: ReleasedSlot | None, titles: dict, now: datetime
) -> doc.Slot:
    if before is None:
        return replace(slot, changed_at=now)
    moved = slot.starts_at != before.starts_at
    shown = before.present  # what calendars have of it by now
    placed = (slot.starts_at, slot.ends_at, slot.room, talk.state == "cancelled")
    changed = placed != (
        shown.starts_at,
        shown.ends_at,
        shown.room.name if shown.room else "",
        shown.cancelled,
    )
    retitled = titles.get(talk.guid, talk.title) != talk.title
    return replace(
        slot,
        sequence=shown.sequence + changed,
        changed_at=now if changed or retitled else before.changed_at.astimezone(UTC),
        previous_starts_at=_to_utc(before.starts_at if moved else before.previous_starts_at),
    )


def _to_utc(instant: datetime | None) -> datetime | None:
    return instant and instant.astimezone(UTC)


def _create_released_slots(made: Release, document: doc.Document, event: Event) -> list[ReleasedSlot]:
    talks = dict(Talk.objects.filter(event=event).values_list("guid", "pk"))
    rooms = dict(event.slots.filter(room__isnull=False).values_list("guid", "room"))
    return ReleasedSlot.objects.bulk_create(
        [
            ReleasedSlot(
                release=made,
                talk_id=talks[cast(UUID, talk.guid)],
                room_id=rooms.get(cast(UUID, slot.guid)),
                guid=cast(UUID, slot.guid),
                number=slot.number,
                starts_at=slot.starts_at,
                ends_at=slot.ends_at,
                cancelled=talk.state == "cancelled",
                sequence=slot.sequence,
                changed_at=cast(datetime, slot.changed_at),
                previous_starts_at=slot.previous_starts_at,
            )
            for talk in document.talks
            for slot in talk.slots
        ],
        batch_size=1000,
    )


def _replace_bookings(event: Event, slots: list[ReleasedSlot], rules: PlanRules) -> None:
    """Replace the event's bookings with the rooms and speakers that the released slots occupy."""
    rooms = dict(Room.objects.filter(slots__event=event, shared=False).values_list("pk", "guid"))
    people = _list_booked_speakers(event)
    taken: dict[tuple[str, UUID], list[ReleasedSlot]] = defaultdict(list)
    for slot in slots:
        if slot.cancelled:
            continue
        if slot.room_id in rooms:
            taken["room_taken", rooms[slot.room_id]].append(slot)
        for speaker in people.get(slot.guid, ()):
            taken["speaker_taken", speaker].append(slot)
    rows = AcceptedOverlap.objects.filter(slot__event=event).values_list("slot__guid", "other__guid")
    overlaps = {frozenset(pair) for pair in rows}
    Booking.objects.filter(event=event).delete()
    Booking.objects.bulk_create(
        [
            Booking(event=event, slot=slot, resource=resource, during=during)
            for (kind, resource), occupying in taken.items()
            for slot, during in _list_occupied_ranges(
                occupying,
                joined=rules.level(kind) != "block",
                overlaps=overlaps if kind == "room_taken" else set(),
            )
        ],
        batch_size=2000,
    )


def _list_occupied_ranges(
    slots: list[ReleasedSlot], *, joined: bool, overlaps: set[frozenset[UUID]]
) -> Iterator[tuple[ReleasedSlot, DateTimeTZRange]]:
    """Yield (slot, range) for slots of one room or speaker; overlapping slots share a range if they may.

    `joined` says that all may, `overlaps` are the pairs of slots (by GUID) that may. The database refuses the
    second of two overlapping ranges.
    """
    ranges: list[list] = []  # first slot, start, end, the slots inside
    for slot in sorted(slots, key=lambda slot: slot.starts_at):
        last = ranges[-1] if ranges else None
        if last and slot.starts_at < last[2] and (joined or _may_overlap(slot, last[3], overlaps)):
            last[2] = max(last[2], slot.ends_at)
            last[3].append(slot)
        else:
            ranges.append([slot, slot.starts_at, slot.ends_at, [slot]])
    return ((slot, DateTimeTZRange(start, end)) for slot, start, end, _inside in ranges)


def _may_overlap(slot: ReleasedSlot, others: list[ReleasedSlot], overlaps: set[frozenset[UUID]]) -> bool:
    """Whether each of `others` that the slot overlaps is accepted beside it."""
    return all(
        frozenset((slot.guid, other.guid)) in overlaps for other in others if slot.starts_at < other.ends_at
    )


def _list_booked_speakers(event: Event) -> dict[UUID, set[UUID]]:
    """Slot GUID -> GUIDs of its speakers, without those whose clash was accepted."""
    found: dict[UUID, set[UUID]] = {}
    for slot, speaker in event.slots.filter(talk__speakers__isnull=False).values_list(
        "guid", "talk__speakers__guid"
    ):
        found.setdefault(slot, set()).add(speaker)
    clashes = event.slots.filter(accepted_clashes__isnull=False)
    for slot, speaker in clashes.values_list("guid", "accepted_clashes__speaker__guid"):
        found.get(slot, set()).discard(speaker)
    return found
