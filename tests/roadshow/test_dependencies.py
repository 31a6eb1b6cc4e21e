"""Every public page beside every kind of write: none is ever out of date, and private writes move none."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.core.cache import cache
from django.db.models import F
from django.test import Client, override_settings
from django.test.signals import template_rendered
from django.utils import timezone

from events import actions
from events.models import (
    Event,
    Feedback,
    Recap,
    Room,
    Series,
    Talk,
    TalkLink,
    TalkSpeaker,
    Topic,
    Track,
    Venue,
)
from resources.models import Collection, CollectionItem, Resource
from speakers.models import Speaker, SpeakerLink
from tests import factories

from .test_caching import Clock, settle, text

pytestmark = pytest.mark.django_db(transaction=True)
# Which other talks a talk's page recommends may be an hour old.
RECOMMENDED = re.compile(
    r'<section class="section"><h2>(Related talks|The same talk elsewhere)</h2>.*?</section>', re.DOTALL
)


@dataclass
class World:
    """An event with one of everything, a draft of everything, and another event."""

    event: Event
    talk: Talk
    elsewhere: Talk
    draft: Talk

    def paths(self) -> dict[str, str]:
        home = self.event.get_absolute_url()
        return {
            "home": "/",
            "events": "/events/",
            "events with a topic": f"/events/?topic={self.talk.topics.get().slug}",
            "series": self.event.series.get_absolute_url(),
            "event": home,
            "schedule": f"{home}schedule/",
            "grid": f"{home}schedule/?view=grid",
            "found in the schedule": f"{home}schedule/?q=known",
            "talks": f"{home}talks/",
            "talks of a topic": f"{home}talks/?topic={self.talk.topics.get().slug}",
            "found talks": f"{home}talks/?q=known",
            "talk": self.talk.get_absolute_url(),
            "talk elsewhere": self.elsewhere.get_absolute_url(),
            "changes": f"{home}changes/",
            "embedding": f"{home}embed/",
            "embedded schedule": f"{home}embed/schedule/",
            "embedded speakers": f"{home}embed/speakers/",
            "speakers": "/speakers/",
            "speakers of the event": f"/speakers/?event={self.event.slug}",
            "speaker": Speaker.objects.get(name="Ada Known").get_absolute_url(),
            "topics": "/topics/",
            "topic": self.talk.topics.get().get_absolute_url(),
            "library": "/resources/",
            "library of a topic": f"/resources/?topic={self.talk.topics.get().slug}",
            "library of the event": f"/resources/?event={self.event.slug}",
            "link": Resource.objects.get(title="A tied link").get_absolute_url(),
            "collections": "/collections/",
            "collection": Collection.objects.get(title="A shown collection").get_absolute_url(),
            "search": "/search/?q=known",
        }


@pytest.fixture
def world() -> World:
    series = factories.Series(name="A series", state="published")
    event = factories.Event(name="Here", series=series, venue=factories.Venue(name="A venue"))
    topic, ada = factories.Topic(name="A topic"), factories.Speaker(name="Ada Known")
    talk = factories.Talk(
        event=event, title="A known title", speakers=[ada], topics=[topic], track=factories.Track(event=event)
    )
    slot = factories.Slot(talk=talk)
    hidden = factories.Speaker(name="Bea Hidden", state="hidden")
    draft = factories.Talk(
        event=event, title="A draft", state="draft", speakers=[ada, hidden], topics=[topic]
    )
    TalkSpeaker.objects.create(talk=talk, speaker=hidden, position=9)
    elsewhere = factories.Talk(title="Known elsewhere")
    factories.Slot(talk=elsewhere, room=slot.room, starts_at=slot.ends_at)
    link = factories.Resource(title="A tied link")
    unlisted = factories.Resource(title="A suggested link", state="suggested")
    for one in (link, unlisted):
        one.talks.add(talk)
        one.events.add(event)
        one.speakers.add(ada)
        one.topics.add(topic)
    collection = factories.Collection(title="A shown collection")
    for position, one in enumerate((link, unlisted)):
        CollectionItem.objects.create(collection=collection, resource=one, position=position)
    factories.Event(name="A draft event", state="draft", series=series)
    for one in (event, elsewhere.event):
        actions.release(event=one, by=None)
    return World(event, talk, elsewhere, draft)


@pytest.fixture(autouse=True)
def caching_on(settings, tmp_path, monkeypatch):
    settings.CACHE_RESPONSES, settings.DATA_DIR = True, tmp_path
    monkeypatch.setattr("roadshow.http.caching.content_version.time", Clock)
    monkeypatch.setattr("roadshow.http.caching.values.COST_FACTOR", 0)  # counts are never old here
    cache.clear()


def release_with(world: World, change: Callable[[World], object]) -> None:
    change(world)
    actions.release(event=world.event, by=None)


PUBLIC = {
    "the name of an event": lambda w: Event.objects.filter(pk=w.event.pk).update(name="Changed"),
    "a new event": lambda w: factories.Event(name="Changed"),
    "an event becomes public": lambda w: Event.objects.filter(name="A draft event").update(state="published"),
    "an event becomes a draft": lambda w: Event.objects.filter(pk=w.event.pk).update(state="draft"),
    "an event is cancelled": lambda w: Event.objects.filter(pk=w.event.pk).update(state="cancelled"),
    "another event's name": lambda w: Event.objects.filter(pk=w.elsewhere.event_id).update(name="Changed"),
    "another event's series": lambda w: Event.objects.filter(pk=w.elsewhere.event_id).update(series=w.event.series),
    "the name of a series": lambda w: Series.objects.update(name="Changed"),
    "a series becomes a draft": lambda w: Series.objects.update(state="draft"),
    "the name of a venue": lambda w: Venue.objects.update(name="Changed"),
    "the name of a room": lambda w: Room.objects.update(name="Changed"),
    "the name of a track": lambda w: Track.objects.update(name="Changed"),
    "the name of a topic": lambda w: Topic.objects.update(name="Changed"),
    "a new topic": lambda w: factories.Topic(name="Changed"),
    "a title": lambda w: Talk.objects.filter(pk=w.talk.pk).update(title="Changed"),
    "a title elsewhere": lambda w: Talk.objects.filter(pk=w.elsewhere.pk).update(title="A known title"),
    "a new talk": lambda w: factories.Talk(event=w.event, title="Changed", topics=list(w.talk.topics.all())),
    "a draft becomes public": lambda w: Talk.objects.filter(pk=w.draft.pk).update(state="confirmed"),
    "a talk is cancelled": lambda w: Talk.objects.filter(pk=w.talk.pk).update(state="cancelled"),
    "a talk is withdrawn": lambda w: Talk.objects.filter(pk=w.talk.pk).update(state="withdrawn"),
    "the address of a talk": lambda w: Talk.objects.filter(pk=w.elsewhere.pk).update(slug="changed"),
    "a talk's topics": lambda w: w.elsewhere.topics.set(w.talk.topics.all()),
    "a talk's link": lambda w: TalkLink.objects.create(talk=w.talk, url="https://example.org/changed"),
    "another speaker": lambda w: TalkSpeaker.objects.create(
        talk=w.elsewhere, speaker=Speaker.objects.get(name="Ada Known")
    ),
    "a speaker less": lambda w: TalkSpeaker.objects.filter(talk=w.talk).delete(),
    "a person's name": lambda w: Speaker.objects.filter(name="Ada Known").update(name="Zoe Changed"),
    "a person's headline": lambda w: Speaker.objects.update(headline="Changed"),
    "a person's address": lambda w: Speaker.objects.filter(name="Ada Known").update(slug="changed"),
    "a person's link": lambda w: SpeakerLink.objects.create(
        speaker=Speaker.objects.get(name="Ada Known"), url="https://example.org/changed"
    ),
    "a person is hidden": lambda w: Speaker.objects.filter(name="Ada Known").update(state="hidden"),
    "a person becomes public": lambda w: Speaker.objects.filter(name="Bea Hidden").update(state="published"),
    "a new person": lambda w: factories.PublicSpeaker(name="Changed"),
    "a link's title": lambda w: Resource.objects.filter(title="A tied link").update(title="Changed"),
    "a link becomes public": lambda w: Resource.objects.filter(state="suggested").update(state="published"),
    "a link is retired": lambda w: Resource.objects.filter(title="A tied link").update(state="retired"),
    "a new link": lambda w: factories.Resource(title="Changed"),
    "a link is tied to a talk": lambda w: factories.Resource(title="Changed").talks.add(w.elsewhere),
    "a link breaks": lambda w: Resource.objects.update(health="broken"),
    "a collection's title": lambda w: Collection.objects.update(title="Changed"),
    "a new collection": lambda w: factories.Collection(title="Changed"),
    "an item less": lambda w: CollectionItem.objects.all().delete(),
    "a recap": lambda w: Recap.objects.create(event=w.event, title="Changed", text="Changed"),
    "feedback is shown": lambda w: Feedback.objects.create(
        event=w.event, talk=w.talk, rating=5, comment="Changed", state="shown"
    ),
    "a release": lambda w: release_with(
        w, lambda w: w.event.slots.update(starts_at=F("starts_at") + timezone.timedelta(hours=1),
                                          ends_at=F("ends_at") + timezone.timedelta(hours=1))
    ),
}  # fmt: skip
PRIVATE = {
    "notes": lambda w: Talk.objects.update(notes="Only for us"),
    "a draft's title": lambda w: Talk.objects.filter(pk=w.draft.pk).update(title="Another draft"),
    "a draft event's name": lambda w: Event.objects.filter(state="draft").update(name="Another draft"),
    "the plan": lambda w: w.event.slots.update(ends_at=F("ends_at") + timezone.timedelta(hours=1)),
    "a link check": lambda w: Resource.objects.update(next_check_at=timezone.now(), failures=1),
    "a suggested link": lambda w: factories.Resource(title="Suggested", state="suggested"),
    "feedback": lambda w: Feedback.objects.create(event=w.event, talk=w.talk, rating=5),
    "an account": lambda w: factories.User(),
}


def read(client: Client, paths: dict[str, str]) -> dict[str, tuple[int, str]]:
    """Status and text of each page, without what it recommends."""
    answers = {name: client.get(path) for name, path in paths.items()}
    return {
        name: (answer.status_code, " ".join(RECOMMENDED.sub("", text(answer)).split()))
        for name, answer in answers.items()
    }


@pytest.mark.parametrize("name", PUBLIC)
def test_no_page_is_out_of_date_after_a_public_write(world, name):
    reader, paths = Client(), world.paths()
    before = read(reader, paths)
    assert {status for status, _ in before.values()} == {200}
    settle()
    PUBLIC[name](world)
    settle()
    after = read(reader, paths)
    with override_settings(CACHE_RESPONSES=False):
        anew = read(Client(), paths)
    assert [page for page in paths if after[page] != anew[page]] == []
    assert after != before, "this write changes no page: the test says nothing"


@pytest.mark.parametrize("name", PRIVATE)
def test_a_private_write_moves_no_page(world, name):
    reader, paths, built = Client(), world.paths(), []
    read(reader, paths)
    PRIVATE[name](world)
    settle()

    def note(template, **_):
        built.append(template.name)

    template_rendered.connect(note)
    try:
        read(reader, paths)
    finally:
        template_rendered.disconnect(note)
    assert built == []


def rebuilt(client: Client, paths: dict[str, str]) -> set[str]:
    """The pages that are rendered when all are read."""
    found, built = set(), []

    def note(template, **_):
        built.append(template.name)

    template_rendered.connect(note)
    try:
        for name, path in paths.items():
            built.clear()
            client.get(path)
            if built:
                found.add(name)
    finally:
        template_rendered.disconnect(note)
    return found


def test_a_public_edit_reaches_only_what_may_show_it(world):
    reader, paths = Client(), world.paths()
    read(reader, paths)
    Talk.objects.filter(pk=world.elsewhere.pk).update(subtitle="Changed")
    settle()
    everywhere = {"talk elsewhere", "topics", "topic", "search", "speakers", "speakers of the event"}
    queries = {"events with a topic"}  # lists by unusual parameters depend on everything
    assert rebuilt(reader, paths) <= everywhere | queries | {"library of the event", "home"}
