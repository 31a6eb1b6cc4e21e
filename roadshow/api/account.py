"""Endpoint that says who asks: their account, their token, and the events that they work on."""

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from events.models import Event
from roadshow.api.authentication import OrganisersMayWrite, is_read_only_token
from roadshow.api.viewsets import PublicReadMixin, reject_unknown_parameters
from roadshow.core.access import can_add_events, can_curate, is_organiser

FLAG, TEXT = {"type": "boolean"}, {"type": "string"}
TOKEN = {
    "type": ["object", "null"],
    "required": ["name", "may_write", "every_event", "expires_at"],
    "properties": {
        "name": TEXT,
        "may_write": FLAG,
        "every_event": FLAG,
        "expires_at": {"type": ["string", "null"], "format": "date-time"},
    },
    "description": "The token of this request; null for somebody who is signed in.",
}
ME = {
    "x-name": "Me",
    "type": "object",
    "required": ["username", "name", "may_write", "may_add_events", "may_curate", "events", "token"],
    "properties": {
        "username": TEXT,
        "name": TEXT,
        "may_write": FLAG,
        "may_add_events": FLAG,
        "may_curate": FLAG | {"description": "Whether topics, venues, rooms and links may be changed."},
        "events": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["event", "may_edit"],
                "properties": {"event": TEXT | {"description": "Slug."}, "may_edit": FLAG},
            },
            "description": "Those that this person works on, as far as the token goes.",
        },
        "token": TOKEN,
    },
}


class MeView(PublicReadMixin, APIView):
    """Whose token or session this is, and what it may do: programs check it before they begin."""

    permission_classes = [OrganisersMayWrite]

    @extend_schema(operation_id="me", responses={200: ME})
    def get(self, request):
        reject_unknown_parameters(request.query_params, ())
        user, token = request.user, request.auth
        if not is_organiser(user):
            self.permission_denied(request, _("Only organisers may do this."))
        may_write = not is_read_only_token(request)
        own = set(Event.objects.editable_by(user).values_list("slug", flat=True)) if may_write else set()
        events = Event.objects.listed_for(user).order_by("slug").values_list("slug", flat=True)
        answer = {
            "username": user.get_username(),
            "name": user.get_full_name(),
            "may_write": may_write,
            "may_add_events": may_write and can_add_events(user),
            "may_curate": may_write and can_curate(user),
            "events": [{"event": slug, "may_edit": slug in own} for slug in events],
            "token": token
            and {
                "name": token.name,
                "may_write": token.may_write,
                "every_event": token.every_event,
                "expires_at": token.expiry,
            },
        }
        return Response(answer, headers={"Cache-Control": "private, no-cache"})
