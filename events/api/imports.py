"""Endpoints of imports: a file into an event or a new one, at once or as a job with progress."""

import json
import re
from typing import Any, cast

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError as ModelError
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.response import Response
from rest_framework.views import APIView

from roadshow.api.authentication import OrganisersMayWrite
from roadshow.api.errors import Conflict
from roadshow.api.openapi import flag, text
from roadshow.api.viewsets import PublicReadMixin, boolean_parameter, reject_unknown_parameters
from roadshow.core.access import can_add_events, is_organiser, only_events
from roadshow.core.fields import validate_timezone
from roadshow.jobs.handlers import JobError
from roadshow.jobs.models import Job

from ..actions import CannotUndo, ImportRefused, ScheduleConflict, undo_import
from ..actions.importing import uploads
from ..formats.date_order import ORDERS
from ..formats.detect import UnreadableFile
from ..formats.table.columns import COLUMNS
from ..models import Event, Import
from . import schemas

LIMIT = 64 * 1024 * 1024  # bytes of an upload
ASYNC = "respond-async"  # the preference of RFC 7240
POLL_SECONDS = 1
OPTIONS = [
    flag("apply", "Do it; otherwise only say what would change or be there: a dry run."),
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
    text("columns", 'What columns of a table are read as, as JSON: {"Your name": "speakers", "Mood": ""}.'),
]
DECISIONS = [one for one in OPTIONS if one.name in ("force", "release")]


class RawParser(BaseParser):
    """Accept a body of any content type."""

    media_type = "*/*"

    def parse(self, stream, media_type=None, parser_context=None):
        return {"file": stream}


def prefers_job(request) -> bool:
    """Whether the request asks not to wait for the result."""
    given = request.headers.get("Prefer", "")
    return ASYNC in (one.partition(";")[0].strip().lower() for one in given.split(","))


class ImportView(PublicReadMixin, APIView):
    """Reads schedule.xml, schedule.json, iCalendar, CSV or XLSX into an event's plan.

    Send the file as the body, or as `file` of a form. Without `apply=true` it only says what would change. With
    `Prefer: respond-async` the answer is 202 at once, with the address of the import in `Location`.
    """

    known = ("apply", "release", "timezone", "mode", "force", "date_order", "encoding", "columns")

    parser_classes = [MultiPartParser, RawParser]

    @extend_schema(
        request=schemas.FILE,
        responses={200: schemas.REPORT, 202: schemas.IMPORT_JOB},
        parameters=OPTIONS,
    )
    def post(self, request, slug):
        reject_unknown_parameters(request.query_params, self.known)
        return self.import_file(self.get_event(slug))

    def import_file(self, event: Event | None, slug: str = "") -> Response:
        """Import the file into an event, or into a new one at `slug`; a dry run without `apply`."""
        request = self.request
        choices = self.read_choices(slug)
        apply, force, release = (boolean_parameter(request, name) for name in ("apply", "force", "release"))
        data, source = self.read_upload()
        by = cast(User, request.user)
        if prefers_job(request):
            return self.start_job(
                by=by, event=event, data=data, source=source, choices=choices, apply=apply, force=force,
                release=release,
            )  # fmt: skip
        try:
            report = uploads.run_choices(
                data=data, source=source, event=event, options=choices.as_options(), by=by, dry_run=not apply,
                force=force, release=release,
            )  # fmt: skip
        except (UnreadableFile, ImportRefused) as error:
            raise ValidationError({"file": str(error)}) from error
        except ScheduleConflict as error:
            raise Conflict([str(one) for one in error.conflicts]) from error
        return Response(report)

    def start_job(self, **arguments) -> Response:
        try:
            job = uploads.start_upload(**arguments)
        except uploads.ImportBusy as error:
            raise Conflict(str(error)) from error
        return accepted(self, job)

    def read_choices(self, slug: str) -> uploads.Choices:
        """What the parameters decide. Raises ValidationError."""
        given = self.request.query_params
        self.check_zone(given.get("timezone", ""))
        self.check_words()
        names = ("mode", "timezone", "date_order", "encoding")
        return uploads.Choices(
            **{name: given.get(name, "") for name in names}, columns=self.read_columns(), slug=slug
        )

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
        require_can_edit_event(self, event.pk)
        return event

    def read_upload(self) -> tuple[bytes, str]:
        """The uploaded bytes, and the file's name. Raises ValidationError and ParseError."""
        file: Any = cast(dict, self.request.data).get("file")
        if not hasattr(file, "read"):
            raise ValidationError({"file": _("Send a file.")})
        try:
            data = file.read(LIMIT + 1)
        except OSError as error:
            raise ParseError from error
        if len(data) > LIMIT:
            raise ValidationError({"file": _("The file is larger than 64 MB.")})
        return data, str(file.name) if isinstance(file, UploadedFile) else ""


