"""One quirk of other people's schedule.xml each."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from events.formats import schedule_xml
from events.formats.reading import UnreadableFile

CONFERENCE = "<title>Meeting</title><acronym>meeting</acronym><time_zone_name>Europe/Berlin</time_zone_name>"
EVENT = "<start>10:00</start><duration>00:30</duration><title>A talk</title>"


def schedule(
    events: str, *, conference: str = CONFERENCE, day: str = 'date="2024-06-01"', outside: str = ""
) -> bytes:
    return (
        f"<schedule>{outside}<conference>{conference}</conference>"
        f'<day index="1" {day}><room name="Hall">{events}</room></day></schedule>'
    ).encode()


def read(events: str, timezone: str = "", **parts):
    return schedule_xml.read(schedule(events, **parts), timezone=timezone)


def said(reading) -> str:
    return "\n".join(f"{problem.place}: {problem.message}" for problem in reading.problems)


def starts(reading) -> list[str]:
    """Local starts, in the zone that the reader chose."""
    zone = ZoneInfo(reading.document.timezone)
    return [
        f"{slot.starts_at.astimezone(zone):%Y-%m-%d %H:%M}"
        for talk in reading.document.talks
        for slot in talk.slots
    ]


def timed(start: str, stamp: str = "", identifier: int = 1) -> str:
    stamp = f"<date>{stamp}</date>" if stamp else ""
    times = f"{stamp}<start>{start}</start><duration>01:00</duration>"
    return f'<event id="{identifier}">{times}<title>T</title></event>'


# Times


def test_a_day_and_a_clock_make_a_time():
    reading = read(timed("09:30"))
    assert reading.document.talks[0].slots[0].starts_at == datetime(2024, 6, 1, 7, 30, tzinfo=UTC)
    assert reading.document.timezone == "Europe/Berlin"
    assert not reading.problems


def test_the_zone_given_is_for_files_that_name_none():
    assert starts(read(timed("09:30"), "Asia/Kolkata")) == ["2024-06-01 09:30"]
    assert read(timed("09:30"), "Asia/Kolkata").document.timezone == "Europe/Berlin"
    bare = read(timed("09:30"), "Asia/Kolkata", conference="<title>M</title>")
    assert (bare.document.timezone, starts(bare)) == ("Asia/Kolkata", ["2024-06-01 09:30"])
    assert bare.document.talks[0].slots[0].starts_at == datetime(2024, 6, 1, 4, tzinfo=UTC)


def test_without_any_zone_it_is_utc_and_said_so():
    reading = read(timed("09:30"), conference="<title>M</title>")
    assert reading.document.timezone == "UTC"
    assert "names no time zone" in said(reading)


def test_a_zone_that_does_not_exist_is_refused():
    with pytest.raises(UnreadableFile, match="no time zone “Mars/Olympus”"):
        read(timed("09:30"), "Mars/Olympus")
    assert "not the name of a time zone" in said(
        read(timed("09:30"), conference="<time_zone_name>CEST!</time_zone_name>")
    )


def test_after_midnight_belongs_to_the_evening_before():
    conference = f"{CONFERENCE}<day_change>06:00:00</day_change>"
    reading = read(
        timed("23:30") + timed("00:15", identifier=2) + timed("06:00", identifier=3), conference=conference
    )
    assert starts(reading) == ["2024-06-01 23:30", "2024-06-02 00:15", "2024-06-01 06:00"]
    assert [day.date.isoformat() for day in reading.document.days] == ["2024-06-01"]


def test_the_hour_of_change_may_be_that_the_days_end_at():
    day = 'date="2024-06-01" start="2024-06-01T10:00:00+02:00" end="2024-06-02T02:00:00+02:00"'
    assert starts(read(timed("01:30") + timed("02:00", identifier=2), day=day)) == [
        "2024-06-02 01:30",
        "2024-06-01 02:00",
    ]


def test_a_date_in_utc_agrees_with_a_local_start():
    """As wafer writes it, where the days' dates are those of UTC as well."""
    events = timed("10:30", "2024-06-01T08:30:00+00:00") + timed("00:15", "2024-06-01T22:15:00+00:00", 2)
    reading = read(
        events, day='date="2024-05-31" start="2024-05-31T22:30:00+00:00" end="2024-06-01T22:29:59+00:00"'
    )
    assert starts(reading) == ["2024-06-01 10:30", "2024-06-02 00:15"]
    assert "1 day too early for 2 of 2" in said(reading)
    assert reading.document.days[0].date.isoformat() == "2024-06-01"


