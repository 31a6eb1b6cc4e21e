"""Documents that are as awkward as the type allows, for hypothesis."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import available_timezones

from hypothesis import strategies as st

from events.formats.document import (
    LINK_KINDS,
    TALK_KINDS,
    Day,
    Document,
    Link,
    Person,
    Room,
    Slot,
    Talk,
    Track,
    Venue,
)

ZONES = sorted(zone for zone in available_timezones() if zone not in ("localtime", "Factory"))
zones = st.sampled_from(ZONES) | st.sampled_from(
    [
        "Europe/Berlin",
        "America/New_York",
        "Asia/Kolkata",
        "Australia/Lord_Howe",
        "Pacific/Apia",
        "",
        "Mars/Olympus",
    ]
)
texts = st.text(max_size=30) | st.sampled_from(
    [
        "",
        " ",
        "\x00",
        "a\r\nb",
        "]]>",
        "<b>&amp;</b>",
        "“é”, 中文; ",
        "\ud800",
        "x" * 300,
        "- a\n- b\n\n```\n<p>\n```",
    ]
)
urls = texts | st.sampled_from(
    [
        "https://example.org/a b?c=[d]#e#f",
        "http://[::1]:80/",
        "https://ümläut.example/%zz",
        "http://[bad",
        "https://",
        "javascript:alert(1)",
        "mailto:a@b.example",
        "#room:matrix.org",
        "thttps://x.example",
        "//cdn.example/x",
        "/relative",
        "about:invalid#x",
        "https://user:pass@example.org:99999/\\",
    ]
)
numbers = st.integers(-5, 40) | st.sampled_from([0, 2**31, 10**12])
guids = st.none() | st.uuids() | st.sampled_from(["a"]).map(lambda _: None)
moments = st.datetimes(datetime(1975, 1, 1), datetime(2037, 12, 31), timezones=st.just(UTC)) | st.datetimes(
    datetime(2023, 3, 24), datetime(2023, 4, 3), timezones=st.just(UTC)
)
lengths = st.timedeltas(timedelta(minutes=-10), timedelta(hours=3)) | st.sampled_from(
    [timedelta(0), timedelta(hours=23, minutes=59, seconds=50), timedelta(hours=24), timedelta(days=3)]
)
room_names = st.sampled_from(["", "Hall", "Hall ", "Gray  Room", "<&>", "中"]) | texts

links = st.builds(Link, url=urls, title=texts, kind=st.sampled_from(LINK_KINDS))
persons = st.builds(
    Person,
    name=texts,
    id=texts | st.sampled_from(["12", "12~Ann", "ABC", "-1"]),
    guid=guids,
    biography=texts,
    url=urls,
    picture=urls,
    links=st.lists(links, max_size=2),
)


@st.composite
def slots(draw):
    start = draw(moments)
    return Slot(
        starts_at=start,
        ends_at=start + draw(lengths),
        room=draw(room_names),
        guid=draw(guids),
        number=draw(numbers),
        sequence=draw(st.integers(0, 9)),
        changed_at=draw(st.none() | moments),
    )


talks = st.builds(
    Talk,
    title=texts,
    guid=guids,
    id=texts,
    code=st.sampled_from(["", "ABC123", "abc", "ÄBC123"]),
    slug=texts | st.sampled_from(["opening-talk", "keynote", "x_y-z", "Camp2019-1-Foo", "rust-"]),
    subtitle=texts,
    abstract=texts,
    description=texts,
    kind=st.sampled_from(TALK_KINDS),
    type_label=texts,
    language=st.sampled_from(["", "en", "zh-Hans"]),
    state=st.sampled_from(["confirmed", "cancelled"]),
    track=texts,
    topics=st.lists(texts, max_size=2),
    persons=st.lists(persons, max_size=3),
    links=st.lists(links, max_size=3),
    url=urls,
    logo=urls,
    feedback_url=urls,
    recording_license=texts,
    recording_optout=st.booleans(),
    slots=st.lists(slots(), max_size=3),
)


@st.composite
def days(draw):
    start = draw(moments)
    return Day(date=start.date(), starts_at=start, ends_at=start + timedelta(hours=draw(st.integers(1, 30))))


documents = st.builds(
    Document,
    title=texts,
    slug=texts,
    acronym=st.sampled_from(["", "x", "fosdem-2025", "Camp2019", "中文"]),
    url=urls,
    timezone=zones,
    starts_on=st.none() | st.dates(date(1975, 1, 1), date(2030, 1, 1)),
    ends_on=st.none() | st.dates(date(1975, 1, 1), date(2030, 1, 1)),
    slot_minutes=st.integers(1, 60),
    description=texts,
    logo=urls,
    color=st.sampled_from(["", "red", "#AABBCC"]),
    version=texts,
    released_at=st.none() | moments,
    venue=st.builds(
        Venue, name=texts, latitude=st.none() | st.floats(-90, 90), longitude=st.floats(-180, 180)
    ),
    rooms=st.lists(st.builds(Room, name=room_names, guid=guids, description=texts), max_size=3),
    tracks=st.lists(
        st.builds(Track, name=texts, color=st.sampled_from(["", "#ff0000", "bad"]), slug=texts), max_size=3
    ),
    days=st.lists(days(), max_size=3),
    talks=st.lists(talks, max_size=4),
)
