"""Who follows everything, one event, or lists by `updated_since` ends with what a full read gives, whatever happens.

`MIRROR_EDITS=800 make test ARGS="-k random_edits"` makes more edits.
"""

import datetime as dt
import os
import random
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from events.actions import merge_speakers, release
from events.models import Event, Slot, Talk
from resources.models import Resource
from roadshow.api.changes import delete_superseded
from speakers.models import Speaker
from tests import factories as make
from tests.roadshow.test_api_changes import Mirror, full_read, same

pytestmark = pytest.mark.django_db(transaction=True)
EDITS = int(os.environ.get("MIRROR_EDITS", "60"))
OF_EVENT = ("tracks", "talks", "slots", "releases")


def read_of_event(event: Event) -> dict:
    """Everything of one event by full reads; nothing where it is not public."""
    client, found = Client(), {}
    one = client.get(f"/api/v1/events/{event.slug}/")
    if one.status_code == 404:
        return found
    found["events", one.json()["guid"]] = one.json()
    for kind in OF_EVENT:
        address = f"/api/v1/{kind}/?event={event.guid}&page_size=2"
        while address:  # by cursor: `next` has one
            page = client.get(address).json()
            found |= {(kind, record["guid"]): record for record in page["results"]}
            address = page["next"]
    return found


class Poller:
    """A client that keeps a list by `updated_since` alone."""

    def __init__(self, address: str):
        self.address, self.client, self.records, self.since = address, Client(), {}, None

    def poll(self) -> dict:
        began, address = timezone.now() - timedelta(seconds=1), self.address
        if self.since:
            address += (
                "&" if "?" in address else "?"
            ) + f"updated_since={self.since.isoformat().replace('+', '%2B')}"
        while address:
            answer = self.client.get(address)
            assert answer.status_code == 200, answer.content
            page = answer.json()
            for guid in page.get("gone", ()):
                self.records.pop(guid, None)
            self.records |= {record["guid"]: record for record in page["results"]}
            address = page["next"]
        self.since = began
        return self.records


class World:
    """Two events and a library, with every way in which somebody may change them."""

    def __init__(self, seed: int):
        self.chance = random.Random(seed)
        self.events = [make.Event(slug="first"), make.Event(slug="second")]
        self.topics = [make.Topic() for _ in range(3)]
        self.count = 0
        for event in self.events:
            for _ in range(2):
                self.add_talk(event)
            release(event=event, by=None)

    def name(self, word: str) -> str:
        self.count += 1
        return f"{word}{self.count}"

    def add_talk(self, event):
        talk = make.Talk(
            event=event, title=self.name("Talk "), speakers=[make.Speaker()], track=make.Track(event=event)
        )
        hour = timedelta(minutes=30 * self.count)
        start = dt.datetime(2030, 10, 6, tzinfo=dt.UTC) + hour
        make.Slot(talk=talk, starts_at=start, ends_at=start + timedelta(minutes=20))

    def edit(self) -> str:
        """Do one thing; returns what."""
        steps = [name for name in dir(self) if name.startswith("do_")]
        step = self.chance.choice(steps)
        event = Event.objects.get(pk=self.chance.choice(self.events).pk)
        with transaction.atomic():
            getattr(self, step)(event)
        return step

    def pick(self, rows):
        rows = list(rows.order_by("pk"))
        return self.chance.choice(rows) if rows else None

    def save(self, row, **values):
        for name, value in values.items() if row else ():
            setattr(row, name, value)
        if row:
            row.save()

    def do_add_talk(self, event):
        self.add_talk(event)

    def do_retitle(self, event):
        self.save(self.pick(event.talks.all()), title=self.name("Title "))

    def do_change_state(self, event):
        self.save(
            self.pick(event.talks.all()),
            state=self.chance.choice(["draft", "confirmed", "cancelled", "withdrawn"]),
        )

    def do_delete_talk(self, event):
        talk = self.pick(event.talks.filter(released_slots=None))
        talk and talk.delete()

    def do_move_to_another_event(self, event):
        other = self.chance.choice(self.events)
        talk = self.pick(Talk.objects.filter(released_slots=None, slots=None))
        if talk is None:
            talk = make.Talk(event=event, title=self.name("Wanderer "))
        self.save(talk, event=other, track=None)

    def do_release(self, event):
        release(event=event, by=None, allow_empty=True)

    def do_move_slot(self, event):
        if slot := self.pick(Slot.objects.filter(event=event)):
            self.save(
                slot,
                starts_at=slot.starts_at + timedelta(minutes=1),
                ends_at=slot.ends_at + timedelta(minutes=1),
            )

    def do_hide_or_show_event(self, event):
        self.save(event, state="draft" if event.state == "published" else "published")

    def do_rename_event(self, event):
        self.save(event, slug=self.name("event-"))

    def do_rename_speaker(self, event):
        self.save(self.pick(Speaker.objects.filter(talks__event=event).distinct()), slug=self.name("person-"))

    def do_hide_speaker(self, event):
        self.save(self.pick(Speaker.objects.all()), state=self.chance.choice(["draft", "published"]))

    def do_merge_speakers(self, event):
        into, other = self.pick(Speaker.objects.all()), self.pick(Speaker.objects.all())
        if into and other and into != other:
            merge_speakers(into=into, other=other)

    def do_delete_track(self, event):
        track = self.pick(event.tracks.all())
        track and track.delete()

    def do_tag(self, event):
        talk = self.pick(event.talks.all())
        talk and talk.topics.set(self.chance.sample(self.topics, 1))

    def do_rename_topic(self, event):
        self.save(self.chance.choice(self.topics), slug=self.name("topic-"))

    def do_change_link(self, event):
        link = self.pick(Resource.objects.all()) if self.chance.random() < 0.7 else None
        self.save(link or make.Resource(), state=self.chance.choice(["published", "retired", "suggested"]))

    def do_forget_old_changes(self, event):
        delete_superseded(timezone.now() + timedelta(days=1))


