"""Load plans as plain values, for `schedule.find_conflicts`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Max, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from ..models import (
    AcceptedClash,
    AcceptedOverlap,
    Booking,
    Event,
    EventRoom,
    EventSpeaker,
    Slot,
    Talk,
    TalkSpeaker,
)
from ..schedule import PlannedSlot, PlanRules


@dataclass(frozen=True, slots=True)
class Plan:
    """The arguments of `find_conflicts`: slots (also booked ones of other events) and the event's rules."""

    slots: list[PlannedSlot]
    rules: PlanRules


def get_plan_version(event: Event) -> str:
    """A string that differs whenever a slot, a talk, an accepted clash or overlap or the event changed; 6 queries."""
    counts = []
    for rows in (Slot.history.filter(event=event), Talk.history.filter(event=event)):
        counts.append(rows.aggregate(n=Max("history_id"))["n"] or 0)
    for rows in (
        AcceptedClash.objects.filter(slot__event=event),
        AcceptedOverlap.objects.filter(slot__event=event),
    ):
        found = rows.aggregate(last=Max("pk"), count=Count("pk"))
        counts += [found["last"] or 0, found["count"]]
    slots = Slot.objects.filter(event=event).aggregate(last=Max("updated_at"), count=Count("pk"))
    changed = [Event.objects.values_list("updated_at", flat=True).get(pk=event.pk), slots["last"]]
    times = [int(at.timestamp() * 1000) if at else 0 for at in changed]
    return "-".join(map(str, [*counts, slots["count"], *times]))


def describe_plan_changes(event: Event, version: str) -> list[str]:
    """What changed in the plan since it was at `version`, a sentence for each slot or talk; the newest come first."""
    counts = [int(part) for part in version.split("-") if part.isdecimal()]
    if len(counts) != version.count("-") + 1 or len(counts) < 2 or max(counts) >= 2**63:
        return []  # not one of our versions
    first_slot, first_talk = counts[:2]
    slots = (
        Slot.history.filter(event=event, history_id__gt=first_slot)
        .order_by("guid", "-history_id")
        .distinct("guid")
    )
    talks = (
        Talk.history.filter(event=event, history_id__gt=first_talk)
        .order_by("id", "-history_id")
        .distinct("id")
    )
    titles = dict(Talk.objects.filter(event=event).values_list("pk", "title"))
    labels = {"+": _("put into the plan"), "~": _("moved"), "-": _("taken out of the plan")}
    found = [(row.history_date, titles.get(row.talk_id, "?"), labels[row.history_type]) for row in slots]
    labels = {"+": _("entered"), "~": _("edited"), "-": _("deleted")}
    found += [(row.history_date, row.title, labels[row.history_type]) for row in talks]
    found.sort(reverse=True)
    return [f"{title}: {what}" for _at, title, what in found]


def load_plan(event: Event) -> Plan:
    """The event's plan with the bookings of other events for its rooms and speakers; 5 queries."""
    return load_plans([event])[event.pk]


def load_plans(events: Iterable[Event]) -> dict[int, Plan]:
    """The plans of several events, by primary key; 5 queries, however many."""
    events = list(events)
    hours, accepted = _load_hours(events), _load_accepted_clashes(events)
    speakers, availability = _load_speakers(events)
    own: dict[int, list[PlannedSlot]] = {event.pk: [] for event in events}
    accepted_overlaps = AcceptedOverlap.objects.filter(slot=OuterRef("pk")).values("other__guid")
    rows = Slot.objects.filter(event__in=events).annotate(overlaps=ArraySubquery(accepted_overlaps))
    for row in rows.values_list("event_id", "pk", "overlaps", *PLANNED.values()):
        event, slot, overlaps, *values = row
        planned = dict(zip(PLANNED, values, strict=True))
        planned["room_name"], planned["room_shared"] = (
            planned["room_name"] or "",
            bool(planned["room_shared"]),
        )
        own[event].append(
            PlannedSlot(
                **planned,
                speakers=speakers.get(planned["talk"], {}),
                accepted=accepted.get(slot, frozenset()),
                overlaps=frozenset(overlaps),
            )
        )
    foreign = _load_foreign_slots(own)
    plans = {}
    for event in events:
        rules = _build_rules(event, hours.get(event.pk, {}), availability.get(event.pk, {}))
        plans[event.pk] = Plan([*own[event.pk], *foreign[event.pk]], rules)
    return plans


# Field of PlannedSlot: column. Loaded as values, because long plans are loaded at every change.
PLANNED = {
    "key": "guid",
    "talk": "talk_id",
    "title": "talk__title",
    "starts_at": "starts_at",
    "ends_at": "ends_at",
    "room": "room__guid",
    "room_name": "room__name",
    "room_shared": "room__shared",
    "venue": "room__venue_id",
    "capacity": "room__capacity",
    "audience": "talk__expected_audience",
    "state": "talk__state",
    "kind": "talk__kind",
}


