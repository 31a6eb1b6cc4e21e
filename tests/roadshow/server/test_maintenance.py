"""Retention: what is older than its days goes, the rest stays."""

import collections
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from events.models import EventSpeaker, SpeakerPass
from roadshow.api.models import StoredResponse
from roadshow.api.webhooks import Outcome
from roadshow.expiring.models import Counter, Upload, increase
from roadshow.jobs.handlers import find_handler
from roadshow.jobs.models import Job
from roadshow.journal.models import Activity
from roadshow.models import Delivery, Webhook
from roadshow.server import maintenance, periodic
from roadshow.server.maintenance import apply_retention
from tests import factories

pytestmark = pytest.mark.django_db
OLD, NEW = timezone.now() - timedelta(days=40), timezone.now()


@pytest.fixture(autouse=True)
def days(settings):
    settings.RETENTION_DAYS = dict.fromkeys(settings.RETENTION_DAYS, 30)


def age(row, **fields):
    """Give a stored row the dates that its model would not take."""
    type(row)._base_manager.filter(pk=row.pk).update(**fields)
    return row


def test_what_is_old_goes_and_what_is_new_stays():
    user = factories.Organiser()
    hook = Webhook.objects.create(name="Hook", url="https://hook.example.org/")
    for when in (OLD, NEW):
        Session.objects.create(session_key=f"{when.timestamp()}", session_data="", expire_date=when)
        age(StoredResponse.objects.create(user=user, key=f"{when}", request=""), created_at=when)
        Job.objects.create(kind="a", state="done", finished_at=when)
        Job.objects.create(kind="a", state="failed", finished_at=when)
        age(Delivery.objects.create(webhook=hook, body="", delivered_at=when), created_at=when)
    age(Delivery.objects.create(webhook=hook, body=""), created_at=OLD)  # still to be delivered
    assert apply_retention() == {
        "sessions": 1,
        "deliveries": 1,
        "stored_responses": 1,
        "jobs": 1,
        "failed_jobs": 1,
    }
    assert apply_retention() == {}
    assert (Session.objects.count(), Job.objects.count(), Delivery.objects.count()) == (1, 2, 2)


def test_zero_days_keep_for_ever(settings):
    settings.RETENTION_DAYS = dict.fromkeys(settings.RETENTION_DAYS, 0)
    Job.objects.create(kind="a", state="done", finished_at=OLD)
    assert apply_retention() == {}


def test_private_links_go_after_their_end_without_an_entry_in_the_log():
    person = EventSpeaker.objects.create(event=factories.Event(), speaker=factories.Speaker())
    for when in (OLD, NEW):
        made, _token = SpeakerPass.build(person, None)
        made.expires_at = when
        made.save()
    entries = Activity.objects.count()
    assert apply_retention() == {"private_links": 1}
    assert (person.passes.count(), Activity.objects.count()) == (1, entries)


def test_old_history_goes_in_batches(monkeypatch):
    monkeypatch.setattr(maintenance, "BATCH", 2)
    topic = factories.Topic()
    for number in range(4):
        topic.name = f"Name {number}"
        topic.save()
    topic.history.update(history_date=OLD)
    topic.save()
    assert apply_retention()["history"] >= 5
    assert topic.history.count() == 1


def test_counters_and_uploads_end_by_themselves():
    assert [increase("key", seconds=60) for _ in range(3)] == [1, 2, 3]
    Counter.objects.create(key="old", count=1, expires_at=OLD)
    Upload.objects.create(owner=factories.Organiser(), purpose="import", data=b"", expires_at=OLD)
    assert apply_retention() == {"expired": 2}
    assert Counter.objects.get().key == "key"


def test_periodic_jobs_run(settings, monkeypatch):
    called = []
    monkeypatch.setattr(periodic, "call_command", lambda *names, **options: called.append(names))
    for path in settings.PERIODIC_JOBS:
        assert find_handler(path).start().state == "done"
    assert called == [("check_links",)]


def test_webhooks_are_sent_where_there_are_any(settings, monkeypatch):
    monkeypatch.setattr(
        "roadshow.api.webhooks.deliver_to", lambda key: collections.Counter({Outcome.ARRIVED: key})
    )
    settings.SITE_URL = ""
    hook = Webhook.objects.create(name="Hook", url="https://hook.example.org/")
    Delivery.objects.create(webhook=hook, body="{}")
    assert periodic.send_webhooks.start().result == {}  # messages would have no addresses
    settings.SITE_URL = "https://talks.example.org"
    assert periodic.send_webhooks.start().result == {"receivers": 1}
