"""The feed of changes: public records that were created, changed or deleted, in an order without gaps."""

import contextlib
from collections.abc import Iterable
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.views import APIView

from events.models import Event
from roadshow.api.authentication import OrganisersMayWrite
from roadshow.api.changes import ChangeCursor, adopt_server, is_lost, latest_cursor
from roadshow.api.errors import Gone
from roadshow.api.models import Change
from roadshow.api.openapi import number, text, words
from roadshow.api.pagination import integer_parameter
from roadshow.api.semantic_events import (
    SEMANTIC,
    describe_event,
    event_schema,
    is_private,
    readable_semantic,
    subject_of,
)
from roadshow.api.viewsets import PublicReadMixin, RecordViewSet, listed_parameter, reject_unknown_parameters
from roadshow.core.access import is_organiser
from roadshow.core.models import FormerAddress
from roadshow.core.roles import Permission
from roadshow.http.conditional import current_version, versioned_response
from roadshow.models import KINDS as RECORDED_KINDS

PAGE_SIZE = 100
MAX_PAGE_SIZE = 200
NOW = "now"
KINDS = [kind for kind, _label in RECORDED_KINDS]
TEXT = {"type": "string"}
COMPONENTS = {
    "series": "Series", "events": "Event", "venues": "Venue", "rooms": "Room", "tracks": "Track",
    "topics": "Topic", "talks": "Talk", "slots": "Slot", "releases": "Release", "speakers": "Speaker",
    "resources": "Resource", "collections": "Collection",
}  # fmt: skip


def change_schema(kind: str) -> dict:
    """OpenAPI schema of an entry about a kind of record."""
    record = {"anyOf": [{"$ref": f"#/components/schemas/{COMPONENTS[kind]}"}, {"type": "null"}]}
    return {
        "x-name": f"{COMPONENTS[kind]}Change",
        "type": "object",
        "required": ["kind", "guid", "operation", "at", "record"],
        "properties": {
            "kind": {"type": "string", "const": kind},
            "guid": TEXT | {"format": "uuid"},
            "operation": TEXT | {"enum": Change.Operation.values},
            "at": TEXT | {"format": "date-time"},
            "record": record | {"description": "As it is now; null when it is deleted."},
        },
    }


CHANGES = {
    "x-name": "Changes",
    "type": "object",
    "required": ["cursor", "more", "next", "results"],
    "properties": {
        "cursor": TEXT,
        "more": {"type": "boolean", "description": "Whether there are more already."},
        "next": TEXT | {"format": "uri"},
        "results": {
            "type": "array",
            "items": {
                "anyOf": [
                    *(change_schema(kind) for kind in KINDS),
                    *(event_schema(kind, COMPONENTS.get(of.about)) for kind, of in SEMANTIC.items()),
                ]
            },
        },
    },
}


# How the records of an event are found; other kinds belong to none.
OF_EVENT = {
    "events": "pk",
    "tracks": "event",
    "talks": "event",
    "releases": "event",
    "slots": "release__event",
}


def describe_changes(
    changes: Iterable[Change],
    view: PublicReadMixin,
    viewsets: dict[str, type[RecordViewSet]],
    event: int | None = None,
) -> list[dict]:
    """Changes as JSON, each record once, in its present state; a few queries for each kind.

    A record that is public now comes whole; one that was public and is not any more is a deletion. For who follows
    one event (by primary key), so is one that moved to another. Semantic events are those that the reader may read.
    """
    changes = list(changes)
    created = {(one.kind, one.guid) for one in changes if one.operation == Change.Operation.CREATE}
    known = {(one.kind, one.guid) for one in changes if one.public}
    last = {(change.kind, change.guid): change for change in changes}
    latest = sorted(last.values(), key=lambda change: (change.xid, change.id))
    subjects = [subject for one in latest if one.kind in SEMANTIC and (subject := subject_of(one))]
    records = [one for one in latest if one.kind not in SEMANTIC]
    public = _public_records([*records, *subjects], view, viewsets, event)
    entries: list[dict] = []
    for change in latest:
        key = change.kind, change.guid
        if change.kind in SEMANTIC:
            entries += filter(None, [describe_event(change, public)])
            continue
        if key not in public and key not in known:
            continue
        if key not in public:
            operation = Change.Operation.DELETE
        else:
            operation = Change.Operation.CREATE if key in created else Change.Operation.UPDATE
        entries.append(
            {
                "kind": change.kind,
                "guid": change.guid,
                "operation": operation,
                "at": change.at,
                "record": public.get(key),
            }
        )
    return entries


def _public_records(
    changes: list[Change], view: PublicReadMixin, viewsets, event: int | None
) -> dict[tuple, dict]:
    """The records of changes that are public now, by kind and GUID; of one event if it is given."""
    found = {}
    for kind in {change.kind for change in changes}:
        endpoint = view.other_endpoint(viewsets[kind], AnonymousUser())
        guids = [change.guid for change in changes if change.kind == kind]
        rows = endpoint.visible_rows().filter(guid__in=guids)
        if event is not None and kind in OF_EVENT:
            rows = rows.filter(**{OF_EVENT[kind]: event})
        for record in endpoint.represent(list(rows.order_by().values_list("pk", flat=True))):
            found[kind, record["guid"]] = record
    return found


