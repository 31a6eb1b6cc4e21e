"""An event's plan, loaded for the pure functions: as a neutral document, and as what conflicts look at."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db.models import Prefetch
from django.utils import translation
from django.utils.translation import gettext as _

from speakers.models import Speaker

from ..formats import document as doc
from ..models import AcceptedClash, Booking, Event, EventRoom, Slot, Talk, TalkSpeaker
from ..schedule import PlannedSlot, PlanRules


@dataclass(frozen=True, slots=True)
class Plan:
    """What `conflicts` needs: the slots (other events' too) and the event's rules."""

    slots: list[PlannedSlot]
    rules: PlanRules


def load_plan(event: Event) -> Plan:
    """The event's plan with every booking of other events that touches its rooms or speakers; 5 queries."""
    return load_plans([event])[event.pk]


def load_plans(events: Iterable[Event]) -> dict[int, Plan]:
    """The plans of several events, by primary key; 5 queries, however many."""
    events = list(events)
    hours, accepted, speakers = _hours(events), _accepted(events), _speakers(events)
    own: dict[int, list[PlannedSlot]] = {event.pk: [] for event in events}
    for row in Slot.objects.filter(event__in=events).values_list("event_id", "pk", *PLANNED.values()):
        event, slot, *values = row
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
            )
        )
    foreign = _foreign(own)
    return {
        event.pk: Plan([*own[event.pk], *foreign[event.pk]], _rules(event, hours.get(event.pk, {})))
        for event in events
    }


# What conflicts look at, and where it is stored: values, because long plans are loaded at every change.
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


def _rules(event: Event, hours: dict) -> PlanRules:
    return PlanRules(
        zone=event.zone,
        first_day=event.starts_on,
        last_day=event.ends_on,
        day_change=event.day_change,
        room_changeover=event.room_changeover,
        speaker_changeover=event.speaker_changeover,
        hours=hours,
        levels=event.conflict_levels,
    )


def _hours(events: list[Event]) -> dict[int, dict]:
    found: dict[int, dict] = {}
    rows = EventRoom.objects.filter(event__in=events, opens_at__isnull=False)
    for event, room, opens, closes in rows.values_list("event", "room__guid", "opens_at", "closes_at"):
        found.setdefault(event, {})[room] = (opens, closes)
    return found


def _speakers(events: list[Event]) -> dict[int, dict]:
    """Who gives each talk: talk -> {speaker's GUID: name}."""
    found: dict[int, dict] = {}
    rows = TalkSpeaker.objects.filter(talk__event__in=events).order_by("position", "pk")
    for talk, guid, name in rows.values_list("talk_id", "speaker__guid", "speaker__name"):
        found.setdefault(talk, {})[guid] = name
    return found


def _accepted(events: list[Event]) -> dict[int, frozenset]:
    found: dict[int, set] = {}
    rows = AcceptedClash.objects.filter(slot__event__in=events)
    for slot, guid in rows.values_list("slot", "speaker__guid"):
        found.setdefault(slot, set()).add(guid)
    return {slot: frozenset(guids) for slot, guids in found.items()}


def _foreign(own: dict[int, list[PlannedSlot]]) -> dict[int, list[PlannedSlot]]:
    """For each event, what other events' current releases book of its rooms and speakers."""
    found: dict[int, list[PlannedSlot]] = {event: [] for event in own}
    slots = [slot for planned in own.values() for slot in planned]
    if not slots:
        return found
    day = timedelta(days=1)
    span = (min(slot.starts_at for slot in slots) - day, max(slot.ends_at for slot in slots) + day)
    wanted = {event: _resources(planned) for event, planned in own.items()}
    rows = Booking.objects.filter(resource__in=set().union(*wanted.values()), during__overlap=span)
    if len(own) == 1:
        rows = rows.exclude(event__in=own)
    rows = rows.select_related("slot__talk", "slot__room", "event").only(
        "resource", "during", "event__name", "event__slug", "event__state", "slot__guid", "slot__talk__title",
        "slot__talk__slug", "slot__room__guid", "slot__room__name", "slot__room__venue",
    )  # fmt: skip
    names = {guid: name for slot in slots for guid, name in slot.speakers.items()}
    for row in rows:
        for event, resources in wanted.items():
            if row.event_id != event and row.resource in resources:
                found[event].append(_booked(row, names))
    return found


def _resources(slots: list[PlannedSlot]) -> set:
    return {slot.room for slot in slots if slot.room} | {guid for slot in slots for guid in slot.speakers}


def _booked(row: Booking, names: dict) -> PlannedSlot:
    is_room = row.resource not in names
    is_draft = (
        row.event.state == Event.State.DRAFT
    )  # of which nobody else may know more than that there is one
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


