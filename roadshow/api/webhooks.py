"""Webhooks: sends changes to other servers, signed, at least once, with retries, each receiver on its own.

Each webhook stores its cursor in the feed of changes. `start_deliveries` starts a job for each receiver that has
something to get; the job turns the changes after the cursor into deliveries (`queue_changes`), then sends those that
are due (`send_delivery`). Other kinds of messages only create a `Delivery` with a body: the same job sends it.

A receiver that does not respond, or fails BREAKER_FAILURES times in a row, is paused (its breaker is open): nothing is
sent, no delivery is created, and its cursor stays where it is. Then one delivery is tried; success ends the pause.
Receivers verify the signature that `sign` makes.
"""

import hashlib
import hmac
import os
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from enum import Enum

import orjson
from django.db import connections, transaction
from django.db.models import Exists, F, OuterRef
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from drf_orjson_renderer.renderers import ORJSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from roadshow.api.changes import ChangeCursor, adopt_server, latest_cursor
from roadshow.api.feed import describe_changes
from roadshow.api.models import Change
from roadshow.api.router import VIEWSETS
from roadshow.api.viewsets import PublicReadMixin
from roadshow.http.guard import FetchFailed, UrlRefused, fetch_url
from roadshow.jobs.handlers import NETWORK, background_job
from roadshow.models import Delivery, Webhook

BATCH = 100  # changes in a delivery
MINUTE, HOUR = 60, 3600
# Seconds before each retry of a delivery: three days in all.
RETRY_AFTER = [MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, 24 * HOUR, 24 * HOUR]
BREAKER_FAILURES = 3  # responses in a row that are no receipt, after which a receiver is paused
FIRST_PAUSE, LONGEST_PAUSE = MINUTE, HOUR  # each failure doubles the pause
TIMEOUT = 10  # seconds for the receiver to respond
MAX_RESPONSE = 64 * 1024  # bytes of its response that are read
JOB_SECONDS = 240  # after which a job leaves the rest to the next one
THREADS = 8  # receivers at a time, without a worker
OUTCOME = ("attempts", "status", "problem", "delivered_at", "next_try_at")  # fields of an attempt
RETENTION = timedelta(days=30)


class Outcome(Enum):
    """What came of an attempt to send a delivery."""

    ARRIVED, AGAIN, GIVEN_UP = "arrived", "again", "given up"


def sign(secret: str, body: bytes, moment: int) -> str:
    """The value of `Roadshow-Signature`: the time in seconds since 1970, and HMAC-SHA256 of "time.body"."""
    digest = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={moment},v1={digest}"


class AnonymousView(PublicReadMixin, APIView):
    """Represents records as everybody sees them, outside a request."""

    def __init__(self):
        request = HttpRequest()
        request.META |= {"SERVER_NAME": "localhost", "SERVER_PORT": os.environ.get("PORT", "8000")}
        super().__init__(request=Request(request))


def start_deliveries() -> int:
    """Start a job for each receiver that has something to get; returns how many have. One job of each is active."""
    adopt_server()
    latest = latest_cursor()
    due = Delivery.objects.due().filter(webhook=OuterRef("pk")).order_by()
    waiting = [
        webhook
        for webhook in Webhook.objects.ready().annotate(due=Exists(due))
        if webhook.due or webhook.cursor < latest
    ]
    for webhook in waiting:
        send_to_receiver.start(key=f"webhook:{webhook.pk}", label=webhook.name, webhook=webhook.pk)
    return len(waiting)


@background_job(seconds=JOB_SECONDS + 60, queue=NETWORK, keep=False, label=gettext_noop("Webhook"))
def send_to_receiver(report, *, webhook: int) -> dict:
    outcomes = deliver_to(webhook)
    return {outcome.name.lower(): count for outcome, count in outcomes.items()}


def deliver_to(key: int) -> Counter[Outcome]:
    """Send one receiver all that it has to get, until it is paused. Returns the number of deliveries by outcome."""
    outcomes: Counter[Outcome] = Counter()
    if not Webhook.objects.ready().filter(pk=key).exists():
        return outcomes
    while queue_changes(key):
        pass
    deadline = time.monotonic() + JOB_SECONDS
    for pk in list(Delivery.objects.due().filter(webhook=key).values_list("pk", flat=True)):
        if time.monotonic() > deadline or not Webhook.objects.ready().filter(pk=key).exists():
            break
        if delivery := Delivery.objects.take(pk, seconds=2 * TIMEOUT):
            outcomes[send_delivery(delivery)] += 1
    return outcomes


