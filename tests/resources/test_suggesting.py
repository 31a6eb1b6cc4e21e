"""Suggesting a link without an account."""

from datetime import timedelta

import pytest
from django.utils import timezone

from resources.models import Resource
from roadshow.jobs.models import Job
from tests import factories
from tests.roadshow.servers import send, serving

pytestmark = pytest.mark.django_db
PATH = "/resources/suggest/"
PAGE = b'<html lang="de"><meta property="og:title" content="A title"><meta property="og:description" content="A text">'
SECOND = {"url": "https://example.org/new", "title": "New", "kind": "video", "free": "on"}


def test_a_page_proposes_its_title_and_description(client, settings):
    with serving(lambda handler: send(handler, PAGE)) as server:
        settings.ROADSHOW_GUARD_ALLOWED_HOSTS = [server.host]
        form = client.post(PATH, {"url": f"{server.url}/page?utm_source=x"}, follow=True).context["form"]
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
        page = client.post(PATH, {"url": f"{server.url}/gone"}, follow=True)
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


@pytest.fixture
def waiting(client, settings) -> str:
    """The address of the page that waits for a suggested link to be read."""
    settings.TASKS = {"default": settings.TASKS["default"] | {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    return client.post(PATH, {"url": "https://example.org/silent"})["Location"]


def test_a_silent_server_holds_no_web_thread(client, waiting):
    page = client.get(waiting)
    assert (page["Refresh"], page["Cache-Control"]) == ("1", "no-store")
    assert 'role="status"' in page.text
    form = client.get(f"{waiting}&skip=1").context["form"]
    assert form.initial["url"] == "https://example.org/silent"
    assert Job.objects.get().state == "cancelled"


def test_without_a_worker_the_form_comes_by_itself(client, waiting):
    Job.objects.update(created_at=timezone.now() - timedelta(seconds=11))
    page = client.get(waiting)
    assert page.context["second"]
    assert "It does not answer at this moment." in page.text


@pytest.mark.parametrize("key", ["", "x", "00000000-0000-4000-8000-000000000000"])
def test_an_unknown_reading_begins_anew(client, key):
    assert not client.get(f"{PATH}?page={key}").context["second"]


def test_why_a_page_cannot_be_read_is_said_in_the_language_of_the_sender(client, settings):
    with serving(lambda handler: send(handler, b"gone", 404)) as server:
        settings.ROADSHOW_GUARD_ALLOWED_HOSTS = [server.host]
        page = client.post(f"/zh-hans{PATH}", {"url": f"{server.url}/gone"}, follow=True)
    assert "server answers" not in page.text
    assert "404" in page.text
