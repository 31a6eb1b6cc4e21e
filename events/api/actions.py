"""Endpoints that change several records: merging, feedback."""

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import Throttled
from rest_framework.response import Response
from rest_framework.views import APIView

from roadshow.api.authentication import AnyoneMayWrite
from roadshow.api.errors import Conflict
from roadshow.api.viewsets import PublicReadMixin, reject_unknown_parameters
from roadshow.http.rate_limits import is_within_limit, seconds_until_reset
from speakers.models import Speaker

from ..actions import (
    MergeRefused,
    give_feedback,
    is_feedback_open,
    merge_speakers,
)
from ..models import Event, Talk
from ..serializers import FeedbackSerializer, MergingSerializer
from . import schemas

TIMES, SECONDS = 10, 3600  # messages from one sender per hour, as on the pages


class MergeView(PublicReadMixin, APIView):
    """Makes two records of one person one: `other` gives all it has to the one addressed, and is deleted."""

    @extend_schema(request=MergingSerializer, responses={200: schemas.keys(speaker=schemas.TEXT)})
    @transaction.atomic
    def post(self, request, slug):
        reject_unknown_parameters(request.query_params, ())
        data = MergingSerializer(data=request.data, context={"request": request})
        data.is_valid(raise_exception=True)
        into = self.lock_speaker(slug)
        try:
            merged = merge_speakers(into=into, other=self.lock_speaker(data.validated_data["other"].slug))
        except MergeRefused as error:
            raise Conflict(str(error)) from error
        return Response({"speaker": merged.slug})

    def lock_speaker(self, slug: str) -> Speaker:
        rows = Speaker.objects.visible_to(self.request.user).select_for_update(of=("self",))
        found = rows.filter(slug=slug).first()
        if found is None:
            raise Http404
        if not Speaker.objects.editable_by(self.request.user).filter(pk=found.pk).exists():
            self.permission_denied(self.request, _("You may not change this."))
        return found


class FeedbackView(PublicReadMixin, APIView):
    """Stars, a comment or both, about an event or a talk that has begun, while it is open. Needs no account."""

    permission_classes = [AnyoneMayWrite]

    @extend_schema(request=FeedbackSerializer, responses={201: FeedbackSerializer})
    def post(self, request, slug=None, guid=None):
        reject_unknown_parameters(request.query_params, ())
        if slug:
            talk, event = None, Event.objects.visible_to(request.user).filter(slug=slug).first()
        else:
            talk = Talk.objects.visible_to(request.user).filter(guid=guid).select_related("event").first()
            event = talk and talk.event
        if event is None or not is_feedback_open(event, talk):
            raise Http404
        data = FeedbackSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        if not is_within_limit(request, "feedback", times=TIMES, seconds=SECONDS):
            raise Throttled(seconds_until_reset(SECONDS))
        with transaction.atomic():
            given = give_feedback(event=event, talk=talk, **data.validated_data)
        return Response(FeedbackSerializer(given).data, status=201)
