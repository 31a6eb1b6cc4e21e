"""The response cache: never out of date, never another user's copy."""

import contextlib
import gzip
import os
import shutil
import threading
import time

import psycopg
import pytest
from django.core.cache import cache
from django.db import connection, connections
from django.test import Client
from django.test.signals import template_rendered
from django.urls import get_resolver, reverse
from django.utils import timezone

from events import actions
from events.models import Event, Feedback, Room, Talk, TalkLink, TalkSpeaker
from resources.models import Resource
from roadshow.http import caching
from roadshow.http.build import build_id
from speakers.models import Speaker
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)
ZIP = {"Accept-Encoding": "gzip"}


@pytest.fixture(autouse=True)
def caching_on(settings, tmp_path):
    settings.CACHE_RESPONSES, settings.DATA_DIR = True, tmp_path
    cache.clear()


@pytest.fixture
def event():
    return factories.Slot(talk__event__name="First name").event


def worker(**session):
    """A client with middleware, and so a memory, of its own."""
    client = Client()
    if user := session.get("user"):
        client.force_login(user)
    return client


class Clock:
    """The clock of the content version, which `settle()` sets forward."""

    time, time_ns = staticmethod(time.time), staticmethod(time.time_ns)
    forward = 0.0

    @classmethod
    def monotonic(cls) -> float:
        return time.monotonic() + cls.forward


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    monkeypatch.setattr("roadshow.http.caching.content_version.time", Clock)


def settle():
    """Let so much time pass that every worker reads the content version again."""
    Clock.forward += caching.RECHECK_SECONDS + 0.02


def content_version():
    return caching.ContentVersion().current()


def text(response):
    body = response.content
    return (gzip.decompress(body) if response.get("Content-Encoding") == "gzip" else body).decode()


def test_the_second_reader_costs_no_query(client, event, django_assert_max_num_queries):
    first = client.get(event.get_absolute_url())
    with django_assert_max_num_queries(1):  # for the content version, where the machine is slow
        second = client.get(event.get_absolute_url())
    assert second.content == first.content
    assert second["ETag"] == first["ETag"]


def test_workers_share_cached_responses(event, django_assert_num_queries):
    worker().get(event.get_absolute_url())
    with django_assert_num_queries(1):  # for the content version
        assert "First name" in text(worker().get(event.get_absolute_url()))


def test_a_change_by_anybody_shows_in_every_worker(event):
    workers = [worker(), worker()]
    for one in workers:
        one.get(event.get_absolute_url())
    event.name = "Second name"
    event.save()
    settle()
    for one in workers:
        assert "Second name" in text(one.get(event.get_absolute_url()))


def test_a_change_through_one_worker_shows_in_the_others_at_once(event, admin_user):
    reader, writer = worker(), worker(user=admin_user)
    address = reverse("api:events-detail", args=[event.slug])
    for _ in range(5):
        reader.get(event.get_absolute_url())
        name = f"Name of {time.time_ns()}"
        assert writer.patch(address, {"name": name}, content_type="application/json").status_code == 200
        assert name in text(reader.get(event.get_absolute_url()))


def test_a_release_shows(client, event):
    address = reverse("events:schedule", args=[event.slug])
    client.get(address)
    actions.release(event=event, by=None)
    settle()
    assert "Release 1 of" in text(client.get(address))


CHANGES = {
    "a series": lambda: factories.Series(),
    "a venue": lambda: factories.Venue(),
    "a room": lambda: factories.Room(),
    "a track": lambda: factories.Track(),
    "a topic": lambda: factories.Topic(),
    "a speaker": lambda: factories.PublicSpeaker(),
    "a talk": lambda: factories.Talk(),
    "a recap": lambda: factories.Recap(),
    "a link": lambda: factories.Resource(),
    "a collection": lambda: factories.Collection(),
    "a talk's speakers": lambda talk: factories.Talk(event=talk.event, speakers=[factories.Speaker()]),
    "a talk's links": lambda talk: TalkLink.objects.create(talk=talk, url="https://example.org/"),
    "a talk's topics": lambda talk: talk.topics.set([factories.Topic()]),
    "feedback that is shown": lambda talk: Feedback.objects.create(event=talk.event, rating=5, state="shown"),
    "a deletion": lambda talk: talk.delete(),
    "a bulk update": lambda talk: type(talk).objects.update(title="Another"),
}


def test_whatever_a_page_shows_changes_the_content_version():
    for name, change in CHANGES.items():
        given = [factories.Talk()][: change.__code__.co_argcount]
        before = content_version()
        change(*given)
        assert content_version() != before, name