def test_local_times_marked_as_utc_are_local():
    reading = read(timed("09:00", "2024-06-01T09:00:00Z") + timed("10:00", "2024-06-01T10:00:00Z", 2))
    assert starts(reading) == ["2024-06-01 09:00", "2024-06-01 10:00"]
    assert reading.document.talks[0].slots[0].starts_at == datetime(2024, 6, 1, 7, tzinfo=UTC)
    assert said(reading).count("as if they were UTC") == 1


def test_offsets_are_believed_more_than_a_zone_that_contradicts_them():
    conference = "<time_zone_name>UTC</time_zone_name>"
    reading = read(timed("09:00", "2024-06-01T09:00:00+02:00"), conference=conference)
    assert reading.document.talks[0].slots[0].starts_at == datetime(2024, 6, 1, 7, tzinfo=UTC)
    assert (reading.document.timezone, starts(reading)) == ("Etc/GMT-2", ["2024-06-01 09:00"])
    fitting = read(timed("09:00", "2024-06-01T09:00:00+02:00"), "Europe/Berlin", conference=conference)
    assert (fitting.document.timezone, starts(fitting)) == ("Europe/Berlin", ["2024-06-01 09:00"])


def test_one_talk_that_contradicts_itself_keeps_its_date():
    events = "".join(timed(f"{9 + n:02}:00", f"2024-06-01T{9 + n:02}:00:00+02:00", n + 1) for n in range(3))
    reading = read(events + timed("18:00", "2024-06-01T17:00:00+02:00", 9))
    assert starts(reading)[3] == "2024-06-01 17:00"
    assert "event 9 (line 1): “start” is another time than “date”" in said(reading)


def test_dates_outside_the_event_yield_to_its_days():
    """As where last year's file was taken for this year's."""
    conference = f"{CONFERENCE}<start>2024-06-01</start><end>2024-06-01</end>"
    events = timed("09:00", "2023-06-01T09:00:00+02:00") + timed("00:15", "2023-06-02T00:15:00+02:00", 2)
    reading = read(events, conference=conference)
    assert starts(reading) == ["2024-06-01 09:00", "2024-06-02 00:15"]
    assert said(reading).count("lie outside the event") == 1


def test_an_events_dates_extend_to_its_days_or_yield_to_them():
    def dates(first: str, last: str) -> list[str]:
        conference = f"{CONFERENCE}<start>{first}</start><end>{last}</end>"
        document = read(timed("09:00"), conference=conference).document
        return [document.starts_on.isoformat(), document.ends_on.isoformat()]

    assert dates("2024-06-01", "2024-06-03") == ["2024-06-01", "2024-06-03"]
    assert dates("2024-06-03", "2024-06-01") == ["2024-06-01", "2024-06-03"]
    assert dates("2013-06-01", "2013-06-03") == ["2024-06-01", "2024-06-01"]
    assert dates("soon", "") == ["2024-06-01", "2024-06-01"]


