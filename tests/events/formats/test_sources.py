"""Files of other programs are known by their shape, named, and read whole."""

import io
import json
import zipfile
from datetime import UTC, date, datetime

import pytest
from openpyxl import Workbook

from events.formats import detect
from events.formats.reading import UnreadableFile

START, END = "2027-03-12T09:30:00+01:00", "2027-03-12T10:15:00+01:00"
SPEAKER = {
    "id": "s1", "fullName": "Ada Lovelace", "bio": "Wrote notes.", "tagLine": "Analyst",
    "profilePicture": "https://x.example/ada.jpg", "links": [{"title": "Home", "url": "https://ada.example"}],
}  # fmt: skip
SESSION = {"id": "1", "title": "Notes", "description": "On engines.", "startsAt": START, "endsAt": END}
PRETALX = {
    "code": "ABC123", "title": "Notes", "abstract": "On engines.", "state": "confirmed",
    "submission_type": {"en": "Talk"},
    "speakers": [{"code": "SPK1", "name": "Ada Lovelace", "biography": "Wrote notes."}], "content_locale": "en",
    "slot": {"start": START, "end": END, "room": {"en": "Hall"}},
    "resources": [{"resource": "https://x.example/s.pdf", "description": "Slides"}],
}  # fmt: skip
FILES = {
    "Sessionize, all data": {
        "sessions": [SESSION | {"speakers": ["s1"], "roomId": 5, "categoryItems": [7], "status": "Accepted"}],
        "speakers": [SPEAKER],
        "rooms": [{"id": 5, "name": "Hall"}],
        "categories": [{"id": 1, "title": "Track", "items": [{"id": 7, "name": "Core"}]}],
    },
    "Sessionize, grid": [
        {
            "date": "2027-03-12T00:00:00",
            "rooms": [
                {"id": 5, "name": "Hall", "sessions": [SESSION | {"speakers": [{"id": "s1", "name": "Ada Lovelace"}]}]}
            ],
        }
    ],
    "pretalx, submissions": {"count": 1, "results": [PRETALX]},
    "pretalx, schedule": {
        "talks": [{"code": "ABC123", "title": "Notes", "abstract": "On engines.", "start": START, "end": END, "room": 5,
                   "speakers": ["SPK1"]}],
        "speakers": [{"code": "SPK1", "name": "Ada Lovelace"}],
        "rooms": [{"id": 5, "name": {"en": "Hall"}}],
        "tracks": [],
        "version": "1",
    },
    "Indico": {
        "results": [
            {
                "_type": "Conference", "title": "Conf", "timezone": "Europe/Zurich",
                "contributions": [
                    {
                        "id": "4", "title": "Notes", "description": "On engines.", "room": "Hall", "duration": 45,
                        "startDate": {"date": "2027-03-12", "time": "09:30:00", "tz": "Europe/Zurich"},
                        "speakers": [{"fullName": "Lovelace, Ada", "affiliation": "Analyst"}],
                    }
                ],
            }
        ]
    },
    "Open Event, sessions": [
        {
            "id": 1, "title": "Notes", "short-abstract": "On engines.", "state": "accepted", "starts-at": START,
            "ends-at": END, "microlocation": {"id": 2, "name": "Hall"}, "speakers": [{"id": 3, "name": "Ada Lovelace"}],
        }
    ],
    "frab, events": {
        "conference_events": {
            "version": "2",
            "events": [
                {
                    "id": 1, "guid": "11111111-1111-4111-8111-111111111111", "title": "Notes",
                    "abstract": "On engines.", "start_time": START, "duration": "00:45", "room": "Hall",
                    "speakers": [{"id": 9, "full_public_name": "Ada Lovelace"}],
                }
            ],
        }
    },
    "symposion, conference.json": [
        {
            "conf_key": 1, "name": "Notes", "abstract": "On engines.", "room": "Hall", "start": START, "end": END,
            "authors": ["Ada Lovelace"], "released": False, "tags": "python, web",
        }
    ],
    "schedule2.json": {
        "schedule": {
            "version": "1",
            "conference": {
                "title": "Conf", "time_zone_name": "Europe/Berlin", "tracks": [{"slug": "core", "name": "Core"}],
            },
            "events": [
                {
                    "guid": "11111111-1111-4111-8111-111111111111", "title": "Notes", "abstract": "On engines.",
                    "start": START, "end": END, "room": {"name": "Hall"}, "track": {"slug": "core"},
                    "participants": [{"guid": "21111111-1111-4111-8111-111111111111", "name": "Ada Lovelace"}],
                }
            ],
            "persons": [
                {"guid": "21111111-1111-4111-8111-111111111111", "name": "Ada Lovelace", "biography": "Notes."}
            ],
        }
    },
    "Sched, sessions": [
        {"event_key": "1", "name": "Notes", "description": "On engines.", "event_start": START, "event_end": END,
         "venue": "Hall", "speakers": "Ada Lovelace", "active": "Y"}
    ],
    "schema.org, JSON-LD": {
        "@context": "https://schema.org", "@type": "Event", "name": "Conf", "startDate": START, "endDate": END,
        "subEvent": {
            "@type": "Event", "name": "Notes", "description": "On engines.", "startDate": START, "endDate": END,
            "location": {"@type": "Place", "name": "Hall"}, "performer": [{"@type": "Person", "name": "Ada Lovelace"}],
        },
    },
}  # fmt: skip


