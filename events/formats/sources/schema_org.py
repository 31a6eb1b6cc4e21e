"""schema.org's Event (https://schema.org/Event) in a JSON file or in a page's <script type="application/ld+json">."""

import json
import re
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from ..build import build_document
from ..document import Reading
from ..raw import RawEvent, RawLink, RawPerson, RawSchedule
from ..reading import Choices, Report
from ..schedule_json.read import as_list, as_text
from .pick import follow, pick, pick_text

_SCRIPT = re.compile(
    r"<script\b[^>]{0,500}application/ld\+json[^>]{0,500}>(.{0,5000000}?)</script", re.IGNORECASE | re.DOTALL
)
_MOST_SCRIPTS = 50
_DEPTH = 10
_STATES = {"EventRescheduled": "confirmed", "EventMovedOnline": "confirmed", "EventPostponed": "draft"}
_KNOWN = frozenset(
    [
        "name",
        "startDate",
        "endDate",
        "duration",
        "description",
        "abstract",
        "performer",
        "performers",
        "actor",
        "location",
        "eventStatus",
        "url",
        "image",
        "inLanguage",
        "keywords",
        "identifier",
        "recordedIn",
        "subEvent",
        "subEvents",
        "superEvent",
        "eventAttendanceMode",
        "organizer",
        "previousStartDate",
        "alternateName",
        "isAccessibleForFree",
        "offers",
        "author",
        "contributor",
    ]
)


def has_events(root: Any) -> bool:
    return next(_find_events(root, 0), None) is not None


def find_in_page(page: str) -> list[Any]:
    """The JSON-LD of a page; what is no JSON is left out."""
    found = []
    for number, script in enumerate(_SCRIPT.finditer(page)):
        if number == _MOST_SCRIPTS:
            break
        try:
            found.append(json.loads(script[1].strip().removeprefix("<!--").removesuffix("-->")))
        except (ValueError, RecursionError):
            continue
    return found


def read_events(root: Any, choices: Choices) -> list[Reading]:
    """One Reading for each event that is not part of another."""
    return [_read_event(event, choices) for event in _find_events(root, 0)]


def _types(value: Any) -> list[str]:
    kinds = value.get("@type") if isinstance(value, dict) else None
    return [
        as_text(kind).rsplit("/", 1)[-1] for kind in (kinds if isinstance(kinds, list) else [kinds]) if kind
    ]


def _is_event(value: Any) -> bool:
    return any(kind.endswith(("Event", "Festival", "Hackathon")) for kind in _types(value))


def _find_events(value: Any, depth: int) -> Iterator[dict]:
    """The events of a graph, those inside others left out; of a series, its parts."""
    if depth > _DEPTH:
        return
    if isinstance(value, list):
        for part in value:
            yield from _find_events(part, depth + 1)
    elif _is_event(value):
        yield value
    elif isinstance(value, dict):
        for key in ("@graph", "itemListElement", "item", "subEvent", "event", "events", "mainEntity"):
            yield from _find_events(value.get(key), depth + 1)


def _sub_events(event: dict) -> list[dict]:
    found = event.get("subEvent") or event.get("subEvents") or []
    return [one for one in (found if isinstance(found, list) else [found]) if isinstance(one, dict)]


def _read_event(event: dict, choices: Choices) -> Reading:
    report = Report()
    raw = RawSchedule(
        title=pick_text(event, "name"),
        description=pick_text(event, "description"),
        url=pick_text(event, "url"),
        logo=_address(event.get("image")),
        start=pick_text(event, "startDate")[:10],
        end=pick_text(event, "endDate|startDate")[:10],
        language=pick_text(event, "inLanguage.alternateName|inLanguage.name|inLanguage"),
    )
    _read_place(raw, event.get("location"))
    parts = _sub_events(event)
    for number, part in enumerate(parts, 1):
        _add_talk(raw, part, _("talk %(id)s") % {"id": number}, report, depth=0)
    counts = {"subEvent": len(raw.events)}
    raw.fields = {
        "title",
        "date",
        "start",
        "end",
        "abstract",
        "persons",
        "room",
        "url",
        "logo",
        "topics",
        "state",
    }
    return build_document(raw, "schema.org, JSON-LD", report, choices, is_event=True, counts=counts)