@pytest.mark.parametrize(
    ("stamp", "local"),
    [
        ("2024-06-01T09:00:00+0200", "2024-06-01 09:00"),
        ("2024-06-01 09:00", "2024-06-01 09:00"),
        ("2024-06-01", "2024-06-01 09:00"),
        ("1.6.2024", "2024-06-01 09:00"),
        ("2024-06-01T07:00:00.000Z", "2024-06-01 09:00"),
    ],
)
def test_dates_are_written_in_many_ways(stamp, local):
    assert starts(read(timed("09:00", stamp))) == [local]


def test_a_talk_through_a_change_of_clocks_lasts_as_long_as_it_says():
    reading = read(timed("01:30", "2024-03-31T01:30:00+01:00"), day='date="2024-03-30"')
    slot = reading.document.talks[0].slots[0]
    assert slot.ends_at - slot.starts_at == timedelta(hours=1)
    assert f"{slot.ends_at.astimezone(ZoneInfo('Europe/Berlin')):%H:%M}" == "03:30"


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("00:45", 45), ("00:45:00", 45), ("90", 90), ("1h 30min", 90), ("PT20M", 20), ("30:00", 1800)],
)
def test_lengths_are_written_in_many_ways(text, minutes):
    reading = read(f'<event id="1"><start>10:00</start><duration>{text}</duration><title>T</title></event>')
    slot = reading.document.talks[0].slots[0]
    assert slot.ends_at - slot.starts_at == timedelta(minutes=minutes)


@pytest.mark.parametrize("text", ["", "00:00", "later"])
def test_a_talk_without_a_length_fills_the_gap_and_is_reported(text):
    first = f'<event id="1"><start>10:00</start><duration>{text}</duration><title>T</title></event>'
    reading = read(first + timed("10:50", identifier=2))
    slot = reading.document.talks[0].slots[0]
    assert slot.ends_at - slot.starts_at == timedelta(minutes=50)
    assert "event 1 (line 1): A talk without a length (taken as 50 minutes)." in said(reading)


def test_a_talk_without_a_time_stays_without_a_slot():
    reading = read('<event id="1"><title>T</title></event>')
    assert reading.document.talks[0].slots == []
    assert "without a time" in said(reading)


# Names and identities


def test_persons_are_kept_as_written_and_in_order():
    names = ["Ann, Countess of L.", "Bo (ACME, Inc.)", "Çelik"]
    persons = "".join(f'<person id="{n}">{name}</person>' for n, name in enumerate(names))
    reading = read(f'<event id="1">{EVENT}<persons>{persons}</persons></event>')
    assert [person.name for person in reading.document.talks[0].persons] == names
    assert not reading.problems


def test_several_names_in_one_hand_made_person_stay_together_and_are_reported():
    reading = read(
        f'<event id="1">{EVENT}<person>Ann A, Bo B</person></event><event id="2">{EVENT}<person/></event>'
    )
    assert [[p.name for p in talk.persons] for talk in reading.document.talks] == [["Ann A, Bo B"], []]
    assert "This may be several persons; it was kept as one name (Ann A, Bo B)." in said(reading)


def test_a_person_id_of_two_people_is_told_apart_by_name():
    events = "".join(
        f'<event id="{n}">{EVENT}<persons><person id="5">{name}</person></persons></event>'
        for n, name in ((1, "Ann"), (2, "Bo"), (3, "Ann"))
    )
    reading = read(events)
    assert [talk.persons[0].id for talk in reading.document.talks] == ["5~Ann", "5~Bo", "5~Ann"]
    assert said(reading).count("This id stands for different names") == 1


def test_an_id_used_twice_is_made_unique_in_the_same_way_every_time():
    event = f'<event id="7">{EVENT}</event>'
    data = (
        f'<schedule><conference>{CONFERENCE}</conference><day date="2024-06-01">'
        f'<room name="A">{event}</room><room name="B">{event}</room></day></schedule>'
    ).encode()
    one, other = schedule_xml.read(data), schedule_xml.read(data)
    assert [talk.id for talk in one.document.talks] == ["7", "7~B"]
    assert len({talk.guid for talk in one.document.talks}) == 2
    assert one == other
    assert "An id that another talk has too" in said(one)


