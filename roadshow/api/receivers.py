"""Endpoint of webhooks: who is told of changes, what was sent to them, and a way to try them out."""

import orjson
from django.db.models import F
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from events.models import Event
from roadshow.api.filters import RecordFilter, ReferenceFilter, YesNoFilter
from roadshow.api.idempotency import idempotent
from roadshow.api.serializers import RecordSerializer, Reference
from roadshow.api.viewsets import RecordViewSet, reject_unknown_parameters
from roadshow.core.access import is_organiser
from roadshow.models import WEBHOOK_KINDS, Delivery, Webhook

MOMENT = {"type": "string", "format": "date-time"}
MAYBE_MOMENT = {"type": ["string", "null"], "format": "date-time"}
DELIVERY = {
    "x-name": "Delivery",
    "type": "object",
    "required": ["guid", "created_at", "attempts", "next_try_at", "delivered_at", "status", "problem"],
    "properties": {
        "guid": {"type": "string", "format": "uuid"},
        "created_at": MOMENT,
        "attempts": {"type": "integer", "minimum": 0},
        "next_try_at": MAYBE_MOMENT | {"description": "Null when it arrived or was given up."},
        "delivered_at": MAYBE_MOMENT,
        "status": {"type": ["integer", "null"], "description": "What the receiver answered."},
        "problem": {"type": "string", "description": "Why it did not arrive, in a sentence."},
    },
}


class Kinds(serializers.ListField):
    """Kinds of record and of semantic events, each once."""

    child = serializers.ChoiceField(WEBHOOK_KINDS)

    def __init__(self, **options):
        super().__init__(required=False, max_length=len(WEBHOOK_KINDS), **options)

    def to_internal_value(self, data):
        return list(dict.fromkeys(super().to_internal_value(data)))


class WebhookSerializer(RecordSerializer):
    event = Reference(Event.objects, required=False, allow_null=True)
    kinds = Kinds(
        help_text=gettext_lazy("Without any it is told of all records; semantic events have to be named.")
    )
    secret = serializers.CharField(
        write_only=True,
        required=False,
        min_length=16,
        max_length=100,
        help_text=gettext_lazy(
            "Deliveries are signed with it. It is answered once, to the request that makes the webhook."
        ),
    )

    class Meta(RecordSerializer.Meta):
        model = Webhook
        fields = [
            "guid", "name", "url", "event", "kinds", "active", "secret", "failures", "paused_until",
            "created_at", "updated_at",
        ]  # fmt: skip
        read_only_fields = ["failures", "paused_until"]
        keeps = ("secret",)

    @classmethod
    def load(cls, rows, shape, user):
        return super().load(rows, shape, user).annotate(event_key=F("event__slug"))


class WebhookFilter(RecordFilter):
    """Filters of webhooks."""

    orderings = {"name": ("name",), "created_at": ("created_at",), "updated_at": ("updated_at",)}

    event = ReferenceFilter(rows=Event.objects, label=gettext_lazy("Event"))
    active = YesNoFilter(field_name="active", label=gettext_lazy("Active"))

    def by_text(self, rows, text):
        return rows.filter(name__icontains=text)


class WebhookViewSet(RecordViewSet):
    """Addresses that are told of changes. Organisers see those of their events."""

    serializer_class = WebhookSerializer
    filterset_class = WebhookFilter
    lookup_field = "guid"

    def initial(self, request, *args, **options):
        super().initial(request, *args, **options)
        if not is_organiser(request.user):
            self.permission_denied(request, _("Only organisers see webhooks."))

    def may_create(self, user) -> bool:
        return True  # for their events: that is checked when it is written

    def record_path(self, row) -> str:
        return reverse("api:webhook", args=[row.guid])

    def written_response(self, row, status: int = 200) -> Response:
        response = super().written_response(row, status)
        if status == 201:
            response.data["secret"] = row.secret
        return response

    @extend_schema(responses={200: {"type": "array", "items": DELIVERY}}, filters=False)
    def deliveries(self, request, guid):
        """The last 100 messages to a webhook, the newest first, and what came of each."""
        reject_unknown_parameters(request.query_params, ())
        rows = self.get_object().deliveries.order_by("-pk")[:100]
        return Response([represent_delivery(one) for one in rows])

    @extend_schema(request=None, responses={202: DELIVERY})
    @idempotent
    def test(self, request, guid):
        """Send an empty message, `{"delivery", "webhook", "test": true, "results": []}`, as soon as possible."""
        reject_unknown_parameters(request.query_params, ())
        webhook = self.get_editable()
        Webhook.objects.filter(pk=webhook.pk).resume()
        delivery = Delivery(webhook=webhook)
        body = {"delivery": delivery.guid, "webhook": webhook.guid, "test": True, "results": []}
        delivery.body = orjson.dumps(body).decode()
        delivery.save()
        return Response(represent_delivery(delivery), status=202)

    @extend_schema(request=None, responses={202: DELIVERY})
    def redeliver(self, request, guid, delivery):
        """Send a message once more, with all its attempts."""
        reject_unknown_parameters(request.query_params, ())
        rows = Delivery.objects.filter(webhook=self.get_editable(), guid=delivery)
        if not rows.send_again():
            raise Http404
        return Response(represent_delivery(rows.get()), status=202)


def represent_delivery(delivery: Delivery) -> dict:
    return {name: getattr(delivery, name) for name in DELIVERY["properties"]}
