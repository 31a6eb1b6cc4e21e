"""Who only follows the feed of changes ends with what a full read gives: also under load, also late."""

import json
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from django.db import connection, connections, transaction
from django.db.models import F
from django.test import Client

from events.actions import release
from events.models import EventRoom, ReleasedSlot, Talk
from roadshow.api.changes import EPOCH_BITS, adopt_server, delete_superseded, latest_cursor
from roadshow.api.models import Change, ChangeNumbering
from roadshow.api.router import VIEWSETS
from roadshow.models import Webhook
from tests import factories as make

pytestmark = pytest.mark.django_db(transaction=True)
EVERY_STATE = {"resources": "?state=published,retired&page_size=200"}


class Mirror:
    """A client that knows nothing but the feed."""

    def __init__(self, start: str = "/api/v1/changes/"):
        self.client, self.next, self.records = Client(), start, {}

    def follow(self):
        while True:
            answer = self.client.get(self.next)
            assert answer.status_code == 200, answer.content
            page = answer.json()
            self.next = page["next"]
            for one in page["results"]:
                key = one["kind"], one["guid"]
                if one["operation"] == "delete":
                    assert one["record"] is None
                    self.records.pop(key, None)
                else:
                    self.records[key] = one["record"]
            if not page["more"]:
                return self.records


def full_read() -> dict:
    found, client = {}, Client()
    for kind in VIEWSETS:
        address = f"/api/v1/{kind}/" + EVERY_STATE.get(kind, "?page_size=200")
        while address:
            page = client.get(address).json()
            found |= {(kind, record["guid"]): record for record in page["results"]}
            address = page["next"]
    return found


def same(mirror: Mirror) -> bool:
    followed, read = mirror.follow(), full_read()
    assert followed.keys() == read.keys()
    for key, record in read.items():
        assert followed[key] == record, key
    return True


def portal():
    room = make.Room()
    event = make.Event(series=make.Series(), venue=room.venue)
    talk = make.Talk(
        event=event, speakers=[make.Speaker()], topics=[make.Topic()], track=make.Track(event=event)
    )
    make.Slot(talk=talk, room=room)
    release(event=event, by=None)
    link = make.Resource()
    link.talks.add(talk)
    link.events.add(event)
    make.Collection().items.create(resource=link)
    return event, talk, link


def test_from_the_beginning_it_tells_everything():
    portal()
    assert len(Mirror().follow()) == 12
    assert same(Mirror())


def test_every_way_in_which_something_comes_goes_and_changes():
    event, talk, link = portal()
    mirror = Mirror()
    assert same(mirror)
    speaker, topic, slot, room = talk.speakers.get(), talk.topics.get(), talk.slots.get(), event.rooms.get()

    def save(row, **values):
        for name, value in values.items():
            setattr(row, name, value)
        row.save()

    steps = [
        lambda: save(talk, title="Renamed"),
        lambda: talk.links.create(url="https://example.org/"),
        lambda: talk.topics.clear(),
        lambda: talk.topics.add(topic),
        lambda: save(topic, slug="other"),
        lambda: save(speaker, state="draft"),
        lambda: save(speaker, state="published", slug="other"),
        lambda: save(event, state="draft"),
        lambda: save(talk, title="Renamed in secret"),
        lambda: save(event, state="published"),
        lambda: save(event, slug="elsewhere"),
        lambda: save(event, timezone="Asia/Tokyo"),
        lambda: save(event.series, state="draft"),
        lambda: save(event.series, state="published", slug="tour"),
        lambda: save(event, venue=make.Venue()),
        lambda: save(talk, state="draft"),
        lambda: save(talk, state="cancelled"),
        lambda: save(slot, starts_at=slot.starts_at.replace(hour=9)),
        lambda: release(event=event, by=None),
        lambda: save(link, state="suggested"),
        lambda: save(link, state="published"),
        lambda: save(link, slug="a-link"),
        lambda: link.talks.clear(),
        lambda: save(talk, state="withdrawn"),
        lambda: slot.delete(),
        lambda: release(event=event, by=None, allow_empty=True),
        lambda: EventRoom.objects.filter(event=event).delete(),
        lambda: EventRoom.objects.create(event=event, room=room),
        lambda: Talk.objects.bulk_create(
            [Talk(event=event, title="Bulk", slug=f"b{n}", state="confirmed") for n in "12"]
        ),
        lambda: Talk.objects.filter(slug="b1").update(title="By SQL"),
        lambda: Talk.objects.filter(slug="b2").delete(),
        lambda: event.recaps.create(title="Recap", text="It was good."),
        lambda: link.delete(),
        lambda: event.delete(),
    ]
    for number, step in enumerate(steps):
        event.refresh_from_db() if number < len(steps) - 1 else None
        step()
        assert same(mirror), number


def test_nobody_is_told_of_what_was_never_public():
    make.Talk(state="draft").delete()
    make.Talk(event=make.Event(state="draft"))
    make.Speaker(state="draft").delete()
    told = Client().get("/api/v1/changes/?kind=talks,speakers").json()["results"]
    assert told == []


def test_a_transaction_that_ends_late_is_not_skipped():
    """It began before another one that ended first; who asks in between has to be told of it afterwards."""
    began, go_on = threading.Event(), threading.Event()

    def slow():
        with transaction.atomic():
            make.Topic(name="Late")
            began.set()
            go_on.wait(10)
        connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    assert began.wait(10)
    make.Topic(name="Early")
    mirror = Mirror()
    names = {record["name"] for record in mirror.follow().values()}
    assert "Late" not in names
    tag = Client().get("/api/v1/topics/")["ETag"]
    go_on.set()
    thread.join()
    assert Client().get("/api/v1/topics/", headers={"If-None-Match": tag}).status_code == 200
    assert {record["name"] for record in mirror.follow().values()} == {"Early", "Late"}


