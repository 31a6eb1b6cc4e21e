"""What a file leaves open is decided by evidence, shown, or asked."""

from datetime import date

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st

from events.formats import detect, schedule_xml
from events.formats.date_order import DateOrderUnknown
from events.formats.ical.repeats import list_starts, parse_rule
from events.formats.times import parse_clock, parse_duration, parse_moment, split_range

TABLE = "Title,Date,Start,Room\nOne,{0},10:00,Hall\nTwo,{1},11:00,Hall\n"


def dates(one, two, **options):
    reading = detect.read(TABLE.format(one, two).encode(), timezone="UTC", **options)
    return [talk.slots[0].starts_at.date() for talk in reading.document.talks]


def test_rows_show_the_order_of_the_whole_file():
    assert dates("3/4/2027", "3/14/2027") == [date(2027, 3, 4), date(2027, 3, 14)]
    assert dates("3/4/2027", "14/4/2027") == [date(2027, 4, 3), date(2027, 4, 14)]


def test_the_event_s_days_show_the_order():
    days = (date(2027, 3, 4), date(2027, 3, 5))
    assert dates("3/4/2027", "3/5/2027", days=days) == list(days)


def test_weekdays_and_plain_dates_show_the_order():
    assert dates("Thursday 3/4/2027", "3/5/2027")[0] == date(2027, 3, 4)
    assert dates("3/4/2027", "5 March 2027") == [date(2027, 3, 4), date(2027, 3, 5)]


def test_where_nothing_shows_the_order_the_option_is_named():
    with pytest.raises(DateOrderUnknown, match="--date-order dmy"):
        dates("3/4/2027", "3/5/2027")
    assert dates("3/4/2027", "3/5/2027", date_order="mdy")[0] == date(2027, 3, 4)
    assert dates("3/4/2027", "3/5/2027", date_order="dmy")[0] == date(2027, 4, 3)


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1250", "Žluťoučký kůň, Jiří Dvořák"),
        ("iso8859_2", "Zażółć gęślą jaźń"),
        ("cp1251", "Открытый код в Москве"),
        ("koi8_r", "Открытый код в Москве"),
        ("cp1252", "Größe für Anfänger à la crème"),
        ("cp1253", "Ελεύθερο λογισμικό"),
        ("cp1254", "Güvenlik için açık kaynak: şifreleme"),
        ("cp1255", "תוכנה חופשית"),
        ("cp1256", "البرمجيات الحرة"),
        ("cp1257", "Atvirasis kodas ąžuolas"),
        ("cp949", "오픈소스 한국어 처리"),
        ("shift_jis", "オープンソースの夕べ"),
        ("euc_jp", "オープンソースの夕べ"),
        ("gb18030", "开源软件的未来"),
        ("big5", "開放原始碼的未來會議"),
    ],
)
def test_the_encoding_is_scored_and_shown(encoding, text):
    reading = detect.read(f"Title;Room\n{text};Hall\n".encode(encoding))
    assert reading.document.talks[0].title == text
    assert text.split(",")[0][:20] in reading.sample


def test_an_encoding_that_is_named_is_used():
    data = "Title;Room\nZażółć;Hall\n".encode("cp1250")
    assert detect.read(data, encoding="cp1250").document.talks[0].title == "Zażółć"
    with pytest.raises(detect.UnreadableFile, match="no encoding"):
        detect.read(data, encoding="nonsense")


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("14 Uhr", "14:00"),
        ("14 Uhr 30", "14:30"),
        ("9.30", "09:30"),
        ("noon", "12:00"),
        ("9:30 pm", "21:30"),
        ("14h30", "14:30"),
    ],
)
def test_times_in_words(text, clock):
    assert f"{parse_clock(text):%H:%M}" == clock


@pytest.mark.parametrize(
    "text",
    [
        "Saturday 13 March 2027",
        "13. März 2027",
        "Sat, March 13th, 2027",
        "13 de marzo de 2027",
        "2027年3月13日",
        "2027/3/13",
    ],
)
def test_dates_in_words(text):
    assert parse_moment(text) == date(2027, 3, 13)


