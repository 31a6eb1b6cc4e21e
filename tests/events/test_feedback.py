"""Feedback without an account: a form, a trap, a limit, and organisers who decide."""

import datetime as dt
import time

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from events import actions
from events.models import Feedback
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def talk():
    return factories.Talk(event__feedback_open=True)


def send(client, row, sender="", **said):
    headers = {"X-Forwarded-For": sender} if sender else None
    return client.post(f"{row.get_absolute_url()}feedback/", said, follow=True, headers=headers)


def test_stars_for_a_talk_arrive_and_are_not_shown_until_organisers_do(client, talk):
    page = send(client, talk, rating="4", comment="Clear and short.", name="Mo")
    assert "Thank you." in page.text
    assert "Clear and short." not in page.text
    feedback = Feedback.objects.get()
    assert (feedback.talk, feedback.event, feedback.rating, feedback.name) == (talk, talk.event, 4, "Mo")
    Feedback.objects.update(state="shown")
    assert "Clear and short." in client.get(talk.get_absolute_url()).text


def test_a_comment_can_be_about_the_event_or_its_recap(client, talk):
    recap = factories.Recap(event=talk.event)
    send(client, talk.event, comment="A good day.")
    send(client, talk.event, comment="Well told.", about="recap")
    assert {feedback.recap: feedback.comment for feedback in Feedback.objects.all()} == {
        None: "A good day.",
        recap: "Well told.",
    }


def test_saying_nothing_is_answered_with_what_is_missing(client, talk):
    page = send(client, talk, name="Mo")
    assert page.status_code == 422
    assert "Give between one and five stars, or write a comment." in page.text
    assert 'value="Mo"' in page.text
    assert not Feedback.objects.exists()


@pytest.mark.parametrize("said", [{"rating": "9"}, {"rating": "x"}, {"comment": "x" * 4001}])
def test_odd_values_are_refused(client, talk, said):
    assert send(client, talk, **said).status_code == 422
    assert not Feedback.objects.exists()


def test_a_program_that_fills_in_everything_is_thanked_and_ignored(client, talk):
    assert "Thank you." in send(client, talk, rating="5", website="https://spam.example").text
    assert not Feedback.objects.exists()


def test_one_sender_can_write_ten_times_an_hour(client, talk):
    for number in range(10):
        assert send(client, talk, comment=f"Number {number}").status_code == 200
    page = send(client, talk, comment="Number 11")
    assert page.status_code == 422
    assert "That was a lot of feedback." in page.text
    assert Feedback.objects.count() == 10


def test_after_an_hour_the_sender_can_write_again(client, talk, settings, tmp_path, monkeypatch):
    backend = "django.core.cache.backends.filebased.FileBasedCache"  # what is used without CACHE_URL
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": tmp_path, "TIMEOUT": 86400}}
    answers = [send(client, talk, rating="4").status_code for _number in range(11)]
    assert answers == [200] * 10 + [422]
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + 3601)
    assert send(client, talk, rating="4").status_code == 200


@pytest.mark.parametrize("behind", [True, False])
def test_nobody_writes_more_by_calling_themselves_somebody_else(client, talk, settings, behind):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if behind else None
    for number in range(10):
        send(client, talk, rating="4", sender=f"192.0.2.{number}, 198.51.100.7")
    assert send(client, talk, rating="4", sender="192.0.2.99, 198.51.100.7").status_code == 422


def test_a_proxy_tells_senders_apart(client, talk, settings):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    for _number in range(10):
        send(client, talk, rating="4", sender="198.51.100.7")
    assert send(client, talk, rating="4", sender="198.51.100.8").status_code == 200


def test_there_is_no_form_and_no_way_in_when_feedback_is_closed(client):
    talk = factories.Talk()
    assert "What did you think" not in client.get(talk.get_absolute_url()).text
    assert send(client, talk, comment="Hello").status_code == 404


def test_the_page_of_a_talk_leads_to_the_form(client, talk):
    target = f"{talk.get_absolute_url()}feedback/"
    assert f'href="{target}"' in client.get(talk.get_absolute_url()).text
    page = client.get(target)
    assert "data-feedback" in page.text and "no-store" in page["Cache-Control"]


@pytest.mark.parametrize(
    "headers", [{"origin": "https://example.org"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}]
)
def test_a_form_of_another_site_is_refused(talk, headers):
    assert send(Client(headers=headers), talk, comment="Hello").status_code == 403
    assert send(Client(headers={"origin": "http://testserver"}), talk, comment="Hello").status_code != 403


def test_a_message_that_a_device_sends_twice_arrives_once(client, talk):
    for _ in range(2):
        send(client, talk, comment="From the train", once="0b2f1f0e-0000-4000-8000-000000000000")
    assert Feedback.objects.filter(talk=talk).count() == 1


def test_feedback_on_a_talk_opens_when_it_begins(client, talk):
    slot = factories.Slot(talk=talk, starts_at=timezone.now() + dt.timedelta(hours=1))
    actions.release(event=talk.event, by=None)
    assert send(client, talk, comment="Early").status_code == 404
    slot.starts_at = timezone.now() - dt.timedelta(minutes=1)
    slot.save()
    actions.release(event=talk.event, by=None)
    assert send(client, talk, comment="In time").status_code != 404


def test_organisers_see_the_numbers_of_what_they_list(client, talk):
    other = factories.Talk(event=talk.event)
    for row, rating, comment in ((talk, 5, ""), (talk, 4, "Good."), (talk, None, "Loud."), (other, 1, "")):
        Feedback.objects.create(event=talk.event, talk=row, rating=rating, comment=comment)
    organiser = factories.Organiser()
    talk.event.organisers.add(organiser)
    client.force_login(organiser)
    page = client.get(reverse("admin:events_feedback_changelist"), {"talk__id__exact": talk.pk})
    assert page.context["statistics"] == {
        "total": 3,
        "comments": 2,
        "average": 4.5,
        "stars": [(5, 1), (4, 1), (3, 0), (2, 0), (1, 0)],
    }
    assert "4.5 ★" in page.text
