"""schema.org's EventSeries → Event → subEvent, for search engines and calendars (https://schema.org/Event)."""

import json
from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from .days import zone_of_document
from .document import Document, Person, Slot, Talk, Venue
from .text import clean_line
from .writing import format_timestamp, to_local_time

_CONTEXT = "https://schema.org"
_STATES = {
    "cancelled": f"{_CONTEXT}/EventCancelled",
    "postponed": f"{_CONTEXT}/EventPostponed",
    "moved": f"{_CONTEXT}/EventRescheduled",
}
_SCHEDULED = f"{_CONTEXT}/EventScheduled"


def event(document: Document, *, organiser: str = "", talks: bool = True) -> dict:
    """The event with its place and its talks, one subEvent for each slot. Addresses should be absolute.

    Its last day is the event's: `document` may have only the first of the talks.
    """
    zone = zone_of_document(document)
    graph = _named("Event", document.title, document.url, document.description, document.logo) | {
        "startDate": _iso(_start(document, zone), zone),
        "endDate": _iso(document.ends_on or document.starts_on, zone),
        "eventStatus": _STATES.get(document.state, _SCHEDULED),
        **_where(document.venue, ""),
        "inLanguage": document.language,
        "organizer": {"@type": "Organization", "name": organiser} if organiser else None,
        "performer": _performers(person for talk in document.talks for person in talk.persons),
    }
    if talks:
        graph["subEvent"] = [
            _slot(document, one, slot, zone)
            for one in document.talks
            for slot in one.slots
            if one.kind != "break"
        ]
    return _clean({"@context": _CONTEXT, **graph})


def talk(document: Document, one: Talk) -> dict:
    """One talk, with the event as its superEvent; several slots become several events of a series."""
    zone = zone_of_document(document)
    above = _named("Event", document.title, document.url, "", "")
    slots = [_slot(document, one, slot, zone) | {"superEvent": above} for slot in one.slots]
    if len(slots) == 1:
        return _clean({"@context": _CONTEXT, **slots[0]})
    graph = _named("EventSeries" if slots else "CreativeWork", one.title, one.url, one.abstract, one.logo)
    return _clean({"@context": _CONTEXT, **graph, "subEvent": slots, "author": _performers(one.persons)})


def series(
    *, name: str, url: str, description: str = "", image: str = "", events: Iterable[dict] = ()
) -> dict:
    """A series with its events, each of them from `event` (without talks)."""
    inside = [{key: value for key, value in one.items() if key != "@context"} for one in events]
    graph = _named("EventSeries", name, url, description, image)
    starts, ends = [one.get("startDate") for one in inside], [one.get("endDate") for one in inside]
    return _clean(
        {
            "@context": _CONTEXT,
            **graph,
            "startDate": min(filter(None, starts), default=None),
            "endDate": max(filter(None, ends), default=None),
            "subEvent": inside,
        }
    )


def dumps(graph: dict) -> str:
    """The graph as JSON that may stand in a <script> element: no tag and no comment can begin in it."""
    text = json.dumps(graph, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003C").replace(">", "\\u003E").replace("&", "\\u0026")


def _slot(document: Document, one: Talk, slot: Slot, zone: ZoneInfo) -> dict:
    moved = slot.previous_starts_at is not None and slot.previous_starts_at != slot.starts_at
    state = "moved" if moved and one.state == "confirmed" else one.state
    return _named("Event", one.title, one.url, one.abstract or one.subtitle, one.logo or document.logo) | {
        "identifier": str(slot.guid or "") or None,
        "sameAs": one.origin_url,
        "startDate": _iso(slot.starts_at, zone),
        "endDate": _iso(slot.ends_at, zone),
        "previousStartDate": _iso(slot.previous_starts_at, zone) if moved else None,
        "eventStatus": _STATES.get(state, _SCHEDULED),
        **_where(document.venue, slot.room),
        "inLanguage": one.language or document.language,
        "performer": _performers(one.persons),
        "organizer": _named("Organization", document.title, document.url, "", "") if document.title else None,
    }


def _named(kind: str, name: str, url: str, description: str, image: str) -> dict:
    return {
        "@type": kind,
        "name": clean_line(name),
        "url": url,
        "description": " ".join(description.split())[:5000],
        "image": image,
    }


def _where(venue: Venue, room: str) -> dict:
    """Place, stream, and whether one attends here, there or both ways."""
    address = {
        "@type": "PostalAddress",
        "streetAddress": venue.address,
        "addressLocality": venue.city,
        "addressCountry": venue.country,
    }
    here = any((venue.name, venue.address, venue.city, venue.country, room))
    place = {
        "@type": "Place",
        "name": ", ".join(filter(None, [clean_line(room), venue.name])) or venue.city or venue.country,
        "address": address
        if any((venue.address, venue.city, venue.country))
        else venue.name or clean_line(room),
        "geo": None
        if venue.latitude is None or venue.longitude is None
        else {"@type": "GeoCoordinates", "latitude": venue.latitude, "longitude": venue.longitude},
    }
    stream = {"@type": "VirtualLocation", "url": venue.online_url}
    found = [*([place] if here else []), *([stream] if venue.online_url else [])]
    mode = "Mixed" if here and venue.online_url else "Online" if venue.online_url else "Offline"
    return {
        "location": found[0] if len(found) == 1 else found,
        "eventAttendanceMode": f"{_CONTEXT}/{mode}EventAttendanceMode",
    }


def _performers(persons: Iterable[Person]) -> list[dict]:
    """Persons once each, in order."""
    found = {(person.guid or person.id, person.name): person for person in persons}
    return [
        {
            "@type": "Person",
            "name": person.name,
            "url": person.url,
            "image": person.picture,
            "jobTitle": person.headline,
        }
        for person in found.values()
    ]


def _start(document: Document, zone: ZoneInfo) -> date | datetime | None:
    """When the first slot starts, if that is on the event's first day; else that day."""
    starts = [slot.starts_at for one in document.talks for slot in one.slots]
    first = min(starts, default=None)
    on_first_day = first and first.astimezone(zone).date() == document.starts_on
    return first if on_first_day or document.starts_on is None else document.starts_on


def _iso(moment: date | datetime | None, zone: ZoneInfo) -> str | None:
    if isinstance(moment, datetime):
        return format_timestamp(to_local_time(moment, zone))
    return moment.isoformat() if moment else None


def _clean(value):
    """Without what is empty, at any depth."""
    if isinstance(value, dict):
        kept = {key: _clean(inner) for key, inner in value.items()}
        return {key: inner for key, inner in kept.items() if inner not in (None, "", [], {})}
    if isinstance(value, list):
        return [_clean(inner) for inner in value]
    return value
