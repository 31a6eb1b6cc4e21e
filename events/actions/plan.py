"""An event's plan, loaded for the pure functions: as a neutral document, and as what conflicts look at."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db.models import Prefetch
from django.utils import translation

from speakers.models import Speaker

from ..formats import document as doc
from ..models import AcceptedClash, Booking, Event, EventRoom, Slot, Talk, TalkSpeaker
from ..schedule import Planned, Rules


@dataclass(frozen=True, slots=True)
class Plan:
    """What `conflicts` needs: the slots (other events' too) and the event's rules."""

    slots: list[Planned]
    rules: Rules


def plan_of(event: Event) -> Plan:
    """The event's plan with every booking of other events that touches its rooms or speakers; 6 queries."""
    rooms = list(EventRoom.objects.filter(event=event).select_related("room"))
    accepted = _accepted(event)
    own = [
        Planned(
            key=slot.guid,
            talk=slot.talk_id,
            title=slot.talk.title,
            starts_at=slot.starts_at,
            ends_at=slot.ends_at,
            room=slot.room.guid if slot.room else None,
            room_name=slot.room.name if slot.room else "",
            room_shared=bool(slot.room and slot.room.shared),
            venue=slot.room.venue_id if slot.room else None,
            capacity=slot.room.capacity if slot.room else None,
            audience=slot.talk.expected_audience,
            speakers={credit.speaker.guid: credit.speaker.name for credit in slot.talk.talk_speakers.all()},
            accepted=accepted.get(slot.pk, frozenset()),
            state=slot.talk.state,
            kind=slot.talk.kind,
        )
        for slot in _slots(event)
    ]
    rules = Rules(
        zone=event.zone,
        first_day=event.starts_on,
        last_day=event.ends_on,
        day_change=event.day_change,
        room_changeover=event.room_changeover,
        speaker_changeover=event.speaker_changeover,
        hours={row.room.guid: (row.opens_at, row.closes_at) for row in rooms if row.opens_at is not None},
        levels=event.conflict_levels,
    )
    return Plan([*own, *_foreign(event, own)], rules)


def _slots(event: Event):
    people = TalkSpeaker.objects.select_related("speaker").defer("speaker__biography", "speaker__search")
    talks = Talk.objects.defer("abstract", "description", "search", "imported").prefetch_related(
        Prefetch("talk_speakers", people)
    )
    return (
        Slot.objects.filter(event=event)
        .select_related("room")
        .defer("room__search")
        .prefetch_related(Prefetch("talk", talks))
    )


def _accepted(event: Event) -> dict[int, frozenset]:
    found: dict[int, set] = {}
    for slot, guid in AcceptedClash.objects.filter(slot__event=event).values_list("slot", "speaker__guid"):
        found.setdefault(slot, set()).add(guid)
    return {slot: frozenset(guids) for slot, guids in found.items()}


def _foreign(event: Event, own: list[Planned]) -> list[Planned]:
    if not own:
        return []
    day = timedelta(days=1)
    span = (min(slot.starts_at for slot in own) - day, max(slot.ends_at for slot in own) + day)
    wanted = {slot.room for slot in own if slot.room} | {guid for slot in own for guid in slot.speakers}
    rows = (
        Booking.objects.filter(resource__in=wanted, during__overlap=span)
        .exclude(event=event)
        .select_related("slot__talk", "slot__room", "event")
        .only("resource", "during", "event__name", "slot__guid", "slot__talk__title", "slot__room__guid",
              "slot__room__name", "slot__room__venue")
    )  # fmt: skip
    names = {guid: name for slot in own for guid, name in slot.speakers.items()}
    return [
        Planned(
            key=row.slot.guid,
            title=row.slot.talk.title,
            starts_at=row.during.lower,
            ends_at=row.during.upper,
            room=row.resource if row.resource not in names else None,
            room_name=row.slot.room.name if row.slot.room else "",
            venue=row.slot.room.venue_id if row.slot.room else None,
            speakers={row.resource: names[row.resource]} if row.resource in names else {},
            event=row.event.name,
            foreign=True,
        )
        for row in rows
    ]


@translation.override(settings.LANGUAGE_CODE)
def document_of(
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
        .defer("search", "notes", "imported")
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
