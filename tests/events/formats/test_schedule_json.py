"""One quirk of other people's schedule.json each."""

import json
from datetime import UTC, datetime

from events.formats import schedule_json

EVENT = {
    "id": 1,
    "date": "2024-06-01T10:00:00+02:00",
    "start": "10:00",
    "duration": "00:30",
    "title": "A talk",
}


def read(*events: dict, timezone: str = "", rooms=None, **conference):
    conference = {
        "title": "Meeting",
        "time_zone_name": "Europe/Berlin",
        "days": [{"index": 1, "date": "2024-06-01", "rooms": rooms or {"Hall": list(events)}}],
    } | conference
    data = {"schedule": {"version": "1", "base_url": "https://example.org/2024/", "conference": conference}}
    return schedule_json.read(json.dumps(data).encode(), timezone=timezone)


def said(reading) -> str:
    return "\n".join(f"{problem.place}: {problem.message}" for problem in reading.problems)


def test_a_plain_talk():
    talk = read(EVENT).document.talks[0]
    assert talk.slots[0].starts_at == datetime(2024, 6, 1, 8, tzinfo=UTC)
    assert (talk.title, talk.slots[0].room, talk.slots[0].number) == ("A talk", "Hall", 1)


def test_persons_of_frab_and_of_pretalx():
    persons = [
        {"id": 7, "public_name": "Ann"},
        {"code": "ABCDEF", "name": "Bo", "biography": "<p>Lives.</p>", "avatar": "/a.png", "answers": []},
        "Cleo",
    ]
    found = read(EVENT | {"persons": persons}).document.talks[0].persons
    assert [(person.id, person.name) for person in found] == [("7", "Ann"), ("ABCDEF", "Bo"), ("", "Cleo")]
    assert (found[1].biography, found[1].picture) == ("Lives.", "https://example.org/a.png")


def test_links_are_objects_or_strings_and_may_be_relative():
    links = [{"url": "https://example.org", "title": "Home "}, "https://example.com"]
    files = [{"url": "/system/slides.pdf?1", "title": "Slides"}]
    found = read(EVENT | {"links": links, "attachments": files}).document.talks[0].links
    assert [(link.url, link.title, link.kind) for link in found] == [
        ("https://example.org", "Home", "web"),
        ("https://example.com", "", "web"),
        ("https://example.org/system/slides.pdf?1", "Slides", "slides"),
    ]


def test_an_end_is_believed_more_than_a_length():
    talk = read(EVENT | {"end": "2024-06-01T11:30:00+02:00"}).document.talks[0]
    assert talk.slots[0].ends_at == datetime(2024, 6, 1, 9, 30, tzinfo=UTC)


def test_nulls_translations_and_unknown_keys():
    reading = read(
        EVENT
        | {
            "track": None,
            "subtitle": {"de": "Unter", "en": "Sub"},
            "language": "deutsch",
            "mood": "good",
            "logo": None,
        }
    )
    talk = reading.document.talks[0]
    assert (talk.track, talk.subtitle, talk.language) == ("", "Sub", "de")
    assert "A key that was not understood (mood in event)." in said(reading)


def test_rooms_with_one_guid_for_two():
    guid = "11111111-1111-1111-1111-111111111111"
    rooms = [
        {"name": "Hall", "guid": guid, "capacity": 20},
        {"name": "Attic", "guid": guid, "capacity": None},
    ]
    reading = schedule_json.read(
        json.dumps({"schedule": {"conference": {"rooms": rooms, "days": []}}}).encode()
    )
    assert [(room.name, str(room.guid), room.capacity) for room in reading.document.rooms] == [
        ("Hall", guid, 20),
        ("Attic", "None", None),
    ]
    assert "A room with the GUID of another" in said(reading)


def test_nothing_in_it_is_of_the_right_type():
    values = [None, 5, "x", [], {}, True, 1e300]
    for value in values:
        fields = (
            "id",
            "guid",
            "date",
            "start",
            "duration",
            "title",
            "persons",
            "links",
            "url",
            "logo",
            "track",
        )
        for field in fields:
            assert len(read(EVENT | {field: value}).document.talks) == 1
        read(EVENT, rooms={"Hall": value})
        read(EVENT, days=value)
        read(EVENT, days=[value], tracks=[value], colors=value, time_zone_name=value)
