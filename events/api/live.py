"""Endpoints of the day itself: what changed, announcing and undoing it, and statuses of rooms from other systems."""

from http import HTTPStatus

from django.core.exceptions import ValidationError as ModelError
from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.views import APIView

from roadshow.api.errors import Conflict
from roadshow.api.viewsets import PublicReadMixin, reject_unknown_parameters

from ..actions import LiveRefused, announce, undo_change
from ..forms import LiveChangeForm
from ..live import load_live_state, read_room_states, serialize_live_state, write_room_states
from ..models import Event, LiveChange
from ..models.role import find_live_rights
from . import schemas


class LiveView(PublicReadMixin, APIView):
    """What the day itself changed over the current release: late talks, statuses of rooms, notices."""

    @extend_schema(responses={200: schemas.LIVE})
    def get(self, request, slug):
        """Present times of the slots that changed, rooms that are not open, notices. Ask as often as you like."""
        reject_unknown_parameters(request.query_params, ())
        event = get_event(request, slug)
        return Response(serialize_live_state(event, load_live_state(event)))

    @extend_schema(request={"application/json": schemas.LIVE_CHANGE}, responses={201: schemas.LIVE_ANNOUNCED})
    def post(self, request, slug):
        """Announce a change. It is on every page within seconds; DELETE its address to undo it."""
        reject_unknown_parameters(request.query_params, ())
        event = self.get_own_event(slug)
        form = LiveChangeForm(request.data, event=event)
        if not form.is_valid():
            raise ValidationError(
                {name: [str(one) for one in errors] for name, errors in form.errors.items()}
            )
        try:
            change = announce(change=form.instance, by=request.user)
        except LiveRefused as refusal:
            raise Conflict(str(refusal)) from refusal
        except ModelError as error:
            raise ValidationError(error.messages) from error
        return Response({"guid": change.guid, "effects": change.effects}, HTTPStatus.CREATED)

    def get_own_event(self, slug: str) -> Event:
        """The event, for users who may announce changes of it."""
        event = get_event(self.request, slug)
        if not find_live_rights(self.request.user, event).is_allowed:
            self.permission_denied(self.request, _("You may not announce changes of this event."))
        return event


class LiveChangeView(LiveView):
    """One announced change."""

    http_method_names = ["delete", "options"]

    @extend_schema(responses={204: None})
    def delete(self, request, slug, guid):
        """Undo it. 409 when it was undone before, or is in the plan."""
        reject_unknown_parameters(request.query_params, ())
        change = get_object_or_404(LiveChange, event=self.get_own_event(slug), guid=guid)
        try:
            undo_change(change=change, by=request.user)
        except LiveRefused as refusal:
            raise Conflict(str(refusal)) from refusal
        return Response(status=HTTPStatus.NO_CONTENT)


class RoomStatesView(LiveView):
    """Statuses of rooms in FOSDEM's form: 0 open, 1 full, 2 evacuate."""

    @extend_schema(responses={200: schemas.ROOM_STATES})
    def get(self, request, slug):
        """Every room of the event."""
        reject_unknown_parameters(request.query_params, ())
        event = get_event(request, slug)
        names = event.event_rooms.order_by("position", "room__name").values_list("room__name", flat=True)
        return Response(write_room_states(names, load_live_state(event)))

    @extend_schema(request={"application/json": schemas.ROOM_STATES}, responses={200: schemas.ROOM_STATES})
    def post(self, request, slug):
        """Set the statuses of these rooms; unknown names are refused, and nothing is changed then."""
        reject_unknown_parameters(request.query_params, ())
        event = self.get_own_event(slug)
        try:
            states = read_room_states(request.data)
        except ValueError as error:
            raise ValidationError(str(error)) from error
        rooms = {room.name: room for room in event.rooms.filter(name__in=states)}
        if missing := states.keys() - rooms.keys():
            raise ValidationError(_("The event has no room “%(name)s”.") % {"name": sorted(missing)[0]})
        try:
            with transaction.atomic():
                for name, status in states.items():
                    change = LiveChange(
                        event=event, kind=LiveChange.Kind.STATUS, room=rooms[name], status=status
                    )
                    announce(change=change, by=request.user)
        except LiveRefused as refusal:
            raise Conflict(str(refusal)) from refusal
        return self.get(request, slug)


def get_event(request, slug: str) -> Event:
    rows = Event.objects.visible_to(request.user).select_related("current_release")
    return get_object_or_404(rows.defer("current_release__document"), slug=slug)