def test_what_no_page_shows_leaves_the_content_version_alone(event):
    slot, before = event.slots.get(), content_version()
    slot.ends_at += (slot.ends_at - slot.starts_at) / 2
    slot.save()
    Feedback.objects.create(event=event, rating=5)
    factories.User()
    assert content_version() == before


def test_the_content_version_changes_at_commit_and_no_transaction_waits(event):
    other = factories.Event()
    before = content_version()
    parameters = connection.get_connection_params()
    parameters.pop("cursor_factory", None)
    with contextlib.closing(psycopg.connect(**parameters)) as second, second.cursor() as cursor:
        cursor.execute("UPDATE events_event SET tagline = 'under way' WHERE id = %s", [event.pk])
        assert content_version() == before
        with connection.cursor() as own:
            own.execute("SET lock_timeout = '2s'")
        other.save()
        between = content_version()
        second.commit()
        assert len({before, between, content_version()}) == 3


def test_an_undone_change_brings_no_old_content_version_back(event):
    versions = set()
    for name in ("Second name", "First name"):
        event.name = name
        event.save()
        versions.add(content_version())
    assert len(versions) == 2


def test_nobody_sees_an_organisers_copy(event):
    organiser, other = factories.Organiser(), factories.Organiser()
    factories.Event(name="Secret plans", state="draft", organisers=[organiser])
    shared = worker()
    own, others = Client(), Client()
    own.handler = others.handler = shared.handler  # one worker answers them all
    own.force_login(organiser)
    others.force_login(other)
    for _ in range(2):
        assert "Secret plans" in text(own.get("/events/"))
        assert "Secret plans" not in text(shared.get("/events/"))
        assert "Secret plans" not in text(others.get("/events/"))
    assert "private" in own.get("/events/")["Cache-Control"]
    assert "public" in shared.get("/events/")["Cache-Control"]


@pytest.mark.parametrize(("seconds", "directive"), [(0, "no-cache"), (20, "s-maxage=20")])
@pytest.mark.parametrize("path", ["/events/", "/events.ics", "/events/feed/", "/api/v1/events/"])
def test_a_cdn_answers_by_itself_as_long_as_the_operator_says(settings, event, path, seconds, directive):
    settings.CDN_SECONDS = seconds
    response = worker().get(path)
    control = response["Cache-Control"].split(", ")
    assert [part for part in control if "no-cache" in part or "s-maxage" in part] == [directive]
    assert ("Cookie" in response["Vary"]) == (seconds == 0)


@pytest.mark.parametrize("ends", ["sign out", "password", "right"])
def test_a_session_that_ended_sees_nothing_of_its_own_any_more(client, ends):
    organiser = factories.Organiser()
    factories.Event(name="Secret plans", state="draft", organisers=[organiser])
    client.force_login(organiser)
    assert "Secret plans" in text(client.get("/events/"))
    secret = client.cookies["sessionid"].value
    if ends == "sign out":
        client.logout()
        client.cookies["sessionid"] = secret
    elif ends == "password":
        organiser.set_password("another one")
        organiser.save()
    else:
        organiser.is_staff = False
        organiser.save()
    settle()
    assert "Secret plans" not in text(client.get("/events/"))


def test_what_may_not_be_shown_any_more_is_gone(client, event):
    client.get(event.get_absolute_url())
    event.state = "draft"
    event.save()
    settle()
    assert client.get(event.get_absolute_url()).status_code == 404


def test_a_response_with_a_message_is_not_cached(event):
    event.feedback_open = True
    event.save()
    sender, reader = worker(), worker()
    sender.handler = reader.handler
    said = {"rating": "5", "about": "", "comment": "", "name": "", "website": ""}
    answer = sender.post(reverse("events:event_feedback", args=[event.slug]), said)
    assert answer.status_code == 302
    assert "Thank you." in text(sender.get(event.get_absolute_url()))
    assert "Thank you." not in text(sender.get(event.get_absolute_url()))
    assert "Thank you." not in text(reader.get(event.get_absolute_url()))


def test_nothing_is_new_for_whoever_has_it(client, event, django_assert_max_num_queries):
    address = event.get_absolute_url()
    zipped, plain = client.get(address, headers=ZIP), client.get(address)
    assert gzip.decompress(zipped.content) == plain.content
    assert zipped["ETag"] != plain["ETag"]
    assert {"Accept-Encoding", "Cookie"} <= set(zipped["Vary"].split(", "))
    known = [
        {"If-None-Match": zipped["ETag"]},
        {"If-None-Match": f'"something", W/{plain["ETag"]}'},
        {"If-None-Match": "*"},
        {"If-Modified-Since": plain["Last-Modified"]},
    ]
    with django_assert_max_num_queries(1):
        for headers in known:
            answer = client.get(address, headers=ZIP | headers)
            assert (answer.status_code, answer.content) == (304, b"")
            assert answer["ETag"] == zipped["ETag"]
    assert client.get(address, headers={"If-None-Match": '"something"'}).status_code == 200


