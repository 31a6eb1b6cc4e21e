"""Endpoint of the caller's own tokens: list, make, revoke."""

from datetime import timedelta

from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from knox.models import get_digest_token
from knox.settings import CONSTANTS
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.views import APIView

from events.models import Event
from roadshow.api.authentication import OrganisersMayWrite
from roadshow.api.serializers import StrictTypes
from roadshow.api.viewsets import PublicReadMixin, reject_unknown_parameters
from roadshow.core.access import is_organiser, only_events
from roadshow.models import ApiToken

ID_LENGTH = 16  # characters of the digest that name a token
FLAG, TEXT = {"type": "boolean"}, {"type": "string"}
PROPERTIES = {
    "id": TEXT,
    "name": TEXT,
    "may_write": FLAG,
    "every_event": FLAG,
    "events": {"type": "array", "items": TEXT, "description": "Slugs of those that it is for."},
    "created_at": TEXT | {"format": "date-time"},
    "expires_at": {"type": ["string", "null"], "format": "date-time"},
    "current": FLAG | {"description": "Whether it is the token of this request."},
}
TOKEN = {"x-name": "ApiToken", "type": "object", "required": list(PROPERTIES), "properties": PROPERTIES}
NEW_TOKEN = {
    "x-name": "NewApiToken",
    "type": "object",
    "required": [*PROPERTIES, "token"],
    "properties": PROPERTIES | {"token": TEXT | {"description": "The secret. It is never shown again."}},
}


class TokenRequestSerializer(StrictTypes):
    """A new token."""

    name = serializers.CharField(
        max_length=100, help_text=gettext_lazy("What it is for, such as “video team”.")
    )
    may_write = serializers.BooleanField(
        default=False, help_text=gettext_lazy("Without this it can only read.")
    )
    events = serializers.ListField(
        child=serializers.CharField(max_length=80),
        default=list,
        max_length=100,
        help_text=gettext_lazy("Slugs of the only events that it is for; without any it is for every one."),
    )
    days = serializers.IntegerField(
        default=365, allow_null=True, min_value=1, max_value=3650,
        help_text=gettext_lazy("After which it expires; null: when it is revoked."),
    )  # fmt: skip


class TokenMixin(PublicReadMixin, APIView):
    """Everybody's own tokens, never those of others."""

    permission_classes = [OrganisersMayWrite]

    def initial(self, request, *args, **options):
        super().initial(request, *args, **options)
        reject_unknown_parameters(request.query_params, ())
        if not is_organiser(request.user):
            self.permission_denied(request, _("Only organisers may do this."))

    def represent(self, token: ApiToken) -> dict:
        return {
            "id": token.digest[:ID_LENGTH],
            "name": token.name,
            "may_write": token.may_write,
            "every_event": token.every_event,
            "events": sorted(event.slug for event in token.events.all()),
            "created_at": token.created,
            "expires_at": token.expiry,
            "current": getattr(self.request.auth, "digest", None) == token.digest,
        }

    def own_tokens(self):
        return ApiToken.objects.filter(user=self.request.user).prefetch_related("events").order_by("-created")


class TokensView(TokenMixin):
    """Your tokens, the newest first."""

    @extend_schema(operation_id="tokens_list", responses={200: {"type": "array", "items": TOKEN}})
    def get(self, request):
        return Response([self.represent(one) for one in self.own_tokens()], headers=NOT_STORED)

    @extend_schema(operation_id="tokens_create", request=TokenRequestSerializer, responses={201: NEW_TOKEN})
    def post(self, request):
        """Make a token, which may do no more than the one of this request. Its secret is in this answer alone."""
        data = TokenRequestSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        values = data.validated_data
        events, days = self.find_events(values["events"]), values["days"]
        digest, secret = get_digest_token()
        made = ApiToken(
            user=request.user,
            digest=digest,
            token_key=secret[: CONSTANTS.TOKEN_KEY_LENGTH],
            name=values["name"],
            may_write=values["may_write"],
            every_event=not events,
            expiry=timezone.now() + timedelta(days=days) if days else None,
        )
        self.check_expiry(made)
        made.save()
        made.events.set(events)
        address = self.site + reverse("api:token", args=[digest[:ID_LENGTH]])
        body = self.represent(made) | {"token": secret}
        return Response(body, status=201, headers=NOT_STORED | {"Location": address})

    def find_events(self, slugs: list[str]) -> list[Event]:
        """The events that a token is for. Raises ValidationError."""
        found = list(Event.objects.visible_to(self.request.user).filter(slug__in=slugs))
        for slug in set(slugs) - {event.slug for event in found}:
            raise ValidationError({"events": _("There is no event “%s”.") % slug[:80]})
        limit = only_events(self.request.user)
        if limit is not None and not (found and {event.pk for event in found} <= limit):
            raise ValidationError({"events": _("Name events that the token of this request is for.")})
        return found

    def check_expiry(self, made: ApiToken) -> None:
        limit = getattr(self.request.auth, "expiry", None)
        if limit and (made.expiry is None or made.expiry > limit):
            raise ValidationError({"days": _("It would outlive the token of this request.")})


class TokenView(TokenMixin):
    """One of your tokens."""

    @extend_schema(operation_id="tokens_destroy", request=None, responses={204: None})
    def delete(self, request, token):
        """Revoke it, at once."""
        found = self.own_tokens().filter(digest__startswith=token).first()
        if found is None:
            raise Http404
        found.delete()
        return Response(status=204)


NOT_STORED = {"Cache-Control": "no-store"}