def test_a_guid_used_twice_stays_with_the_first():
    guid = "11111111-1111-1111-1111-111111111111"
    reading = read("".join(f'<event id="{n}" guid="{guid}">{EVENT}</event>' for n in (1, 2)))
    first, second = reading.document.talks
    assert (str(first.guid), first.guid == second.guid) == (guid, False)
    assert reading == read("".join(f'<event id="{n}" guid="{guid}">{EVENT}</event>' for n in (1, 2)))
    assert "A GUID that another talk has too" in said(reading)


def test_a_derived_guid_depends_on_the_source_and_the_id_alone():
    one = read(f'<event id="7">{EVENT}</event>')
    moved = read('<event id="7"><start>15:00</start><duration>01:00</duration><title>Renamed</title></event>')
    other = read(f'<event id="7">{EVENT}</event>', conference="<acronym>another</acronym>")
    assert one.document.talks[0].guid == moved.document.talks[0].guid != other.document.talks[0].guid


def test_slots_with_one_code_are_one_talk():
    events = "".join(f'<event id="{n}" code="ABC123">{EVENT}</event>' for n in (1, 2))
    assert [len(talk.slots) for talk in read(events).document.talks] == [2]


# Texts


@pytest.mark.parametrize(
    ("title", "bare", "state"),
    [
        ("CANCELLED Monitoring", "Monitoring", "cancelled"),
        ("[CANCELED] Debugging", "Debugging", "cancelled"),
        ("(CANCELLED) Funding - (AMA instead)", "Funding - (AMA instead)", "cancelled"),
        ("Cancelled: openSUSE", "openSUSE", "cancelled"),
        ("A control system - CANCELLED, replaced by a panel", "A control system", "cancelled"),
        ("AMENDMENT: SBOM with Yocto", "SBOM with Yocto", "confirmed"),
        ("AMENDEMENT Future", "Future", "confirmed"),
        ("[RESCHEDULED] Making it", "Making it", "confirmed"),
        ("Cancelling system calls", "Cancelling system calls", "confirmed"),
        ("Cancelled flights and how to read them", "Cancelled flights and how to read them", "confirmed"),
        ("Zones (REPLACES CANCELLED TALK)", "Zones (REPLACES CANCELLED TALK)", "confirmed"),
        ("  Padded   inside ", "Padded inside", "confirmed"),
    ],
)
def test_what_a_title_says_about_its_state(title, bare, state):
    talk = read(f'<event id="1">{EVENT.replace("A talk", title)}</event>').document.talks[0]
    assert (talk.title, talk.state) == (bare, state)


def test_what_followed_a_cancellation_is_kept():
    title = "A control system - CANCELLED, replaced by a panel"
    assert (
        read(f'<event id="1">{EVENT.replace("A talk", title)}</event>').document.talks[0].subtitle
        == "replaced by a panel"
    )


def test_html_becomes_markdown_also_where_it_is_not_escaped():
    escaped = "<abstract>&lt;p&gt;One &lt;b&gt;two&lt;/b&gt;&lt;/p&gt;</abstract>"
    nested = "<description><p>Three <em>four</em></p></description>"
    talk = read(f'<event id="1">{EVENT}{escaped}{nested}</event>').document.talks[0]
    assert (talk.abstract, talk.description) == ("One **two**", "Three *four*")


def test_invisible_characters_go():
    talk = read(f'<event id="1">{EVENT.replace("A talk", "Soft­hyphen zero​width no break")}</event>')
    assert talk.document.talks[0].title == "Softhyphen zerowidth no break"


# Links


