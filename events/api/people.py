"""Endpoints for what an event knows of its people: contact, notes, wishes, times."""

from django.core.exceptions import ValidationError as ModelError
from django.db import transaction
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import SAFE_METHODS
from rest_framework.response import Response
from rest_framework.views import APIView

from roadshow.api.authentication import OrganisersMayWrite
from roadshow.api.errors import as_api_error
from roadshow.api.pagination import NumberedPages
from roadshow.api.viewsets import PAGING, PublicReadMixin, reject_unknown_parameters
from roadshow.core.roles import Permission
from speakers.models import Speaker

from ..models import Event, EventSpeaker
from ..serializers import EventSpeakerSerializer


class SpeakerManagersOnly(OrganisersMayWrite):
    """Nobody reads this without an account either."""

    def has_permission(self, request, view):
        return super().has_permission(request, view) and bool(request.user.is_authenticated)


def get_event(request, slug: str) -> Event:
    """Raises Http404 for everybody who does not look after the event's speakers."""
    rows = Event.objects.with_permission(request.user, Permission.EDIT_SPEAKERS)
    return get_object_or_404(rows, slug=slug)


class PeopleView(PublicReadMixin, APIView):
    """What an event knows of its people; 404 for everybody who does not look after its speakers."""

    permission_classes = [SpeakerManagersOnly]
    pagination_class = NumberedPages
    serializer_class = EventSpeakerSerializer

    @extend_schema(operation_id="events_people_list", responses=EventSpeakerSerializer(many=True))
    def get(self, request, slug):
        reject_unknown_parameters(request.query_params, PAGING[:2])
        rows = EventSpeaker.objects.filter(event=get_event(request, slug))
        pages = NumberedPages()
        found = pages.paginate_queryset(
            rows.select_related("speaker").order_by("speaker__name", "pk"), request
        )
        return pages.get_paginated_response(EventSpeakerSerializer(found, many=True).data)


class PersonView(PublicReadMixin, APIView):
    """What an event knows of one person who speaks there."""

    permission_classes = [SpeakerManagersOnly]
    serializer_class = EventSpeakerSerializer

    @extend_schema(operation_id="events_people_retrieve", responses=EventSpeakerSerializer)
    def get(self, request, slug, speaker):
        reject_unknown_parameters(request.query_params, ())
        return Response(EventSpeakerSerializer(self.get_row(request, slug, speaker)).data)

    @extend_schema(request=EventSpeakerSerializer(partial=True), responses=EventSpeakerSerializer)
    @transaction.atomic
    def patch(self, request, slug, speaker):
        reject_unknown_parameters(request.query_params, ())
        row = self.get_row(request, slug, speaker)
        data = EventSpeakerSerializer(row, data=request.data, partial=True)
        data.is_valid(raise_exception=True)
        for name, value in data.validated_data.items():
            setattr(row, name, value)
        try:
            row.full_clean()
        except ModelError as error:
            raise as_api_error(error) from error
        row.save()
        return Response(EventSpeakerSerializer(row).data)

    def get_row(self, request, slug: str, speaker: str) -> EventSpeaker:
        """The row, new when the event knows nothing yet; saved only for a request that writes."""
        event = get_event(request, slug)
        person = get_object_or_404(Speaker.objects.filter(talks__event=event).distinct(), slug=speaker)
        if request.method in SAFE_METHODS:
            known = EventSpeaker.objects.filter(event=event, speaker=person).first()
            return known or EventSpeaker(event=event, speaker=person)
        row = EventSpeaker.objects.of(event, person)
        return EventSpeaker.objects.select_for_update(of=("self",)).get(pk=row.pk)