KIND = words(
    "kind",
    "Only these kinds of record and of semantic events; without it records alone.",
    [*KINDS, *SEMANTIC],
)
OF_ONE_EVENT = text(
    "event", "Slug or GUID of an event, also of one that is gone: only what belongs to it, or did."
)


class ChangesView(PublicReadMixin, APIView):
    """Every creation, change and deletion of public records.

    Begin with `cursor=now` before a full read, or without a cursor to be told of everything there is. Then
    ask again and again with the last answer's cursor. `record` is the record as it is now, null when it is
    deleted.
    """

    permission_classes = [OrganisersMayWrite]
    parameters: tuple[str, ...] = ("cursor", "page_size", "kind", "event")
    viewsets: dict[str, type[RecordViewSet]] = {}
    event: tuple[int, UUID] | None = None  # primary key and GUID of the one that is followed

    @extend_schema(
        operation_id="changes",
        parameters=[
            text(
                "cursor",
                "Where to go on: from the last answer, or `now`.",
                pattern=r"^(now|\d{1,18}-\d{1,18})$",
            ),
            KIND,
            OF_ONE_EVENT,
            number("page_size", "How many changes at most.", PAGE_SIZE, MAX_PAGE_SIZE),
        ],
        responses={200: CHANGES},
    )
    def get(self, request):
        reject_unknown_parameters(request.query_params, self.parameters)
        adopt_server()
        cursor, rows = (
            self.parse_cursor(request.query_params.get("cursor", "0-0")),
            self.filter_changes(Change.objects.all()),
        )
        size = integer_parameter(request, "page_size", PAGE_SIZE, MAX_PAGE_SIZE)
        return versioned_response(request, current_version(), lambda: self.page(rows, cursor, size))

    def parse_cursor(self, text: str) -> ChangeCursor:
        if text == NOW:
            return latest_cursor()
        try:
            cursor = ChangeCursor.parse(text)
        except ValueError:
            raise ValidationError({"cursor": _("This is not a cursor. Take it from an answer.")}) from None
        if is_lost(cursor):
            raise Gone(_("This cursor is of another database. Read everything again, from cursor=now."))
        return cursor

    def read_page(self, rows, cursor: ChangeCursor, size: int) -> tuple[ChangeCursor, bool, list[dict]]:
        """(cursor after the page, whether there is more, entries) of at most `size` changes."""
        rows = list(rows.settled().after(cursor)[: size + 1])
        more, rows = len(rows) > size, rows[:size]
        end = ChangeCursor(rows[-1].xid, rows[-1].id) if rows else cursor
        return end, more, describe_changes(rows, self, self.viewsets, self.event and self.event[0])

    def page(self, rows, cursor: ChangeCursor, size: int) -> Response:
        last, more, entries = self.read_page(rows, cursor, size)
        end = str(last)
        again = self.request.query_params.copy()
        again["cursor"] = end
        if self.event:
            again["event"] = str(self.event[1])  # which stays when the event is renamed, hidden or deleted
        return Response(
            {
                "cursor": end,
                "more": more,
                "next": f"{self.site}{self.request.path}?{again.urlencode(safe=',')}",
                "results": entries,
            }
        )

    def filter_changes(self, rows):
        """The changes of the kinds and the event asked for. Raises ValidationError."""
        kinds = listed_parameter(self.request, "kind")
        self.check_kinds(kinds)
        rows = rows.filter(kind__in=kinds) if kinds else rows.of_records()
        if any(kind in SEMANTIC for kind in kinds):
            user = self.request.user
            moderated = Event.objects.with_permission(user, Permission.MODERATE).values("pk")
            rows = rows.filter(Q(data__isnull=True) | readable_semantic(user, moderated))
        self.event = self.parse_event()
        return rows.of_events([self.event[0]]) if self.event else rows

    def check_kinds(self, kinds: list[str]) -> None:
        """Refuse kinds that there are not, and those that need an account. Raises ValidationError."""
        known = (*self.viewsets, *SEMANTIC)
        for kind in kinds:
            if kind not in known:
                message = _("“%(word)s” is not one of: %(known)s.")
                raise ValidationError({"kind": message % {"word": kind[:80], "known": ", ".join(known)}})
        if any(is_private(kind) for kind in kinds) and not is_organiser(self.request.user):
            self.permission_denied(self.request, _("Only organisers may do this."))

    def parse_event(self) -> tuple[int, UUID] | None:
        """Primary key and GUID of the event to follow; also of one that is no longer public. Raises ValidationError."""
        name = self.request.query_params.get("event")
        if not name:
            return None
        row = find_event(name)
        if row and (
            Event.objects.visible_to(None).filter(pk=row[0]).exists()
            or Change.objects.was_public("events", [row[1]]).exists()
        ):
            return row
        raise ValidationError({"event": _("There is no event “%s”.") % name[:80]})


def find_event(name: str) -> tuple[int, UUID] | None:
    """Primary key and GUID of the event that has or had a slug, or has or had a GUID; None when there is none."""
    with contextlib.suppress(ValueError):
        known = Change.objects.filter(kind="events", guid=UUID(name), event__isnull=False)
        change = known.first()
        return (change.event or 0, change.guid) if change else None
    slug = name.replace("\0", "")
    rows = Event.objects.values_list("pk", "guid")
    if found := rows.filter(slug=slug).first():
        return found
    former = FormerAddress.find("events", slug)
    return rows.filter(pk=former).first() if former else None
