"""Changes as server-sent events: from a cursor on, within a bounded number of connections."""

import json

import pytest

from roadshow.api import stream
from roadshow.api.changes import latest_cursor
from tests import factories as make

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESS = "/api/v1/changes/stream/"


@pytest.fixture(autouse=True)
def always_look(monkeypatch, settings):
    monkeypatch.setattr(stream, "POLL", 0)
    settings.STREAM_SECONDS = 300


def read(client, query="", after=None, messages=1):
    """The first messages of a stream after a cursor, without `retry`."""
    headers = {"Last-Event-ID": str(after)} if after else {}
    response = client.get(f"{ADDRESS}{query}", headers=headers)
    assert response.status_code == 200, response.content
    assert response["Content-Type"] == "text/event-stream"
    body = iter(response.streaming_content)
    assert next(body).startswith(b"retry: ")
    found = [next(body).decode() for _message in range(messages)]
    assert stream.slots.taken == 1
    response.close()
    response.close()
    assert stream.slots.taken == 0
    return found


def test_what_changed_since_the_last_message_is_sent_and_the_cursor_goes_on(client):
    before = latest_cursor()
    talk = make.Talk(title="Live")
    entries = client.get(f"/api/v1/changes/?cursor={before}").json()
    messages = read(client, f"?event={talk.event.slug}", before, 2)
    assert [json.loads(one.partition("data: ")[2]) for one in messages] == entries["results"]
    assert messages[0].startswith("data: ")
    assert messages[-1].startswith(f"id: {entries['cursor']}\ndata: ")
    assert read(client, "?kind=rooms", before) == [f"id: {latest_cursor()}\n\n"]
    make.Speaker()
    assert read(client, f"?kind=talks&cursor={before}")[0].startswith(f"id: {entries['cursor']}\ndata: ")


def test_a_quiet_stream_shows_that_it_is_alive_and_ends(client, monkeypatch, settings):
    monkeypatch.setattr(stream, "HEARTBEAT", 0)
    assert read(client) == [": still here\n\n"]
    settings.STREAM_SECONDS = 0
    assert b"".join(client.get(ADDRESS)).startswith(b"retry: 3000")


def test_places_are_bounded_and_given_back(client, settings):
    settings.STREAM_SLOTS = 1
    first = client.get(ADDRESS)
    refused = client.get(ADDRESS)
    assert (refused.status_code, refused["Retry-After"]) == (503, "30")
    assert refused.json()["errors"][0]["code"] == "unavailable"
    first.close()  # before its first message was read
    assert client.head(ADDRESS).status_code == 200
    read(client, after=latest_cursor(), query="?kind=talks", messages=0)
    assert stream.slots.taken == 0


def test_the_rules_of_the_feed_hold(client):
    accept = {"Accept": "text/event-stream"}
    assert client.get(f"{ADDRESS}?kind=feedback.received", headers=accept).status_code == 401
    assert client.get(f"{ADDRESS}?event=nowhere", headers=accept).status_code == 400
    assert client.get(f"{ADDRESS}?page_size=3", headers=accept).status_code == 400
    assert client.get(ADDRESS, headers=accept | {"Last-Event-ID": "999999999-1"}).status_code == 410
    assert stream.slots.taken == 0
