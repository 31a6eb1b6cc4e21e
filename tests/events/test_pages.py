"""Pages of series, events, schedules and talks."""

import datetime as dt
import html
import re
from io import BytesIO
from urllib.parse import parse_qs, urlsplit

import lxml.html
import pytest
from django.core.cache import cache
from lxml import etree
from PIL import Image

from events import actions
from events.models import Recap, Track
from tests import factories
from tests.roadshow.counting import count_queries

pytestmark = pytest.mark.django_db


def whole_event(count: int, **options):
    """An event of which there is `count` of everything, released once."""
    event = factories.Event(slug="whole", series=factories.Series(slug="tour"), **options)
    for number in range(count):
        talk = factories.Talk(
            event=event,
            title=f"Talk about {number}",
            slug=f"talk-{number}",
            speakers=[factories.Speaker()],
            topics=[factories.Topic()],
            track=factories.Track(event=event),
        )
        factories.Slot(talk=talk)
        resource = factories.Resource()
        resource.events.add(event)
        resource.talks.add(talk)
        factories.Recap(event=event, language=("en", "zh-hans", "de")[number])
    actions.release(event=event, by=None, note="First")
    event.refresh_from_db()
    return event


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    ("path", "queries"),
    [
        ("/events/", 3),
        ("/series/tour/", 7),
        ("/series/tour/talks/", 7),
        ("/events/whole/", 12),
        ("/events/whole/talks/", 9),
        ("/events/whole/talks/talk-0/", 10),
        ("/events/whole/changes/", 10),
    ],
)
def test_a_page_takes_as_many_queries_however_much_there_is(client, path, queries, count):
    whole_event(count)
    assert count_queries(client, path) == queries


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("view", ["list", "grid"])
def test_a_schedule_is_read_from_one_release_and_then_from_the_cache(client, count, view):
    whole_event(count)
    path = f"/events/whole/schedule/?view={view}"
    assert count_queries(client, path) == 6  # the event, what is public and live, the document, buildings
    assert count_queries(client, path) == 4


def test_a_reader_who_has_the_schedule_is_told_so_until_the_next_release(client):
    event = whole_event(1)
    path = "/events/whole/schedule/"
    etag = client.get(path)["ETag"]
    assert client.get(path, headers={"if-none-match": etag}).status_code == 304
    actions.release(event=event, by=None)
    assert client.get(path, headers={"if-none-match": etag}).status_code == 200


def test_times_are_the_events_own_and_the_zone_is_named(client):
    whole_event(1)
    for path in ("/events/whole/schedule/", "/events/whole/talks/talk-0/"):
        page = client.get(path).text
        assert "15:30" in page  # ten o'clock UTC
        assert "India Time (UTC+5:30)" in page


def test_the_plan_is_not_shown_before_it_is_released(client):
    event = factories.Event()
    slot = factories.Slot(talk__event=event)
    assert "The schedule is not out yet." in client.get(f"/events/{event.slug}/schedule/").text
    assert "Not in the schedule yet." in client.get(slot.talk.get_absolute_url()).text


def test_a_schedule_can_be_narrowed_and_says_what_it_cannot(client):
    event = whole_event(3)
    event.talks.filter(title="Talk about 1").update(subtitle="A second look")
    actions.release(event=event, by=None)
    page = client.get("/events/whole/schedule/?q=second&view=tree&colour=red").text
    assert "Talk about 1" in page
    assert "Talk about 2" not in page
    assert "There is no parameter “colour”." in page
    assert "“tree” is not a value of “view” in this schedule." in page


@pytest.mark.parametrize("odd", ["view=tree", "day=2030-11-11", "colour=", "view=", "view=grid&view=list"])
def test_what_one_reader_asks_for_is_not_kept_for_the_others(client, odd):
    whole_event(1)
    plain = client.get("/events/whole/schedule/").text
    cache.clear()
    client.get(f"/events/whole/schedule/?{odd}")
    assert client.get("/events/whole/schedule/").text == plain


def test_talks_can_be_narrowed_to_the_track_that_a_page_offers(client):
    whole_event(3)
    offered = re.search(r'href="([^"]+\?track=[^"]+)"', client.get("/events/whole/talks/talk-1/").text)[1]
    page = client.get(html.unescape(offered)).text
    assert "Talk about 1" in page
    assert "Talk about 2" not in page
    track = Track.objects.get(talks__slug="talk-1")
    assert f'<option value="{track.slug}" selected>' in page