def test_nothing_is_new_while_a_page_says_the_same(client, event):
    before = client.get(event.get_absolute_url())
    factories.Venue(name="Of no interest here")
    settle()
    after = client.get(event.get_absolute_url(), headers={"If-None-Match": before["ETag"]})
    assert (after.status_code, after["Last-Modified"]) == (304, before["Last-Modified"])
    event.name = "Second name"
    event.save()
    settle()
    assert client.get(event.get_absolute_url(), headers={"If-None-Match": before["ETag"]}).status_code == 200
    assert (
        client.get(
            event.get_absolute_url(), headers={"If-Modified-Since": before["Last-Modified"]}
        ).status_code
        == 200
    )


def test_a_first_conditional_request_is_answered_from_what_is_made(event):
    address = reverse("api:events-detail", args=[event.slug])
    tag = worker().get(address)["ETag"]
    cache.clear()
    client = worker()
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 304
    assert client.get(address).status_code == 200


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"headers": {"HX-Request": "true"}}, {}),
        ({"headers": {"Host": "testserver"}}, {"headers": {"Host": "localhost"}}),
        ({"query_params": {"q": "name"}}, {"query_params": {"q": "nothing like it"}}),
        ({"path": "/zh-hans/events/"}, {"path": "/events/"}),
    ],
)
def test_different_requests_have_different_copies(client, event, one, other):
    one, other = {"path": "/events/"} | one, {"path": "/events/"} | other
    before = [client.get(**one).content, client.get(**other).content]
    assert before[0] != before[1]
    assert [client.get(**one).content, client.get(**other).content] == before


def test_responses_to_tokens_and_about_now_are_not_cached(client, event, django_assert_num_queries):
    address = "/api/v1/slots/"
    client.get(address, {"at": "now"})
    with django_assert_num_queries(3, exact=False) as captured:
        client.get(address, {"at": "now"})
    assert len(captured)
    assert client.get("/api/v1/events/", headers={"Authorization": "Token nonsense"}).status_code == 401
    assert client.get("/api/v1/events/").status_code == 200
    assert client.get("/api/v1/events/", headers={"Authorization": "Token nonsense"}).status_code == 401


def test_a_crowd_has_one_page_made(event):
    made = []

    def count(sender, template, **_):
        if template.name == "events/event.html":
            made.append(template.name)

    def read():
        try:
            assert worker().get(event.get_absolute_url()).status_code == 200
        finally:
            connections.close_all()

    template_rendered.connect(count)
    readers = [threading.Thread(target=read) for _ in range(8)]
    try:
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join()
    finally:
        template_rendered.disconnect(count)
    assert len(made) == 1


def cached_response(body):
    version = caching.Version("1", "1", "1", "1:1:")
    return caching.CachedResponse(version, caching.Lifetime(0), True, '"tag"', 0, (), body)


def test_the_memory_of_a_worker_is_bounded():
    responses = caching.ResponseCache(maxsize=100_000)
    for number in range(50):
        responses.put(f"{number}", cached_response(os.urandom(5_000)))
        responses.get("0")
    assert responses.size <= 100_000
    assert responses.get("0") and responses.get("49")
    assert responses.get("1") is None


def test_without_a_content_version_nothing_is_cached(client, event):
    client.get(event.get_absolute_url())
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE core_contentversion RENAME TO core_contentversion_away")
        try:
            settle()
            assert client.get(event.get_absolute_url()).status_code == 200
            assert client.get("/healthz").status_code == 200
        finally:
            cursor.execute("ALTER TABLE core_contentversion_away RENAME TO core_contentversion")


def test_cached_views_exist(settings):
    names, waiting = set(), [("", get_resolver())]
    while waiting:
        prefix, resolver = waiting.pop()
        for pattern in resolver.url_patterns:
            if hasattr(pattern, "url_patterns"):
                space = f"{pattern.namespace}:" if pattern.namespace else ""
                waiting.append((prefix + space, pattern))
            elif pattern.name:
                names.add(prefix + pattern.name)
    assert set(settings.CACHED_VIEWS) <= names


def give(talk, **speaker):
    """A speaker of the talk, with these fields."""
    person = factories.Speaker(**speaker)
    TalkSpeaker.objects.create(talk=talk, speaker=person)
    return person


