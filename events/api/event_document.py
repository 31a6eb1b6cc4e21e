"""Endpoint of a whole event in one document: plan, rooms, tracks, speakers, talks and slots."""

from collections import Counter
from hashlib import sha256
from http import HTTPStatus
from typing import Any

import orjson
from django.db import transaction
from django.db.models import Prefetch
from django.http import Http404, HttpResponse
from django.utils.http import parse_etags
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from msgspec import UNSET
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.views import APIView

from roadshow.api.errors import PreconditionFailed
from roadshow.api.openapi import flag
from roadshow.api.viewsets import PublicReadMixin, boolean_parameter, reject_unknown_parameters
from roadshow.core.access import acting_user
from roadshow.core.roles import Permission
from roadshow.http.conditional import PRIVATE, conditional_response, entity_tag
from speakers.models import Speaker

from ..actions.document import build_document_of_talks
from ..actions.importing.undo_log import UndoLog
from ..formats.event_document import DocumentError, EventDocument, parse_document
from ..models import Event, Import, Slot, Talk, TalkSpeaker
from ..schedule.event_document import serialize_event_document
from . import schemas
from .document_rows import nest_errors
from .document_writing import DocumentWriter
from .records import TalkViewSet
from .schedule import EventViewSet

WRITING = {Permission.EDIT_EVENT, Permission.EDIT_TALKS, Permission.SCHEDULE}
OF_EVENT = {
    "title": "name",
    "state": "state",
    "timezone": "timezone",
    "starts_on": "starts_on",
    "ends_on": "ends_on",
}
PRIVATE_KEYS = ("expected_audience", "notes")


class EventDocumentView(PublicReadMixin, APIView):
    """The plan of an event with all that belongs to it: rooms, tracks, speakers, talks, slots, links."""

    def get_event(self, slug: str) -> Event | None:
        """The event at this address, None when there is none. Raises Http404 for one that the user cannot see."""
        event = Event.objects.visible_to(self.request.user).filter(slug=slug).first()
        if event is None and Event.objects.filter(slug=slug).exists():
            raise Http404
        return event

    def require(self, event: Event, wanted: set[Permission]) -> None:
        if not wanted <= event.permissions_of(self.request.user):
            self.permission_denied(self.request, _("Only the event's organisers see and change its plan."))

    def render(self, event: Event) -> bytes:
        """The document as JSON: equal plans give equal bytes."""
        user = self.request.user
        people = TalkSpeaker.objects.filter(speaker__in=Speaker.objects.visible_to(user)).select_related(
            "speaker"
        )
        talks = (
            event.talks.exclude(state=Talk.State.WITHDRAWN)
            .defer("people", "search", "imported")
            .select_related("track")
            .prefetch_related(
                "topics",
                "links",
                Prefetch("slots", Slot.objects.select_related("room").order_by("starts_at", "number")),
                Prefetch("talk_speakers", people.order_by("position", "pk")),
                "talk_speakers__speaker__links",
            )
            .order_by("pk")
        )
        may_edit = Permission.EDIT_TALKS in event.permissions_of(user)
        keys = ("code", "duration", *(PRIVATE_KEYS if may_edit else ()))
        rows = list(talks)
        document = serialize_event_document(
            build_document_of_talks(event, rows),
            private={row.guid: {key: getattr(row, key) for key in keys} for row in rows},
            states={one.speaker.guid: one.speaker.state for row in rows for one in row.talk_speakers.all()},
            base=self.site,
        )
        return orjson.dumps(document)

    @extend_schema(operation_id="events_document_retrieve", responses={200: schemas.EVENT_DOCUMENT})
    def get(self, request, slug):
        """The plan in one document, for the event's organisers. What was `PUT` comes back as it was."""
        reject_unknown_parameters(request.query_params, ())
        event = self.get_event(slug)
        if event is None:
            raise Http404
        self.require(event, {Permission.VIEW})
        body = self.render(event)
        return conditional_response(
            request,
            lambda: HttpResponse(body, content_type="application/json"),
            etag=document_tag(body),
            cache_control=PRIVATE,
            vary=["Accept", "Authorization", "Cookie"],
        )

    @extend_schema(
        operation_id="events_document_update",
        request={"application/json": schemas.EVENT_DOCUMENT_REQUEST},
        responses={200: schemas.DOCUMENT_REPORT, 201: schemas.DOCUMENT_REPORT},
        parameters=[flag("dry_run", "Only say what would change.")],
    )
    def put(self, request, slug):
        """Make the event what the document says, or nothing at all; a new event where there is none.

        Talks that are not in it are withdrawn, rooms and tracks that are not in their lists leave the event. A list
        (`rooms`, `tracks`, `speakers`, `unscheduled`) or key that is left out stays as it is. It changes the plan:
        attendees see it with the next release. The organisers can undo it among the imports.
        """
        reject_unknown_parameters(request.query_params, ("dry_run",))
        dry_run = boolean_parameter(request, "dry_run")
        with transaction.atomic():
            response = self.write(slug, self.parse(slug), dry_run=dry_run)
            if dry_run:
                transaction.set_rollback(True)
        return response

    def parse(self, slug: str) -> EventDocument:
        try:
            document = parse_document(self.request.data)
        except DocumentError as error:
            raise nest_errors([(error.path, [error.sentence])]) from error
        if document.event not in (UNSET, slug):
            raise ValidationError({"event": _("It is not the one in the address.")})
        return document

    def write(self, slug: str, document: EventDocument, *, dry_run: bool) -> Response:
        event = self.get_event(slug)
        log = UndoLog(event.pk if event else None)
        before: dict[str, Any] = {}
        if event:
            self.require(event, WRITING)
            event = Event.objects.select_for_update(of=("self",)).get(pk=event.pk)
            body = self.render(event)
            before = orjson.loads(body)
        self.require_match(document_tag(body) if event else None)
        is_new, event = event is None, self.write_event(event, slug, document)
        try:
            known = parse_document(before) if before else None
            DocumentWriter(event, document, known, self.other_endpoint(TalkViewSet), log).write()
        except DocumentError as error:
            raise nest_errors([(error.path, [error.sentence])]) from error
        body = self.render(Event.objects.get(pk=event.pk))
        report = compare_documents(before, orjson.loads(body))
        if report["changes"] and not dry_run:
            self.keep_entry(event, report, log)
        response = Response({"event": slug, "dry_run": dry_run} | report)
        if not dry_run:
            response.status_code = HTTPStatus.CREATED if is_new else HTTPStatus.OK
            response["ETag"], response["Location"] = document_tag(body), self.site + self.request.path
        return response

    def require_match(self, tag: str | None) -> None:
        """Check `If-Match` against the tag of the document that is about to be changed. Raises PreconditionFailed."""
        wanted = self.request.headers.get("If-Match")
        tags = [one.removeprefix("W/") for one in parse_etags(wanted)] if wanted else []
        if wanted and (tag is None or (tags != ["*"] and tag not in tags)):
            raise PreconditionFailed

    def write_event(self, event: Event | None, slug: str, document: EventDocument) -> Event:
        """Create the event, or change what the document says of it, by the rules of events."""
        values = {
            name: str(value)
            for key, name in OF_EVENT.items()
            if (value := getattr(document, key)) is not UNSET
            and (event is None or getattr(event, name) != value)
        }
        view = self.other_endpoint(EventViewSet)
        if event is None:
            return view.write(data={"slug": slug} | values, slug=slug)
        if values:
            view.write(event, data=values, partial=True)
        return event

    def keep_entry(self, event: Event, report: dict, log: UndoLog) -> None:
        """Keep the change as an entry that the event's organisers can undo."""
        numbers = {
            "new": len(report["new"]),
            "changed": len(report["changed"]),
            "gone": len(report["withdrawn"]),
            "unchanged": report["unchanged"],
            "new_speakers": len(report["new_speakers"]),
        }
        Import.objects.create(
            event=event,
            by=acting_user(self.request),
            source=_("Document over the API"),
            kind="JSON",
            mode=Import.Mode.REPLACE,
            title=event.name,
            numbers=numbers,
            undo=log.finish(),
        )


