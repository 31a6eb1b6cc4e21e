"""Others are told of changes: signed, in order, at least once, and of nothing private."""

import contextlib
import hashlib
import hmac
import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import OperationalError, connection
from django.utils import timezone

from roadshow.api.webhooks import RETRY_AFTER, Outcome, deliver_webhooks, start_deliveries
from roadshow.jobs.models import Job
from roadshow.models import Delivery, Webhook
from tests import factories as make
from tests.roadshow.servers import serving

pytestmark = pytest.mark.django_db(transaction=True)


def send_all() -> tuple[int, int, int]:
    """Send what is due; how many deliveries arrived, come again, were given up."""
    found = deliver_webhooks()
    return found[Outcome.ARRIVED], found[Outcome.AGAIN], found[Outcome.GIVEN_UP]


@pytest.fixture
def listener(settings):
    """A server that keeps what it is sent, and answers with `listener.status`."""
    received = []

    def answer(handler):
        body = handler.rfile.read(int(handler.headers["Content-Length"]))
        received.append((handler.headers, body))
        handler.send_response(server.status)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    with serving(answer) as server:
        server.status, server.received = 204, received
        settings.ROADSHOW_GUARD_ALLOWED_HOSTS = [server.host]
        yield server


def test_what_changes_is_sent_once_and_signed(listener):
    make.Talk(title="Before")
    hook = Webhook.objects.create(name="Mirror", url=f"{listener.url}/hook")
    assert send_all() == (0, 0, 0)
    talk = make.Talk(title="After", speakers=[make.Speaker()])
    make.Talk(state="draft", title="Secret")
    assert send_all() == (1, 0, 0)
    assert send_all() == (0, 0, 0)
    ((headers, body),) = listener.received
    moment, digest = (part.partition("=")[2] for part in headers["Roadshow-Signature"].split(","))
    assert digest == hmac.new(hook.secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    assert abs(timezone.now().timestamp() - int(moment)) < 60
    message = json.loads(body)
    assert (message["delivery"], message["webhook"]) == (headers["Roadshow-Delivery"], str(hook.guid))
    told = {(one["kind"], one["operation"], one["guid"]) for one in message["results"]}
    assert ("talks", "create", str(talk.guid)) in told
    assert "Secret" not in body.decode()
    talk.event.state = "draft"
    talk.event.save()
    deliver_webhooks()
    told = {one["guid"]: one for one in json.loads(listener.received[-1][1])["results"]}
    assert (told[str(talk.guid)]["operation"], told[str(talk.guid)]["record"]) == ("delete", None)


def test_what_one_process_is_sending_no_other_sends_unless_it_dies(listener):
    hook = Webhook.objects.create(name="Mirror", url=listener.url)
    taken = Delivery.objects.take(Delivery.objects.create(webhook=hook, body="{}").pk, seconds=20)
    assert send_all() == (0, 0, 0)
    Delivery.objects.filter(pk=taken.pk).update(next_try_at=timezone.now())
    assert send_all() == (1, 0, 0)


def test_only_of_an_event_and_of_chosen_kinds(listener):
    event = make.Event()
    Webhook.objects.create(name="Talks", url=listener.url, event=event, kinds=["talks"])
    make.Talk()
    talk = make.Talk(event=event, track=make.Track(event=event))
    assert send_all() == (1, 0, 0)
    results = json.loads(listener.received[0][1])["results"]
    assert [(one["kind"], one["guid"]) for one in results] == [("talks", str(talk.guid))]


def test_what_does_not_arrive_is_tried_again_with_patience(listener):
    hook = Webhook.objects.create(name="Down", url=listener.url)
    listener.status = 500
    make.Topic()
    assert send_all() == (0, 1, 0)
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.attempts) == (500, 1)
    assert timedelta(seconds=50) < delivery.next_try_at - timezone.now() < timedelta(seconds=61)
    assert send_all() == (0, 0, 0)
    first = listener.received[0][1]
    listener.status = 200
    Delivery.objects.update(next_try_at=timezone.now())
    assert send_all() == (1, 0, 0)
    assert listener.received[1][1] == first
    assert hook.deliveries.get().delivered_at


def test_in_the_end_it_is_given_up_and_can_be_sent_again(listener):
    Webhook.objects.create(name="Gone", url=listener.url)
    listener.status = 410
    make.Topic()
    for _ in range(len(RETRY_AFTER)):
        assert send_all() == (0, 1, 0)
        Delivery.objects.update(next_try_at=timezone.now())
        Webhook.objects.resume()
    assert send_all() == (0, 0, 1)
    assert send_all() == (0, 0, 0)
    listener.status = 200
    assert Delivery.objects.send_again() == 1
    assert send_all() == (1, 0, 0)


def test_a_receiver_that_fails_is_paused_and_gets_everything_later(listener):
    hook = Webhook.objects.create(name="Down", url=listener.url)
    listener.status = 500
    for count in range(3):
        make.Topic(slug=f"topic-{count}")
        send_all()
    hook.refresh_from_db()
    assert hook.failures == 3
    assert timedelta(seconds=200) < hook.paused_until - timezone.now() <= timedelta(seconds=240)
    make.Topic(slug="meanwhile")
    Delivery.objects.update(next_try_at=timezone.now())
    assert send_all() == (0, 0, 0)
    assert start_deliveries() == 0
    assert len(listener.received) == hook.deliveries.count() == 3  # nothing piles up
    Webhook.objects.update(paused_until=timezone.now())
    listener.status = 204
    assert send_all() == (4, 0, 0)
    assert b"meanwhile" in listener.received[-1][1]
    hook.refresh_from_db()
    assert (hook.failures, hook.paused_until) == (0, None)