@pytest.fixture
def talk(event):
    """A published talk with a speaker, a topic, a related talk and a link, in a release."""
    talk = event.talks.get()
    topic = factories.Topic()
    give(talk, name="Ada Known")
    talk.topics.add(topic)
    other = factories.Talk(event=event, title="Related title", state="confirmed")
    other.topics.add(topic)
    factories.Resource(title="A tied link").talks.add(talk)
    actions.release(event=event, by=None)
    return talk


@contextlib.contextmanager
def pages_built():
    """The number of talk pages that are rendered meanwhile, as a list of ones."""
    built = []

    def count(template, **_):
        if template.name == "events/talk.html":
            built.append(1)

    template_rendered.connect(count)
    try:
        yield built
    finally:
        template_rendered.disconnect(count)


def edit_another_talk(talk):
    factories.Talk(event=talk.event, title="Unrelated", state="confirmed")


def edit_private_notes(talk):
    talk.notes = "Only for us"
    talk.save()


def edit_draft(talk):
    draft = factories.Talk(event=talk.event, state="draft")
    draft.title = "Still a draft"
    draft.save()


def record_link_check(talk):
    Resource.objects.update(next_check_at=timezone.now(), failures=1)


def send_feedback(talk):
    Feedback.objects.create(event=talk.event, talk=talk, rating=5)


@pytest.mark.parametrize(
    "change", [edit_another_talk, edit_private_notes, edit_draft, record_link_check, send_feedback]
)
def test_a_talk_page_outlives_changes_of_what_it_does_not_show(client, talk, change):
    client.get(talk.get_absolute_url())
    change(talk)
    settle()
    with pages_built() as built:
        client.get(talk.get_absolute_url())
    assert built == []


SHOWN = {
    "its title": (lambda talk: Talk.objects.filter(pk=talk.pk).update(title="New words"), "New words"),
    "a speaker's name": (lambda talk: talk.speakers.update(name="New words"), "New words"),
    "a related title": (lambda talk: Talk.objects.exclude(pk=talk.pk).update(title="New words"), "New words"),
    "its topic": (lambda talk: talk.topics.update(name="New words"), "New words"),
    "its room": (lambda talk: Room.objects.update(name="New words"), "New words"),
    "its event": (lambda talk: Event.objects.update(name="New words"), "New words"),
    "a link's title": (lambda talk: Resource.objects.update(title="New words"), "New words"),
    "another link": (lambda talk: factories.Resource(title="New words").talks.add(talk), "New words"),
    "another speaker": (
        lambda talk: give(talk, name="New words"),
        "New words",
    ),
    "shown feedback": (
        lambda talk: Feedback.objects.create(
            talk=talk, event=talk.event, rating=5, comment="New words", state="shown"
        ),
        "New words",
    ),
}


@pytest.mark.parametrize("name", SHOWN)
def test_a_talk_page_shows_every_change_of_what_it_shows(client, talk, name):
    change, words = SHOWN[name]
    edit_another_talk(talk)
    client.get(talk.get_absolute_url())
    settle()
    client.get(talk.get_absolute_url())
    change(talk)
    settle()
    assert words in text(client.get(talk.get_absolute_url()))


def test_a_talk_page_loses_a_speaker_who_is_hidden_and_gets_one_who_is_published(client, talk):
    hidden = give(talk, name="Bea Hidden", state="hidden")
    assert "Bea Hidden" not in text(client.get(talk.get_absolute_url()))
    Speaker.objects.filter(pk=hidden.pk).update(state="published")
    Speaker.objects.filter(name="Ada Known").update(state="hidden")
    settle()
    page = text(client.get(talk.get_absolute_url()))
    assert "Bea Hidden" in page
    assert "Ada Known" not in page


def test_the_api_tells_when_private_notes_changed_a_record(client, talk):
    address = reverse("api:talks-detail", args=[talk.guid])
    before = client.get(address).json()["updated_at"]
    edit_private_notes(talk)
    settle()
    assert client.get(address).json()["updated_at"] > before


def test_copies_of_one_version_have_one_build_id(settings, tmp_path):
    """Whatever the times of their files, so that their entity tags are equal."""
    for name in ("roadshow", "events", "speakers", "resources", "templates"):
        shutil.copytree(settings.BASE_DIR / name, tmp_path / name, copy_function=shutil.copyfile)
    here = build_id.__wrapped__()
    settings.BASE_DIR = tmp_path
    assert build_id.__wrapped__() == here
    (tmp_path / "templates" / "base.html").write_text("another")
    assert build_id.__wrapped__() != here