def deliver_webhooks() -> Counter[Outcome]:
    """Send all that is due in this process, to several receivers at a time: what jobs do where a worker runs."""

    def deliver(key: int) -> Counter[Outcome]:
        try:
            return deliver_to(key)
        finally:
            connections.close_all()  # of this thread

    adopt_server()
    keys = list(Webhook.objects.ready().values_list("pk", flat=True))
    with ThreadPoolExecutor(THREADS) as pool:
        return sum(pool.map(deliver, keys), Counter())


@transaction.atomic
def queue_changes(key: int) -> bool:
    """Create the next delivery of a webhook, if there are changes for it. True when there may be more."""
    webhook = Webhook.objects.select_for_update().filter(pk=key).first()
    if webhook is None:
        return False
    end = latest_cursor()
    rows = Change.objects.settled().after(webhook.cursor)
    rows = rows.filter(kind__in=webhook.kinds) if webhook.kinds else rows.of_records()
    if webhook.event_id:
        rows = rows.of_events([webhook.event_id])
    changes = list(rows[:BATCH])
    more = len(changes) == BATCH
    webhook.cursor = ChangeCursor(changes[-1].xid, changes[-1].id) if more else max(end, webhook.cursor)
    webhook.save(update_fields=["cursor_xid", "cursor_id"])
    if results := describe_changes(changes, AnonymousView(), VIEWSETS, webhook.event_id):
        delivery = Delivery(webhook=webhook)
        body = {"delivery": delivery.guid, "webhook": webhook.guid, "results": results}
        delivery.body = orjson.dumps(body, default=ORJSONRenderer.default).decode()
        delivery.save()
    return more


def send_delivery(delivery: Delivery) -> Outcome:
    """Send one delivery; store what came of it, and whether its receiver is paused now."""
    _post(delivery)
    if not delivery.problem:
        delivery.delivered_at, delivery.next_try_at = timezone.now(), None
    elif delivery.attempts <= len(RETRY_AFTER):
        delivery.next_try_at = timezone.now() + timedelta(seconds=RETRY_AFTER[delivery.attempts - 1])
    else:
        delivery.next_try_at = None
    outcome = {name: getattr(delivery, name) for name in OUTCOME}
    Delivery.objects.filter(pk=delivery.pk).update(**outcome)  # none when the webhook was deleted meanwhile
    _switch_breaker(delivery)
    if not delivery.problem:
        return Outcome.ARRIVED
    return Outcome.AGAIN if delivery.next_try_at else Outcome.GIVEN_UP


def _post(delivery: Delivery) -> None:
    """Send the request; sets the attempts, and the status or problem."""
    body, moment = delivery.body.encode(), int(timezone.now().timestamp())
    headers = {
        "Content-Type": "application/json",
        "Roadshow-Delivery": str(delivery.guid),
        "Roadshow-Signature": sign(delivery.webhook.secret, body, moment),
    }
    delivery.attempts += 1
    delivery.status, delivery.problem = None, ""
    try:
        response = fetch_url(
            delivery.webhook.url,
            method="POST",
            body=body,
            headers=headers,
            limit=MAX_RESPONSE,
            timeout=TIMEOUT,
            truncate=True,
        )
        delivery.status = response.status
        if not 200 <= response.status < 300:
            delivery.problem = _("It answered with status %(status)s.") % {"status": response.status}
    except (UrlRefused, FetchFailed) as error:
        delivery.problem = str(error)[:500]


def _switch_breaker(delivery: Delivery) -> None:
    """Count failures in a row, and pause a receiver that is away; a receipt ends the count."""
    receiver = Webhook.objects.filter(pk=delivery.webhook_id)
    if not delivery.problem:
        receiver.exclude(failures=0).resume()
        return
    receiver.update(failures=F("failures") + 1)
    failures = receiver.values_list("failures", flat=True).first() or 0
    if delivery.status is None or failures >= BREAKER_FAILURES:
        seconds = min(FIRST_PAUSE * 2 ** min(failures - 1, 10), LONGEST_PAUSE)
        receiver.update(paused_until=timezone.now() + timedelta(seconds=seconds))
