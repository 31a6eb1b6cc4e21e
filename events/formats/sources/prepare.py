"""Each program's file as one list of talks, with what its ids stand for put in their place."""

import re
from collections.abc import Iterator
from typing import Any

from ..schedule_json.read import as_text
from .pick import dicts, index_by, join_records, pick, pick_text

_DEPTH = 8  # of Indico's sessions inside each other


def records(root: Any) -> list[dict]:
    """The records of a page of an API ({"results": […]}), a list, or a single one."""
    if isinstance(root, dict):
        return dicts(root.get("results")) if isinstance(root.get("results"), list) else [root]
    return dicts(root)


# Sessionize (https://sessionize.com/api-documentation)


def sessionize_all(root: dict) -> list[dict]:
    speakers, rooms = index_by(dicts(root["speakers"]), "id"), index_by(dicts(root.get("rooms")), "id")
    items = {}
    for category in dicts(root.get("categories")):
        for item in dicts(category.get("items")):
            items[as_text(item.get("id"))] = (as_text(category.get("title")), as_text(item.get("name")))
    found = []
    for session in dicts(root["sessions"]):
        pairs = [items[as_text(one)] for one in session.get("categoryItems") or () if as_text(one) in items]
        joined = {
            "speakers": join_records(session.get("speakers"), speakers),
            "room": pick_text(rooms.get(as_text(session.get("roomId")), {}), "name")
            or as_text(session.get("room")),
        }
        found.append(_without(session, "categoryItems", "roomId") | joined | _sort_categories(pairs))
    return found


def sessionize_view(root: list) -> list[dict]:
    """The grid (days, rooms, sessions) and the list of sessions in groups."""
    groups = dicts(root)
    rooms = [room for day in groups for room in dicts(day.get("rooms"))]
    found = []
    for group in [*rooms, *groups]:
        for session in dicts(group.get("sessions")):
            pairs = [
                (as_text(category.get("name")), as_text(item.get("name")))
                for category in dicts(session.get("categories"))
                for item in dicts(category.get("categoryItems"))
            ]
            room = as_text(session.get("room")) or as_text(group.get("name"))
            found.append(_without(session, "categories", "roomId") | {"room": room} | _sort_categories(pairs))
    return found


def _sort_categories(pairs: list[tuple[str, str]]) -> dict:
    """Categories by what their titles mean: track, level, type, language; all others are topics."""
    found: dict[str, Any] = {"topics": []}
    for title, name in pairs:
        field = next((field for field, words in _CATEGORIES if words.search(title)), "topics")
        if field == "topics" or found.get(field):
            found["topics"].append(name)
        else:
            found[field] = name
    return found


_CATEGORIES = tuple(
    (field, re.compile(words, re.IGNORECASE))
    for field, words in (
        ("track", r"track|strand|theme|stream"),
        ("level", r"level|niveau|difficulty"),
        ("type", r"format|type|art\b|length"),
        ("language", r"language|sprache|langue|idioma"),
    )
)


def _without(record: dict, *keys: str) -> dict:
    return {key: value for key, value in record.items() if key not in keys}


# pretalx (https://docs.pretalx.org/api/)


def pretalx_widget(root: dict) -> list[dict]:
    """The schedule's data for widgets: talks with codes of speakers, and ids of rooms and tracks."""
    speakers = index_by(dicts(root.get("speakers")), "code")
    rooms, tracks = index_by(dicts(root.get("rooms")), "id"), index_by(dicts(root.get("tracks")), "id")
    found = []
    for talk in dicts(root["talks"]):
        joined = {
            "speakers": join_records(talk.get("speakers"), speakers),
            "room": pick_text(rooms.get(as_text(talk.get("room")), {}), "name"),
            "track": pick_text(tracks.get(as_text(talk.get("track")), {}), "name"),
        }
        found.append(talk | joined)
    return found


# Indico (https://docs.getindico.io/en/stable/http-api/)


def indico(root: Any) -> list[dict]:
    """Entries of a timetable, however deep in sessions, or contributions of an event."""
    found: list[dict] = []
    for record in _indico_records(root, 0):
        found.append(_indico_talk(record))
    return found


def _indico_records(value: Any, depth: int) -> Iterator[dict]:
    if depth > _DEPTH:
        return
    if isinstance(value, list):
        for part in value:
            yield from _indico_records(part, depth + 1)
    if not isinstance(value, dict):
        return
    kind = value.get("entryType")
    if kind in ("Contribution", "Break") or (
        kind is None and "contributions" not in value and _is_contribution(value)
    ):
        yield value
    elif isinstance(value.get("contributions"), list):
        yield from _indico_records(value["contributions"], depth + 1)
    elif kind == "Session":
        session = pick_text(value, "title")
        for entry in _indico_records(list((value.get("entries") or {}).values()), depth + 1):
            yield {
                "sessionTitle": session,
                "room": value.get("room"),
                **{k: v for k, v in entry.items() if v},
            }
    else:
        for part in value.values():
            yield from _indico_records(part, depth + 1)


