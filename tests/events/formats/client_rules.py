"""What apps demand of schedule files and calendars, as assertions: requirements restated, no code of theirs.

`check_schedule_xml` is what EventFahrplan and Giggity rely on when they read schedule.xml, `check_calendar` what
Giggity and calendar programs rely on in iCalendar.
"""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
from lxml import etree

_DAY = timedelta(days=1)
_FIRST = 1024  # characters in which Giggity looks for the kind of file


def check_schedule_xml(data: bytes) -> None:
    head = data.decode()[:_FIRST]
    assert "<schedule" in head and "<conference" in head, "unknown to Giggity"
    assert b"<!DOCTYPE" not in data
    root = etree.fromstring(data)
    conference = root.find("conference")
    assert conference.findtext("title").strip() and conference.findtext("acronym").strip()
    ZoneInfo(conference.findtext("time_zone_name"))
    days = root.findall("day")
    assert [int(day.get("index")) for day in days] == list(range(1, len(days) + 1))
    assert int(conference.findtext("days")) == len(days)
    for day in days:
        _check_day(day)
    events = list(root.iter("event"))
    for name in ("id", "guid"):  # sessions with the same one replace each other
        values = [event.get(name) for event in events]
        assert len(set(values)) == len(values), name


def _check_day(day: etree._Element) -> None:
    starts, ends = (datetime.fromisoformat(day.get(name)) for name in ("start", "end"))
    assert starts.tzinfo and ends.tzinfo and starts < ends, "the change of day is read from its end"
    datetime.strptime(day.get("date"), "%Y-%m-%d")
    for room in day.findall("room"):
        for event in room.findall("event"):
            _check_event(event, room.get("name"))
            date = datetime.fromisoformat(event.findtext("date"))
            assert starts - _DAY <= date < ends + _DAY, "shown on another day"


def _check_event(event: etree._Element, room: str) -> None:
    assert event.get("id").isdigit() and int(event.get("id")) > 0
    assert event.findtext("title").strip()
    assert (event.findtext("room") or "") == room
    assert re.fullmatch(r"[0-2]\d:[0-5]\d", event.findtext("start"))
    hours, minutes = event.findtext("duration").split(":")
    assert int(hours) < 24 and int(minutes) < 60, "apps misread longer ones"
    date = datetime.fromisoformat(event.findtext("date"))
    assert date.tzinfo and f"{date:%H:%M}" == event.findtext("start"), "date and start disagree"
    for link in (*event.iter("link"), *event.iter("attachment")):
        assert (link.text or "").strip(), "EventFahrplan shows no link without a text"
        assert link.get("href").strip()
    assert all((person.text or "").strip() for person in event.iter("person"))
    assert event.findtext("recording/optout") in ("true", "false")
    for name in ("url", "logo", "feedback_url", "origin_url"):
        url = event.findtext(name)
        assert url is None or re.match(r"https?://", url), name


def check_calendar(data: bytes, *, alarm: int | None = None) -> None:
    assert data.startswith(b"BEGIN:VCALENDAR\r\n")
    for line in data.split(b"\r\n"):
        assert len(line) <= 75, "longer than 75 octets"
        line.removeprefix(b" ").decode()  # no character is divided
        escapes = len(line) - len(line.rstrip(b"\\"))
        assert escapes % 2 == 0, "folded inside an escape"
    calendar = icalendar.Calendar.from_ical(data)
    zones = {str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")}
    entries = calendar.walk("VEVENT")
    uids = [str(entry["UID"]) for entry in entries]
    assert len(set(uids)) == len(uids)
    for entry in entries:
        assert str(entry["SUMMARY"]).strip()
        assert "LOCATION" not in entry or str(entry["LOCATION"]).strip()
        assert entry["DTEND"].dt >= entry["DTSTART"].dt
        named = entry["DTSTART"].params.get("TZID")
        assert named is None or named in zones
        assert entry["SEQUENCE"] >= 0 and "DTSTAMP" in entry
        triggers = [abs(one["TRIGGER"].dt.total_seconds()) / 60 for one in entry.walk("VALARM")]
        assert triggers == ([] if alarm is None or entry.get("STATUS") == "CANCELLED" else [alarm])
