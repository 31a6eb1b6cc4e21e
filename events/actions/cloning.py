"""Copy an event for its next edition or stop."""

from datetime import date

from django.contrib.auth.models import User
from django.db import transaction

from roadshow.core.slugs import make_unique_slug
from roadshow.journal.actor import name_activity
from roadshow.journal.models import Activity

from ..models import Event, EventRoom, MailTemplate, Talk, Track, Venue
from .merging import repeat_talk

COPIED = [
    "series",
    "tagline",
    "description",
    "language",
    "timezone",
    "day_change",
    "website",
    "organiser_name",
    "color",
    "slot_minutes",
    "room_changeover",
    "speaker_changeover",
    "conflict_levels",
]


@transaction.atomic
def clone_event(
    *,
    event: Event,
    name: str,
    starts_on: date,
    by: User,
    venue: Venue | None = None,
    city: str = "",
    country: str = "",
    with_talks: bool = False,
) -> Event:
    """Create a draft with the settings, texts, tracks and people of `event`, as long as it.

    Rooms with their opening times are copied when the venue is the same. `with_talks` adds its confirmed talks as
    drafts, without times. Raises ValidationError.
    """
    copy = Event(
        name=name,
        slug=make_unique_slug(name, lambda slug: Event.objects.filter(slug=slug).exists(), fallback="event"),
        starts_on=starts_on,
        ends_on=starts_on + (event.ends_on - event.starts_on),
        venue=venue,
        city=city,
        country=country,
        **{field: getattr(event, field) for field in COPIED},
    )
    copy.full_clean()
    copy.save()
    copy.organisers.set({*event.organisers.all(), by})
    if venue is not None and venue.pk == event.venue_id:
        _copy_rooms(event, copy)
    tracks = _copy_tracks(event, copy)
    _copy_mail_templates(event, copy)
    if with_talks:
        _copy_talks(event, copy, tracks)
    name_activity(Activity.Kind.COPY, f"{event} → {copy}")
    return copy


def _copy_rooms(event: Event, copy: Event) -> None:
    EventRoom.objects.bulk_create(
        EventRoom(
            event=copy,
            room_id=row.room_id,
            position=row.position,
            opens_at=row.opens_at,
            closes_at=row.closes_at,
        )
        for row in event.event_rooms.all()
    )


def _copy_tracks(event: Event, copy: Event) -> dict[int, Track]:
    """The new tracks, by the primary key of the old one."""
    tracks = {}
    for track in event.tracks.all():
        tracks[track.pk] = Track.objects.create(
            event=copy,
            name=track.name,
            slug=track.slug,
            color=track.color,
            description=track.description,
            position=track.position,
        )
    return tracks


def _copy_mail_templates(event: Event, copy: Event) -> None:
    MailTemplate.objects.bulk_create(
        MailTemplate(event=copy, kind=row.kind, language=row.language, subject=row.subject, body=row.body)
        for row in event.mail_templates.all()
    )


def _copy_talks(event: Event, copy: Event, tracks: dict[int, Track]) -> None:
    for talk in event.talks.filter(state=Talk.State.CONFIRMED).order_by("pk"):
        made = repeat_talk(talk=talk, event=copy)
        if talk.track_id:
            made.track = tracks[talk.track_id]
            made.save(update_fields=["track", "updated_at"])
