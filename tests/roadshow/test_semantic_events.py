"""Semantic events over the feed and webhooks: in order, once, and of nothing private."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from events.actions import announce, give_feedback, release, undo_change
from events.actions.starting import announce_starting
from events.models import LiveChange
from resources.actions import suggest_link
from roadshow.api.changes import delete_superseded, latest_cursor
from roadshow.api.models import Change
from roadshow.api.semantic_events import SEMANTIC
from roadshow.models import Webhook
from tests import factories as make
from tests.roadshow.test_api_schema import named
from tests.roadshow.test_webhooks import listener, send_all  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db(transaction=True)
PUBLIC = [kind for kind, of in SEMANTIC.items() if not of.reader]
PRIVATE = [kind for kind, of in SEMANTIC.items() if of.reader]


@pytest.fixture
def organiser():
    return make.Organiser()


@pytest.fixture
def event(organiser):
    """Released, with a talk that begins in five minutes and one that is over."""
    event = make.Event(slug="stop", organisers=[organiser], feedback_open=True)
    room = make.Room(name="Hall")
    for title, minutes in (("Soon", 5), ("Over", -90)):
        begin = timezone.now() + timedelta(minutes=minutes)
        make.Slot(
            talk=make.Talk(event=event, title=title),
            room=room,
            starts_at=begin,
            ends_at=begin + timedelta(minutes=30),
        )
    event.event_rooms.get_or_create(room=room)
    release(event=event, by=organiser)
    event.refresh_from_db()
    return event


def follow(client, *kinds, **options):
    page = client.get(f"/api/v1/changes/?kind={','.join(kinds)}", **options).json()
    named("Changes").validate(page)
    return page["results"]


def happen(event, organiser) -> None:
    """One of everything that does not come of the release."""
    room = event.event_rooms.get().room
    full = announce(
        change=LiveChange(event=event, kind=LiveChange.Kind.STATUS, room=room, status="full"), by=organiser
    )
    undo_change(change=full, by=organiser)
    over = event.slots.get(talk__title="Over")
    announce(change=LiveChange(event=event, kind=LiveChange.Kind.CANCELLED, slot=over.guid), by=organiser)
    give_feedback(event=event, rating=4, comment="Lovely")
    suggest_link(url="https://example.org/tool", title="A tool")


def test_what_happened_is_told_in_order_to_those_who_may_know(client, event, organiser):
    assert [announce_starting(), announce_starting()] == [1, 0]
    happen(event, organiser)
    entries = follow(client, *PUBLIC)
    assert [one["kind"] for one in entries] == [
        "schedule.released", "talk.starts_soon", "room.status", "room.status", "talk.cancelled"
    ]  # fmt: skip
    released, soon, full, opened, cancelled = entries
    numbers = {"number": 1, "slots": 2, "added": 2, "moved": 0, "cancelled": 0, "removed": 0}
    assert released["data"] == numbers
    assert (released["record"]["number"], released["operation"]) == (1, "event")
    assert soon["record"]["title"] == "Soon"
    assert [one["data"]["status"] for one in (full, opened)] == ["full", "open"]
    assert cancelled["data"]["slot"] == f"{event.slots.get(talk__title='Over').guid}"
    assert client.get(f"/api/v1/changes/?kind={PRIVATE[0]}").status_code == 401
    assert client.get("/api/v1/changes/?kind=talk.eaten").status_code == 400
    assert not [one for one in client.get("/api/v1/changes/").json()["results"] if one["kind"] in SEMANTIC]
    client.force_login(organiser)
    feedback, link = follow(client, *PRIVATE)
    assert (feedback["data"]["rating"], feedback["record"]) == (4, None)
    assert link["data"] == {"resource": "a-tool"}
    client.force_login(make.User(is_staff=True))
    assert [one["kind"] for one in follow(client, *PRIVATE)] == ["link.suggested"]


def test_a_cancelled_talk_is_told_however_it_was_cancelled_and_only_while_it_is_public(client, event):
    talk = make.Talk(event=event, title="Never mind")
    event.talks.filter(pk=talk.pk).update(state="cancelled")
    (entry,) = follow(client, "talk.cancelled")
    assert (entry["record"]["title"], entry["data"]) == ("Never mind", {"slot": None})
    assert follow(client, "talk.cancelled,talks")
    event.talks.filter(pk=talk.pk).update(state="withdrawn")
    assert follow(client, "talk.cancelled") == []
    hidden = make.Talk(event=make.Event(state="draft"))
    hidden.event.talks.update(state="cancelled")
    assert follow(client, "talk.cancelled") == []


def test_a_second_release_says_what_it_moved(client, event, organiser):
    slot = event.slots.get(talk__title="Soon")
    slot.ends_at += timedelta(minutes=5)
    slot.save()
    event.slots.get(talk__title="Over").delete()
    release(event=event, by=organiser)
    data = follow(client, "schedule.released")[-1]["data"]
    assert data == {"number": 2, "slots": 1, "moved": 1, "added": 0, "cancelled": 0, "removed": 1}


def test_webhooks_are_told_of_what_they_name(listener, event, organiser):  # noqa: F811 - the fixture
    for kinds in ([], ["feedback.received", "room.status"]):
        Webhook.objects.create(name="Hook", url=f"{listener.url}/{len(kinds)}", event=event, kinds=kinds)
    happen(event, organiser)
    send_all()
    bodies = [json.loads(body)["results"] for _headers, body in listener.received]
    kinds = [[one["kind"] for one in results] for results in bodies]
    assert ["room.status", "room.status", "feedback.received"] in kinds
    assert not [kind for found in kinds for kind in found if kind in SEMANTIC and "talks" in found]


def test_they_are_forgotten_after_a_while_and_cursors_stay_valid(client, event):
    give_feedback(event=event, rating=1)
    cursor = latest_cursor()
    assert delete_superseded(timezone.now() + timedelta(minutes=1)) > 0
    assert [one.kind for one in Change.objects.filter(data__isnull=False)] == ["feedback.received"]
    assert latest_cursor() == cursor
    assert client.get(f"/api/v1/changes/?cursor={cursor}").status_code == 200
