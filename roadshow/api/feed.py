"""The feed of changes: public records that were created, changed or deleted, in an order without gaps."""

from collections.abc import Iterable

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.views import APIView

from events.models import Event
from roadshow.api.authentication import OrganisersMayWrite
from roadshow.api.changes import ChangeCursor, latest_cursor, renumber_after_restore
from roadshow.api.errors import Gone
from roadshow.api.models import Change
from roadshow.api.openapi import number, text, words
from roadshow.api.pagination import integer_parameter
from roadshow.api.viewsets import PublicReadMixin, RecordViewSet, reject_unknown_parameters
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
        "results": {"type": "array", "items": {"anyOf": [change_schema(kind) for kind in KINDS]}},
    },
}


def describe_changes(
    changes: Iterable[Change], view: PublicReadMixin, viewsets: dict[str, type[RecordViewSet]]
) -> list[dict]:
    """Changes as JSON, each record once, in its present state; a few queries for each kind.

    A record that is public now comes whole; one that was public and is not any more is a deletion.
    """
    changes = list(changes)
    created = {(one.kind, one.guid) for one in changes if one.operation == Change.Operation.CREATE}
    known = {(one.kind, one.guid) for one in changes if one.public}
    last = {(change.kind, change.guid): change for change in changes}
    latest = sorted(last.values(), key=lambda change: (change.xid, change.id))
    public = _public_records(latest, view, viewsets)
    entries = []
    for change in latest:
        key = change.kind, change.guid
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


def _public_records(changes: list[Change], view: PublicReadMixin, viewsets) -> dict[tuple, dict]:
    """The records of changes that are public now, by kind and GUID."""
    found = {}
    for kind in {change.kind for change in changes}:
        endpoint = view.other_endpoint(viewsets[kind], AnonymousUser())
        guids = [change.guid for change in changes if change.kind == kind]
        rows = endpoint.visible_rows().filter(guid__in=guids)
        for record in endpoint.represent(list(rows.order_by().values_list("pk", flat=True))):
            found[kind, record["guid"]] = record
    return found


class ChangesView(PublicReadMixin, APIView):
    """Every creation, change and deletion of public records.

    Begin with `cursor=now` before a full read, or without a cursor to be told of everything there is. Then
    ask again and again with the last answer's cursor. `record` is the record as it is now, null when it is
    deleted.
    """

    permission_classes = [OrganisersMayWrite]
    parameters = ("cursor", "page_size", "kind", "event")
    viewsets: dict[str, type[RecordViewSet]] = {}

    @extend_schema(
        operation_id="changes",
        parameters=[
            text(
                "cursor",
                "Where to go on: from the last answer, or `now`.",
                pattern=r"^(now|\d{1,18}-\d{1,18})$",
            ),
            words("kind", "Only these kinds of record.", KINDS),
            text("event", "Slug of an event: only what belongs to it."),
            number("page_size", "How many changes at most.", PAGE_SIZE, MAX_PAGE_SIZE),
        ],
        responses={200: CHANGES},
    )
    def get(self, request):
        reject_unknown_parameters(request.query_params, self.parameters)
        renumber_after_restore()
        cursor, rows = self.parse_cursor(), self.filter_changes(Change.objects.all())
        size = integer_parameter(request, "page_size", PAGE_SIZE, MAX_PAGE_SIZE)
        return versioned_response(request, current_version(), lambda: self.page(rows, cursor, size))

    def parse_cursor(self) -> ChangeCursor:
        text = self.request.query_params.get("cursor", "0-0")
        if text == NOW:
            return latest_cursor()
        try:
            cursor = ChangeCursor.parse(text)
        except ValueError:
            raise ValidationError({"cursor": _("This is not a cursor. Take it from an answer.")}) from None
        if cursor.xid and cursor > latest_cursor():
            raise Gone(_("This cursor is of another database. Read everything again, from cursor=now."))
        return cursor

    def page(self, rows, cursor: ChangeCursor, size: int) -> Response:
        rows = list(rows.settled().after(cursor)[: size + 1])
        more, rows = len(rows) > size, rows[:size]
        end = str(ChangeCursor(rows[-1].xid, rows[-1].id) if rows else cursor)
        again = self.request.query_params.copy()
        again["cursor"] = end
        return Response(
            {
                "cursor": end,
                "more": more,
                "next": f"{self.site}{self.request.path}?{again.urlencode(safe=',')}",
                "results": describe_changes(rows, self, self.viewsets),
            }
        )

    def filter_changes(self, rows):
        """The changes of the kinds and the event asked for. Raises ValidationError."""
        if kinds := [kind for kind in self.request.query_params.get("kind", "").split(",") if kind]:
            for kind in kinds:
                if kind not in self.viewsets:
                    message = _("“%(word)s” is not one of: %(known)s.")
                    raise ValidationError(
                        {"kind": message % {"word": kind[:80], "known": ", ".join(self.viewsets)}}
                    )
            rows = rows.filter(kind__in=kinds)
        if slug := self.request.query_params.get("event"):
            event = Event.objects.visible_to(None).filter(slug=slug.replace("\0", "")).first()
            if event is None:
                raise ValidationError({"event": _("There is no event “%s”.") % slug[:80]})
            rows = rows.filter(event=event.pk)
        return rows