@translation.override(settings.LANGUAGE_CODE)
def build_document(
    event: Event, *, version: str = "", note: str = "", released_at: datetime | None = None
) -> doc.Document:
    """The plan as a neutral document: confirmed and cancelled talks that have a slot; 7 queries.

    `url`s are paths on this portal without a language; exports make them absolute. Sequences
    and former starts are the release's to add.
    """
    event = Event.objects.select_related("venue").get(pk=event.pk)
    talks = (
        event.talks.filter(state__in=Talk.PUBLIC, slots__isnull=False)
        .distinct()
        .defer("people", "search", "notes", "imported")
        .select_related("track")
        .prefetch_related(
            "topics",
            "links",
            Prefetch("slots", Slot.objects.select_related("room").order_by("starts_at", "number")),
            Prefetch("talk_speakers", TalkSpeaker.objects.filter(speaker__state=Speaker.State.PUBLISHED)),
            "talk_speakers__speaker__links",
        )
        .order_by("pk")
    )
    return build_document_of_talks(event, talks, version=version, note=note, released_at=released_at)


def build_document_of_talks(
    event: Event,
    talks: Iterable[Talk],
    *,
    version: str = "",
    note: str = "",
    released_at: datetime | None = None,
) -> doc.Document:
    """`build_document` for talks whose topics, links, slots with rooms, and speakers with links are loaded."""
    talks = [_talk(event, talk) for talk in talks]
    return doc.Document(
        title=event.name,
        slug=event.slug,
        url=event.get_absolute_url(),
        timezone=event.timezone,
        starts_on=event.starts_on,
        ends_on=event.ends_on,
        slot_minutes=event.slot_minutes,
        state=event.state,
        language=event.language,
        description=event.description,
        logo=event.picture.url if event.picture else "",
        color=event.color,
        version=version,
        note=note,
        released_at=released_at,
        venue=_venue(event),
        rooms=_rooms(event, talks),
        tracks=[doc.Track(name=t.name, color=t.color, slug=t.slug) for t in event.tracks.all()],
        days=_days(event),
        talks=talks,
    )


def _talk(event: Event, talk: Talk) -> doc.Talk:
    return doc.Talk(
        title=talk.title,
        guid=talk.guid,
        code=talk.code,
        slug=talk.slug,
        subtitle=talk.subtitle,
        abstract=talk.abstract,
        description=talk.description,
        kind=talk.kind,
        type_label=talk.type_label,
        level=talk.level,
        language=talk.language,
        state=talk.state,
        track=talk.track.name if talk.track else "",
        topics=[topic.name for topic in talk.topics.all()],
        persons=[_person(credit) for credit in talk.talk_speakers.all()],
        links=[doc.Link(url=link.url, title=link.title, kind=link.kind) for link in talk.links.all()],
        url=f"{event.get_absolute_url()}talks/{talk.slug}/",
        recording_license=talk.recording_license,
        recording_optout=talk.do_not_record,
        slots=[
            doc.Slot(
                starts_at=slot.starts_at.astimezone(UTC),
                ends_at=slot.ends_at.astimezone(UTC),
                room=slot.room.name if slot.room else "",
                guid=slot.guid,
                number=slot.number,
            )
            for slot in talk.slots.all()
        ],
    )


def _person(credit: TalkSpeaker) -> doc.Person:
    speaker = credit.speaker
    return doc.Person(
        name=speaker.name,
        guid=speaker.guid,
        slug=speaker.slug,
        role=credit.role,
        headline=speaker.headline,
        biography=speaker.biography,
        url=speaker.get_absolute_url(),
        picture=speaker.picture.url if speaker.picture else "",
        links=[doc.Link(url=link.url, title=link.title) for link in speaker.links.all()],
    )


def _venue(event: Event) -> doc.Venue:
    venue = event.venue
    return doc.Venue(
        name=venue.name if venue else "",
        address=venue.address if venue else "",
        city=venue.city if venue else event.city,
        country=venue.country if venue else event.country,
        latitude=venue.latitude if venue else None,
        longitude=venue.longitude if venue else None,
        online_url=event.online_url,
    )


def _rooms(event: Event, talks: list[doc.Talk]) -> list[doc.Room]:
    """The event's rooms in its order, then any other that a slot is in. Names are unique in a document."""
    used = {slot.room for talk in talks for slot in talk.slots}
    rooms = [row.room for row in event.event_rooms.select_related("room")]
    known = {room.guid for room in rooms}
    rooms += [
        slot.room for slot in event.slots.select_related("room") if slot.room and slot.room.guid not in known
    ]
    found: dict[str, doc.Room] = {}
    for room in rooms:
        if room.name in used or room.guid in known:
            found.setdefault(
                room.name,
                doc.Room(
                    name=room.name,
                    guid=room.guid,
                    description=room.description,
                    capacity=room.capacity,
                    shared=room.shared,
                ),
            )
    return list(found.values())


def _days(event: Event) -> list[doc.Day]:
    count = (event.ends_on - event.starts_on).days + 1
    dates = [event.starts_on + timedelta(days=number) for number in range(count + 1)]
    changes = [datetime.combine(day, event.day_change, event.zone).astimezone(UTC) for day in dates]
    return [
        doc.Day(date=day, starts_at=start, ends_at=end)
        for day, start, end in zip(dates, changes, changes[1:], strict=False)
    ]