def read(root, **options):
    return detect.read(json.dumps(root).encode(), **options)


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_known_by_its_shape_and_read(name):
    reading = read(FILES[name], timezone="Europe/Berlin")
    assert reading.kind == name
    (talk,) = reading.document.talks
    assert (talk.title, talk.abstract, talk.state) == ("Notes", "On engines.", "confirmed")
    assert [person.name for person in talk.persons] == ["Ada Lovelace"]
    (slot,) = talk.slots
    assert (slot.room, slot.starts_at, slot.ends_at) == (
        "Hall", datetime(2027, 3, 12, 8, 30, tzinfo=UTC), datetime(2027, 3, 12, 9, 15, tzinfo=UTC),
    )  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_file_whose_parts_are_of_other_types_is_read_or_refused(name):
    def spoiled(value):
        if isinstance(value, dict):
            return {key: spoiled(part) for key, part in value.items()}
        return [7, None, *value] if isinstance(value, list) else [value]

    try:
        read(spoiled(FILES[name]))
    except UnreadableFile as refusal:
        assert str(refusal).endswith(".")


def test_sessionize_s_persons_and_categories():
    talk = read(FILES["Sessionize, all data"]).document.talks[0]
    person = talk.persons[0]
    assert (talk.track, person.headline, person.biography, person.picture) == (
        "Core", "Analyst", "Wrote notes.", "https://x.example/ada.jpg",
    )  # fmt: skip
    assert [link.url for link in person.links] == ["https://ada.example"]


def test_what_must_not_be_recorded_is_said():
    talk = read(FILES["symposion, conference.json"]).document.talks[0]
    assert talk.recording_optout and talk.topics == ["python", "web"]


@pytest.mark.parametrize(
    "state", ["submitted", "Declined", "waitlist", "offen", "withdrawn", "zurückgezogen", "???"]
)
def test_what_is_not_decided_is_not_public(state):
    root = {"results": [PRETALX | {"state": state}]}
    assert read(root).document.talks[0].state in ("draft", "withdrawn")


def test_recordings_of_an_archive_become_an_event_each():
    def video(title):
        return json.dumps(
            {"title": title, "recorded": "2020-10-02", "speakers": ["Ann Lee"], "language": "eng",
             "videos": [{"type": "youtube", "url": "https://v.example/1"}]}
        )  # fmt: skip

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in ("a", "b"):
            archive.writestr(f"data/{name}/category.json", json.dumps({"title": f"Conf {name}"}))
            archive.writestr(f"data/{name}/videos/one.json", video("One"))
            archive.writestr(f"data/{name}/videos/two.json", video("Two"))
    readings = detect.read_all(out.getvalue())
    assert [(one.document.title, len(one.document.talks), one.document.starts_on) for one in readings] == [
        ("Conf a", 2, date(2020, 10, 2)), ("Conf b", 2, date(2020, 10, 2)),
    ]  # fmt: skip
    assert readings[0].document.talks[0].links[0].kind == "recording"
    with pytest.raises(UnreadableFile, match="2 events"):
        detect.read(out.getvalue())


def test_a_page_is_read_by_its_linked_data():
    page = f"<!doctype html><script type='application/ld+json'>{json.dumps(FILES['schema.org, JSON-LD'])}</script>"
    assert detect.read(page.encode()).document.talks[0].title == "Notes"


def test_lists_of_conferences_become_events_without_talks():
    root = [
        {
            "name": "Conf",
            "url": "https://c.example",
            "startDate": "2027-03-12",
            "endDate": "2027-03-13",
            "city": "Rome",
        }
    ]
    (reading,) = detect.read_all(json.dumps(root).encode())
    document = reading.document
    assert (reading.is_event, document.title, document.venue.city, document.ends_on) == (
        True,
        "Conf",
        "Rome",
        date(2027, 3, 13),
    )