def change_something(rng, event, topics, own):
    """One change of a talk whose slug begins with `own`, or a new one."""
    choice = rng.random()
    talk = Talk.objects.filter(event=event, slug__startswith=own).order_by("?").first()
    if choice < 0.35 or not talk:
        number = str(rng.random())[2:]
        make.Talk(event=event, title=f"Talk {number}", slug=f"{own}{number}")
    elif choice < 0.55:
        Talk.objects.filter(pk=talk.pk).update(title=f"Title {rng.random()}")
    elif choice < 0.7:
        Talk.objects.filter(pk=talk.pk).update(state=rng.choice(["draft", "confirmed"]))
    elif choice < 0.85:
        talk.topics.set(rng.sample(topics, 1))
    else:
        talk.delete()


def test_under_load():
    """Writers with short and long transactions, failures among them, while a reader follows."""
    topics = [make.Topic() for _ in range(5)]
    event = make.Event()
    problems = []

    def write(seed: int):
        rng = random.Random(seed)
        try:
            for _ in range(20):
                with suppress(InterruptedError):
                    write_once(rng, f"w{seed}-")
        except Exception as error:  # what fails in a thread has to fail the test
            problems.append(error)
        finally:
            connections.close_all()

    @transaction.atomic
    def write_once(rng, own):
        for _ in range(rng.randint(1, 4)):
            change_something(rng, event, topics, own)
            time.sleep(rng.choice([0, 0, 0.005, 0.05]))
        if rng.random() < 0.2:
            raise InterruptedError

    with ThreadPoolExecutor(4) as pool:
        writers = [pool.submit(write, seed) for seed in range(4)]
        mirror, now = Mirror(), Mirror("/api/v1/changes/?cursor=now")
        rounds = 0
        while not all(writer.done() for writer in writers):
            mirror.follow()
            rounds += 1
    assert not problems
    assert rounds > 3
    assert Talk.objects.exists()
    assert same(mirror)
    assert set(now.follow()) <= set(mirror.records)


def test_what_was_hidden_and_then_deleted_is_told_as_deleted_also_after_old_changes_are_forgotten():
    talk = make.Talk()
    mirror, late = Mirror(), Mirror()
    mirror.follow()
    late.follow()
    talk.state = "draft"
    talk.save()
    talk.delete()
    assert same(mirror)
    assert delete_superseded(talk.updated_at.replace(year=2100)) > 0
    assert same(late)


def test_old_changes_are_forgotten_and_nobody_misses_them():
    event, talk, _link = portal()
    early = Mirror()
    early.follow()
    for title in ("One", "Two", "Three"):
        talk.title = title
        talk.save()
    event.state = "draft"
    event.save()
    before = Change.objects.count()
    assert delete_superseded(talk.updated_at.replace(year=2100)) > 0
    assert Change.objects.count() < before
    assert same(early)
    assert same(Mirror())


def restore(*, ahead: int) -> None:
    """Make the database look restored: its changes have numbers that this server is far from."""
    Change.objects.update(xid=F("xid") + ahead)
    ChangeNumbering.objects.update_or_create(defaults={"server": "another", "shift": 0})


def test_cursors_remain_valid_after_a_restore():
    portal()
    mirror = Mirror()
    mirror.follow()
    hook = Webhook.objects.create(name="Hook", url="https://hook.example.org/")
    restore(ahead=10**9)
    adopt_server()
    topic = make.Topic()
    assert same(mirror) and same(Mirror())
    assert Change.objects.settled().after(hook.cursor).filter(guid=topic.guid).exists()
    adopt_server()
    assert ChangeNumbering.objects.get().shift == 1 << EPOCH_BITS


def test_who_has_read_what_a_restore_lost_is_told():
    portal()
    last = latest_cursor()
    restore(ahead=0)
    beyond = [f"{last.xid + 5}-{last.id + 5}", f"{10**12}-1", f"{10**17}-1"]
    adopt_server()
    assert {Client().get(f"/api/v1/changes/?cursor={cursor}").status_code for cursor in beyond} == {410}
    make.Topic()
    assert {Client().get(f"/api/v1/changes/?cursor={cursor}").status_code for cursor in beyond} == {410}
    assert Client().get(f"/api/v1/changes/?cursor={last}").status_code == 200


def test_pages_kinds_and_events():
    event, talk, _link = portal()
    answer = Client().get("/api/v1/changes/?page_size=2")
    assert (answer.json()["more"], len(answer.json()["results"])) == (True, 2)
    assert Client().get(answer.json()["next"], headers={"If-None-Match": answer["ETag"]}).status_code == 200
    assert (
        Client().get("/api/v1/changes/?page_size=2", headers={"If-None-Match": answer["ETag"]}).status_code
        == 304
    )
    told = Client().get(f"/api/v1/changes/?kind=talks,slots&event={event.slug}").json()["results"]
    assert {one["kind"] for one in told} == {"talks", "slots"}
    assert (
        told == Client().get(f"/api/v1/changes/?kind=talks&kind=slots&event={event.slug}").json()["results"]
    )
    assert str(talk.guid) in json.dumps(told)
    assert ReleasedSlot.objects.count() == 1
