"""What releases show follows the present state of talks, people and the event, on every surface at once."""

import datetime as dt
import re

import orjson
import pytest
from django.test import Client
from django.utils import timezone

from events.actions import EmptyRelease, PlanChanged, get_plan_version, list_left_out, release
from events.models import Event, ReleasedSlot, Talk
from roadshow.api.models import Change
from speakers.models import Speaker
from tests import factories as make

pytestmark = pytest.mark.django_db

SURFACES = [
    "/events/summit/schedule/",
    "/events/summit/schedule/?view=grid",
    "/events/summit/schedule.xml",
    "/events/summit/schedule.json",
    "/events/summit/schedule.ics",
    "/events/summit/programme/",
    "/events/summit/changes/",
    "/events/summit/changes/feed/",
    "/events/summit/device.json",
    "/events/summit/embed/schedule/",
    "/api/v1/events/summit/schedule/",
]
CALENDAR = "/events/summit/schedule.ics"


@pytest.fixture
def event():
    return make.Event(slug="summit", name="Summit")


@pytest.fixture
def talks(event):
    """Two talks in one release, each with a speaker."""
    found = [
        make.Talk(event=event, title=title, speakers=[make.Speaker(name=name)])
        for title, name in (("Compilers explained", "Grace Hopper"), ("Engines explained", "Ada Lovelace"))
    ]
    for talk in found:
        make.Slot(talk=talk)
    release(event=event, by=None)
    return found