class NewEventView(ImportView):
    """Reads a schedule into a new event, under the slug that `event` names."""

    @extend_schema(
        request=schemas.FILE,
        responses={200: schemas.REPORT, 202: schemas.IMPORT_JOB},
        parameters=[*OPTIONS, text("event", "Slug of the new event.", pattern=r"^[-\w]*$", maxLength=80)],
    )
    def post(self, request):  # type: ignore[override]  # its address has no slug
        reject_unknown_parameters(request.query_params, (*self.known, "event"))
        if not can_add_events(request.user) or only_events(request.user) is not None:
            self.permission_denied(request, _("You may not add this."))
        slug = request.query_params.get("event", "")
        if slug and not re.fullmatch(r"[-\w]{1,80}", slug):
            raise ValidationError({"event": _("Use letters, digits, hyphens and underscores, at most 80.")})
        if Event.objects.filter(slug=slug).exists():
            raise Conflict(_("There is an event at that address. Import into it, or choose another."))
        return self.import_file(None, slug)


class ImportJobMixin(PublicReadMixin, APIView):
    """An import that was sent with `Prefer: respond-async`; whoever sent it reads and steers it."""

    permission_classes = [OrganisersMayWrite]

    def get_job(self, guid) -> Job:
        reject_unknown_parameters(self.request.query_params, self.known)
        if not is_organiser(self.request.user):
            self.permission_denied(self.request, _("Only organisers may do this."))
        job = uploads.list_jobs(cast(User, self.request.user)).filter(pk=guid).first()
        if job is None:
            raise Http404
        return job

    known: tuple[str, ...] = ()


class ImportJobView(ImportJobMixin):
    """How far an import is, and what it did or would do. Delete it to cancel it."""

    @extend_schema(operation_id="imports_retrieve", responses={200: schemas.IMPORT_JOB})
    def get(self, request, guid):
        return Response(represent_job(self, self.get_job(guid)), headers=NOT_STORED)

    @extend_schema(operation_id="imports_destroy", request=None, responses={204: None})
    def delete(self, request, guid):
        """Cancel it while it waits or runs; the file is kept no longer."""
        job = self.get_job(guid)
        Job.objects.filter(pk=job.pk).request_cancel()
        uploads.forget_upload(job)
        return Response(status=204)


class ImportApplyView(ImportJobMixin):
    """Imports the very bytes that a dry run looked at, within an hour."""

    known = ("force", "release")

    @extend_schema(
        operation_id="imports_apply",
        request=None,
        responses={202: schemas.IMPORT_JOB},
        parameters=DECISIONS,
    )
    def post(self, request, guid):
        job = self.get_job(guid)
        if event := job.arguments["event"]:
            require_can_edit_event(self, event)
        decisions = {name: boolean_parameter(request, name) for name in self.known}
        if job.is_active:
            raise Conflict(_("The dry run has not ended yet."))
        try:
            return accepted(self, uploads.apply_upload(job, **decisions))
        except (JobError, uploads.ImportBusy) as error:
            raise Conflict(str(error)) from error


class ImportUndoView(ImportJobMixin):
    """Takes an import back, unless something later depends on it."""

    @extend_schema(operation_id="imports_undo", request=None, responses={204: None})
    def post(self, request, guid):
        key = (self.get_job(guid).result or {}).get("entry")
        entry = Import.objects.filter(pk=key).first() if key else None
        if entry is None:
            raise Conflict(_("This import was undone already, or it cannot be undone."))
        require_can_edit_event(self, entry.event_id)
        try:
            undo_import(entry=entry, by=cast(User, request.user))
        except CannotUndo as refusal:
            raise Conflict([str(reason) for reason in refusal.reasons]) from refusal
        return Response(status=204)


NOT_STORED = {"Cache-Control": "private, no-store"}


def require_can_edit_event(view: PublicReadMixin, event: int) -> None:
    """Raises PermissionDenied."""
    if not Event.objects.editable_by(view.request.user).filter(pk=event).exists():
        view.permission_denied(view.request, _("You may not change this."))


def accepted(view: PublicReadMixin, job: Job) -> Response:
    """The response to work that goes on in the background."""
    body = represent_job(view, job)
    headers = NOT_STORED | {"Location": body["url"], "Retry-After": str(POLL_SECONDS)}
    if prefers_job(view.request):
        headers["Preference-Applied"] = ASYNC
    return Response(body, status=202, headers=headers)


def represent_job(view: PublicReadMixin, job: Job) -> dict:
    slug = Event.objects.filter(pk=job.arguments["event"]).values_list("slug", flat=True).first()
    return {
        "guid": job.pk,
        "url": view.site + reverse("api:import-job", args=[job.pk]),
        "event": (job.result or {}).get("event") or slug,
        "dry_run": not job.arguments["apply"],
        "state": job.state,
        "done": job.done,
        "total": job.total,
        "message": job.message,
        "problem": job.problem,
        "report": job.result,
        "created_at": job.created_at,
        "started_at": job.started_at,
        "finished_at": job.finished_at,
        "file_until": uploads.expires_at(job),
    }
