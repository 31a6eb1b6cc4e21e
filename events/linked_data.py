"""JSON-LD of events, talks and series, built from the rows that their pages have loaded."""

from collections.abc import Iterable

from roadshow.core.text import render_plain_text

from .formats import document as doc
from .formats import jsonld
from .models import Event, Series, Talk

MAX_DESCRIPTION = 500  # characters, where the text is one of many


def describe_event(event: Event, talks: Iterable[Talk], root: str) -> str:
    """The event with `talks`. `root` is the portal's URL without a trailing slash."""
    document = build_document(event, talks, root)
    return jsonld.dumps(jsonld.event(document, organiser=event.organiser_name))


def describe_talk(talk: Talk, root: str) -> str:
    document = build_document(talk.event, [talk], root, length=None)
    return jsonld.dumps(jsonld.talk(document, document.talks[0]))


def describe_series(series: Series, events: Iterable[Event], root: str) -> str:
    known = [jsonld.event(build_document(event, (), root), talks=False) for event in events]
    url = root + series.get_absolute_url()
    return jsonld.dumps(
        jsonld.series(
            name=series.name,
            url=url,
            description=render_plain_text(series.description, MAX_DESCRIPTION),
            events=known,
        )
    )


def build_document(
    event: Event, talks: Iterable[Talk], root: str, *, length: int | None = MAX_DESCRIPTION
) -> doc.Document:
    """The event as a document with the fields that JSON-LD needs; talks come from `for_cards()`.

    `length` is the most characters of an abstract.
    """
    venue = event.venue
    return doc.Document(
        title=event.name,
        url=root + event.get_absolute_url(),
        timezone=event.timezone,
        starts_on=event.starts_on,
        ends_on=event.ends_on,
        state=event.state,
        language=event.language,
        description=event.tagline,
        logo=root + event.picture.url if event.picture else "",
        venue=doc.Venue(
            name=venue.name if venue else "",
            address=venue.address if venue else "",
            city=venue.city if venue else event.city,
            country=venue.country if venue else event.country,
            latitude=venue.latitude if venue else None,
            longitude=venue.longitude if venue else None,
            online_url=event.online_url,
        ),
        talks=[_talk(talk, root, length) for talk in talks],
    )


def _talk(talk: Talk, root: str, length: int | None) -> doc.Talk:
    return doc.Talk(
        title=talk.title,
        guid=talk.guid,
        url=root + talk.get_absolute_url(),
        abstract=render_plain_text(talk.abstract, length),
        kind=talk.kind,
        state=talk.state,
        language=talk.language,
        persons=[
            doc.Person(name=credit.speaker.name, url=root + credit.speaker.get_absolute_url())
            for credit in talk.credits
        ],
        slots=[
            doc.Slot(
                starts_at=slot.starts_at,
                ends_at=slot.ends_at,
                room=slot.room.name if slot.room else "",
                guid=slot.guid,
                previous_starts_at=slot.previous_starts_at,
            )
            for slot in talk.present_slots
        ],
    )
