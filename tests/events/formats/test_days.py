"""Days follow each other without gap or overlap, in any zone, through every change of clocks."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from events.formats.days import day_start, find_day, find_day_change, list_days, whole_day
from events.formats.document import Day, Document, Slot, Talk
from events.formats.times import find_zone, local_to_utc

from .documents import ZONES

zones = st.sampled_from(ZONES).map(ZoneInfo)
changes = st.times(time(0), time(12)).map(lambda at: at.replace(microsecond=0))
instants = st.datetimes(datetime(1972, 1, 2), datetime(2036, 1, 1), timezones=st.just(UTC))
BERLIN = ZoneInfo("Europe/Berlin")
DAY = timedelta(days=1)


@given(instant=instants, zone=zones, change=changes)
@example(datetime(2023, 3, 26, 1, tzinfo=UTC), BERLIN, time(2, 30))  # an hour that does not exist
@example(datetime(2023, 10, 29, 0, 45, tzinfo=UTC), BERLIN, time(2, 30))  # one that exists twice
@example(datetime(2011, 12, 30, 12, tzinfo=UTC), ZoneInfo("Pacific/Apia"), time(4))  # a day that was skipped
def test_every_instant_is_in_exactly_one_day(instant, zone, change):
    on = find_day(instant, zone, change)
    assert day_start(on, zone, change) <= instant < day_start(on + DAY, zone, change)


@given(instant=instants, later=st.timedeltas(timedelta(0), timedelta(days=3)), zone=zones, change=changes)
def test_days_never_run_backwards(instant, later, zone, change):
    assert find_day(instant, zone, change) <= find_day(instant + later, zone, change)


@given(on=st.dates(date(1972, 1, 2), date(2036, 1, 1)), zone=zones, change=changes)
def test_days_follow_each_other(on, zone, change):
    assert whole_day(on, zone, change).ends_at == whole_day(on + DAY, zone, change).starts_at


@given(instant=instants, zone=zones)
def test_a_local_time_comes_back_unless_the_clock_showed_it_twice(instant, zone):
    local = instant.astimezone(zone)
    if local.fold == 0:
        assert local_to_utc(local.replace(tzinfo=None), zone) == instant


@given(
    starts=st.lists(instants, min_size=1, max_size=6),
    days=st.lists(st.dates(date(1972, 1, 2), date(2036, 1, 1)), max_size=3, unique=True),
    zone=zones,
    change=changes,
)
def test_each_slot_of_a_document_is_in_one_of_its_days(starts, days, zone, change):
    slots = [Slot(starts_at=start, ends_at=start + timedelta(hours=2)) for start in starts]
    document = Document(
        timezone=zone.key,
        days=[whole_day(on, zone, change) for on in days],
        talks=[Talk(title="T", slots=slots)],
    )
    found = list_days(document)
    dates = [day.date for day in found]
    assert dates == sorted(set(dates))
    used = find_day_change(document.days, zone)
    assert {find_day(start, zone, used) for start in starts} <= set(dates)
    assert set(days) <= set(dates)


@pytest.mark.parametrize(
    ("clock", "on"),
    [("2024-06-01 23:50", 1), ("2024-06-02 00:15", 1), ("2024-06-02 03:59", 1), ("2024-06-02 04:00", 2)],
)
def test_what_begins_before_four_belongs_to_the_evening_before(clock, on):
    instant = local_to_utc(datetime.fromisoformat(clock), BERLIN)
    assert find_day(instant, BERLIN, time(4)) == date(2024, 6, on)


@pytest.mark.parametrize(
    ("start", "end", "change"),
    [
        ("2019-08-21T09:00", "2019-08-22T04:00", time(4)),  # frab: until the next morning
        ("2025-02-01T09:00", "2025-02-02T08:59", time(9)),  # FOSDEM: around the clock
        ("2020-12-14T04:00", "2020-12-15T03:59", time(4)),  # pretalx
        ("2023-09-10T03:00", "2023-09-11T02:59:59", time(3)),  # wafer
        ("2024-06-01T00:00", "2024-06-02T00:00", time(0)),
        ("2024-06-01T09:00", "2024-06-01T18:00", time(4)),  # a day at the office
        ("2024-06-01T03:00", "2024-06-01T18:00", time(3)),
    ],
)
def test_the_hour_of_change_is_read_from_the_days(start, end, change):
    begins, ends = (local_to_utc(datetime.fromisoformat(text), BERLIN) for text in (start, end))
    assert find_day_change([Day(date=begins.date(), starts_at=begins, ends_at=ends)], BERLIN) == change


def test_an_empty_document_still_has_a_day():
    assert [day.date for day in list_days(Document())] == [date(1970, 1, 1)]
    assert [
        day.date for day in list_days(Document(starts_on=date(2024, 1, 1), ends_on=date(2024, 1, 3)))
    ] == [
        date(2024, 1, 1),
        date(2024, 1, 2),
        date(2024, 1, 3),
    ]


def test_zones_are_named_as_people_write_them():
    assert find_zone("europe/berlin").key == "Europe/Berlin"
    assert find_zone("America/New York").key == "America/New_York"
    assert find_zone("Mars/Olympus") is None
    assert find_zone("../../etc/passwd") is None
