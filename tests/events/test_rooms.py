"""Rooms and venues as places: their pages, plans that carry nothing harmful, statuses."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from events import actions
from events.models import LiveChange
from roadshow.core.plans import clean_plan, sanitize_svg
from tests import factories

pytestmark = pytest.mark.django_db

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">%s</svg>'


@pytest.mark.parametrize(
    "harm",
    [
        b"<script>alert(1)</script>",
        b'<g onload="alert(1)"/>',
        b"<style>@import url(https://example.org)</style>",
        b'<image href="https://example.org/pixel.png"/>',
        b'<use href="https://example.org/x.svg#y"/>',
        b'<rect fill="url(https://example.org/x)"/>',
        b'<foreignObject><p xmlns="http://www.w3.org/1999/xhtml">x</p></foreignObject>',
        b'<a href="javascript:alert(1)"><text>x</text></a>',
        b'<rect style="background:url(https://example.org)"/>',
        b'<use xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="https://example.org/x"/>',
    ],
)
def test_a_drawing_keeps_nothing_that_could_harm(harm):
    cleaned = sanitize_svg(SVG % (harm + b'<rect width="3" height="3" fill="url(#a)"/>'))
    assert b"example.org" not in cleaned and b"alert" not in cleaned
    assert b'<rect width="3" height="3" fill="url(#a)"/>' in cleaned


@pytest.mark.parametrize(
    "data", [b"", b"<p/>", b"<svg", b'<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]><svg>&a;</svg>']
)
def test_what_is_no_drawing_is_refused(data):
    with pytest.raises(ValidationError, match="SVG"):
        clean_plan(SimpleUploadedFile("plan.svg", data))


@pytest.fixture
def event(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    event = factories.Event(slug="stop", timezone="UTC", organisers=[factories.Organiser()])
    room = factories.Room(
        name="Hall", building="K", floor="1", capacity=90, step_free=True, quiet=False, light="dimmed",
        stream_url="https://example.org/stream", directions="Up the stairs.", plan_x=20, plan_y=40,
    )  # fmt: skip
    room.venue.plan = SimpleUploadedFile("plan.svg", SVG % b"<script/><rect/>")
    room.venue.save()
    factories.Slot(talk=factories.Talk(event=event, title="First"), room=room)
    event.event_rooms.get_or_create(room=room)
    actions.release(event=event, by=None)
    event.refresh_from_db()
    return event


def test_a_room_says_where_it_is_and_what_is_on(event, client):
    room = event.rooms.get()
    page = client.get(f"/events/stop/rooms/{room.guid}/").text
    for text in (
        "Hall",
        "90",
        "step-free",
        "dimmed",
        "example.org",
        "Up the stairs.",
        "First",
        "20 % from the left",
    ):
        assert text.lower() in page.lower()
    with room.venue.plan.open() as plan:
        assert b"script" not in plan.read()
    for path in ("/events/stop/rooms/", f"/venues/{room.venue.guid}/"):
        assert "Hall" in client.get(path).text
    assert f"/events/stop/rooms/{room.guid}/" in client.get(event.talks.get().get_absolute_url()).text


def test_a_room_shows_its_status_and_notices(event, client):
    room, organiser = event.rooms.get(), event.organisers.get()
    for change in (
        LiveChange(event=event, kind="status", room=room, status="full"),
        LiveChange(event=event, kind="notice", room=room, text="Doors open late"),
    ):
        actions.announce(change=change, by=organiser)
    assert "mark--full" in client.get("/events/stop/rooms/").text
    page = client.get(f"/events/stop/rooms/{room.guid}/").text
    assert "mark--full" in page and "Doors open late" in page


def test_rooms_of_others_are_not_there(event, client):
    other = factories.Room()
    assert client.get(f"/events/stop/rooms/{other.guid}/").status_code == 404
    assert client.get(f"/venues/{other.venue.guid}/").status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_a_list_of_rooms_takes_six_queries(event, client, count, django_assert_num_queries):
    for _ in range(count - 1):
        event.event_rooms.create(room=factories.Room())
    with django_assert_num_queries(6):
        client.get("/events/stop/rooms/")


def test_a_talk_full_of_people_says_so_while_it_is_near(event, client):
    room, organiser = event.rooms.get(), event.organisers.get()
    actions.announce(change=LiveChange(event=event, kind="status", room=room, status="full"), by=organiser)
    talk = event.talks.get()
    assert "mark--full" not in client.get(talk.get_absolute_url()).text  # it is years away
    slot = event.slots.get()
    slot.starts_at = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=30)
    slot.ends_at = slot.starts_at + dt.timedelta(minutes=30)
    slot.save()
    actions.release(event=event, by=organiser)
    assert "mark--full" in client.get(talk.get_absolute_url()).text
