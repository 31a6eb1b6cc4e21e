"""Other people's files, where they lie beside the project: nothing is lost, every local time is right."""

import json
import re
from collections import Counter
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from lxml import etree

from events.formats import detect, ical, schedule_json, schedule_xml
from tests.roadshow.counting import count_calls

from .conftest import SHARED

DATA = SHARED / "data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="no files to read here")

# name: zone to read it in, talks, distinct names, credits, links with attachments, rooms, zone it shows
FILES = {
    "fosdem-2023.xml": ("Europe/Brussels", 780, 787, 935, 4963 + 522, 35, "Europe/Brussels"),
    "fosdem-2025-january.xml": ("", 943, 992, 1172, 725 + 13, 40, "Europe/Brussels"),
    "fosdem-2025-december.xml": ("", 1105, 1193, 1455, 7142 + 758, 35, "Europe/Brussels"),
    "debconf-2023.xml": ("", 117, 87, 143, 0, 5, "Asia/Kolkata"),
    "lswt-2019.xml": ("Europe/Berlin", 31, 19, 20, 0, 4, "Europe/Berlin"),
    "camp-2019.json": ("", 79, 90, 96, 64, 2, "Europe/Berlin"),
    "democon.json": ("", 36, 27, 43, 0, 2, "Etc/GMT-1"),
    "linux-conf-au-2020.ics": ("", 262, 151, 190, 0, 7, "Australia/Brisbane"),
}
CANCELLED = {"fosdem-2023.xml": 5, "fosdem-2025-december.xml": 4}
BREAKS = {"debconf-2023.xml": 32, "lswt-2019.xml": 6, "linux-conf-au-2020.ics": 49}


@pytest.fixture(scope="module")
def reading_of():
    found = {}

    def read(name):
        if name not in found:
            found[name] = detect.read((DATA / name).read_bytes(), name=name, timezone=FILES[name][0])
        return found[name]

    return read


@pytest.mark.parametrize("name", FILES)
def test_nothing_is_lost(name, reading_of):
    document = reading_of(name).document
    talks = document.talks
    counted = (
        len(talks),
        len({person.name for talk in talks for person in talk.persons}),
        sum(len(talk.persons) for talk in talks),
        sum(len(talk.links) for talk in talks),
        len(document.rooms),
        document.timezone,
    )
    assert counted == FILES[name][1:]
    assert sum(len(talk.slots) for talk in talks) == len(talks)
    assert Counter(talk.state for talk in talks)["cancelled"] == CANCELLED.get(name, 0)
    assert Counter(talk.kind for talk in talks)["break"] == BREAKS.get(name, 0)
    assert len({slot.guid for talk in talks for slot in talk.slots}) == len(talks)


def printed_times(name: str) -> dict[str, tuple[str, str]]:
    """What the file prints for each talk, by place: the day in the event's own calendar, and the clock."""
    data = (DATA / name).read_bytes()
    if name.endswith(".ics"):
        text = re.sub(rb"\r?\n[ \t]", b"", data).decode()
        starts = re.findall(r"DTSTART[^:]*:(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)", text)
        uids = re.findall(r"UID:(.*?)\r?\n", text)
        return {
            uid: (f"{y}-{m}-{d}", f"{hour}:{minute}")
            for uid, (y, m, d, hour, minute) in zip(uids, starts, strict=True)
        }
    if name.endswith(".json"):
        days = json.loads(data)["schedule"]["conference"]["days"]
        return {
            event["guid"]: (event["date"][:10], event["start"])
            for day in days
            for events in day["rooms"].values()
            for event in events
        }
    found = {}
    for day in etree.fromstring(data).iter("day"):
        # by hand: debconf's first day is printed as 10 September in its programme, its file says the 9th
        shown = f"{day.get('date')[:8]}{int(day.get('date')[8:]) + (name == 'debconf-2023.xml'):02}"
        for number, event in enumerate(day.iter("event")):
            key = event.get("guid") or f"{event.get('id')}/{day.get('date')}/{number}"
            found[key] = (shown, event.findtext("start"))
    return found


@pytest.mark.parametrize("name", FILES)
def test_every_talk_begins_when_the_file_prints_it(name, reading_of):
    document = reading_of(name).document
    zone = ZoneInfo(document.timezone)
    shown = Counter(
        (f"{start:%Y-%m-%d}", f"{start:%H:%M}")
        for start in (slot.starts_at.astimezone(zone) for talk in document.talks for slot in talk.slots)
    )
    assert shown == Counter(printed_times(name).values())


@pytest.mark.parametrize("name", FILES)
def test_exports_are_valid_and_come_back_the_same(name, reading_of, assert_valid):
    document = reading_of(name).document
    assert_valid(document)
    for format_ in (schedule_xml, schedule_json, ical):
        once = format_.write(document)
        assert format_.write(format_.read(once).document) == once


def test_a_large_file_takes_little_work(reading_of):
    data = (DATA / "fosdem-2025-december.xml").read_bytes()
    document = reading_of("fosdem-2025-december.xml").document
    talks = len(document.talks)
    assert count_calls(detect.read, data) < 1_650 * talks
    assert count_calls(schedule_xml.write, document) < 730 * talks
    assert count_calls(schedule_json.write, document) < 1_200 * talks


def test_two_versions_of_a_file_name_the_same_talks_the_same(reading_of):
    before, after = (
        {talk.guid for talk in reading_of(f"fosdem-2025-{month}.xml").document.talks}
        for month in ("january", "december")
    )
    assert (len(before & after), len(before - after), len(after - before)) == (913, 30, 192)


def test_each_contradiction_is_reported_once(reading_of):
    def said(name):
        return [(problem.place, problem.message) for problem in reading_of(name).problems]

    assert (
        "day",
        "The dates of days are 1 day too early for 117 of 117 talks in them;"
        " the talks' own dates were believed.",
    ) in said("debconf-2023.xml")
    assert sum("as if they were UTC" in message for _, message in said("lswt-2019.xml")) == 1
    assert sum("contradicts the offsets of 36 of 36 talks" in m for _, m in said("democon.json")) == 1
    assert datetime(2019, 5, 22, 7, 0).isoformat() in {
        talk.slots[0].starts_at.replace(tzinfo=None).isoformat()
        for talk in reading_of("lswt-2019.xml").document.talks
    }