def _is_contribution(value: dict) -> bool:
    return "title" in value and bool(
        {"startDate", "start_dt", "speakers", "persons", "presenters"} & value.keys()
    )


def _indico_talk(record: dict) -> dict:
    changed = {}
    for name in ("startDate", "endDate"):
        at = record.get(name)
        if isinstance(at, dict):
            changed[name] = f"{as_text(at.get('date'))} {as_text(at.get('time'))}".strip()
    if record.get("entryType") == "Break":
        changed["type"] = "Break"
    material = list(_list_material(record.get("material")))
    return record | changed | ({"material": material} if material else {})


def _list_material(folders: Any) -> Iterator[dict]:
    """The files of a contribution, out of the folders that they lie in, each with the folder's title."""
    for folder in dicts(folders):
        inside = dicts(folder.get("resources"))
        for file in inside:
            yield {
                "url": pick_text(file, "url|download_url"),
                "title": pick_text(folder, "title") or pick_text(file, "name"),
            }
        if not inside:
            yield folder


def find_indico_zone(root: Any) -> str:
    """The zone that most of the entries name."""
    for record in _indico_records(root, 0):
        zone = pick_text(record, "startDate.tz|timezone")
        if zone:
            return zone
    return pick_text(root, "results.0.timezone|results.0.startDate.tz|timezone")


# Others


def open_event(root: Any) -> list[dict]:
    """Sessions alone, or (from a zip) with the speakers, tracks and places that they refer to."""
    if isinstance(root, list):
        return dicts(root)
    parts = {
        name: index_by(dicts(root.get(name)), "id")
        for name in ("speakers", "tracks", "microlocations", "session_types")
    }
    found = []
    for session in dicts(root.get("sessions")):
        joined = {"speakers": join_records(session.get("speakers"), parts["speakers"])}
        for key, name in (
            ("track", "tracks"),
            ("microlocation", "microlocations"),
            ("session-type", "session_types"),
            ("session_type", "session_types"),
        ):
            if session.get(key):
                joined[key] = join_records(session[key], parts[name])[0]
        found.append(session | joined)
    return found


def conference_hall(root: dict) -> list[dict]:
    speakers = index_by(dicts(root.get("speakers")), "uid")
    categories, formats = (
        index_by(dicts(root.get("categories")), "id"),
        index_by(dicts(root.get("formats")), "id"),
    )
    found = []
    for talk in dicts(root.get("talks") or root.get("proposals")):
        joined = {
            "speakers": join_records(talk.get("speakers"), speakers),
            "categories": join_records(talk.get("categories"), categories),
            "formats": join_records(talk.get("formats"), formats),
        }
        found.append(talk | joined)
    return found


def frab(root: dict) -> list[dict]:
    return dicts(pick(root, "conference_events.events|events|conference.events"))


def symposion(root: Any) -> list[dict]:
    found = dicts(root if isinstance(root, list) else root.get("schedule"))
    return [
        item | {"abstract": item.get("abstract") or item.get("description")} | _once(item) for item in found
    ]


def _once(item: dict) -> dict:
    """The description, unless it says no more than the abstract."""
    return {"description": item.get("description") if item.get("abstract") else None}


def schedule2(root: dict) -> list[dict]:
    schedule = root["schedule"]
    persons = index_by(dicts(schedule.get("persons")), "guid")
    tracks = {}
    for track in dicts(pick(schedule, "conference.tracks")):
        for key in ("slug", "guid", "id"):
            tracks[as_text(track.get(key))] = as_text(track.get("name"))
    found = []
    for event in dicts(schedule["events"]):
        key = pick_text(event, "track.slug|track.guid|track.id")
        joined: dict[str, Any] = {
            "persons": join_records(pick(event, "participants|persons|speakers"), persons)
        }
        if isinstance(event.get("track"), dict):
            joined["track"] = pick_text(event, "track.name") or tracks.get(key, key)
        found.append(event | joined)
    return found


def pyvideo(root: Any) -> list[dict]:
    found = []
    for video in dicts(root if isinstance(root, list) else root.get("videos_of_event") or [root]):
        addresses = {"recordings": dicts(video.get("videos"))}
        found.append(_without(video, "videos") | addresses)
    return found
