"""Addresses that records had before answer with a redirect on pages, files, feeds and API, for good."""

import pytest

from events.actions import merge_speakers, release
from events.models import Event, Series, Talk, Topic
from resources.actions import merge_resources
from resources.models import Collection, Resource
from roadshow.core.models import FormerAddress
from speakers.models import Speaker
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def portal():
    """One public record of each kind, with "old" as its slug."""
    series = make.Series(slug="old")
    event = make.Event(slug="old", series=series)
    speaker = make.Speaker(slug="old")
    talk = make.Talk(event=event, slug="old", speakers=[speaker])
    make.Slot(talk=talk)
    release(event=event, by=None)
    make.Topic(slug="old")
    make.Resource(slug="old")
    make.Collection(slug="old")
    return event


RENAMED = {
    Series: ["/series/{}/", "/series/{}/events.ics", "/zh-hans/series/{}/", "/api/v1/series/{}/"],
    Event: [
        "/events/{}/", "/events/{}/schedule/", "/events/{}/schedule.xml", "/events/{}/schedule.json",
        "/events/{}/schedule.ics", "/events/{}/talks/", "/events/{}/talks/old/", "/events/{}/talks/old.ics",
        "/events/{}/changes/", "/events/{}/changes/feed/", "/events/{}/embed/schedule/", "/zh-hans/events/{}/",
        "/api/v1/events/{}/", "/api/v1/events/{}/schedule/", "/events/{}/schedule/?view=grid",
    ],
    Talk: ["/events/old/talks/{}/", "/events/old/talks/{}.ics", "/zh-hans/events/old/talks/{}/"],
    Speaker: ["/speakers/{}/", "/zh-hans/speakers/{}/", "/api/v1/speakers/{}/"],
    Topic: ["/topics/{}/", "/api/v1/topics/{}/"],
    Resource: ["/resources/{}/", "/api/v1/resources/{}/"],
    Collection: ["/collections/{}/", "/api/v1/collections/{}/"],
}  # fmt: skip


@pytest.mark.parametrize("model", RENAMED)
@pytest.mark.parametrize("bulk", [False, True], ids=["save", "update"])
def test_a_renamed_record_is_found_at_its_former_addresses(client, portal, model, bulk):
    for slug in ("newer", "newest"):
        if bulk:
            model.objects.update(slug=slug)
        else:
            row = model.objects.get()
            row.slug = slug
            row.save()
    for pattern in RENAMED[model]:
        for former in ("old", "newer"):
            answer = client.get(pattern.format(former))
            assert (answer.status_code, answer["Location"]) == (301, pattern.format("newest")), pattern
        assert client.get(pattern.format("newest")).status_code == 200, pattern


def test_event_and_talk_renamed_are_one_redirect(client, portal):
    Talk.objects.update(slug="talk")
    Event.objects.update(slug="event")
    answer = client.get("/events/old/talks/old.ics")
    assert (answer.status_code, answer["Location"]) == (301, "/events/event/talks/talk.ics")


def test_a_write_keeps_its_method(client, portal):
    organiser = make.Organiser()
    portal.organisers.add(organiser)
    client.force_login(organiser)
    Event.objects.update(slug="new")
    answer = client.patch("/api/v1/events/old/", {"tagline": "x"}, content_type="application/json")
    assert (answer.status_code, answer["Location"]) == (308, "/api/v1/events/new/")


def test_merged_records_lead_to_the_one_that_is_left(client, portal):
    into, other = make.Speaker(slug="ada"), Speaker.objects.get(slug="old")
    Speaker.objects.filter(pk=other.pk).update(slug="a-lovelace")
    other.refresh_from_db()
    merge_speakers(into=into, other=other)
    for slug in ("old", "a-lovelace"):
        assert client.get(f"/speakers/{slug}/")["Location"] == "/speakers/ada/"
    kept, gone = make.Resource(slug="kept"), Resource.objects.get(slug="old")
    merge_resources(into=kept, other=gone)
    assert client.get("/resources/old/")["Location"] == "/resources/kept/"


def test_a_slug_that_comes_back_is_no_former_one(client, portal):
    for slug in ("new", "old"):
        Event.objects.update(slug=slug)
    assert client.get("/events/old/").status_code == 200
    assert client.get("/events/new/")["Location"] == "/events/old/"
    assert FormerAddress.objects.filter(kind="events").count() == 1


def test_nobody_learns_of_a_draft_by_its_former_address(client, portal):
    Event.objects.update(slug="new", state="draft")
    assert client.get("/events/old/").status_code == 404
    assert client.get("/api/v1/events/old/").status_code == 404


def test_an_address_that_never_was_is_not_found(client, portal):
    for path in (
        "/events/none/",
        "/events/old/talks/none/",
        "/speakers/none/",
        "/api/v1/topics/none/",
        "/none/",
    ):
        assert client.get(path).status_code == 404, path


def test_a_former_address_is_given_to_another_record_only_after_a_confirmation(client, admin_client, portal):
    organiser = make.Organiser(is_superuser=True)
    client.force_login(organiser)
    Topic.objects.update(slug="new", name="Its owner")
    body = {"name": "Another", "slug": "old"}
    refused = client.post("/api/v1/topics/", body, content_type="application/json")
    assert refused.status_code == 400 and "Its owner" in refused.content.decode()
    assert client.get("/topics/old/")["Location"] == "/topics/new/"
    headers = {"Confirm-Address": "old"}
    made = client.post("/api/v1/topics/", body, content_type="application/json", headers=headers)
    assert made.status_code == 201 and client.get("/topics/old/").status_code == 200

    form = {"name": "A third", "slug": "older", "description": ""}
    Topic.objects.filter(slug="new").update(slug="older")
    Topic.objects.filter(slug="older").update(slug="newest")
    shown = admin_client.post("/admin/events/topic/add/", form)
    assert shown.status_code == 200 and 'name="confirmed_slug"' in shown.content.decode()
    admin_client.post("/admin/events/topic/add/", form | {"confirmed_slug": "older"})
    assert Topic.objects.get(slug="older").name == "A third"


def test_no_record_gets_a_former_address_by_itself(portal):
    Speaker.objects.update(slug="ada-lovelace")
    Speaker.objects.update(slug="countess")
    assert make.Speaker(name="Ada Lovelace").slug == "ada-lovelace-2"
    Talk.objects.update(slug="engines")
    Talk.objects.update(slug="renamed")
    assert make.Talk(event=portal, title="Engines").slug == "engines-2"
    assert make.Talk(title="Engines").slug == "engines"
