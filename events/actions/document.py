"""An event's plan as a neutral document, for releases and exports."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db.models import Prefetch
from django.utils import translation

from speakers.models import Speaker, SpeakerLink

from ..formats import document as doc
from ..models import Event, Room, Slot, Talk, TalkLink, TalkSpeaker, Topic, show_event_profiles

OF_TALKS = (
    "event", "guid", "code", "slug", "title", "subtitle", "abstract", "description", "kind", "type_label", "level",
    "language", "state", "origin_url", "picture", "feedback_url", "recording_license", "do_not_record", "track__name",
)  # fmt: skip
OF_SPEAKERS = ("guid", "slug", "name", "headline", "biography", "picture")


@translation.override(settings.LANGUAGE_CODE)
def build_document(
    event: Event, *, version: str = "", note: str = "", released_at: datetime | None = None
) -> doc.Document:
    """The plan as a neutral document: confirmed and cancelled talks that have a slot; 8 queries.

    `url`s are paths on this portal without a language; exports make them absolute. `release()` adds the
    sequences and previous starts of slots.
    """
    event = Event.objects.select_related("venue").get(pk=event.pk)
    slots = Slot.objects.select_related("room").order_by("starts_at", "number")
    talks = (
        event.talks.filter(state__in=Talk.PUBLIC, slots__isnull=False)
        .distinct()
        .select_related("track")
        .only(*OF_TALKS)
        .prefetch_related(
            Prefetch("topics", Topic.objects.only("name")),
            Prefetch("links", TalkLink.objects.only("talk", "url", "title", "kind")),
            Prefetch("slots", slots.only("talk", "starts_at", "ends_at", "guid", "number", "room__name")),
            Prefetch("talk_speakers", TalkSpeaker.objects.filter(speaker__state=Speaker.State.PUBLISHED)),
            Prefetch("talk_speakers__speaker", Speaker.objects.only(*OF_SPEAKERS)),
            Prefetch("talk_speakers__speaker__links", SpeakerLink.objects.only("speaker", "url", "title")),
        )
        .order_by("pk")
    )
    show_event_profiles(event, [credit.speaker for talk in talks for credit in talk.talk_speakers.all()])
    return build_document_of_talks(event, talks, version=version, note=note, released_at=released_at)


def build_document_of_talks(
    event: Event,
    talks: Iterable[Talk],
    *,
    version: str = "",
    note: str = "",
    released_at: datetime | None = None,
) -> doc.Document:
    """`build_document` of talks with prefetched topics, links, slots with rooms, and speakers with links."""
    built = [_build_talk(event, talk) for talk in talks]
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
        venue=_build_venue(event),
        rooms=_build_rooms(event, built),
        tracks=[doc.Track(name=t.name, color=t.color, slug=t.slug) for t in event.tracks.all()],
        days=_build_days(event),
        talks=built,
    )


def _build_talk(event: Event, talk: Talk) -> doc.Talk:
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
        persons=[_build_person(credit) for credit in talk.talk_speakers.all()],
        links=[doc.Link(url=link.url, title=link.title, kind=link.kind) for link in talk.links.all()],
        url=f"{event.get_absolute_url()}talks/{talk.slug}/",
        origin_url=talk.origin_url,
        logo=talk.picture.url if talk.picture else "",
        feedback_url=talk.feedback_url,
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


def _build_person(credit: TalkSpeaker) -> doc.Person:
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


def _build_venue(event: Event) -> doc.Venue:
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


def _build_rooms(event: Event, talks: list[doc.Talk]) -> list[doc.Room]:
    """The event's rooms in its order, then any other that a slot is in. Names are unique in a document."""
    used = {slot.room for talk in talks for slot in talk.slots}
    rooms = [row.room for row in event.event_rooms.select_related("room")]
    known = {room.guid for room in rooms}
    rooms += Room.objects.filter(slots__event=event).exclude(guid__in=known).distinct()
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


def _build_days(event: Event) -> list[doc.Day]:
    count = (event.ends_on - event.starts_on).days + 1
    dates = [event.starts_on + timedelta(days=number) for number in range(count + 1)]
    changes = [datetime.combine(day, event.day_change, event.zone).astimezone(UTC) for day in dates]
    return [
        doc.Day(date=day, starts_at=start, ends_at=end)
        for day, start, end in zip(dates, changes, changes[1:], strict=False)
    ]
