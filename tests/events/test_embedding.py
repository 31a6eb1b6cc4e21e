"""Parts of an event in frames on other sites, and the oEmbed provider that tells those sites about them."""

import datetime as dt
from urllib.parse import quote

import pytest
from lxml import etree

from events import actions
from tests import factories

pytestmark = pytest.mark.django_db
SITE = "http://testserver"


@pytest.fixture
def event():
    event = factories.Event(slug="stop", name="First stop", starts_on=dt.date(2030, 10, 6))
    room, speaker = factories.Room(name="Hall"), factories.Speaker(name="Ada Quist")
    for number in range(3):
        begin = dt.datetime(2030, 10, 6, 4 + number, tzinfo=dt.UTC)
        talk = factories.Talk(event=event, slug=f"talk-{number}", title=f"Talk {number}", speakers=[speaker])
        factories.Slot(talk=talk, room=room, starts_at=begin, ends_at=begin + dt.timedelta(minutes=30))
    actions.release(event=event, by=None)
    event.refresh_from_db()
    return event


@pytest.mark.parametrize("part", ["schedule", "schedule/?view=grid", "speakers", "next"])
def test_any_site_may_frame_a_part_and_nobody_gets_a_cookie(event, client, part):
    client.force_login(factories.Organiser())
    path, _, query = part.partition("/")
    page = client.get(f"/events/stop/embed/{path}/{query}")
    assert "frame-ancestors *" in page["Content-Security-Policy"]
    assert "X-Frame-Options" not in page
    assert not page.cookies
    assert "unsafe" not in page["Content-Security-Policy"]


def test_no_other_page_may_be_framed(event, client):
    page = client.get("/events/stop/schedule/")
    assert "frame-ancestors 'none'" in page["Content-Security-Policy"]
    assert page["X-Frame-Options"] == "DENY"


def test_a_frame_shows_no_draft_even_to_its_organiser(event, client):
    organiser = factories.Organiser()
    event.organisers.add(organiser)
    event.state = "draft"
    event.save()
    client.force_login(organiser)
    for part in ("schedule", "speakers", "next"):
        assert client.get(f"/events/stop/embed/{part}/").status_code == 404


def test_the_next_talk_is_the_next_one_that_takes_place(event, client):
    def titles(query):
        page = client.get(f"/events/stop/embed/next/?{query}").text
        return [number for number in range(3) if f"Talk {number}</a>" in page]

    assert titles("at=2030-10-06T09:00") == [0]
    assert titles("at=2030-10-06T09:35&count=5") == [1, 2]
    assert titles("at=2030-10-06T09:00&room=Nowhere&q=talk+2") == [2]
    event.talks.filter(slug="talk-1").update(state="cancelled")
    actions.release(event=event, by=None)
    assert titles("at=2030-10-06T09:35") == [2]
    assert titles("at=2030-10-06T20:00") == []
    assert titles("at=2030-10-06T09:00&count=many") == [0]


@pytest.mark.parametrize("count", [1, 3])
def test_speakers_take_three_queries_however_many(client, count, django_assert_num_queries):
    event = factories.Event(slug="few")
    factories.Talk(event=event, speakers=factories.Speaker.create_batch(count))
    with django_assert_num_queries(3):
        page = client.get("/events/few/embed/speakers/")
    assert page.text.count('class="person"') == count


def test_an_event_says_what_to_paste(event, client):
    page = client.get("/events/stop/embed/").text
    assert f"&lt;iframe src=&quot;{SITE}/events/stop/embed/next/&quot;" in page
    assert "&lt;roadshow-embed event=&quot;stop&quot; show=&quot;speakers&quot;&gt;" in page
    script = client.get("/embed.js")
    assert script["Access-Control-Allow-Origin"] == "*" and "javascript" in script["Content-Type"]


def oembed(client, path, **parameters):
    return client.get("/oembed/", {"url": SITE + path, **parameters})


def test_oembed_gives_a_frame_for_an_events_pages(event, client):
    answer = oembed(client, "/events/stop/schedule/?view=grid", maxwidth=500, maxheight="x").json()
    assert answer["version"] == "1.0" and answer["type"] == "rich"
    assert (answer["width"], answer["height"]) == (500, 640)
    assert f'<iframe src="{SITE}/events/stop/embed/schedule/?view=grid"' in answer["html"]
    assert "/zh-hans/events/stop/embed/next/" in oembed(client, "/zh-hans/events/stop/now/").json()["html"]
    talk = oembed(client, "/events/stop/talks/talk-0/").json()
    assert talk["type"] == "link" and talk["title"] == "Talk 0 · First stop" and talk["author_name"]


def test_oembed_speaks_xml_too_and_nothing_else(event, client):
    answer = oembed(client, "/events/stop/", format="xml")
    root = etree.fromstring(answer.content)
    assert root.tag == "oembed" and root.findtext("html").startswith("<iframe ")
    assert oembed(client, "/events/stop/", format="yaml").status_code == 501


@pytest.mark.parametrize("path", ["/", "/events/nothing/", "/nowhere", "/speakers/"])
def test_oembed_knows_no_other_addresses(event, client, path):
    assert oembed(client, path).status_code == 404
    assert client.get("/oembed/", {"url": "http://other.example/events/stop/"}).status_code == 404
    assert client.get("/oembed/").status_code == 404


def test_an_events_pages_name_their_oembed_address(event, client):
    page = client.get("/events/stop/schedule/").text
    found = etree.HTML(page).xpath('//link[@type="application/json+oembed"]/@href')
    assert found == [f"{SITE}/oembed/?url={quote(f'{SITE}/events/stop/schedule/', safe='')}"]
    assert client.get(found[0]).json()["type"] == "rich"
