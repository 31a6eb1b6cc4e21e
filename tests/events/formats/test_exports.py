"""Exports are valid, and stable, for every document."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import icalendar
import pytest
from hypothesis import HealthCheck, given, settings
from lxml import etree

from events.formats import ical, jsonld, schedule_json, schedule_xml
from events.formats.document import Day, Document, Link, Person, Room, Slot, Talk, Track, Venue
from events.formats.ical import CalendarEntry
from events.formats.urls import make_absolute

from .documents import documents

many = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
START = datetime(2024, 6, 1, 8, tzinfo=UTC)
RELEASED = datetime(2024, 5, 1, 12, 30, tzinfo=UTC)


def guid(number: int) -> UUID:
    return UUID(int=number)


def slot(hours: float = 0, *, length: int = 30, **values) -> Slot:
    """A slot some hours after 10:00 in Berlin on 1 June 2024."""
    start = START + timedelta(hours=hours)
    return Slot(starts_at=start, ends_at=start + timedelta(minutes=length), **values)


DOCUMENT = Document(
    title="Spring days",
    acronym="spring-days",
    url="https://portal.example/events/spring/",
    timezone="Europe/Berlin",
    starts_on=date(2024, 6, 1),
    ends_on=date(2024, 6, 2),
    color="#336699",
    version="3",
    released_at=RELEASED,
    venue=Venue(name="Town hall", city="Leipzig", latitude=51.34, longitude=12.37, online_url="https://live.example/"),
    rooms=[Room(name="Hall", guid=guid(90), capacity=300), Room(name="Attic", description="Up the *stairs*")],
    tracks=[Track(name="Data, big & small", color="#00ff00", slug="data")],
    days=[
        Day(date=start.date(), starts_at=start, ends_at=start + timedelta(days=1))
        for start in (datetime(2024, 6, 1, 2, tzinfo=UTC), datetime(2024, 6, 2, 2, tzinfo=UTC))
    ],
    talks=[
        Talk(
            title="Opening; with \\ signs, and a line",
            guid=guid(1),
            code="ABC123",
            slug="opening",
            subtitle="What is new",
            abstract="**Bold** <https://example.org>\n\n- one\n- two",
            description="```\n<p>kept</p>\n```",
            kind="keynote",
            language="en",
            track="Data, big & small",
            topics=["Keras", "tf.data, pipelines"],
            persons=[Person(name="Ann, Countess of L.", id="7", guid=guid(50)), Person(name="李 明")],
            links=[
                Link(url="https://example.org/a b[1]#x#y", title="Notes"),
                Link(url="#room:matrix.org", title="Chat"),
                Link(url="slides.pdf", kind="slides"),
            ],
            url="https://portal.example/events/spring/talks/opening/",
            recording_license="CC BY 4.0",
            slots=[
                slot(0, room="Hall", guid=guid(11), number=1, sequence=2, changed_at=RELEASED),
                slot(24, room="Attic", guid=guid(12), number=2),
            ],
        ),
        Talk(
            title="Over midnight",
            state="cancelled",
            url="https://portal.example/events/spring/talks/midnight/",
            slots=[slot(13.5, length=60, room="Hall", guid=guid(13), number=3)],
        ),
        Talk(title="Night talk", slots=[slot(16.25, room="Hall", guid=guid(14))]),
        Talk(title="Somewhere", slots=[slot(2, length=30 * 60, guid=guid(15), number=9)]),
        Talk(title="Not placed"),
    ],
)  # fmt: skip


@many
@given(document=documents)
def test_every_document_gives_valid_exports(document, assert_valid):
    assert_valid(document)


@pytest.mark.parametrize("format_", [schedule_xml, schedule_json])
@many
@given(document=documents)
def test_no_document_keeps_changing_when_it_comes_back(format_, document):
    once = format_.write(format_.read(format_.write(document)).document)
    assert format_.write(format_.read(once).document) == once


@many
@given(document=documents)
def test_every_document_gives_a_calendar_that_others_read(document):
    data = ical.write(document)
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    events = icalendar.Calendar.from_ical(data).events
    assert len(events) == sum(len(talk.slots) for talk in document.talks)
    assert len({str(event["UID"]) for event in events}) == len(events)
    once = ical.write(ical.read(data).document)
    assert ical.write(ical.read(once).document) == once


@pytest.mark.parametrize("format_", [schedule_xml, schedule_json, ical])
def test_an_export_comes_back_with_the_same_bytes(format_):
    data = format_.write(DOCUMENT)
    assert format_.write(format_.read(data).document) == data


@pytest.mark.parametrize("document", [DOCUMENT, Document(), Document(talks=[Talk(title="")])])
def test_awkward_documents_are_valid(document, assert_valid):
    assert_valid(document)


def test_a_talk_whose_first_slot_has_its_guid_stays_one_in_a_calendar():
    talk = Talk(title="Twice", guid=guid(1), slots=[slot(0, guid=guid(1)), slot(2, guid=guid(2))])
    (back,) = ical.read(
        ical.write(Document(title="D", timezone="Europe/Berlin", talks=[talk]))
    ).document.talks
    assert [each.guid for each in back.slots] == [guid(1), guid(2)]


def test_what_a_schedule_xml_says_comes_back():
    back = schedule_xml.read(schedule_xml.write(DOCUMENT)).document
    first, second = back.talks[0], back.talks[1]
    assert [talk.title for talk in back.talks] == [
        "Opening; with \\ signs, and a line",
        "Over midnight",
        "Night talk",
        "Somewhere",
    ]
    assert [each.guid for each in first.slots] == [guid(11), guid(12)]
    assert [person.name for person in first.persons] == ["Ann, Countess of L.", "李 明"]
    assert {link.url for link in first.links} == {link.url for link in DOCUMENT.talks[0].links}
    assert (first.abstract, first.description) == (DOCUMENT.talks[0].abstract, DOCUMENT.talks[0].description)
    assert (first.kind, first.code, second.state) == ("keynote", "ABC123", "cancelled")
    assert (back.timezone, back.days, back.version) == ("Europe/Berlin", DOCUMENT.days, "3")


def test_a_talk_belongs_to_the_day_it_began_in():
    root = etree.fromstring(schedule_xml.write(DOCUMENT))
    days = {
        day.get("date"): [event.findtext("title") for event in day.iter("event")] for day in root.iter("day")
    }
    assert days["2024-06-01"] == [
        "Opening; with \\ signs, and a line",
        "Cancelled: Over midnight",
        "Night talk",
        "Somewhere",
    ]
    assert days["2024-06-02"] == ["Opening; with \\ signs, and a line"]


def test_apps_find_the_conference_early_and_times_in_their_form():
    data = schedule_xml.write(replace(DOCUMENT, version="x" * 5000))
    assert b"<conference" in data[:1024]
    assert b"<!DOCTYPE" not in data
    long = next(e for e in etree.fromstring(data).iter("event") if e.findtext("title") == "Somewhere")
    assert (long.findtext("date"), long.findtext("start")) == ("2024-06-01T12:00:00+02:00", "12:00")
    assert long.findtext("duration") == "23:59"


def test_json_persons_have_names_and_no_id():
    schedule = json.loads(schedule_json.write(DOCUMENT))["schedule"]
    event = schedule["conference"]["days"][0]["rooms"]["Hall"][0]
    assert event["persons"][0] == {
        "guid": str(guid(50)),
        "code": "7",
        "name": "Ann, Countess of L.",
        "public_name": "Ann, Countess of L.",
    }
    assert [link["url"] for link in event["links"]] == [
        "https://example.org/a%20b%5B1%5D#x%23y",
        "about:invalid#%23room%3Amatrix.org",
    ]
    assert "-" not in schedule["conference"]["acronym"]


def events_of(data: bytes) -> dict[str, icalendar.Event]:
    return {str(event["UID"]): event for event in icalendar.Calendar.from_ical(data).events}


def test_a_calendar_keeps_its_promises():
    data = ical.write(DOCUMENT)
    calendar, events = icalendar.Calendar.from_ical(data), events_of(data)
    first, cancelled, bare = events[str(guid(11))], events[str(guid(13))], events[str(guid(15))]
    assert (calendar["NAME"], calendar["X-WR-CALNAME"]) == ("Spring days", "Spring days")
    assert calendar["REFRESH-INTERVAL"].dt == timedelta(hours=1)
    assert str(calendar["X-PUBLISHED-TTL"]) == "PT1H"
    assert [str(zone["TZID"]) for zone in calendar.timezones] == ["Europe/Berlin"]
    assert first["DTSTART"].params["TZID"] == "Europe/Berlin"
    assert (first["SEQUENCE"], first["LAST-MODIFIED"].dt, first["DTSTAMP"].dt) == (2, RELEASED, RELEASED)
    assert (cancelled["STATUS"], cancelled["SUMMARY"]) == ("CANCELLED", "Cancelled: Over midnight")
    assert (first["LOCATION"], bare["LOCATION"]) == ("Hall, Town hall, Leipzig", "Town hall, Leipzig")
    assert first["CATEGORIES"].cats == ["Data, big & small", "Keras", "tf.data, pipelines"]
    assert (first["GEO"].latitude, str(first["CONFERENCE"])) == (51.34, "https://live.example/")
    assert str(first["DESCRIPTION"]).startswith("Speaker: Ann, Countess of L.\nSpeaker: 李 明\n\nWhat is new")
    assert data.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in data.replace(b"\r\n", b"")


def test_a_calendar_of_one_talk_has_its_slots_alone():
    assert set(events_of(ical.write(DOCUMENT, talk=guid(1)))) == {str(guid(11)), str(guid(12))}


def test_the_hour_that_comes_twice_is_told_apart():
    second = datetime(2024, 10, 27, 1, 30, tzinfo=UTC)  # 02:30 in Berlin, for the second time
    talk = Talk(title="Night", slots=[Slot(starts_at=second, ends_at=second + timedelta(hours=1))])
    document = Document(title="Night", timezone="Europe/Berlin", talks=[talk])
    back = ical.read(ical.write(document)).document
    assert back.talks[0].slots[0].starts_at == second
    for format_ in (schedule_xml, schedule_json):
        assert format_.read(format_.write(document)).document.talks[0].slots[0].starts_at == second


def test_a_calendar_of_events_has_whole_days():
    entry = CalendarEntry(
        uid="spring@portal.example",
        title="Spring days",
        starts_on=date(2024, 6, 1),
        ends_on=date(2024, 6, 2),
        url="https://portal.example/events/spring/",
        place="Town hall, Leipzig",
        state="cancelled",
        changed_at=RELEASED,
    )
    event = events_of(ical.write_entries([entry], name="All events"))["spring@portal.example"]
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (date(2024, 6, 1), date(2024, 6, 3))
    assert (event["SUMMARY"], event["STATUS"]) == ("Cancelled: Spring days", "CANCELLED")
    assert event["LOCATION"] == "Town hall, Leipzig"


def test_linked_data_names_place_people_and_state():
    moved = replace(
        DOCUMENT,
        talks=[
            replace(DOCUMENT.talks[0], slots=[slot(1, room="Hall", previous_starts_at=START)]),
            DOCUMENT.talks[1],
        ],
    )
    graph = jsonld.event(moved, organiser="The team")
    first, cancelled = graph["subEvent"]
    assert graph["startDate"] == "2024-06-01T11:00:00+02:00"
    assert graph["eventAttendanceMode"].endswith("/MixedEventAttendanceMode")
    assert [place["@type"] for place in graph["location"]] == ["Place", "VirtualLocation"]
    assert (first["previousStartDate"], first["startDate"]) == (
        "2024-06-01T10:00:00+02:00",
        "2024-06-01T11:00:00+02:00",
    )
    assert first["eventStatus"].endswith("/EventRescheduled")
    assert cancelled["eventStatus"].endswith("/EventCancelled")
    assert [person["name"] for person in first["performer"]] == ["Ann, Countess of L.", "李 明"]
    series = jsonld.series(name="Days", url="https://portal.example/", events=[graph])
    assert (series["@type"], series["subEvent"][0]["name"]) == ("EventSeries", "Spring days")
    assert jsonld.talk(moved, moved.talks[0])["superEvent"]["name"] == "Spring days"
    assert "<" not in jsonld.dumps({"name": "</script><!--"})


def test_paths_become_addresses():
    document = replace(
        DOCUMENT,
        url="/events/spring/",
        talks=[
            Talk(title="T", url="/t/", persons=[Person(name="P", picture="/m/p.jpg")], links=[Link(url="/l")])
        ],
    )
    found = make_absolute(document, "https://portal.example")
    assert found.url == "https://portal.example/events/spring/"
    assert found.talks[0].url == "https://portal.example/t/"
    assert found.talks[0].persons[0].picture == "https://portal.example/m/p.jpg"
    assert found.talks[0].links[0].url == "https://portal.example/l"
