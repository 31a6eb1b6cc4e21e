"""What the admin says of what attendees see is true, and said by one function."""

import datetime as dt

import pytest
from django.urls import reverse

from events.actions import load_release, release
from events.models import Event, Talk
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def event(client):
    user = make.Organiser()
    client.force_login(user)
    event = make.Event(slug="summit", organisers=[user])
    make.Slot(talk=make.Talk(event=event, title="Compilers", speakers=[make.Speaker()]))
    return event


def list_of(client, model: str) -> str:
    return client.get(reverse(f"admin:{model}_changelist")).text


def test_releasing_a_draft_event_does_not_say_that_attendees_see_it(client, event):
    Event.objects.update(state="draft")
    page = client.post(reverse("admin:events_event_release_plan", args=[event.pk]), {"note": ""}, follow=True)
    assert "Release 1 is made. Attendees see nothing: the event is a draft." in page.text
    assert "event is a draft" in list_of(client, "events_talk")
    assert "nothing: a draft" in list_of(client, "events_event")
    assert client.get("/events/summit/").status_code == 200  # they see it themselves
    client.logout()
    assert client.get("/events/summit/").status_code == 404


def test_a_new_title_shows_on_its_page_at_once_and_in_the_schedule_after_a_release(client, event):
    release(event=event, by=None)
    talk = event.talks.get()
    assert "as planned" in list_of(client, "events_talk")
    talk.title = "Interpreters"
    talk.save()
    page = reverse("admin:events_talk_change", args=[talk.pk])
    form = client.get(page).context["adminform"].form
    assert "edited" in list_of(client, "events_talk")
    assert "the plan is ahead" in list_of(client, "events_event")
    assert form.instance == talk
    assert "Interpreters" in client.get(talk.get_absolute_url()).text
    assert "Compilers" in client.get("/events/summit/schedule/").text


def test_loading_a_release_announces_what_it_then_does(client, event):
    made = release(event=event, by=None)
    talk = event.talks.get()
    talk.title = "Interpreters"  # texts stay
    talk.save()
    slot = talk.slots.get()
    slot.starts_at += dt.timedelta(hours=2)
    slot.ends_at += dt.timedelta(hours=2)
    slot.save()
    make.Slot(talk=make.Talk(event=event))
    page = client.get(reverse("admin:events_release_load", args=[made.pk]))
    announced = page.context["changes"]
    assert sorted(change.kind for change in announced) == ["gone", "moved"]
    assert [change.kind for change in load_release(release=made)] == [change.kind for change in announced]
    assert load_release(release=made) == []


def test_a_person_is_public_only_once_a_talk_is(client, event):
    person = make.Speaker(state="draft", created_by=event.organisers.get())
    assert "hidden" in list_of(client, "speakers_speaker")
    chosen = {"action": "publish", "_selected_action": [person.pk]}
    page = client.post(reverse("admin:speakers_speaker_changelist"), chosen, follow=True)
    assert "0 of 1 are public; the others once a talk of theirs is." in page.text
    make.Talk(speakers=[person])
    assert Talk.objects.visible_to(None).filter(speakers=person).exists()


def test_the_release_page_says_what_changed_since_it_was_read(client, event):
    page = reverse("admin:events_event_release_plan", args=[event.pk])
    version = client.get(page).context["form"].initial["plan_version"]
    make.Slot(talk=make.Talk(event=event, title="Late entry"))
    answer = client.post(page, {"note": "Mine", "plan_version": version})
    assert answer.status_code == 409
    assert "Changed since you looked" in answer.text and "Late entry: put into the plan" in answer.text
    assert "Mine" in answer.text and not event.releases.exists()
    call = {"plan_version": version}
    told = client.post("/api/v1/events/summit/release/", call, content_type="application/json")
    assert told.status_code == 409 and "Late entry: put into the plan" in told.json()["changes"]
    call = {"plan_version": told.json()["plan_version"]}
    made = client.post("/api/v1/events/summit/release/", call, content_type="application/json")
    assert made.status_code == 201
    nonsense = {"plan_version": "no-version"}
    told = client.post("/api/v1/events/summit/release/", nonsense, content_type="application/json")
    assert told.status_code == 409 and told.json()["changes"] == []