def sheet_bytes(rows, merged=()):
    book = Workbook()
    book.active.title = "Saturday 13 March 2027"
    for row in rows:
        book.active.append(row)
    for cells in merged:
        book.active.merge_cells(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_grid_of_rooms_and_times_with_merged_cells():
    rows = [
        ["", "Hall A", "Hall B"],
        ["9:30 AM - 10:15 AM", "Opening\nAda Lovelace", ""],
        ["10:15", "Long one", "Short (Bo Kim)"],
        ["11:00", "", "Second"],
        ["12:00", "Lunch", ""],
        ["13:00", "Last", ""],
    ]
    reading = detect.read(sheet_bytes(rows, ["A1:A1", "B3:B4", "B5:C5"]), timezone="Europe/Berlin")
    found = {
        talk.title: (talk.slots[0].room, f"{talk.slots[0].starts_at:%H:%M}", f"{talk.slots[0].ends_at:%H:%M}")
        for talk in reading.document.talks
    }
    assert found["Opening"] == ("Hall A", "08:30", "09:15")
    assert found["Long one"] == ("Hall A", "09:15", "11:00")
    assert found["Short"] == ("Hall B", "09:15", "10:00")
    assert found["Lunch"] == ("", "11:00", "12:00")
    assert [person.name for talk in reading.document.talks[:3] for person in talk.persons] == [
        "Ada Lovelace",
        "Bo Kim",
    ]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"%PDF-1.7", "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "old Microsoft Office"),
        (b"<!doctype html><div class='sz-root' data-x='sessionize.com'>", "Sessionize"),
        (b"<!doctype html><body data-pretalx>", "pretalx"),
        (json.dumps([{"id": "1", "fullName": "Ada", "sessions": []}]).encode(), "list of speakers"),
        (b'{"weather": 1}', "weather"),
    ],
)
def test_what_cannot_be_read_is_told_what_it_is(data, words):
    with pytest.raises(UnreadableFile, match=words):
        detect.read(data)


def read_json(value):
    return detect.read(json.dumps(value).encode(), timezone="Europe/Berlin").document


def test_codes_of_persons_are_no_names():
    talk = {"code": "ABC123", "title": "A", "state": "accepted", "speakers": ["SPK001"], "submission_type": 5}
    found = detect.read(json.dumps({"results": [talk]}).encode(), timezone="UTC")
    assert found.document.talks[0].persons == []
    assert any("Codes of persons" in one.message for one in found.problems)


def test_authors_in_a_list_are_not_taken_apart():
    talk = {
        "name": "A",
        "authors": ["Ann Lee", "Ray, Bob"],
        "conf_key": 3,
        "conf_url": "",
        "start": "2027-03-13T09:00:00",
    }
    assert [one.name for one in read_json([talk]).talks[0].persons] == ["Ann Lee", "Ray, Bob"]


def test_files_of_an_indico_contribution_are_taken_out_of_their_folders():
    at = {"date": "2027-03-13", "time": "09:00:00", "tz": "Europe/Zurich"}
    entry = {
        "_type": "ContribSchEntry", "_fossil": "contribSchEntryDisplay", "entryType": "Contribution",
        "contributionId": "5", "title": "A", "startDate": at, "duration": 30, "keywords": ["k"],
        "material": [{"title": "Slides", "resources": [{"name": "s.pdf", "url": "https://i.example/s.pdf"}]}],
    }  # fmt: skip
    (talk,) = read_json({"results": {"77": {"20270313": {"c1": entry}}}}).talks
    assert [(one.kind, one.title, one.url) for one in talk.links] == [
        ("slides", "Slides", "https://i.example/s.pdf")
    ]
    assert talk.topics == ["k"]


def test_an_event_of_a_list_without_talks_is_no_error():
    conference = {"name": "C", "url": "https://c.example", "startDate": "2027-03-13", "endDate": "2027-03-14"}
    (found,) = detect.read_all(json.dumps([conference]).encode(), timezone="UTC")
    assert not any(one.severity == "error" for one in found.problems)


def test_a_calendar_without_a_name_is_called_as_its_file():
    data = b"BEGIN:VCALENDAR\r\nPRODID:-//Indico//EN\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:A\r\n"
    data += b"DTSTART:20270313T080000Z\r\nDESCRIPTION:Speakers: Lee\\, Ann (CERN)\\, Ray\\, Bob (DESY)\r\n"
    found = detect.read(
        data + b"END:VEVENT\r\nEND:VCALENDAR\r\n", name="my_event.ics", timezone="UTC"
    ).document
    assert found.title == "my event"
    assert [one.name for one in found.talks[0].persons] == ["Ann Lee", "Bob Ray"]
