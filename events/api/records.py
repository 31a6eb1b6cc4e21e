"""Endpoints of records."""

from typing import cast
from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from roadshow.api.errors import Conflict
from roadshow.api.idempotency import idempotent
from roadshow.api.serializers import column_values, require_can_edit
from roadshow.api.uploads import PictureViewSet
from roadshow.api.viewsets import RecordViewSet, reject_unknown_parameters

from .. import filters, serializers
from ..actions import describe_other_events, list_other_events, tell_others
from ..models import Talk
from .material import DOCUMENT_REQUEST, add_document

BULK = 1000  # talks in one call
BULK_TALK = {
    "x-name": "BulkTalkRequest",
    "allOf": [
        {"$ref": "#/components/schemas/PatchedTalkRequest"},
        {"type": "object", "properties": {"guid": {"type": "string", "format": "uuid"}}},
    ],
}
BULK_REQUEST = {
    "x-name": "BulkTalksRequest",
    "type": "object",
    "properties": {"talks": {"type": "array", "items": BULK_TALK, "minItems": 1, "maxItems": BULK}},
    "required": ["talks"],
}


class SeriesViewSet(RecordViewSet):
    """Roadshows and yearly conferences."""

    serializer_class = serializers.SeriesSerializer
    filterset_class = filters.SeriesFilter
    lookup_field = "slug"


CONFIRM_SHARED = "Confirm-Shared"  # header: "true" renames what events of others use


class SharedRecordViewSet(RecordViewSet):
    """Records that events share: a new name of what events of others use needs `Confirm-Shared: true`, else 409."""

    def save_row(self, serializer):
        row = serializer.instance
        if row is None:
            return super().save_row(serializer)
        before, columns = row.name, column_values(row)
        renames = serializer.validated_data.get("name", before) != before
        is_confirmed = self.request.headers.get(CONFIRM_SHARED) == "true"
        where = "" if is_confirmed or not renames else describe_other_events(row, self.request.user)
        if where:
            message = _(
                "Events of others use “%(name)s”: %(events)s. Send “Confirm-Shared: true” to rename it there, too."
            )
            raise Conflict(message % {"name": before, "events": where})
        saved = super().save_row(serializer)
        if column_values(saved) != columns:
            tell_others(saved, self.request.user, before=before)
        return saved

    def delete_row(self, row) -> None:
        events, before = list_other_events(row, self.request.user), row.name
        super().delete_row(row)
        tell_others(row, self.request.user, before=before, events=events)


class VenueViewSet(SharedRecordViewSet):
    """Places with an address."""

    serializer_class = serializers.VenueSerializer
    filterset_class = filters.VenueFilter
    lookup_field = "guid"


class RoomViewSet(SharedRecordViewSet):
    """Rooms, which events share."""

    serializer_class = serializers.RoomSerializer
    filterset_class = filters.RoomFilter
    lookup_field = "guid"


class TrackViewSet(RecordViewSet):
    """Strands of an event."""

    serializer_class = serializers.TrackSerializer
    filterset_class = filters.TrackFilter
    lookup_field = "guid"

    def may_create(self, user) -> bool:
        return True


class TopicViewSet(SharedRecordViewSet):
    """Subjects that talks and links have in common."""

    serializer_class = serializers.TopicSerializer
    filterset_class = filters.TopicFilter
    lookup_field = "slug"


def parse_guid(data: dict) -> UUID | None:
    """The GUID in a talk's JSON; None when it is missing or invalid."""
    try:
        return UUID(data["guid"]) if isinstance(data.get("guid"), str) else None
    except ValueError:
        return None


def make_talk(guid: UUID | None) -> Talk:
    """A talk that is not stored yet, with this GUID or one of its own."""
    return Talk(guid=guid) if guid else Talk()


class TalkViewSet(PictureViewSet):
    """Talks, workshops, keynotes and breaks."""

    serializer_class = serializers.TalkSerializer
    filterset_class = filters.TalkFilter
    lookup_field = "guid"

    def may_create(self, user) -> bool:
        return True

    @extend_schema(
        request={"application/json": BULK_REQUEST},
        responses={200: inline_serializer("TalksWritten", {"talks": serializers.TalkSerializer(many=True)})},
        filters=False,
    )
    @action(detail=False, methods=["post"], pagination_class=None)
    @idempotent
    def bulk(self, request):
        """Up to 1,000 talks in one call, all or none. A talk whose `guid` exists is changed, others are made.

        Each error says by its number (from 0) which talk it is about.
        """
        reject_unknown_parameters(request.query_params, ())
        data = request.data.get("talks") if isinstance(request.data, dict) else None
        if not isinstance(data, list) or not data or not all(isinstance(one, dict) for one in data):
            raise ValidationError({"talks": _("Give a list of talks.")})
        if len(data) > BULK:
            raise ValidationError({"talks": _("At most %(limit)s talks at once.") % {"limit": BULK}})
        rows, errors = self.write_all(data)
        if any(errors):
            raise ValidationError({"talks": errors})
        require_can_edit(request.user, rows)
        return Response({"talks": self.represent([row.pk for row in rows])})

    @extend_schema(request=DOCUMENT_REQUEST, responses={201: serializers.TalkSerializer}, filters=False)
    @action(detail=True, methods=["post"], parser_classes=[MultiPartParser], pagination_class=None)
    def files(self, request, guid):
        """Add slides, a paper or a handout: a PDF of at most 50 MB, as `file` of a form. It becomes one of `links`."""
        return add_document(self)

    def write_all(self, data: list[dict]) -> tuple[list[Talk], list]:
        """(talks, errors of each talk); an empty dict where a talk has none."""
        guids = [guid for guid in map(parse_guid, data) if guid]
        if len(set(guids)) < len(guids):
            raise ValidationError({"talks": _("A talk is in the list twice.")})
        existing = self.lock_talks(guids)
        taken = set(Talk.objects.filter(guid__in=guids).values_list("guid", flat=True)) - set(existing)
        context = self.get_serializer_context()
        making, changing = (
            cast(serializers.TalkSerializer, self.get_serializer(context=context, partial=partial))
            for partial in (False, True)
        )
        making.prefetch_references(data)
        read_only = {name for name, one in making.fields.items() if one.read_only} - {"guid"}
        if any(read_only & one.keys() for one in data):
            keys = [row.pk for row in existing.values()]
            context["current_records"] = dict(zip(keys, self.read_as_json(keys), strict=True))
        wanted: list[tuple[Talk, dict]] = []
        errors: list = []
        for one in data:
            guid = parse_guid(one)
            serializer = changing if guid in existing else making
            serializer.instance, context["guid"] = existing.get(guid), guid
            try:
                if guid in taken or (guid is None and "guid" in one):
                    raise ValidationError({"guid": [_("There is no such talk.")]})
                wanted.append((serializer.instance or make_talk(guid), serializer.run_validation(one)))
                errors.append({})
            except ValidationError as error:
                errors.append(error.detail)
        if not any(errors):
            errors = making.write_all(wanted)
        return [row for row, _values in wanted], errors

    def lock_talks(self, guids: list[UUID]) -> dict[UUID | None, Talk]:
        """The talks with these GUIDs that the user sees, locked. Raises PermissionDenied when one is not theirs."""
        rows = self.get_queryset().filter(guid__in=guids).order_by("pk").select_related("event", "track")
        existing = {row.guid: row for row in rows.select_for_update(of=("self",))}
        require_can_edit(self.request.user, list(existing.values()))
        return existing
