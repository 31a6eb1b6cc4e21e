"""Webhooks managed over the API: for the organisers of their events only."""

import orjson
import pytest
from django.test import Client

from roadshow.models import Delivery, Webhook
from tests import factories as make
from tests.roadshow.test_api_schema import named

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/webhooks/"


@pytest.fixture
def organiser():
    return make.Organiser()


@pytest.fixture
def event(organiser):
    return make.Event(slug="mine", organisers=[organiser])


@pytest.fixture
def portal(client, organiser, event):
    client.force_login(organiser)
    return client


def post(portal, address=ADDRESS, data=None, **headers):
    return portal.post(address, orjson.dumps(data or {}), content_type="application/json", headers=headers)


def new(**values):
    return {"name": "Mirror", "url": "https://example.org/hook", "event": "mine", "kinds": ["talks"]} | values


def test_a_webhook_is_made_changed_tried_and_deleted(portal):
    made = post(portal, data=new())
    assert made.status_code == 201, made.content
    record = made.json()
    secret = record.pop("secret")
    named("Webhook").validate(record)
    webhook = Webhook.objects.get()
    assert (secret, record["event"], record["kinds"]) == (webhook.secret, "mine", ["talks"])
    assert made["Location"].endswith(f"{ADDRESS}{webhook.guid}/")
    one = f"{ADDRESS}{webhook.guid}/"
    assert portal.get(one).json() == record
    changed = portal.patch(one, {"active": False}, content_type="application/json")
    assert (changed.status_code, changed.json()["active"]) == (200, False)
    assert "secret" not in changed.json()
    tried = post(portal, f"{one}test/")
    named("Delivery").validate(tried.json())
    assert (tried.status_code, orjson.loads(Delivery.objects.get().body)["test"]) == (202, True)
    assert portal.delete(one).status_code == 204
    assert not Webhook.objects.exists()


def test_a_failed_message_is_sent_once_more(portal, event):
    webhook = Webhook.objects.create(name="Mirror", url="https://example.org/", event=event, failures=5)
    sent = Delivery.objects.create(webhook=webhook, body="{}", attempts=10, next_try_at=None, problem="Away.")
    log = portal.get(f"{ADDRESS}{webhook.guid}/deliveries/").json()
    assert [(one["guid"], one["problem"], one["next_try_at"]) for one in log] == [
        (str(sent.guid), "Away.", None)
    ]
    again = post(portal, f"{ADDRESS}{webhook.guid}/deliveries/{sent.guid}/redeliver/")
    assert (again.status_code, again.json()["attempts"]) == (202, 0)
    webhook.refresh_from_db()
    assert webhook.failures == 0
    assert post(portal, f"{ADDRESS}{webhook.guid}/deliveries/{webhook.guid}/redeliver/").status_code == 404


def test_only_organisers_see_those_of_their_events(portal, client):
    other = Webhook.objects.create(name="Theirs", url="https://example.org/", event=make.Event(slug="theirs"))
    sent = Delivery.objects.create(webhook=other, body="{}")
    one = f"{ADDRESS}{other.guid}/"
    assert portal.get(ADDRESS).json()["results"] == []
    for address in (one, f"{one}deliveries/"):
        assert portal.get(address).status_code == 404
    for address in (f"{one}test/", f"{one}deliveries/{sent.guid}/redeliver/"):
        assert post(portal, address).status_code == 404
    assert portal.patch(one, {"name": "x"}, content_type="application/json").status_code == 404
    assert post(portal, data=new(event="theirs")).status_code == 403
    assert post(portal, data=new(event=None)).status_code == 403
    assert Client().get(ADDRESS).status_code == 401
    assert post(Client(), data=new()).status_code == 401


@pytest.mark.parametrize(
    ("values", "attr"),
    [
        ({"url": "http://127.0.0.1/"}, "url"),
        ({"kinds": ["secrets"]}, "kinds.0"),
        ({"secret": "short"}, "secret"),
        ({"failures": 3}, "failures"),
        ({"event": "nothing"}, "event"),
    ],
)
def test_what_cannot_be_used_is_refused(portal, values, attr):
    refused = post(portal, data=new(**values))
    assert (refused.status_code, refused.json()["errors"][0]["attr"]) == (400, attr), refused.content
    assert not Webhook.objects.exists()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_as_many_queries_however_long(portal, event, count, django_assert_num_queries):
    for number in range(count):
        Webhook.objects.create(name=f"Hook {number}", url="https://example.org/", event=event)
    portal.get(ADDRESS)
    with django_assert_num_queries(4):
        assert portal.get(ADDRESS).json()["count"] == count