def _read_place(raw: RawSchedule, location: Any) -> None:
    for place in location if isinstance(location, list) else [location]:
        if "VirtualLocation" in _types(place):
            raw.online_url = raw.online_url or pick_text(place, "url")
            continue
        if isinstance(place, str):
            raw.venue = raw.venue or place
        if not isinstance(place, dict):
            continue
        raw.venue = raw.venue or pick_text(place, "name")
        raw.address = raw.address or pick_text(place, "address.streetAddress|address")
        raw.city = raw.city or pick_text(place, "address.addressLocality")
        raw.country = raw.country or pick_text(place, "address.addressCountry.name|address.addressCountry")
        latitude, longitude = follow(place, "geo.latitude"), follow(place, "geo.longitude")
        if raw.latitude is None and _are_coordinates(latitude, longitude):
            raw.latitude, raw.longitude = float(latitude), float(longitude)
    if raw.address and raw.address in (raw.venue, raw.city):
        raw.address = ""


def _are_coordinates(latitude: Any, longitude: Any) -> bool:
    try:
        return abs(float(latitude)) <= 90 and abs(float(longitude)) <= 180
    except (TypeError, ValueError):
        return False


def _add_talk(raw: RawSchedule, value: dict, place: str, report: Report, depth: int) -> None:
    """Add a part of an event; parts of parts are talks too."""
    inner = _sub_events(value)
    if inner and depth < _DEPTH:
        for number, part in enumerate(inner, 1):
            _add_talk(raw, part, f"{place}.{number}", report, depth + 1)
        return
    for key, content in value.items():
        if key not in _KNOWN and not key.startswith("@") and content not in (None, "", [], {}):
            report.tally(_("A key that was not understood"), place, what=key[:60])
    status = pick_text(value, "eventStatus").rsplit("/", 1)[-1]
    recorded = pick(value, "recordedIn")
    raw.events.append(
        RawEvent(
            place=place,
            guid=pick_text(value, "identifier.value|identifier"),
            title=pick_text(value, "name"),
            subtitle=pick_text(value, "alternateName"),
            abstract=pick_text(value, "description|abstract"),
            date=pick_text(value, "startDate"),
            end=pick_text(value, "endDate"),
            duration=pick_text(value, "duration"),
            url=pick_text(value, "url"),
            logo=_address(value.get("image")),
            language=pick_text(value, "inLanguage.alternateName|inLanguage.name|inLanguage"),
            state=_STATES.get(status, status),
            room=_room(raw, value.get("location")),
            topics=[part.strip() for part in pick_text(value, "keywords").split(",") if part.strip()],
            persons=list(_persons(value)),
            links=[RawLink(url=url, type="recording") for url in [_address(recorded)] if url],
        )
    )


def _room(raw: RawSchedule, location: Any) -> str:
    """The name of a talk's place, unless it is the event's."""
    place = location[0] if isinstance(location, list) and location else location
    name = place if isinstance(place, str) else pick_text(place, "name")
    name = name.removesuffix(f", {raw.venue}") if raw.venue else name
    return "" if name == raw.venue or "VirtualLocation" in _types(place) else name


def _persons(value: dict) -> Iterator[RawPerson]:
    for key in ("performer", "performers", "actor", "author"):
        people = value.get(key)
        for person in people if isinstance(people, list) else as_list([people] if people else []):
            name = person if isinstance(person, str) else pick_text(person, "name|givenName+familyName")
            if name:
                yield RawPerson(
                    name=name,
                    url=pick_text(person, "url"),
                    picture=_address(follow(person, "image")),
                    headline=pick_text(person, "jobTitle|affiliation.name|worksFor.name"),
                    biography=pick_text(person, "description"),
                )


def _address(value: Any) -> str:
    """The address of a picture or recording: a string, an object with `url`, or the first of a list."""
    if isinstance(value, list):
        value = value[0] if value else None
    return value if isinstance(value, str) else pick_text(value, "url|contentUrl|@id")