def _build_rules(event: Event, hours: dict, availability: dict) -> PlanRules:
    return PlanRules(
        zone=event.zone,
        first_day=event.starts_on,
        last_day=event.ends_on,
        day_change=event.day_change,
        room_changeover=event.room_changeover,
        speaker_changeover=event.speaker_changeover,
        hours=hours,
        availability=availability,
        levels=event.conflict_levels,
    )


def _load_hours(events: list[Event]) -> dict[int, dict]:
    found: dict[int, dict] = {}
    rows = EventRoom.objects.filter(event__in=events, opens_at__isnull=False)
    for event, room, opens, closes in rows.values_list("event", "room__guid", "opens_at", "closes_at"):
        found.setdefault(event, {})[room] = (opens, closes)
    return found


def _load_speakers(events: list[Event]) -> tuple[dict[int, dict], dict[int, dict]]:
    """(talk -> {speaker's GUID: name}, event -> {speaker's GUID: spans in which the person is there}).

    The second has only those who said so.
    """
    names: dict[int, dict] = {}
    availability: dict[int, dict] = {}
    here = EventSpeaker.objects.filter(event=OuterRef("talk__event"), speaker=OuterRef("speaker"))
    rows = TalkSpeaker.objects.filter(talk__event__in=events).annotate(
        there=Subquery(here.values("availability"))
    )
    columns = ("talk_id", "talk__event_id", "speaker__guid", "speaker__name", "there")
    for talk, event, guid, name, there in rows.order_by("position", "pk").values_list(*columns):
        names.setdefault(talk, {})[guid] = name
        if there:
            spans = EventSpeaker(availability=there).available_times()
            availability.setdefault(event, {})[guid] = spans
    return names, availability


def _load_accepted_clashes(events: list[Event]) -> dict[int, frozenset]:
    found: dict[int, set] = {}
    rows = AcceptedClash.objects.filter(slot__event__in=events)
    for slot, guid in rows.values_list("slot", "speaker__guid"):
        found.setdefault(slot, set()).add(guid)
    return {slot: frozenset(guids) for slot, guids in found.items()}


def _load_foreign_slots(own: dict[int, list[PlannedSlot]]) -> dict[int, list[PlannedSlot]]:
    """For each event, the slots of other events' current releases that book its rooms or speakers."""
    found: dict[int, list[PlannedSlot]] = {event: [] for event in own}
    slots = [slot for planned in own.values() for slot in planned]
    if not slots:
        return found
    wanted = {event: _list_resources(planned) for event, planned in own.items()}
    rows = _find_bookings(slots, set().union(*wanted.values()))
    if len(own) == 1:
        rows = rows.exclude(event__in=own)
    names = {guid: name for slot in slots for guid, name in slot.speakers.items()}
    for row in rows:
        for event, resources in wanted.items():
            if row.event_id != event and row.resource in resources:
                found[event].append(_build_foreign_slot(row, names))
    return found


def _find_bookings(slots: list[PlannedSlot], resources: set) -> QuerySet[Booking]:
    """Bookings of these rooms and speakers from a day before the first slot to a day after the last."""
    day = timedelta(days=1)
    span = (min(slot.starts_at for slot in slots) - day, max(slot.ends_at for slot in slots) + day)
    rows = Booking.objects.filter(resource__in=resources, during__overlap=span)
    return rows.select_related("slot__talk", "slot__room", "event").only(
        "resource", "during", "event__name", "event__slug", "event__state", "slot__guid", "slot__talk__title",
        "slot__talk__slug", "slot__room__guid", "slot__room__name", "slot__room__venue",
    )  # fmt: skip


def _list_resources(slots: list[PlannedSlot]) -> set:
    return {slot.room for slot in slots if slot.room} | {guid for slot in slots for guid in slot.speakers}


def _build_foreign_slot(row: Booking, names: dict) -> PlannedSlot:
    is_room = row.resource not in names
    # Organisers of other events may know only that a draft event exists.
    is_draft = row.event.state == Event.State.DRAFT
    return PlannedSlot(
        key=row.slot.guid,
        title="…" if is_draft else row.slot.talk.title,
        starts_at=row.during.lower,
        ends_at=row.during.upper,
        room=row.resource if is_room else None,
        room_name=row.slot.room.name if row.slot.room else "",
        venue=row.slot.room.venue_id if row.slot.room else None,
        speakers={} if is_room else {row.resource: names[row.resource]},
        event=_("an event that is not public yet") if is_draft else row.event.name,
        page="" if is_draft else f"{row.event.get_absolute_url()}talks/{row.slot.talk.slug}/",
        foreign=True,
    )