@pytest.mark.parametrize(
    ("text", "both"),
    [
        ("9:30 AM - 10:15 AM", ("9:30 AM", "10:15 AM")),
        ("9:30–10:15", ("9:30", "10:15")),
        ("1:30 - 2:15 PM", ("1:30 PM", "2:15 PM")),
        ("9 Uhr bis 10 Uhr", ("9:00", "10:00")),
        ("2027-03-13", ("", "")),
        ("soon", ("", "")),
    ],
)
def test_ranges(text, both):
    assert split_range(text) == both


def test_lengths_in_days_are_pretalx_s():
    def read(generator):
        data = (
            f'<schedule><generator name="{generator}"/><conference><time_zone_name>UTC</time_zone_name></conference>'
            '<day date="2026-07-01"><room name="A"><event id="1"><date>2026-07-01T10:00:00Z</date><start>10:00</start>'
            "<duration>1:02:30</duration><title>T</title></event></room></day></schedule>"
        )
        return schedule_xml.read(data.encode())

    slot = read("pretalx").document.talks[0].slots[0]
    assert (slot.ends_at - slot.starts_at).total_seconds() == 26.5 * 3600
    assert any("days, hours and minutes" in problem.message for problem in read("other").problems)


def test_lengths_in_words():
    assert [parse_duration(text).seconds // 60 for text in ("1h 30min", "90 Minuten", "1,5 h", "45.0")] == [
        90,
        90,
        90,
        45,
    ]


RULES = st.builds(
    lambda freq, interval, rest: f"FREQ={freq};INTERVAL={interval}{rest}",
    st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]),
    st.integers(1, 4),
    st.sampled_from(
        [
            "",
            ";BYDAY=MO,WE",
            ";BYMONTHDAY=1,-1",
            ";BYMONTH=3,10",
            ";BYMONTH=3;BYDAY=-1SU",
            ";BYMONTHDAY=31",
            ";BYHOUR=9,15",
        ]
    ),
).filter(lambda rule: "-1SU" not in rule or "MONTHLY" in rule or "YEARLY" in rule)


@given(
    RULES,
    st.datetimes(min_value=parse_moment("2026-01-01 08:00"), max_value=parse_moment("2026-12-31 08:00")),
)
def test_repetitions_are_those_of_the_standard(rule, first):
    first = first.replace(second=0, microsecond=0)
    until = first.replace(year=first.year + 2, day=min(first.day, 28))
    expected = rrulestr(f"RRULE:{rule}", dtstart=first).between(first, until, inc=True)
    assert list(list_starts(parse_rule(rule, first), first, first, until)) == expected


def test_a_calendar_s_own_zone_decides_and_whole_days_are_days():
    data = """BEGIN:VCALENDAR
BEGIN:VTIMEZONE
TZID:GMT
BEGIN:STANDARD
DTSTART:20001029T020000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
TZNAME:GMT
TZOFFSETFROM:+0100
TZOFFSETTO:+0000
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:20000326T010000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
TZNAME:BST
TZOFFSETFROM:+0000
TZOFFSETTO:+0100
END:DAYLIGHT
END:VTIMEZONE
BEGIN:VEVENT
UID:1
DTSTART;TZID=GMT:20260723T102000
SUMMARY:In summer
END:VEVENT
BEGIN:VEVENT
UID:2
DTSTART;VALUE=DATE:20260723
DTEND;VALUE=DATE:20260725
SUMMARY:Two days
END:VEVENT
END:VCALENDAR
"""
    document = detect.read(data.encode()).document
    assert document.timezone == "Europe/London"
    assert f"{document.talks[0].slots[0].starts_at:%H:%M}" == "09:20"
    assert len(document.talks[1].slots) == 2
    assert (document.starts_on, document.ends_on) == (date(2026, 7, 23), date(2026, 7, 24))
    from events.formats import ical

    assert b"DTSTART;VALUE=DATE:20260723" in ical.write(document)
