"""Slides and recordings of all talks on one page."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def event(client):
    user = factories.Organiser()
    client.force_login(user)
    return factories.Event(organisers=[user])


@pytest.fixture
def page(event):
    return reverse("admin:events_event_material", args=[event.pk])


def paste(client, page, lines):
    return client.post(page, {"do": "paste", "kind": "slides", "lines": lines})


def test_pasted_lines_are_matched_by_code_or_title_and_saved(client, event, page):
    one = factories.Talk(event=event, title="Café & Compilers!", code="ABC123")
    two = factories.Talk(event=event, title="Engines")
    response = paste(
        client,
        page,
        "cafe compilers\thttps://example.org/1\nhttps://example.org/2 Engines\nNobody https://example.org/3",
    )
    content = response.content.decode()
    assert "2 lines are matched" in content
    assert "1 line names no talk" in content
    assert "Nobody https://example.org/3" in content
    assert not one.links.exists()
    data = {f"slides-{one.pk}": "https://example.org/1", f"slides-{two.pk}": "https://example.org/2"}
    assert client.post(page, data | {"do": "save"}).status_code == 302
    assert [talk.links.get().url for talk in (one, two)] == ["https://example.org/1", "https://example.org/2"]
    client.post(page, {"do": "save", f"slides-{one.pk}": "", f"slides-{two.pk}": "https://example.org/4"})
    assert not one.links.exists()
    assert two.links.get().url == "https://example.org/4"


def test_a_title_that_two_talks_have_is_left_for_people(client, event, page):
    for _number in range(2):
        factories.Talk(event=event, title="Panel")
    assert (
        "1 line names no talk, or several"
        in paste(client, page, "Panel https://example.org").content.decode()
    )


def test_an_address_that_is_refused_keeps_the_others(client, event, page):
    one, two = factories.Talk(event=event), factories.Talk(event=event)
    data = {f"slides-{one.pk}": "javascript:alert(1)", f"recording-{two.pk}": "https://example.org/2"}
    response = client.post(page, data | {"do": "save"})
    assert response.status_code == 422
    assert "Give an address such as" in response.content.decode()
    assert "https://example.org/2" in response.content.decode()
    assert not two.links.exists()


def test_it_takes_as_many_queries_however_many_talks(client, event, page):
    queries = []
    for count in (1, 3):
        for _number in range(count):
            factories.Talk(event=event).links.create(url="https://example.org", kind="slides")
        with CaptureQueriesContext(connection) as captured:
            client.get(page)
        queries.append(len(captured))
    assert queries[0] == queries[1]
