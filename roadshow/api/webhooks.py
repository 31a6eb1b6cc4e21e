"""Webhooks: sends changes to other servers, signed, at least once, with retries.

Each webhook stores its cursor in the feed of changes. `deliver_webhooks` turns the changes after it into deliveries,
then sends those that are due. Receivers verify the signature that `sign` makes.
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

from roadshow.api.changes import ChangeCursor, latest_cursor
from roadshow.api.feed import describe_changes
from roadshow.api.models import Change
from roadshow.api.router import VIEWSETS
from roadshow.api.viewsets import PublicReadMixin
from roadshow.http.guard import FetchFailed, UrlRefused, fetch_url
from roadshow.models import Delivery, Webhook

BATCH = 100  # changes in a delivery
RETRY_AFTER = [
    60,
    300,
    900,
    3600,
    3 * 3600,
    6 * 3600,
    12 * 3600,
    24 * 3600,
    24 * 3600,
]  # seconds before each retry
TIMEOUT = 10  # seconds for the receiver to respond
MAX_RESPONSE = 64 * 1024  # bytes of its response that are read
RETENTION = timedelta(days=30)


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


@transaction.atomic
def queue_changes(webhook: Webhook) -> bool:
    """Create the next delivery of a webhook, if there are changes for it. True when there may be more."""
    webhook = Webhook.objects.select_for_update().get(pk=webhook.pk)
    end = latest_cursor()
    rows = Change.objects.settled().after(webhook.place)
    if webhook.kinds:
        rows = rows.filter(kind__in=webhook.kinds)
    if webhook.event_id:
        rows = rows.filter(event=webhook.event_id)
    changes = list(rows[:BATCH])
    more = len(changes) == BATCH
    webhook.place = ChangeCursor(changes[-1].xid, changes[-1].id) if more else max(end, webhook.place)
    webhook.save()
    if results := describe_changes(changes, AnonymousView(), VIEWSETS):
        delivery = Delivery(webhook=webhook)
        body = {"delivery": delivery.guid, "webhook": webhook.guid, "results": results}
        delivery.body = orjson.dumps(body, default=ORJSONRenderer.default).decode()
        delivery.save()
    return more


def send_delivery(delivery: Delivery) -> bool:
    """Send one delivery and store the outcome. True when the receiver accepted it."""
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
    if not delivery.problem:
        delivery.delivered_at = timezone.now()
    delivery.next_try_at = None
    if delivery.problem and delivery.attempts <= len(RETRY_AFTER):
        delivery.next_try_at = timezone.now() + timedelta(seconds=RETRY_AFTER[delivery.attempts - 1])
    delivery.save()
    return not delivery.problem


def deliver_webhooks() -> tuple[int, int, int]:
    """Send all that is due; returns how many deliveries arrived, will be retried, and were given up."""
    for webhook in Webhook.objects.filter(active=True):
        while queue_changes(webhook):
            pass
    arrived = again = given_up = 0
    for key in list(Delivery.objects.due().values_list("pk", flat=True)):
        delivery = Delivery.objects.take(key, seconds=2 * TIMEOUT)
        if delivery is None:
            continue
        if send_delivery(delivery):
            arrived += 1
        elif delivery.next_try_at:
            again += 1
        else:
            given_up += 1
    Delivery.objects.filter(created_at__lt=timezone.now() - RETENTION).delete()
    return arrived, again, given_up
