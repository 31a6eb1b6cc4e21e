"""What events share is not changed for others unasked, and their organisers are told."""

import pytest
from django.urls import reverse

from events.models import EventRoom
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def room(client):
    """A room of two events; the client organises the first, `room.other` the second."""
    room = make.Room(name="Hall")
    client.user, room.other = make.Organiser(), make.Organiser()
    mine = make.Event(organisers=[client.user])
    theirs = make.Event(name="Their event", organisers=[room.other])
    for event in (mine, theirs):
        EventRoom.objects.create(event=event, room=room)
    room.topic = make.Topic(name="Old topic", slug="old-topic")
    make.Talk(event=theirs, topics=[room.topic])
    client.force_login(client.user)
    return room


def post_form(client, url, **values):
    form = client.get(url).context["adminform"].form
    kept = {name: value for name, value in form.initial.items() if not hasattr(value, "storage")}
    data = {name: value for name, value in kept.items() if value is not None and value is not False}
    return client.post(url, data | values)


def test_the_admin_asks_before_a_shared_room_is_renamed(client, room):
    url = reverse("admin:events_room_change", args=[room.pk])
    asked = post_form(client, url, name="Great hall")
    assert asked.status_code == 200 and "would show the new name: Their event" in asked.text
    room.refresh_from_db()
    assert room.name == "Hall" and not room.other.notices.exists()
    assert post_form(client, url, name="Great hall", confirmed_name="Great hall").status_code == 302
    room.refresh_from_db()
    assert room.name == "Great hall"
    assert "“Hall” is “Great hall” now" in str(room.other.notices.get())
    assert not client.user.notices.exists()


def test_a_venue_asks_for_itself_and_its_rooms(client, room):
    url = reverse("admin:events_venue_change", args=[room.venue_id])
    rows = {
        "rooms-TOTAL_FORMS": 1,
        "rooms-INITIAL_FORMS": 1,
        "rooms-0-id": room.pk,
        "rooms-0-venue": room.venue_id,
        "rooms-0-position": 0,
    }
    assert "Their event" in post_form(client, url, name="New name", **rows, **{"rooms-0-name": "Hall"}).text
    assert "Their event" in post_form(client, url, **rows, **{"rooms-0-name": "Other"}).text
    confirmed = {"rooms-0-name": "Other", "rooms-0-confirmed_name": "Other"}
    assert post_form(client, url, **rows, **confirmed).status_code == 302
    assert "“Hall” is “Other” now" in str(room.other.notices.get())


def test_what_nobody_else_uses_is_renamed_without_a_question(client, room):
    own = make.Room(name="Own")
    assert (
        post_form(client, reverse("admin:events_room_change", args=[own.pk]), name="Mine").status_code == 302
    )
    assert not room.other.notices.exists()


def test_the_api_asks_too(client, room):
    url, json = f"/api/v1/rooms/{room.guid}/", {"content_type": "application/json"}
    asked = client.patch(url, {"name": "Other"}, **json)
    assert asked.status_code == 409 and "Their event" in asked.text
    assert client.patch(url, {"capacity": 80}, **json).status_code == 200
    assert "edited what your events share" in str(room.other.notices.get())
    confirm = {"Confirm-Shared": "true"}
    assert client.patch(url, {"name": "Other"}, headers=confirm, **json).status_code == 200
    assert room.other.notices.count() == 2


def test_organisers_are_told_of_a_topic_that_was_deleted(client, room):
    assert client.delete("/api/v1/topics/old-topic/").status_code == 204
    assert "deleted what your events share: “Old topic”" in str(room.other.notices.get())
    client.force_login(room.other)
    assert "deleted what your events share" in client.get(reverse("admin:index")).text


def test_draft_events_of_others_are_counted_not_named(client, room):
    room.other.organised_events.update(state="draft")
    asked = client.patch(f"/api/v1/rooms/{room.guid}/", {"name": "Other"}, content_type="application/json")
    assert "Their event" not in asked.text and "1 more" in asked.text