@pytest.mark.parametrize("at", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00%2B14:00", "9999-12-31"])
def test_a_moment_beyond_all_events_is_the_present(client, at):
    whole_event(1)
    assert client.get(f"/events/whole/now/?at={at}").status_code == 200


def test_a_grid_has_a_column_for_each_room(client):
    event = whole_event(3)
    page = client.get("/events/whole/schedule/?view=grid").text
    for slot in event.slots.all():
        assert f"<bdi>{slot.room.name}</bdi></th>" in page
    assert page.count('class="cell') == 3


def test_days_are_tabs_and_today_is_not_needed_to_find_them(client):
    event = factories.Event(starts_on=dt.date(2030, 10, 6), ends_on=dt.date(2030, 10, 7))
    first = factories.Slot(talk__event=event)
    second = factories.Slot(
        talk__event=event, starts_at=dt.datetime(2030, 10, 7, 9, tzinfo=dt.UTC), room=first.room
    )
    actions.release(event=event, by=None)
    page = client.get(f"/events/{event.slug}/schedule/").text
    assert first.talk.title in page
    assert second.talk.title not in page
    page = client.get(f"/events/{event.slug}/schedule/?day=2030-10-07").text
    assert second.talk.title in page
    assert first.talk.title not in page
    page = client.get(f"/events/{event.slug}/schedule/?day=all").text
    assert first.talk.title in page
    assert second.talk.title in page


def test_cancelled_and_moved_talks_are_marked(client):
    event = whole_event(2)
    cancelled, moved = event.talks.order_by("title")
    cancelled.state = "cancelled"
    cancelled.save()
    slot = moved.slots.get()
    slot.starts_at += dt.timedelta(hours=1)
    slot.ends_at += dt.timedelta(hours=1)
    slot.save()
    actions.release(event=event, by=None)
    page = client.get("/events/whole/schedule/").text
    assert "Cancelled" in page
    assert "Moved; it was at 15:30" in page
    page = " ".join(client.get("/events/whole/changes/").text.split())
    assert "<del>Sunday 15:30–16:00</del> → <ins>Sunday 16:30–17:00</ins>" in page


def test_a_long_recap_has_an_index_and_a_short_one_has_none(client):
    event = factories.Event(slug="told")
    text = "## Why & how\n\nSo.\n\n## `List<String>`\n\nThen.\n\n## The end\n\nThus."
    recap = Recap.objects.create(event=event, language="en", title="A day", text=text)
    page = client.get("/events/told/").text
    assert '<a href="#recap-1" dir="auto">Why &amp; how</a>' in page
    assert '<a href="#recap-2" dir="auto">List&lt;String&gt;</a>' in page
    assert '<h3 id="recap-3">The end</h3>' in page
    recap.text = "## The end\n\nThus."
    recap.save()
    page = client.get("/events/told/").text
    assert "#recap-1" not in page
    assert '<h3 id="recap-1">The end</h3>' in page


def test_a_recap_comes_in_the_readers_language_or_the_one_asked_for(client):
    event = factories.Event(slug="told")
    factories.Recap(event=event, language="en", title="In English")
    factories.Recap(event=event, language="zh-hans", title="中文")
    assert 'id="recap-title" dir="auto">In English' in client.get("/events/told/").text
    assert 'id="recap-title" dir="auto">中文' in client.get("/zh-hans/events/told/").text
    assert 'id="recap-title" dir="auto">中文' in client.get("/events/told/?recap=zh-hans").text
    Recap.objects.filter(language="en").delete()
    assert 'id="recap-title" dir="auto">中文' in client.get("/events/told/").text


def test_what_is_odd_in_an_address_is_told_and_left_out(client):
    event = factories.Event()
    page = client.get("/events/?when=never&page=99&colour=red").text
    assert event.name in page
    assert "“never” is not one of" in page
    assert "There is no parameter “colour”." in page


def test_a_script_gets_the_list_alone(client):
    event = factories.Event()
    page = client.get("/events/", headers={"hx-request": "true"})
    assert event.name in page.text
    assert "<html" not in page.text
    assert "HX-Request" in page["Vary"]


def test_a_link_that_is_no_web_address_is_not_a_link(client):
    talk = factories.Talk()
    talk.links.create(url="javascript:alert(1)", title="Odd")
    page = client.get(talk.get_absolute_url()).text
    assert "Odd" in page
    assert 'href="javascript' not in page


def test_markdown_is_shown_and_scripts_are_not(client):
    talk = factories.Talk(abstract="A **bold** word<script>alert(1)</script><img src=x onerror=alert(1)>")
    page = client.get(talk.get_absolute_url()).text
    assert "<strong>bold</strong>" in page
    assert "word&lt;script&gt;alert(1)&lt;/script&gt;" in page
    root = lxml.html.fromstring(page)
    inline = [script for script in root.iter("script") if "alert" in script.text_content()]
    assert {script.get("type") for script in inline} <= {"application/ld+json"}  # data, which is not run
    assert not [
        name for element in root.iter(etree.Element) for name in element.attrib if name.startswith("on")
    ]
    assert not root.xpath("//img[@src='x']")


def test_events_know_how_exactly_their_dates_are_known(client):
    factories.Event(starts_on=dt.date(2020, 1, 15), date_precision="month")
    factories.Event(starts_on=dt.date(2019, 7, 1), date_precision="year")
    page = client.get("/events/").text
    assert "January 2020" in page
    assert "15 Jan" not in page
    assert "1 Jul" not in page


def test_a_series_shows_its_stops_on_a_map_and_the_next_one(client):
    series = factories.Series(slug="tour", name="The tour")
    factories.Event(
        series=series, city="Zurich", latitude=47.37, longitude=8.54, starts_on=dt.date(2020, 1, 1)
    )
    venue = factories.Venue(city="Bangalore", latitude=12.97, longitude=77.59)
    factories.Event(series=series, name="Coming", venue=venue, starts_on=dt.date(2999, 1, 1))
    factories.Event(series=series, city="Nowhere", starts_on=dt.date(2021, 1, 1))
    factories.Event(series=series, city="Hidden", latitude=1, longitude=1, state="draft")
    page = client.get("/series/tour/").text
    assert "The stops on a map: Zurich, Bangalore</title>" in page
    assert ">Coming<" in page.partition("Next stop<")[2]
    assert "<dd>3</dd>" in page


def test_a_series_without_places_has_no_map(client):
    factories.Event(series=factories.Series(slug="tour"))
    assert "<title id=" not in client.get("/series/tour/").text


def test_all_talks_of_a_tour_can_be_narrowed(client):
    event = factories.Event(series=factories.Series(slug="tour"))
    factories.Talk(event=event, title="Lighthouses")
    factories.Talk(event=event, title="Harbours")
    factories.Talk(title="Elsewhere")
    page = client.get("/series/tour/talks/?q=light").text
    assert "<mark>Light</mark>houses" in page or "Lighthouses" in page
    assert "Harbours" not in page
    assert "Elsewhere" not in client.get("/series/tour/talks/").text


def test_a_talk_goes_into_a_calendar_by_file_and_on_the_web(client):
    talk = factories.Talk(
        title="Cats & dogs", slug="cats", event__slug="show", event__timezone="Asia/Kolkata"
    )
    begin = dt.datetime(2030, 1, 1, 4, 30, tzinfo=dt.UTC)
    factories.Slot(talk=talk, starts_at=begin, ends_at=begin + dt.timedelta(minutes=45), room__name="Hall")
    actions.release(event=talk.event, by=None)
    page = html.unescape(client.get(talk.get_absolute_url()).text)
    google, outlook = (
        parse_qs(urlsplit(address).query)
        for address in re.findall(r'href="(https://(?:calendar\.google|outlook\.live)\.com[^"]*)"', page)
    )
    assert 'href="/events/show/talks/cats.ics"' in page
    assert (google["text"], google["dates"]) == (["Cats & dogs"], ["20300101T043000Z/20300101T051500Z"])
    assert (outlook["startdt"], outlook["enddt"]) == (["2030-01-01T04:30:00Z"], ["2030-01-01T05:15:00Z"])
    assert google["location"] == ["Hall"]
    assert google["details"] == ["http://testserver/events/show/talks/cats/"]


@pytest.mark.parametrize("prefix", ["", "/zh-hans"])
def test_an_event_and_a_talk_have_a_picture_for_other_sites(client, prefix):
    talk = factories.Talk(title="关于地图", speakers=[factories.Speaker(name="ليلى حداد")])
    for path in [f"{prefix}{row.get_absolute_url()}" for row in (talk, talk.event)]:
        assert (
            f'<meta property="og:image" content="http://testserver{path}preview.png">'
            in client.get(path).text
        )
        answer = client.get(f"{path}preview.png")
        with Image.open(BytesIO(answer.content)) as picture:
            assert (picture.format, picture.size) == ("PNG", (1200, 630))
        assert client.get(f"{path}preview.png", headers={"if-none-match": answer["ETag"]}).status_code == 304


def test_a_venue_leads_to_directions(client):
    venue = factories.Venue(latitude=12.97, longitude=77.59, accessibility="No steps.", directions="By tram.")
    page = client.get(factories.Event(venue=venue).get_absolute_url()).text
    assert 'href="https://www.openstreetmap.org/directions?to=12.97000%2C77.59000"' in page
    assert "No steps." in page
    assert "By tram." in page
