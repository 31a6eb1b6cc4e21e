"""Endpoints that change several records: imports, merging, feedback."""

import json
import re
from typing import Any, cast

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError as ModelError
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ParseError, Throttled, ValidationError
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.response import Response
from rest_framework.views import APIView

from roadshow.api.authentication import AnyoneMayWrite
from roadshow.api.errors import Conflict
from roadshow.api.openapi import flag, text
from roadshow.api.viewsets import PublicReadMixin, boolean_parameter, reject_unknown_parameters
from roadshow.core.fields import validate_timezone
from roadshow.http.rate_limits import is_within_limit, seconds_until_reset
from speakers.models import Speaker

from ..actions import (
    ImportRefused,
    MergeRefused,
    ScheduleConflict,
    give_feedback,
    import_schedule,
    is_feedback_open,
    merge_speakers,
)
from ..formats.date_order import ORDERS
from ..formats.detect import UnreadableFile, read
from ..formats.table.columns import COLUMNS
from ..models import Event, Import, Talk
from ..serializers import FeedbackSerializer, MergingSerializer
from . import schemas

LIMIT = 64 * 1024 * 1024  # bytes of an upload
TIMES, SECONDS = 10, 3600  # messages from one sender per hour, as on the pages


class RawParser(BaseParser):
    """Accept a body of any content type."""

    media_type = "*/*"

    def parse(self, stream, media_type=None, parser_context=None):
        return {"file": stream}


class ImportView(PublicReadMixin, APIView):
    """Reads schedule.xml, schedule.json, iCalendar, CSV or XLSX into an event's plan.

    Send the file as the body, or as `file` of a form. Without `apply=true` it only says what would change.
    """

    known = ("apply", "release", "timezone", "mode", "force", "date_order", "encoding", "columns")

    parser_classes = [MultiPartParser, RawParser]

    @extend_schema(
        request=schemas.FILE,
        responses={200: schemas.REPORT},
        parameters=[
            flag("apply", "Do it; otherwise only say what would change."),
            flag("release", "Publish the plan afterwards."),
            text("timezone", "IANA zone, where the file names none.", maxLength=60),
            text(
                "mode",
                "`update` adds and changes, `add` changes nothing, `replace` also cancels what is not in the file;"
                " without it, exchange formats of the same conference replace, others update.",
                enum=Import.Mode.values,
            ),
            flag("force", "Do what is refused as doubtful (`concerns` of the report)."),
            text("date_order", "Order of day and month in dates like 3/4/2027.", enum=ORDERS),
            text("encoding", "Encoding of a text file, such as cp1250.", maxLength=40),
            text(
                "columns",
                'What columns of a table are read as, as JSON: {"Your name": "speakers", "Mood": ""}.',
            ),
        ],
    )
    def post(self, request, slug):
        reject_unknown_parameters(request.query_params, self.known)
        return self.import_file(self.get_event(slug))

    def import_file(self, event: Event | None, slug: str = "") -> Response:
        """Import the file into an event, or into a new one at `slug`; a dry run without `apply`."""
        request = self.request
        zone = request.query_params.get("timezone", "")
        self.check_zone(zone)
        self.check_words()
        try:
            reading = read(
                self.read_upload(),
                timezone=zone or (event.timezone if event else ""),
                date_order=request.query_params.get("date_order", ""),
                encoding=request.query_params.get("encoding", ""),
                columns=self.read_columns(),
                days=(event.starts_on, event.ends_on) if event else None,
            )
            report = import_schedule(
                reading=reading,
                event=event,
                slug=slug,
                timezone=zone,
                by=cast(User, request.user),
                release=boolean_parameter(request, "release"),
                dry_run=not boolean_parameter(request, "apply"),
                mode=request.query_params.get("mode", ""),
                force=boolean_parameter(request, "force"),
            )
        except (UnreadableFile, ImportRefused) as error:
            raise ValidationError({"file": str(error)}) from error
        except ScheduleConflict as error:
            raise Conflict([str(one) for one in error.conflicts]) from error
        return Response(report.as_dict() | {"changes": report.changes})

    def read_columns(self) -> dict[str, str]:
        """Heading -> field, as the request says. Raises ValidationError."""
        try:
            found = json.loads(self.request.query_params.get("columns") or "{}")
        except ValueError:
            found = None
        if not isinstance(found, dict) or not all(field in ("", *COLUMNS) for field in found.values()):
            words = {"words": ", ".join(COLUMNS)}
            raise ValidationError(
                {"columns": _("Give a JSON object of headings and fields; fields are: %(words)s.") % words}
            )
        return found

    @staticmethod
    def check_zone(zone: str) -> None:
        try:
            if zone:
                validate_timezone(zone)
        except ModelError as error:
            raise ValidationError({"timezone": error.messages}) from error

    def check_words(self) -> None:
        """Refuse a mode or an order of dates that there is not."""
        for name, allowed in (("mode", Import.Mode.values), ("date_order", ORDERS)):
            if self.request.query_params.get(name, "") not in ("", *allowed):
                raise ValidationError({name: _("Use one of: %(words)s.") % {"words": ", ".join(allowed)}})

    def get_event(self, slug: str) -> Event:
        event = Event.objects.visible_to(self.request.user).filter(slug=slug).first()
        if event is None:
            raise Http404
        if not Event.objects.editable_by(self.request.user).filter(pk=event.pk).exists():
            self.permission_denied(self.request, _("You may not change this."))
        return event

    def read_upload(self) -> bytes:
        """The uploaded bytes. Raises ValidationError and ParseError."""
        file: Any = cast(dict, self.request.data).get("file")
        if not hasattr(file, "read"):
            raise ValidationError({"file": _("Send a file.")})
        try:
            data = file.read(LIMIT + 1)
        except OSError as error:
            raise ParseError from error
        if len(data) > LIMIT:
            raise ValidationError({"file": _("The file is larger than 64 MB.")})
        return data


class NewEventView(ImportView):
    """Reads a schedule into a new event, under the slug that `event` names."""

    @extend_schema(
        request=schemas.FILE,
        responses={200: schemas.REPORT},
        parameters=[
            flag("apply", "Do it; otherwise only say what would be there."),
            flag("release", "Publish the plan afterwards."),
            text("timezone", "IANA zone, where the file names none.", maxLength=60),
            text(
                "mode",
                "`update` adds and changes, `add` changes nothing, `replace` also cancels what is not in the file;"
                " without it, exchange formats of the same conference replace, others update.",
                enum=Import.Mode.values,
            ),
            flag("force", "Do what is refused as doubtful (`concerns` of the report)."),
            text("date_order", "Order of day and month in dates like 3/4/2027.", enum=ORDERS),
            text("encoding", "Encoding of a text file, such as cp1250.", maxLength=40),
            text(
                "columns",
                'What columns of a table are read as, as JSON: {"Your name": "speakers", "Mood": ""}.',
            ),
            text("event", "Slug of the new event.", pattern=r"^[-\w]*$", maxLength=80),
        ],
    )
    def post(self, request):  # type: ignore[override]  # its address has no slug
        reject_unknown_parameters(request.query_params, (*self.known, "event"))
        slug = request.query_params.get("event", "")
        if slug and not re.fullmatch(r"[-\w]{1,80}", slug):
            raise ValidationError({"event": _("Use letters, digits, hyphens and underscores, at most 80.")})
        if Event.objects.filter(slug=slug).exists():
            raise Conflict(_("There is an event at that address. Import into it, or choose another."))
        return self.import_file(None, slug)


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