def document_tag(body: bytes) -> str:
    return entity_tag(sha256(body).hexdigest())


def compare_documents(before: dict, after: dict) -> dict:
    """What is different in `after`, in titles and names; `before` is empty for a new event."""
    old, new = _list_talks(before), _list_talks(after)
    added = [guid for guid in new if guid not in old]
    changed = [guid for guid in new if guid in old and new[guid][0] != old[guid][0]]
    gone = [guid for guid in old if guid not in new]
    slots = _compare_slots(_list_slots(old), _list_slots(new))
    report: dict[str, Any] = {
        "new": [new[guid][0]["title"] for guid in added],
        "changed": [new[guid][0]["title"] for guid in changed],
        "withdrawn": [old[guid][0]["title"] for guid in gone],
        "unchanged": len(new) - len(added) - len(changed),
        "slots": slots,
    }
    for name, key in (("rooms", "guid"), ("tracks", "slug"), ("speakers", "guid")):
        report |= _compare_lists(name, key, before.get(name, []), after[name])
    keys = ("title", "state", "timezone", "starts_on", "ends_on")
    report["event_keys"] = [key for key in keys if before and before[key] != after[key]]
    lists = sum(len(value) for value in report.values() if isinstance(value, list))
    order = sum(before.get(name) != after[name] for name in ("rooms", "tracks")) if before else 0
    report["changes"] = lists + sum(slots.values()) + (0 if lists else order) + (not before)
    return report


def _list_talks(document: dict) -> dict[str, tuple[dict, list]]:
    """GUID -> the talk, and its slots as (GUID, start, end, room)."""
    found: dict[str, tuple[dict, list]] = {}
    for day in document.get("days", ()):
        for room in day["rooms"]:
            for slot in room["slots"]:
                _talk, slots = found.setdefault(slot["talk"]["guid"], (slot["talk"], []))
                slots.append((slot["guid"], slot["starts_at"], slot["ends_at"], room["guid"]))
    for talk in document.get("unscheduled", ()):
        found[talk["guid"]] = (talk, [])
    return found


def _list_slots(talks: dict[str, tuple[dict, list]]) -> dict[str, tuple]:
    return {slot[0]: (guid, *slot[1:]) for guid, (_talk, slots) in talks.items() for slot in slots}


def _compare_slots(old: dict[str, tuple], new: dict[str, tuple]) -> dict[str, int]:
    kinds = Counter(
        "added" if guid not in old else "moved" for guid, slot in new.items() if old.get(guid) != slot
    )
    return {"added": kinds["added"], "moved": kinds["moved"], "removed": len(old.keys() - new.keys())}


def _compare_lists(name: str, key: str, before: list[dict], after: list[dict]) -> dict[str, list[str]]:
    old, new = ({one[key]: one for one in rows} for rows in (before, after))
    return {
        f"new_{name}": [one["name"] for one in after if one[key] not in old],
        f"changed_{name}": [one["name"] for one in after if one[key] in old and old[one[key]] != one],
        f"removed_{name}": [one["name"] for one in before if one[key] not in new],
    }
