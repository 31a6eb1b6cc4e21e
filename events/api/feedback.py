"""Endpoint that lists feedback: what organisers chose to show, and all of it to those who look after it."""

from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.views import APIView

from roadshow.api.authentication import OrganisersMayWrite
from roadshow.api.openapi import number, text
from roadshow.api.pagination import MAX_PAGE, MAX_PAGE_SIZE, PAGE_SIZE, NumberedPages
from roadshow.api.viewsets import PublicReadMixin, reject_unknown_parameters

from ..models import Event, Feedback, Talk
from . import schemas

KEYS = {"id": "pk", "event": "event__slug", "talk": "talk__guid", "recap": "recap__guid"}
PLAIN = ("rating", "comment", "name", "state", "created_at")


class FeedbackListView(PublicReadMixin, APIView):
    """Stars and comments, the newest first: those that are shown, and all to whoever looks after them."""

    permission_classes = [OrganisersMayWrite]
    known = ("event", "talk", "page", "page_size")

    @extend_schema(
        operation_id="feedback_list",
        parameters=[
            text("event", "Slug of an event.", maxLength=80, minLength=1),
            text("talk", "GUID of a talk.", format="uuid"),
            number("page", "Number of the page, from 1.", 1, MAX_PAGE),
            number("page_size", "How many there are on a page.", PAGE_SIZE, MAX_PAGE_SIZE),
        ],
        responses={200: NumberedPages().get_paginated_response_schema(schemas.many(schemas.FEEDBACK))},
    )
    def get(self, request):
        reject_unknown_parameters(request.query_params, self.known)
        rows = Feedback.objects.visible_to(request.user).order_by("-created_at", "-pk")
        pages = NumberedPages()
        found = pages.paginate_queryset(self.filter_rows(rows).values_list(*KEYS.values(), *PLAIN), request)
        names = (*KEYS, *PLAIN)
        response: Response = pages.get_paginated_response(
            [dict(zip(names, row, strict=True)) for row in found]
        )
        response["Cache-Control"] = "private, no-cache"
        return response

    def filter_rows(self, rows):
        """The feedback of the event and the talk asked for. Raises ValidationError."""
        given, user = self.request.query_params, self.request.user
        if slug := given.get("event"):
            event = Event.objects.visible_to(user).filter(slug=slug.replace("\0", "")).first()
            if event is None:
                raise ValidationError({"event": _("There is no event “%s”.") % slug[:80]})
            rows = rows.filter(event=event)
        if guid := given.get("talk"):
            try:
                talk = Talk.objects.visible_to(user).filter(guid=UUID(guid)).first()
            except ValueError:
                talk = None
            if talk is None:
                raise ValidationError({"talk": _("There is no such talk.")})
            rows = rows.filter(talk=talk)
        return rows
