"""Nobody but its organisers sees a draft: on no surface, by no address. A new surface is one more line."""

import datetime as dt

import pytest

from events import actions
from tests import factories

pytestmark = pytest.mark.django_db

SECRET = "Zylophant"

OWN = [  # addresses of a draft itself
    "/events/draft/",
    "/events/draft/preview.png",
    "/events/draft/talks/inside/preview.png",
    "/events/open/talks/draft/preview.png",
    "/series/draft/talks/",
    "/events/draft/schedule/",
    "/events/draft/talks/",
    "/events/draft/talks/inside/",
    "/events/draft/changes/",
    "/events/draft/schedule.xml",
    "/events/draft/schedule.json",
    "/events/draft/schedule.ics",
    "/events/draft/device.json",
    "/events/draft/device-more.json",
    "/events/draft/live.json",
    "/events/draft/speakers/",
    "/events/draft/rooms/",
    "/events/draft/rooms.json",
    "/events/draft/live/",
    "/events/draft/talks/inside.ics",
    "/events/open/talks/draft.ics",
    "/events/draft/changes/feed/",
    *(f"/events/draft/embed/{part}" for part in ("", "schedule/", "speakers/", "next/")),
    "/oembed/?url=http://testserver/events/draft/",
    "/oembed/?url=http://testserver/events/open/talks/draft/",
    "/series/draft/events.ics",
    "/series/draft/",
    "/events/open/talks/draft/",
    "/speakers/draft/",
    "/speakers/draft-without-a-talk/",
    "/speakers/draft-of-a-draft/",
    "/resources/draft/",
    "/collections/draft/",
]
LISTS = [  # addresses where it might shine through
    "/",
    "/events/",
    "/events/?q=Zylophant",
    "/events/open/",
    "/events/stop/",
    "/events/stop/talks/",
    "/events/open/schedule/",
    "/events/open/schedule/?view=grid",
    "/events/open/live.json",
    "/events/open/speakers/",
    "/events/open/display/?show=changes",
    "/events/open/rooms/",
    "/events/open/rooms.json",
    "/events/open/device.json",
    "/events/open/device-more.json",
    "/events/open/talks/",
    "/events/open/talks/?q=Zylophant",
    "/events/open/talks/shown/",
    "/events/open/changes/",
    *(
        f"/events/open/embed/{part}"
        for part in ("", "schedule/", "speakers/", "next/?at=2030-10-01T00:00&count=9")
    ),
    "/oembed/?url=http://testserver/events/open/talks/shown/",
    "/series/open/",
    "/series/open/talks/",
    "/speakers/",
    "/speakers/?q=Zylophant",
    "/speakers/shown/",
    "/resources/",
    "/resources/?q=Zylophant",
    "/resources/shown/",
    "/collections/",
    "/collections/shown/",
    "/topics/",
    "/topics/shared/",
    "/events/open/schedule.xml",
    "/events/open/schedule.json",
    "/events/open/schedule.ics",
    "/events/open/talks/shown.ics",
    "/events/open/changes/feed/",
    "/events/feed/",
    "/resources/feed/",
    *(f"/resources.{format}" for format in ("json", "opml", "html", "md", "csv")),
    "/events.ics",
    "/series/open/events.ics",
    *(
        f"/sitemap-{section}.xml"
        for section in ("events", "talks", "series", "speakers", "topics", "resources", "collections")
    ),
    "/search/?q=Zylophant",
    "/search/suggest/?q=Zylophant",
    "/search/?q=Zylophant&in=talks",
]


@pytest.fixture(scope="module")
def portal(module_transaction):
    """An open event, and a draft of everything, tied to whatever is open."""
    topic = factories.Topic(slug="shared", name="Shared")
    factories.Speaker(name=f"{SECRET} typed in", slug="draft-without-a-talk")
    series = factories.Series(slug="open")
    tour = factories.Series(slug="draft", name=f"{SECRET} series", state="draft")
    factories.Event(slug="stop", series=tour)
    hidden = factories.Speaker(slug="draft", name=f"{SECRET} person", state="draft")
    shown = factories.Speaker(slug="shown")
    event = factories.Event(slug="open", series=series)
    draft = factories.Event(slug="draft", name=f"{SECRET} event", series=series, state="draft")
    talk = factories.Talk(event=event, slug="shown", title="Shown", speakers=[shown, hidden], topics=[topic])
    unready = factories.Talk(
        event=event, slug="draft", title=f"{SECRET} talk", state="draft", speakers=[shown], topics=[topic]
    )
    inside = factories.Talk(
        event=draft,
        slug="inside",
        title=f"{SECRET} inside",
        speakers=[shown, factories.Speaker(name=f"{SECRET} of a draft", slug="draft-of-a-draft")],
        topics=[topic],
    )
    for day, one in enumerate((talk, unready, inside), start=1):
        begin = dt.datetime(2030, 10, 6, day, tzinfo=dt.UTC)
        factories.Slot(talk=one, starts_at=begin, ends_at=begin + dt.timedelta(minutes=30))
    link = factories.Resource(slug="shown", title="Shown link")
    suggested = factories.Resource(slug="draft", title=f"{SECRET} link", state="suggested")
    for resource in (link, suggested):
        resource.topics.add(topic)
        resource.events.add(event, draft)
        resource.talks.add(talk, unready, inside)
        resource.speakers.add(shown, hidden)
    open_collection = factories.Collection(slug="shown")
    closed = factories.Collection(slug="draft", title=f"{SECRET} collection", state="draft")
    for collection in (open_collection, closed):
        collection.items.create(resource=link)
        collection.items.create(resource=suggested)
    for one in (event, draft):
        actions.release(event=one, by=None)
    return event, draft


@pytest.mark.parametrize("prefix", ["", "/zh-hans"])
@pytest.mark.parametrize("path", OWN)
def test_the_address_of_a_draft_is_404(client, portal, path, prefix):
    assert client.get(prefix + path).status_code == 404


@pytest.mark.parametrize("path", LISTS)
def test_a_draft_shines_through_nowhere(client, portal, path):
    page = client.get(path)
    assert page.status_code == 200
    assert "/draft" not in page.text
    assert SECRET not in page.text.replace(f"q={SECRET}", "").replace(f'value="{SECRET}"', "").replace(
        f"“{SECRET}”", ""
    )


@pytest.mark.parametrize("path", OWN)
def test_somebody_elses_organiser_sees_no_more(client, portal, path):
    client.force_login(factories.Organiser())
    shared = ("/resources/", "/collections/")  # the library is every organiser's
    expected = 200 if path.startswith(shared) else 404
    assert client.get(path).status_code == expected


def test_organisers_see_their_drafts_and_that_nobody_else_does(client, portal):
    organiser = factories.Organiser()
    for event in portal:
        event.organisers.add(organiser)
    client.force_login(organiser)
    for path in ("/events/draft/", "/events/draft/talks/inside/", "/events/open/talks/draft/"):
        page = client.get(path)
        assert page.status_code == 200
        assert "Only organisers see this" in page.text
    more = ["/events/draft/programme/", "/events/draft/my/", "/events/draft/now/", "/events/draft/display/"]
    for path in [*(path for path in OWN if path.startswith("/events/")), *more]:
        page = client.get(path)  # no cache on the way, and none on the device, gives it to others
        control = set(page.headers.get("Cache-Control", "").split(", "))
        assert page.status_code == 404 or control >= {"private", "no-cache"}, path
