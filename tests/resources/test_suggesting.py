"""Suggesting a link without an account."""

import pytest

from resources.models import Resource
from roadshow.http.guard import FetchFailed
from tests import factories
from tests.roadshow.servers import send, serving

pytestmark = pytest.mark.django_db
PATH = "/resources/suggest/"
PAGE = b'<html lang="de"><meta property="og:title" content="A title"><meta property="og:description" content="A text">'
SECOND = {"url": "https://example.org/new", "title": "New", "kind": "video", "free": "on"}


def test_a_page_proposes_its_title_and_description(client, settings):
    with serving(lambda handler: send(handler, PAGE)) as server:
        settings.ROADSHOW_GUARD_ALLOWED_HOSTS = [server.host]
        form = client.post(PATH, {"url": f"{server.url}/page?utm_source=x"}).context["form"]
    assert {name: form.initial[name] for name in ("url", "title", "note", "language")} == {
        "url": f"{server.url}/page",
        "title": "A title",
        "note": "A text",
        "language": "de",
    }


def test_a_suggestion_waits_for_curators(client):
    page = client.post(PATH, SECOND, follow=True)
    assert "The curators will look at the link." in page.text
    row = Resource.objects.get()
    assert (row.title, row.kind, row.state) == ("New", "video", "suggested")
    assert "New" not in client.get("/resources/").context["page"].object_list.values_list("title", flat=True)


@pytest.mark.parametrize(
    "data", [{"url": "www.example.org/known/"}, SECOND | {"url": "http://example.org/known"}]
)
def test_a_known_address_is_recognised_at_once(client, data):
    known = factories.Resource(url="https://example.org/known")
    page = client.post(PATH, data)
    assert page.status_code == 409
    assert known.get_absolute_url() in page.text
    assert Resource.objects.count() == 1


def test_a_known_address_that_is_not_public_is_not_named(client):
    factories.Resource(url="https://example.org/known", title="Hidden", state="rejected")
    page = client.post(PATH, {"url": "https://example.org/known"})
    assert page.status_code == 409
    assert "Hidden" not in page.text


@pytest.mark.parametrize(
    "url", ["", "no address", "javascript:alert(1)", "http://127.0.0.1/", "http://[::1]/", "x" * 3000]
)
def test_what_is_no_public_address_is_refused_with_a_sentence(client, url):
    page = client.post(PATH, {"url": url})
    assert page.status_code == 422
    assert str(page.context["form"].errors["url"][0]).endswith((".", ")."))


def test_a_page_that_cannot_be_read_is_described_by_hand(client, settings):
    with serving(lambda handler: send(handler, b"gone", 404)) as server:
        settings.ROADSHOW_GUARD_ALLOWED_HOSTS = [server.host]
        page = client.post(PATH, {"url": f"{server.url}/gone"})
    assert "The server answers with an error (404). Please say yourself what it is." in page.text
    assert page.context["second"]


def test_who_falls_into_the_trap_leaves_nothing_behind(client):
    assert client.post(PATH, SECOND | {"website": "https://spam.example"}).status_code == 302
    assert not Resource.objects.exists()


def test_nobody_suggests_without_end(client):
    for number in range(11):
        page = client.post(PATH, SECOND | {"url": f"https://example.org/{number}"})
    assert page.status_code == 422
    assert "in an hour" in page.text
    assert Resource.objects.count() == 10


def test_silent_servers_hold_one_thread_and_nobody_waits(client, monkeypatch):
    seconds = []

    def hang(url, *, timeout):
        seconds.append(timeout)
        page = client.post(PATH, {"url": "https://example.org/second"})  # while the first one waits
        assert "The portal is reading other pages at this moment." in page.text
        assert page.context["second"]
        raise FetchFailed("timeout", "It took too long.")

    monkeypatch.setattr("resources.views.suggesting.fetch_metadata", hang)
    assert client.post(PATH, {"url": "https://example.org/first"}).context["second"]
    assert client.post(PATH, {"url": "https://example.org/third"}).context[
        "second"
    ]  # the thread is free again
    assert seconds == [5, 5]
