"""Telling other people's servers what changed: signed, at least once, with patience.

Each webhook remembers its place in the feed of changes. `deliver` turns what came after it into deliveries,
then sends those that are due. Whoever receives one checks the signature as `sign` makes it.
"""

import hashlib
import hmac
import os
from datetime import timedelta

import orjson
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_orjson_renderer.renderers import ORJSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from roadshow.api.changes import Change, Place, latest
from roadshow.api.feed import told
from roadshow.api.router import VIEWSETS
from roadshow.api.viewsets import PublicMixin
from roadshow.http.guard import FetchFailed, UrlRefused, fetch_url
from roadshow.models import Delivery, Webhook

BATCH = 100  # changes in a delivery
WAITS = [60, 300, 900, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 24 * 3600, 24 * 3600]  # seconds before each retry
TIMEOUT = 10  # seconds for the other server to answer
LIMIT = 64 * 1024  # bytes of its answer that are read
KEPT = timedelta(days=30)


def sign(secret: str, body: bytes, moment: int) -> str:
    """The value of `Roadshow-Signature`: the time in seconds since 1970, and HMAC-SHA256 of "time.body"."""
    digest = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={moment},v1={digest}"


class Outside(PublicMixin, APIView):
    """Reads records as everybody sees them, where there is no request."""

    def __init__(self):
        request = HttpRequest()
        request.META |= {"SERVER_NAME": "localhost", "SERVER_PORT": os.environ.get("PORT", "8000")}
        super().__init__(request=Request(request))


@transaction.atomic
def gather(webhook: Webhook) -> bool:
    """Makes the next delivery of a webhook, if anything that it wants is new. True when there may be more."""
    webhook = Webhook.objects.select_for_update().get(pk=webhook.pk)
    end = latest()
    rows = Change.objects.settled().after(webhook.place)
    if webhook.kinds:
        rows = rows.filter(kind__in=webhook.kinds)
    if webhook.event_id:
        rows = rows.filter(event=webhook.event_id)
    changes = list(rows[:BATCH])
    more = len(changes) == BATCH
    webhook.place = Place(changes[-1].xid, changes[-1].id) if more else max(end, webhook.place)
    webhook.save()
    if results := told(changes, Outside(), VIEWSETS):
        delivery = Delivery(webhook=webhook)
        body = {"delivery": delivery.guid, "webhook": webhook.guid, "results": results}
        delivery.body = orjson.dumps(body, default=ORJSONRenderer.default).decode()
        delivery.save()
    return more


def send(delivery: Delivery) -> bool:
    """Sends one delivery and writes down what came of it. True when the other server took it."""
    body, moment = delivery.body.encode(), int(timezone.now().timestamp())
    headers = {
        "Content-Type": "application/json",
        "Roadshow-Delivery": str(delivery.guid),
        "Roadshow-Signature": sign(delivery.webhook.secret, body, moment),
    }
    delivery.attempts += 1
    delivery.status, delivery.problem = None, ""
    try:
        answer = fetch_url(
            delivery.webhook.url,
            method="POST",
            body=body,
            headers=headers,
            limit=LIMIT,
            timeout=TIMEOUT,
            truncate=True,
        )
        delivery.status = answer.status
        if not 200 <= answer.status < 300:
            delivery.problem = _("It answered with status %(status)s.") % {"status": answer.status}
    except (UrlRefused, FetchFailed) as error:
        delivery.problem = str(error)[:500]
    if not delivery.problem:
        delivery.delivered_at = timezone.now()
    delivery.next_try_at = None
    if delivery.problem and delivery.attempts <= len(WAITS):
        delivery.next_try_at = timezone.now() + timedelta(seconds=WAITS[delivery.attempts - 1])
    delivery.save()
    return not delivery.problem


def deliver() -> tuple[int, int, int]:
    """Everything that is due: how many deliveries arrived, will be tried again, were given up."""
    for webhook in Webhook.objects.filter(active=True):
        while gather(webhook):
            pass
    arrived = again = given_up = 0
    for key in list(Delivery.objects.due().values_list("pk", flat=True)):
        delivery = Delivery.objects.take(key, seconds=2 * TIMEOUT)
        if delivery is None:
            continue
        if send(delivery):
            arrived += 1
        elif delivery.next_try_at:
            again += 1
        else:
            given_up += 1
    Delivery.objects.filter(created_at__lt=timezone.now() - KEPT).delete()
    return arrived, again, given_up