def same_of_event(mirror: Mirror, event: Event) -> bool:
    followed = {key: record for key, record in mirror.follow().items() if key[0] in ("events", *OF_EVENT)}
    read = read_of_event(event)
    assert followed.keys() == read.keys()
    for key, record in read.items():
        assert followed[key] == record, key
    return True


def test_random_edits_reach_every_follower():
    """A mirror of everything, mirrors of one event each (also by its first slug), and pollers of lists."""
    seed = random.randrange(2**32)
    world = World(seed)
    mirror = Mirror()
    of_events = [(Mirror(f"/api/v1/changes/?event={event.slug}"), event) for event in world.events]
    pollers = {
        "talks": Poller("/api/v1/talks/?page_size=3"),
        "speakers": Poller("/api/v1/speakers/?page_size=3"),
        "resources": Poller("/api/v1/resources/?page_size=3"),
        "events": Poller("/api/v1/events/"),
    }
    first = Poller("/api/v1/talks/?event=first")
    steps = []
    for number in range(EDITS):
        steps.append(world.edit())
        if number % 10 and number < EDITS - 1:
            continue
        note = f"seed {seed}, after {steps[-10:]}"
        assert same(mirror), note
        for follower, event in of_events:
            event.refresh_from_db()
            assert same_of_event(follower, event), note
        everything = full_read()
        for kind, poller in pollers.items():
            read = {guid: record for (one, guid), record in everything.items() if one == kind}
            if kind == "resources":
                read = {guid: record for guid, record in read.items() if record["state"] == "published"}
            assert poller.poll() == read, (kind, note)
        now = Event.objects.get(pk=world.events[0].pk)
        read = {
            guid: record
            for (kind, guid), record in everything.items()
            if kind == "talks" and record["event"] == now.slug
        }
        if first.since or now.state == "published":
            assert first.poll() == read, note


def test_an_event_that_is_renamed_hidden_or_deleted_tells_its_followers():
    event = make.Event(slug="before")
    make.Talk(event=event)
    early, late = Mirror("/api/v1/changes/?event=before"), Mirror("/api/v1/changes/?event=before")
    assert len(early.follow()) == 2
    late.follow()
    event.slug = "after"
    event.save()
    assert {record["slug"] for (kind, _guid), record in early.follow().items() if kind == "events"} == {
        "after"
    }
    assert len(Mirror("/api/v1/changes/?event=before").follow()) == 2
    event.state = "draft"
    event.save()
    assert early.follow() == {}
    assert Mirror("/api/v1/changes/?event=after").follow() == {}
    guid = event.guid
    event.delete()
    assert late.follow() == {}
    assert Mirror(f"/api/v1/changes/?event={guid}").follow() == {}
    assert Client().get("/api/v1/changes/?event=after").status_code == 400


def test_a_release_tells_of_slots_that_only_read_differently():
    event = make.Event()
    talk = make.Talk(event=event)
    make.Slot(talk=talk)
    release(event=event, by=None)
    mirror = Mirror()
    mirror.follow()
    talk.title = "Another title"
    talk.save()
    release(event=event, by=None)
    assert same(mirror)


def test_an_event_that_was_never_public_cannot_be_followed():
    hidden = make.Event(state="draft", slug="secret")
    since = "updated_since=2020-01-01T00:00:00Z"
    for name in ("secret", hidden.guid, "nothing"):
        assert Client().get(f"/api/v1/changes/?event={name}").status_code == 400
        assert Client().get(f"/api/v1/talks/?event={name}&{since}").status_code == 400


def test_lists_name_what_is_gone_since():
    event, since = make.Event(slug="mine"), "updated_since=2020-01-01T00:00:00Z"
    talk, other, draft = make.Talk(event=event), make.Talk(), make.Talk(event=event, state="draft")
    talk.state = "withdrawn"
    talk.save()
    page = Client().get(f"/api/v1/talks/?event=mine&{since}").json()
    assert (page["gone"], page["results"]) == ([str(talk.guid)], [])
    assert str(draft.guid) not in Client().get(f"/api/v1/talks/?{since}").content.decode()
    event.slug, event.state = "yours", "draft"
    event.save()
    for name in ("mine", "yours", event.guid):
        assert Client().get(f"/api/v1/talks/?event={name}").status_code == 400
        assert Client().get(f"/api/v1/talks/?event={name}&{since}").json()["gone"] == [str(talk.guid)]
    assert "gone" not in Client().get("/api/v1/talks/").json()
    assert str(other.guid) not in Client().get(f"/api/v1/talks/?event=mine&{since}").content.decode()


def test_a_record_is_found_by_the_slug_that_a_reference_had():
    topic, talk = make.Topic(slug="old"), make.Talk()
    talk.topics.add(topic)
    topic.slug = "new"
    topic.save()
    assert Client().get("/api/v1/talks/?topic=old").json()["count"] == 1