def test_odd_links_are_kept_as_they_are():
    hrefs = [
        "https://example.org/a b",
        "thttps://example.org",
        "#room:matrix.org",
        "mailto:a@example.org",
        "www.example.org",
    ]
    links = "".join(f'<link href=" {href}">Title</link>' for href in hrefs)
    files = (
        '<attachment href="https://example.org/s.pdf" type="slides"/>'
        '<attachment href="/files/x" type="other">X</attachment>'
    )
    reading = read(
        f'<event id="1">{EVENT}<links>{links}<link/></links><attachments>{files}</attachments></event>',
        conference=f"{CONFERENCE}<base_url>https://example.org/2024/</base_url>",
    )
    found = reading.document.talks[0].links
    assert [link.url for link in found[:5]] == hrefs
    assert [(link.url, link.kind) for link in found[5:]] == [
        ("https://example.org/s.pdf", "slides"),
        ("https://example.org/files/x", "related"),
    ]
    assert "Not a web address; it was kept as text: 4 times." in said(reading)
    assert "A link without an address or a text." in said(reading)


def test_recordings_and_code_are_recognised():
    links = (
        '<link href="https://video.example/a.mp4">Video recording (mp4)</link>'
        '<link href="https://github.com/a/b">Sources</link><link href="https://example.org/">Home</link>'
    )
    talk = read(f'<event id="1">{EVENT}<links>{links}</links></event>').document.talks[0]
    assert [link.kind for link in talk.links] == ["recording", "code", "web"]


# The rest


def test_what_is_not_understood_is_named_once_with_a_count():
    event = '<event id="{}" mood="good">' + EVENT + "<smell>rose</smell><empty/></event>"
    reading = read(event.format(1) + event.format(2), outside="<weather>fine</weather>")
    assert "An element that was not understood (smell in event): 2 times." in said(reading)
    assert "An element that was not understood (weather in schedule)." in said(reading)
    assert "An attribute that was not understood (mood of event): 2 times." in said(reading)
    assert "empty" not in said(reading)


def test_kinds_come_from_words():
    def kind(extra: str, title: str = "A talk") -> str:
        person = "" if "Lunch" in title or "pause" in title else "<persons><person>P</person></persons>"
        return (
            read(f'<event id="1">{EVENT.replace("A talk", title)}{extra}{person}</event>')
            .document.talks[0]
            .kind
        )

    assert kind("<type>lightningtalk</type>") == "lightning"
    assert kind("<type>Workshop (2h)</type>") == "workshop"
    assert kind("<track>Keynote</track>") == "keynote"
    assert kind("", "Keynote: the future") == "keynote"
    assert kind("<type>Podium</type>") == "panel"
    assert kind("", "Lunch") == "break"
    assert kind("", "Kaffeepause") == "break"
    assert kind("<type>lecture</type>", "Coffee: a history") == "talk"


def test_what_has_no_type_among_typed_talks_and_nobody_gives_is_a_break():
    trip = EVENT.replace("A talk", "Day trip")
    events = f'<event id="1">{EVENT}<type>Talk</type></event><event id="2">{trip}</event>'
    assert [talk.kind for talk in read(events).document.talks] == ["talk", "break"]


def test_other_encodings_line_ends_and_no_declaration():
    text = schedule(f'<event id="1">{EVENT.replace("A talk", "Straße")}</event>').decode()
    latin = b'<?xml version="1.0" encoding="iso-8859-1"?>\r\n' + text.encode("latin-1")
    wide = ('<?xml version="1.0" encoding="utf-16"?>' + text).encode("utf-16")
    for data in (text.encode(), latin, wide, b"\xef\xbb\xbf" + text.encode()):
        assert schedule_xml.read(data).document.talks[0].title == "Straße"


def test_a_talk_without_title_id_or_room_is_still_a_talk():
    data = (
        b'<schedule><conference/><day date="2024-06-01"><event><start>10:00</start></event></day></schedule>'
    )
    talk = schedule_xml.read(data).document.talks[0]
    assert (talk.title, talk.slots[0].room, talk.guid is not None) == ("Untitled", "", True)