def test_a_receiver_that_does_not_respond_is_paused_at_once():
    hook = Webhook.objects.create(name="Away", url="http://127.0.0.1:9/")
    for _ in range(3):
        Delivery.objects.create(webhook=hook, body="{}")
    assert send_all() == (0, 1, 0)
    hook.refresh_from_db()
    assert hook.paused_until
    hook.url = "https://example.org/corrected"
    hook.save()
    assert not hook.paused_until


def test_each_receiver_has_a_job_of_its_own(listener):
    hooks = [Webhook.objects.create(name=f"Receiver {number}", url=listener.url) for number in range(3)]
    gone = Webhook.objects.create(name="Gone", url="http://127.0.0.1:9/")
    assert start_deliveries() == 0
    make.Topic()
    assert start_deliveries() == 4
    assert {json.loads(body)["webhook"] for _head, body in listener.received} == {
        str(one.guid) for one in hooks
    }
    assert gone.deliveries.get().problem
    assert not Job.objects.exists()  # what is done is not kept
    assert start_deliveries() == 0


def test_one_job_of_a_receiver_is_active(listener, settings):
    settings.TASKS = {"default": settings.TASKS["default"] | {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    Webhook.objects.create(name="Slow", url=listener.url)
    make.Topic()
    assert (start_deliveries(), start_deliveries()) == (1, 1)
    assert [(job.key.partition(":")[0], job.state) for job in Job.objects.all()] == [("webhook", "waiting")]


def test_addresses_inside_the_house_are_refused(settings):
    for url in ["http://localhost/", "http://10.0.0.1/", "http://169.254.169.254/", "ftp://example.org/"]:
        with pytest.raises(ValidationError):
            Webhook(name="Inside", url=url).full_clean()
    Webhook(name="Outside", url="https://example.org/hook").full_clean()
    hook = Webhook.objects.create(name="Inside", url="http://127.0.0.1/")
    make.Topic()
    assert send_all() == (0, 1, 0)
    assert "not a public host" in hook.deliveries.get().problem


def test_the_command_counts(listener, settings):
    settings.DEMO = True
    Webhook.objects.create(name="Counted", url=listener.url)
    make.Topic()
    said = StringIO()
    call_command("deliver_webhooks", stdout=said)
    assert said.getvalue().startswith("1 delivered, 0 to be tried again, 0 given up.")


def test_watching_goes_on_after_the_database_was_away(listener, settings, monkeypatch):
    settings.DEMO = True
    Webhook.objects.create(name="Watched", url=listener.url)
    make.Topic()
    rounds = []

    def end_connection(_seconds):
        rounds.append(len(listener.received))
        if len(rounds) == 3:
            raise KeyboardInterrupt
        make.Topic()
        with contextlib.suppress(OperationalError), connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    monkeypatch.setattr("roadshow.management.commands.deliver_webhooks.time.sleep", end_connection)
    told = StringIO()
    with pytest.raises(KeyboardInterrupt):
        call_command("deliver_webhooks", watch=1, stdout=StringIO(), stderr=told)
    assert rounds[0] == 1
    assert "The database is away" in told.getvalue()
    assert send_all() == (1, 0, 0)


def test_organisers_manage_those_of_their_events(client):
    organiser = make.Organiser()
    event = make.Event(organisers=[organiser])
    client.force_login(organiser)
    page = "/admin/roadshow/webhook/add/"
    data = {
        "name": "Mine",
        "url": "https://example.org/",
        "kinds": ["talks"],
        "active": "on",
        "secret": "x" * 20,
    }
    refused = client.post(page, data).content.decode()
    assert "This field is required" in refused
    assert "whole portal" not in refused
    assert client.post(page, data | {"event": event.pk}).status_code == 302
    hook = Webhook.objects.get()
    assert hook.kinds == ["talks"]
    Delivery.objects.create(webhook=hook, body="{}", delivered_at=timezone.now(), next_try_at=None)
    listing = "/admin/roadshow/delivery/"
    assert client.get(listing).status_code == 200
    chosen = {"action": "send_again", "_selected_action": [Delivery.objects.get().pk]}
    assert client.post(listing, chosen).status_code == 302
    assert Delivery.objects.due().count() == 1
    client.force_login(make.Organiser())
    assert client.get(f"/admin/roadshow/webhook/{hook.pk}/change/").status_code == 302


def test_a_webhook_that_is_deleted_while_it_is_sent_to_ends_quietly(settings):
    def answer(handler):
        Webhook.objects.all().delete()
        connection.close()
        handler.send_response(204)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    with serving(answer) as server:
        settings.ROADSHOW_GUARD_ALLOWED_HOSTS = [server.host]
        hook = Webhook.objects.create(name="Brief", url=f"{server.url}/hook")
        Delivery.objects.create(webhook=hook, body="{}")
        assert send_all() == (1, 0, 0)
    assert not Delivery.objects.exists()
