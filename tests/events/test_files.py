"""Schedules, calendars and feeds as other programs fetch them."""

import datetime as dt
import json

import pytest
from lxml import etree

from events import actions
from tests import factories
from tests.events.formats.client_rules import check_calendar
from tests.roadshow.counting import count_queries

pytestmark = pytest.mark.django_db

FILES = [
    ("/events/whole/schedule.xml", "application/vnd.c3voc.schedule+xml"),
    ("/events/whole/schedule.json", "application/json"),
    ("/events/whole/schedule.ics", "text/calendar; charset=utf-8"),
    ("/events/whole/talks/first.ics", "text/calendar; charset=utf-8"),
    ("/events.ics", "text/calendar; charset=utf-8"),
    ("/series/tour/events.ics", "text/calendar; charset=utf-8"),
    ("/events/feed/", "application/atom+xml; charset=utf-8"),
    ("/events/whole/changes/feed/", "application/atom+xml; charset=utf-8"),
]
PATHS = [path for path, _type in FILES]


@pytest.fixture
def event():
    event = factories.Event(slug="whole", name="The whole", series=factories.Series(slug="tour"))
    talk = factories.Talk(event=event, slug="first", title="The first", speakers=[factories.Speaker()])
    factories.Slot(talk=talk)
    actions.release(event=event, by=None, note="Out at last")
    return event


@pytest.mark.parametrize(("path", "content_type"), FILES)
def test_a_file_has_its_type_and_is_open_to_other_sites(client, event, path, content_type):
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer["Content-Type"] == content_type
    assert answer["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("path", PATHS)
def test_who_has_a_file_is_told_so_and_learns_of_changes(client, event, path):
    first = client.get(path)
    known = {"if-none-match": first["ETag"], "if-modified-since": first["Last-Modified"]}
    assert client.get(path, headers=known).status_code == 304
    assert client.get(path, headers={"if-modified-since": first["Last-Modified"]}).status_code == 304
    event.name = "Another name"
    event.save()
    slot = event.slots.get()
    slot.ends_at += dt.timedelta(minutes=5)
    slot.save()
    actions.release(event=event, by=None, note="Longer")
    assert client.get(path, headers={"if-none-match": first["ETag"]}).status_code == 200


@pytest.mark.parametrize("path", PATHS[:3])
def test_a_schedule_is_made_once_and_kept_compressed(client, event, path):
    assert count_queries(client, path) == 5  # the event, what is public and live, the document
    assert count_queries(client, path) == 4
    plain = client.get(path)
    packed = client.get(path, headers={"accept-encoding": "gzip"})
    assert packed["Content-Encoding"] == "gzip"
    assert len(packed.content) < len(plain.content)


def test_addresses_in_a_file_are_whole(client, event):
    document = etree.fromstring(client.get("/events/whole/schedule.xml").content)
    assert document.findtext(".//event/url") == "http://testserver/events/whole/talks/first/"
    assert "http://testserver/events/whole/" in client.get("/events.ics").text.replace("\r\n ", "")


@pytest.mark.parametrize("path", PATHS[:4])
def test_there_is_no_file_before_there_is_a_release(client, path):
    factories.Slot(talk__slug="first", talk__event__slug="whole")
    assert client.get(path).status_code == 404


def test_a_calendar_leaves_out_what_has_no_day(client):
    factories.Event(name="Some time", date_precision="month")
    factories.Event(name="That day")
    calendar = client.get("/events.ics").text
    assert "That day" in calendar
    assert "Some time" not in calendar


def test_the_feed_of_changes_tells_them_in_words(client, event):
    talk = event.talks.get()
    talk.title = "The first, renamed"
    talk.save()
    actions.release(event=event, by=None, note="Renamed")
    feed = client.get("/events/whole/changes/feed/").text
    assert "Renamed" in feed
    assert "New title" in feed
    assert "http://testserver/events/whole/talks/first/" in feed


def test_pages_carry_linked_data_of_what_they_show(client, event):
    for path, kind in [
        ("/events/whole/", "Event"),
        ("/events/whole/talks/first/", "Event"),
        ("/series/tour/", "EventSeries"),
    ]:
        page = client.get(path).text
        text = page.partition('<script type="application/ld+json">')[2].partition("</script>")[0]
        graph = json.loads(text)
        assert graph["@type"] == kind
        assert graph["url"].startswith("http://testserver/")
        assert graph["startDate"].startswith("2030-10-06")


def test_the_map_of_the_site_lists_every_public_page(client, event):
    index = client.get("/sitemap.xml").text
    for section in ("events", "talks", "series", "speakers", "lists"):
        assert f"http://testserver/sitemap-{section}.xml" in index
    assert "http://testserver/events/whole/talks/first/" in client.get("/sitemap-talks.xml").text


@pytest.mark.parametrize(
    ("query", "minutes"), [("", None), ("?alarm=10", 10), ("?alarm=7", None), ("?alarm=x", None)]
)
@pytest.mark.parametrize("path", ["/events/whole/schedule.ics", "/events/whole/talks/first.ics"])
def test_a_calendar_has_reminders_by_choice(client, event, path, query, minutes):
    data = client.get(path + query).content
    assert (b"BEGIN:VALARM" in data) == (minutes is not None)
    check_calendar(data, alarm=minutes)


@pytest.mark.parametrize("alarm", [5, 10, 15, 30, 60])
def test_a_cancelled_talk_reminds_of_nothing(client, event, alarm):
    event.talks.update(state="cancelled")
    data = client.get(f"/events/whole/schedule.ics?alarm={alarm}").content
    assert b"VALARM" not in data and b"STATUS:CANCELLED" in data
