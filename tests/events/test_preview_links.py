"""Private links that show a draft, and the checklist before it is published."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from events.models import PreviewLink, Recap
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def event(client):
    user = factories.Organiser()
    event = factories.Event(name="Summit", state="draft", organisers=[user], timezone="UTC")
    talk = factories.Talk(event=event, title="Engines", speakers=[factories.Speaker(name="Ada")])
    factories.Slot(talk=talk, room=factories.Room(name="Hall"))
    factories.Slot(talk=factories.Talk(event=event, title="Secret", state="draft"))
    Recap.objects.create(event=event, title="How it was", text="Good")
    client.force_login(user)
    return event


@pytest.fixture
def page(event):
    return reverse("admin:events_event_publish", args=[event.pk])


@pytest.fixture
def link(client, page):
    link = client.post(page, {"do": "link", "days": "7"}).context["link"].removeprefix("http://testserver")
    client.logout()
    return link


def test_a_visitor_with_the_link_reads_the_draft_as_it_would_be_public(client, link):
    response = client.get(link)
    content = response.content.decode()
    for text in ("Summit", "Engines", "Ada", "Hall", "How it was"):
        assert text in content
    assert "Secret" not in content  # not confirmed: the next release would not show it
    assert response["X-Robots-Tag"] == "noindex"
    assert "no-store" in response["Cache-Control"]
    assert client.get("/events/").content.decode().count("Summit") == 0
    assert client.post(link).status_code == 405


def test_a_link_expires_is_revoked_and_cannot_be_guessed(client, event, page, link):
    assert link.split("/")[2] not in str(PreviewLink.objects.values())
    assert client.get("/preview/guessed/").status_code == 404
    PreviewLink.objects.update(expires_at=timezone.now())
    assert "Ask the organisers" in client.get(link).content.decode()
    PreviewLink.objects.update(expires_at=timezone.now() + dt.timedelta(days=1))
    assert client.get(link).status_code == 200
    client.force_login(event.organisers.get())
    client.post(page, {"do": "revoke"})
    assert client.get(link).status_code == 404


def test_the_checklist_names_what_is_missing_and_publishing_asks_for_none_of_it(client, event, page):
    content = client.get(page).content.decode()
    assert "Talks without an abstract" in content
    assert "The plan is released" in content
    assert client.post(page, {"do": "publish"}).status_code == 302
    event.refresh_from_db()
    assert event.state == "published"
    assert "The event is public." in client.get(page).content.decode()
    log = client.get(reverse("admin:events_event_activity", args=[event.pk])).content.decode()
    assert "Set-up: Summit" in log


def test_the_workspace_links_to_the_live_desk(client, event, page):
    assert f'href="/events/{event.slug}/live/"' in client.get(page).content.decode()


def test_the_preview_takes_as_many_queries_however_many_talks(
    client, event, link, django_assert_max_num_queries
):
    for _number in range(3):
        factories.Slot(talk=factories.Talk(event=event, speakers=[factories.Speaker()]))
    with django_assert_max_num_queries(16):
        client.get(link)