def read(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200, url
    content = b"".join(response) if response.streaming else response.content
    if response.headers.get("Content-Encoding") == "gzip":
        import gzip

        content = gzip.decompress(content)
    return content.decode()


def released_urls(event) -> list[str]:
    return SURFACES + [f"/api/v1/releases/{one.guid}/schedule/" for one in event.releases.all()]


@pytest.mark.parametrize("state", ["withdrawn", "draft"])
def test_a_talk_that_is_no_longer_public_is_on_no_surface_and_in_no_old_release(client, event, talks, state):
    Talk.objects.filter(pk=talks[0].pk).update(state=state)
    for url in released_urls(event):
        shown = read(client, url)
        assert "Compilers" not in shown and "Grace" not in shown, url
        assert "Engines" in shown or "changes" in url, url


def test_a_hidden_person_is_on_no_surface_and_in_no_old_release(client, event, talks):
    Speaker.objects.filter(name="Grace Hopper").update(state="draft")
    for url in released_urls(event):
        assert "Grace" not in read(client, url), url


def test_a_conditional_request_sees_that_a_talk_was_withdrawn(client, event, talks):
    for url in released_urls(event):
        tag = client.get(url).headers.get("ETag")
        Talk.objects.filter(pk=talks[0].pk).update(state="withdrawn")
        assert tag is None or client.get(url, headers={"If-None-Match": tag}).status_code == 200, url
        Talk.objects.filter(pk=talks[0].pk).update(state="confirmed")


def test_a_talk_that_was_cancelled_after_its_release_is_shown_as_cancelled(client, event, talks):
    before = read(client, CALENDAR)
    Talk.objects.filter(pk=talks[0].pk).update(state="cancelled")
    after = read(client, CALENDAR)
    assert before.count("STATUS:CANCELLED") == 0 and after.count("STATUS:CANCELLED") == 1
    assert after.count("SEQUENCE:1") == 1
    slot = client.get(f"/api/v1/slots/?talk={talks[0].guid}").json()["results"][0]
    assert slot["cancelled"] is True and slot["sequence"] == 1


def test_a_cancellation_is_a_change_of_the_release_that_first_has_it(client, event, talks):
    Talk.objects.filter(pk=talks[0].pk).update(state="cancelled")
    release(event=event, by=None)
    first, second = event.releases.order_by("number")

    def list_kinds(url: str) -> list[str]:
        return [change["kind"] for change in client.get(url).json()["changes"]]

    assert list_kinds(f"/api/v1/releases/{first.guid}/differences/") == ["new", "new"]
    assert list_kinds(f"/api/v1/releases/{second.guid}/differences/") == ["cancelled"]
    for url in ("changes/", "changes/feed/", "changes/since/1/"):
        shown = read(client, f"/events/summit/{url}")
        assert len(re.findall(r"\bCancelled\b", shown)) == 1, url


@pytest.mark.parametrize("state", ["cancelled", "postponed"])
def test_an_event_that_does_not_take_place_says_so_everywhere(client, event, talks, state):
    Event.objects.update(state=state)
    calendar = read(client, CALENDAR)
    assert calendar.count("STATUS:CANCELLED") == calendar.count("BEGIN:VEVENT") == 2
    assert calendar.count("SEQUENCE:1") == 2
    assert "STATUS:CANCELLED" in read(client, f"/events/summit/talks/{talks[0].slug}.ics")
    assert "STATUS:CANCELLED" in read(client, "/events.ics")
    for format in ("xml", "json"):
        assert read(client, f"/events/summit/schedule.{format}").count("Cancelled: ") >= 2
    days = client.get("/api/v1/events/summit/schedule/").json()["days"]
    states = {slot["talk"]["state"] for day in days for room in day["rooms"] for slot in room["slots"]}
    assert states == {"cancelled"}
    assert client.get("/api/v1/events/summit/").json()["state"] == state
    assert "EventCancelled" in read(client, "/events/summit/") or state == "postponed"
    assert all(slot["cancelled"] for slot in client.get("/api/v1/slots/").json()["results"])


def test_the_sequence_rises_with_every_change_of_state(event):
    for number, state in enumerate(["cancelled", "published", "postponed"], 1):
        Event.objects.filter(pk=event.pk).update(state=state)
        event.refresh_from_db()
        assert event.sequence == number


def test_addresses_are_the_present_ones(client, event, talks):
    Speaker.objects.filter(name="Grace Hopper").update(slug="rear-admiral")
    Talk.objects.filter(pk=talks[0].pk).update(slug="how-compilers-work")
    Event.objects.update(slug="congress")
    for url in released_urls(event):
        shown = read(client, url.replace("summit", "congress"))
        assert "/events/summit/" not in shown and "compilers-explained" not in shown, url
    nested = orjson.dumps(client.get("/api/v1/events/congress/schedule/").json()).decode()
    assert "/events/congress/talks/how-compilers-work/" in nested and "/speakers/rear-admiral/" in nested


def test_a_slot_that_did_not_move_is_not_changed_by_a_release(client, event, talks):
    created = {slot["guid"]: slot["created_at"] for slot in client.get("/api/v1/slots/").json()["results"]}
    Change.objects.all().delete()
    moved = talks[0].slots.get()
    moved.starts_at += dt.timedelta(hours=3)
    moved.ends_at += dt.timedelta(hours=3)
    moved.save()
    release(event=event, by=None)
    assert {change.guid for change in Change.objects.filter(kind="slots")} == {moved.guid}
    assert {change.guid for change in Change.objects.filter(kind="talks")} == {talks[0].guid}
    after = {slot["guid"]: slot["created_at"] for slot in client.get("/api/v1/slots/").json()["results"]}
    assert after == created


def test_a_release_of_a_plan_that_changed_since_its_review_is_refused(client, event, talks):
    organiser = make.Organiser()
    event.organisers.add(organiser)
    client.force_login(organiser)
    version = client.get("/api/v1/events/summit/conflicts/").json()["plan_version"]
    make.Slot(talk=make.Talk(event=event))
    body = {"plan_version": version}
    answer = client.post("/api/v1/events/summit/release/", body, content_type="application/json")
    assert answer.status_code == 409 and event.releases.count() == 1
    with pytest.raises(PlanChanged):
        release(event=event, by=None, plan_version=version)
    body = {"plan_version": client.get("/api/v1/events/summit/conflicts/").json()["plan_version"]}
    answer = client.post("/api/v1/events/summit/release/", body, content_type="application/json")
    assert answer.status_code == 201


def test_accepting_a_clash_changes_the_version_of_the_plan(event, talks):
    before = get_plan_version(event)
    slot = talks[0].slots.get()
    slot.accepted_clashes.create(speaker=talks[0].speakers.get(), reason="Both are short.")
    assert get_plan_version(event) != before


def test_an_empty_plan_is_released_only_when_asked(event):
    make.Slot(talk=make.Talk(event=event, state="draft"))
    with pytest.raises(EmptyRelease):
        release(event=event, by=None)
    assert release(event=event, by=None, allow_empty=True).number == 1


def test_the_release_page_lists_what_is_left_out(admin_client, event, talks):
    draft = make.Talk(event=event, title="Not ready", state="draft")
    make.Slot(talk=draft)
    waiting = make.Talk(event=event, title="No time yet")
    make.Talk(event=event, title="Only an idea", state="draft")
    assert set(list_left_out(event)) == {draft, waiting}
    page = admin_client.get(f"/admin/events/event/{event.pk}/release/")
    assert "Not ready" in page.content.decode() and "No time yet" in page.content.decode()


def test_an_event_of_many_talks_ends_on_its_last_day_in_linked_data(client, event):
    event.ends_on = event.starts_on + dt.timedelta(days=3)
    event.save()
    for number in range(15):
        make.Slot(
            talk=make.Talk(event=event),
            starts_at=dt.datetime.combine(event.starts_on, dt.time(4), dt.UTC) + dt.timedelta(hours=number),
        )
    release(event=event, by=None)
    assert f'"endDate": "{event.ends_on}' in read(client, "/events/summit/").replace('":"', '": "')


def test_released_slots_stay_as_they_were(event, talks):
    Talk.objects.update(state="withdrawn")
    assert ReleasedSlot.objects.count() == 2
    assert "Compilers" in event.releases.with_document().get().document
    assert timezone.now() > event.releases.get().created_at
