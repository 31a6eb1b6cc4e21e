"""One quirk of other people's calendars each."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from events.formats import ical


def calendar(
    *lines: str, head: tuple[str, ...] = ("X-WR-TIMEZONE:Europe/Berlin",), end: str = "\r\n"
) -> bytes:
    event = ["BEGIN:VEVENT", "UID:1@example.org", *lines, "END:VEVENT"]
    return end.join(["BEGIN:VCALENDAR", "VERSION:2.0", *head, *event, "END:VCALENDAR", ""]).encode()


def talk_of(*lines: str, **parts):
    return ical.read(calendar("SUMMARY:A talk", *lines, **parts)).document.talks[0]


def said(reading) -> str:
    return "\n".join(f"{problem.place}: {problem.message}" for problem in reading.problems)


def test_a_zone_without_its_definition():
    talk = talk_of(
        "DTSTART;TZID=Australia/Brisbane;VALUE=DATE-TIME:20200114T070000", "DURATION:PT1H", head=()
    )
    slot = talk.slots[0]
    assert (slot.starts_at, slot.ends_at - slot.starts_at) == (
        datetime(2020, 1, 13, 21, tzinfo=UTC),
        timedelta(hours=1),
    )


def test_zones_of_other_programs():
    for name in (
        "W. Europe Standard Time",
        "/freeassociation.sourceforge.net/Europe/Berlin",
        '"Europe/Berlin"',
    ):
        talk = talk_of(f"DTSTART;TZID={name}:20240601T100000", head=())
        assert talk.slots[0].starts_at == datetime(2024, 6, 1, 8, tzinfo=UTC)


def test_floating_times_are_of_the_calendars_zone_else_of_the_one_given():
    assert talk_of("DTSTART:20240601T100000").slots[0].starts_at == datetime(2024, 6, 1, 8, tzinfo=UTC)
    data = calendar("SUMMARY:A", "DTSTART:20240601T100000", head=())
    found = ical.read(data, timezone="Asia/Kolkata").document
    assert found.talks[0].slots[0].starts_at == datetime(2024, 6, 1, 4, 30, tzinfo=UTC)
    assert found.timezone == "Asia/Kolkata"


def test_folding_may_split_a_character():
    data = calendar("SUMMARY:Größe", "DTSTART:20240601T100000Z")
    place = data.index("ö".encode()) + 1
    assert ical.read(data[:place] + b"\r\n " + data[place:]).document.talks[0].title == "Größe"


def test_speakers_stand_in_the_description():
    talk = talk_of(
        "DTSTART:20240601T100000Z", "DESCRIPTION:Speaker: Ann\\, Countess\\nSpeaker: Bo\\n\\nAbout it."
    )
    assert [person.name for person in talk.persons] == ["Ann, Countess", "Bo"]
    assert talk.abstract == "About it."
    many = talk_of("DTSTART:20240601T100000Z", "DESCRIPTION:Speakers: Ann\\; Bo\\nAbout it.")
    assert [person.name for person in many.persons] == ["Ann", "Bo"]


def test_escapes_places_and_state():
    talk = talk_of(
        "DTSTART:20240601T100000Z",
        "LOCATION:Hall\\, left\\; below",
        "STATUS:CANCELLED",
        "CATEGORIES:Data,AI\\, ML",
    )
    assert (talk.slots[0].room, talk.state) == ("Hall, left; below", "cancelled")
    assert (talk.track, talk.topics) == ("Data", ["AI, ML"])
    assert talk_of("DTSTART:20240601T100000Z").slots[0].room == ""


def test_whole_days_and_missing_ends():
    talk = talk_of("DTSTART;VALUE=DATE:20240601", "DTEND;VALUE=DATE:20240603")
    assert talk.slots[0].starts_at == datetime(2024, 5, 31, 22, tzinfo=UTC)
    assert [slot.ends_at - slot.starts_at for slot in talk.slots] == [timedelta(days=1)] * 2
    reading = ical.read(calendar("SUMMARY:A", "DTSTART:20240601T100000Z", "DTEND:20240601T090000Z"))
    assert "does not end after it starts" in said(reading)
    assert len(reading.document.talks[0].slots) == 1


def test_an_address_of_many_events_is_not_a_talks_own():
    events = "".join(
        f"BEGIN:VEVENT\nUID:{n}\nSUMMARY:{title}\nDTSTART:20240601T100000Z\nURL:https://example.org{path}\nEND:VEVENT\n"
        for n, title, path in ((1, "One", ""), (2, "Two", ""), (3, "Three", "/3"))
    )
    talks = ical.read(f"BEGIN:VCALENDAR\n{events}END:VCALENDAR\n".encode()).document.talks
    assert [talk.url for talk in talks] == ["", "", "https://example.org/3"]


def starts_of(*lines: str) -> list[str]:
    """Local starts of a talk in Berlin that is first at 10:00 on Friday, 29 March 2024."""
    talk = talk_of(
        "DTSTART;TZID=Europe/Berlin:20240329T100000", "DTEND;TZID=Europe/Berlin:20240329T110000", *lines
    )
    assert all(slot.ends_at - slot.starts_at == timedelta(hours=1) for slot in talk.slots)
    return [f"{slot.starts_at.astimezone(ZoneInfo('Europe/Berlin')):%m-%d %H:%M}" for slot in talk.slots]


@pytest.mark.parametrize(
    ("lines", "starts"),
    [
        # On 31 March the clocks go forward: it stays at ten.
        (["RRULE:FREQ=WEEKLY;COUNT=3"], ["03-29 10:00", "04-05 10:00", "04-12 10:00"]),
        (["RRULE:FREQ=DAILY;UNTIL=20240331"], ["03-29 10:00", "03-30 10:00", "03-31 10:00"]),
        (["RRULE:FREQ=DAILY;UNTIL=20240330T090000Z"], ["03-29 10:00", "03-30 10:00"]),
        (
            ["RRULE:FREQ=DAILY;COUNT=3", "EXDATE;TZID=Europe/Berlin:20240330T100000,20240331T100000"],
            ["03-29 10:00"],
        ),
        (["RDATE:20240402T120000Z,20240401T080000Z"], ["03-29 10:00", "04-01 10:00", "04-02 14:00"]),
    ],
)
def test_a_repeated_event_is_one_talk_at_each_of_its_times(lines, starts):
    assert starts_of(*lines) == starts


@pytest.mark.parametrize("rule", ["FREQ=DAILY", "FREQ=SECONDLY;COUNT=9", "FREQ=DAILY;BYMONTHDAY=x", "FREQ"])
def test_a_repetition_without_end_or_sense_is_reported_and_bounded(rule):
    reading = ical.read(calendar("SUMMARY:A", "DTSTART:20240601T100000Z", f"RRULE:{rule}"))
    assert "not understood, or has no end" in said(reading)
    assert 1 <= len(reading.document.talks[0].slots) <= 366


def test_one_time_of_a_repeated_event_may_move_or_be_cancelled():
    again = ["BEGIN:VEVENT", "UID:1@example.org", "SUMMARY:A talk"]
    lines = [
        "SUMMARY:A talk", "DTSTART:20240601T100000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=3", "END:VEVENT",
        *again, "RECURRENCE-ID:20240602T100000Z", "DTSTART:20240602T150000Z", "DURATION:PT2H", "END:VEVENT",
        *again, "RECURRENCE-ID:20240603T100000Z", "DTSTART:20240603T100000Z", "STATUS:CANCELLED",
    ]  # fmt: skip
    reading = ical.read(calendar(*lines))
    assert [slot.starts_at.hour for slot in reading.document.talks[0].slots] == [10, 15]
    assert len(reading.document.talks) == 1
    assert "is cancelled; it was left out" in said(reading)


def test_unknown_properties_are_reported():
    reading = ical.read(calendar("SUMMARY:A", "DTSTART:20240601T100000Z", "X-MOOD:good", end="\n"))
    assert "A property that was not understood (X-MOOD)." in said(reading)


def test_a_calendar_in_another_encoding():
    reading = ical.read(
        calendar("SUMMARY:Größe für alle Gäste", "DTSTART:20240601T100000Z").decode().encode("latin-1")
    )
    assert "Größe" in reading.document.talks[0].title
    assert "Not in UTF-8" in said(reading)
