"""What talks lack, statistics, recaps with a preview, and answers to feedback."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from events.actions import release
from events.actions.quality import is_variant, list_lacks
from events.models import Confirmation, Feedback, PrivateCalendar, Recap
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def event(client):
    user = factories.Organiser()
    client.force_login(user)
    return factories.Event(organisers=[user], timezone="UTC", feedback_open=True)


def page(event, name):
    return reverse(f"admin:events_event_{name}", args=[event.pk])


def test_what_a_talk_lacks_is_listed_until_it_is_there(client, event):
    speaker = factories.Speaker(name="Ada")
    talk = factories.Talk(event=event, title="Engines", abstract="", speakers=[speaker])
    factories.Talk(event=event, title="Lunch", kind="break")
    factories.Track(event=event)
    (row,) = list_lacks(event)
    assert row.lacks == ["abstract", "picture", "language", "track", "slot", "answer"]
    talk.abstract, talk.language, talk.track = "x" * 2001, "en", event.tracks.get()
    talk.save()
    factories.Slot(talk=talk, room=None)
    speaker.picture = "speakers/ada.webp"
    type(speaker).objects.filter(pk=speaker.pk).update(picture="speakers/ada.webp")
    Confirmation.objects.create(talk=talk, speaker=speaker, accepted=True)
    (row,) = list_lacks(event)
    assert row.lacks == ["long", "room"]
    content = client.get(page(event, "quality"), {"lacks": "room"}).content.decode()
    assert "Engines" in content
    assert "abstract too long: 1" in content
    type(talk).objects.filter(pk=talk.pk).update(abstract="Short")
    talk.slots.update(room=factories.Room())
    assert "No talk lacks anything." in client.get(page(event, "quality")).content.decode()


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("Machine Learning", "machine-learning", True),
        ("Café", "Cafe", True),
        ("Data & AI", "Data and AI", True),
        ("Keynotes", "Keynote", True),
        ("Room 1", "Room 2", False),
        ("Web", "Wed", False),
        ("Compilers", "Databases", False),
    ],
)
def test_spelling_variants(one, other, expected):
    assert is_variant(one, other) is expected


def test_variants_and_people_with_several_talks_are_named(client, event):
    for name in ("Main Hall", "main hall"):
        event.event_rooms.create(room=factories.Room(name=name))
    speaker = factories.Speaker(name="Ada")
    for title in ("Engines", "Notes"):
        factories.Talk(event=event, title=title, speakers=[speaker])
    content = client.get(page(event, "quality")).content.decode()
    assert "Probably the same name" in content
    assert "More than one talk" in content


@pytest.mark.parametrize("name", ["quality", "statistics"])
def test_the_pages_take_as_many_queries_however_many_talks(client, event, name):
    queries = []
    for count in (1, 3):
        for _number in range(count):
            talk = factories.Talk(event=event, speakers=[factories.Speaker()])
            factories.Slot(talk=talk)
            Feedback.objects.create(event=event, talk=talk, rating=4)
        with CaptureQueriesContext(connection) as captured:
            client.get(page(event, name))
        queries.append(len(captured))
    assert queries[0] == queries[1]


def test_statistics_draw_interest_and_feedback(client, event):
    talk = factories.Talk(event=event, title="Engines", track=factories.Track(event=event, name="Data"))
    slot = factories.Slot(talk=talk)
    release(event=event, by=event.organisers.get())
    end = slot.ends_at
    for number in range(2):
        PrivateCalendar.objects.create(event=event, digest=str(number), slots=[slot.guid], expires_at=end)
    for rating in (5, 4):
        Feedback.objects.create(event=event, talk=talk, rating=rating)
    content = client.get(page(event, "statistics")).content.decode()
    assert "<svg" in content
    for text in ("Engines", "Data", "4.5 ★ (2)", ">2<"):
        assert text in content


def test_a_recap_is_previewed_saved_and_not_overwritten(client, event):
    address = f"{page(event, 'recap')}?language=en"
    typed = {"title": "How it was", "text": "# Good\n\n**very**", "author": "", "source": ""}
    preview = client.post(address, typed | {"do": "preview"}).content.decode()
    assert "<strong>very</strong>" in preview
    assert not Recap.objects.exists()
    assert client.post(address, typed | {"do": "save"}).status_code == 302
    row = Recap.objects.get()
    assert (row.language, row.title) == ("en", "How it was")
    stale = client.post(address, typed | {"title": "Mine", "token": "2020-01-01T00:00:00+00:00"})
    assert stale.status_code == 422
    assert 'value="Mine"' in stale.content.decode()
    row.refresh_from_db()
    assert row.title == "How it was"
    token = client.get(address).context["form"].initial["token"]
    assert client.post(address, typed | {"title": "Better", "token": token}).status_code == 302
    assert client.post(address, typed | {"title": ""}).status_code == 422


def test_an_answer_is_shown_with_the_comment(client, event):
    voice = Feedback.objects.create(event=event, rating=3, comment="Too loud")
    address = reverse("admin:events_feedback_change", args=[voice.pk])
    assert client.post(address, {"state": "shown", "answer": "We turn it down."}).status_code == 302
    client.logout()
    assert "We turn it down." in client.get(event.get_absolute_url()).content.decode()
    Feedback.objects.update(state="hidden")
    assert "We turn it down." not in client.get(event.get_absolute_url()).content.decode()
