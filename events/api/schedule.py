"""Endpoints of events, releases, slots and plans."""

from collections import Counter
from hashlib import sha256
from http import HTTPStatus

import orjson
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import SAFE_METHODS
from rest_framework.response import Response
from zlib_ng import gzip_ng

from roadshow.api.changes import ChangeCursor
from roadshow.api.errors import Conflict
from roadshow.api.idempotency import idempotent
from roadshow.api.uploads import PictureViewSet
from roadshow.api.viewsets import RecordViewSet
from roadshow.core.roles import Permission
from roadshow.http.build import build_id
from roadshow.http.caching import get_or_build
from roadshow.http.conditional import StateVersion, versioned_response
from roadshow.http.files import compressed_response

from .. import filters, serializers
from ..actions import (
    PlanChanged,
    ReleaseRefused,
    ScheduleConflict,
    StalePlan,
    find_plan_conflicts,
    get_plan_version,
    release,
    schedule_slot,
    unschedule_slot,
)
from ..models import Event, Release, ReleasedSlot, Slot, Talk
from ..released import compare_releases, load_present_state, load_shown_document
from ..schedule.differences import KINDS as CHANGE_KINDS
from ..schedule.serialization import serialize_change, serialize_schedule
from . import schemas

READ_METHODS = ["get", "head", "options"]


class EventViewSet(PictureViewSet):
    """Stops and editions."""

    serializer_class = serializers.EventSerializer
    filterset_class = filters.EventFilter
    lookup_field = "slug"

    @extend_schema(responses={200: schemas.SCHEDULE})
    @action(detail=True, methods=["get"])
    def schedule(self, request, slug):
        """The current release: days, in them rooms, in them slots. 404 before the first release."""
        self.allow_parameters(())
        rows = Release.objects.defer("document").select_related("event")
        return schedule_response(self, get_object_or_404(rows, current_for=self.get_object()))

    def get_event(self, permission: Permission) -> Event:
        """The event at this address. Raises Http404, and PermissionDenied without the permission for it."""
        event = self.get_object()
        if permission not in event.permissions_of(self.request.user):
            self.permission_denied(self.request, _("You may not change this."))
        return event

    def delete_row(self, row) -> None:
        if Permission.MANAGE_PEOPLE not in row.permissions_of(self.request.user):
            self.permission_denied(self.request, _("You may not change this."))
        super().delete_row(row)

    @extend_schema(responses={200: schemas.CONFLICTS})
    @action(detail=True, methods=["get"])
    def conflicts(self, request, slug):
        """What is wrong with the plan, for its organisers."""
        self.allow_parameters(())
        event = self.get_event(Permission.VIEW)
        version = get_plan_version(event)
        found = find_plan_conflicts(event)
        return Response({"plan_version": version, "conflicts": [serialize_conflict(one) for one in found]})

    @extend_schema(request=serializers.ReleasingSerializer, responses={201: schemas.RELEASED})
    @action(detail=True, methods=["post"])
    @idempotent
    def release(self, request, slug):
        """Publish the plan as the next release, and say what it changed.

        409 names every clash, or says why the plan was not released, and changes nothing.
        """
        self.allow_parameters(())
        data = serializers.ReleasingSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        try:
            made = release(event=self.get_event(Permission.RELEASE), by=request.user, **data.validated_data)
        except ScheduleConflict as error:
            raise Conflict([str(one) for one in error.conflicts]) from error
        except PlanChanged:
            raise
        except ReleaseRefused as error:
            raise Conflict(str(error)) from error
        response = self.other_endpoint(ReleaseViewSet).written_response(made, HTTPStatus.CREATED)
        response.data["report"] = report_release(made)
        return response

    def handle_exception(self, exc):
        """A plan that changed after its review is a 409 with `changes` and the present `plan_version`."""
        if not isinstance(exc, PlanChanged):
            return super().handle_exception(exc)
        response = super().handle_exception(Conflict(str(exc)))
        response.data |= {"changes": exc.changes, "plan_version": exc.plan_version}
        return response


def report_release(release: Release) -> dict:
    """How many slots a release has, how many changes of each kind, and how many slots of the plan it left out."""
    earlier = Release.objects.filter(event=release.event_id, number__lt=release.number)
    before, present = earlier.order_by("-number").first(), load_present_state(release.event)
    changes = compare_releases(before.pk if before else None, release.pk, present)
    kinds: Counter[str] = Counter(change.kind for change in changes)
    return {
        "slots": release.slots.count(),
        **{kind: kinds[kind] for kind in CHANGE_KINDS},
        "drafts": Slot.objects.filter(event=release.event_id).exclude(talk__state__in=Talk.PUBLIC).count(),
    }


def schedule_response(view: RecordViewSet, release: Release):
    """What a release shows now, as JSON; the entity tag is of the release and the present state."""

    present = load_present_state(release.event)

    def build_response():
        key = f"gzipped:{release.pk}:{present.digest}:{sha256(view.site.encode()).hexdigest()[:16]}:{build_id()}"
        return compressed_response(view.request, get_or_build(key, write_schedule), "application/json")

    def write_schedule() -> bytes:
        shown = serialize_schedule(load_shown_document(release.pk, present), view.site)
        return gzip_ng.compress(orjson.dumps(shown), 6, mtime=0)

    changed_at = max(release.created_at, present.changed_at)
    version = StateVersion(ChangeCursor(0, release.pk), int(present.digest, 16), changed_at)
    return versioned_response(view.request, version, build_response)


def serialize_conflict(conflict) -> dict:
    """A conflict as plain values for JSON."""
    return {
        "kind": conflict.kind,
        "level": conflict.level,
        "detail": str(conflict),
        "slot": conflict.slot.key,
        "other": conflict.other and conflict.other.key,
        "other_event": conflict.other.event if conflict.other and conflict.other.foreign else None,
    }


class SlotViewSet(RecordViewSet):
    """Talks at their times in their rooms, as currently released. They change through the plan."""

    serializer_class = serializers.SlotSerializer
    filterset_class = filters.SlotFilter
    lookup_field = "guid"
    http_method_names = READ_METHODS

    def visible_rows(self):
        return ReleasedSlot.objects.visible_to(self.user).current()


class ReleaseViewSet(RecordViewSet):
    """Published schedules, numbered in each event. They never change."""

    serializer_class = serializers.ReleaseSerializer
    filterset_class = filters.ReleaseFilter
    lookup_field = "guid"
    http_method_names = READ_METHODS

    @extend_schema(responses={200: schemas.SCHEDULE})
    @action(detail=True, methods=["get"])
    def schedule(self, request, guid):
        """The release as a nested document, as the event's current one has it."""
        self.allow_parameters(())
        return schedule_response(self, self.get_object())

    @extend_schema(
        responses={200: schemas.DIFFERENCES},
        parameters=[OpenApiParameter("since", int, description="Number of an earlier release.")],
    )
    @action(detail=True, methods=["get"])
    def differences(self, request, guid):
        """What changed since the release before it, or since number `since` of the same event."""
        self.allow_parameters(("since",))
        row = self.get_object()
        earlier = self._earlier(row, request.query_params.get("since"))
        changes = compare_releases(earlier.pk if earlier else None, row.pk, load_present_state(row.event))
        return Response(
            {
                "event": row.event.slug,
                "from": earlier.number if earlier else None,
                "to": row.number,
                "changes": [serialize_change(one, self.site) for one in changes],
            }
        )

    def _earlier(self, row: Release, number: str | None) -> Release | None:
        others = Release.objects.filter(event=row.event_id)
        if number is None:
            return others.filter(number__lt=row.number).order_by("-number").first()
        if not (number.isascii() and number.isdigit() and len(number) < 10):
            raise ValidationError({"since": _("Give the number of a release.")})
        if found := others.filter(number=int(number)).first():
            return found
        raise ValidationError({"since": _("The event has no release %s.") % number})


class PlanViewSet(RecordViewSet):
    """The slots that organisers are working on. Everybody sees them once they are released."""

    serializer_class = serializers.PlanSerializer
    filterset_class = filters.PlanFilter
    lookup_field = "guid"

    def initial(self, request, *args, **options):
        super().initial(request, *args, **options)
        self.event = get_object_or_404(Event.objects.visible_to(request.user), slug=self.kwargs["slug"])
        permission = Permission.VIEW if request.method in SAFE_METHODS else Permission.SCHEDULE
        if permission not in self.event.permissions_of(request.user):
            self.permission_denied(request, _("Only the event's organisers see its plan."))

    def may_create(self, user) -> bool:
        return True  # `initial` has checked the permission for the event

    def visible_rows(self):
        return Slot.objects.filter(event=self.event)

    def create_at_address(self):
        raise Http404  # slots get their GUID when they are created

    def record_path(self, row) -> str:
        return reverse("api:planned", args=[self.event.slug, row.guid])

    def save_row(self, serializer):
        values = serializer.validated_data
        if row := serializer.instance:
            values = {"talk": row.talk, "starts_at": row.starts_at, "room": row.room, "slot": row} | values
        return schedule_slot(**values)

    def delete_row(self, row):
        unschedule_slot(slot=row)

    def handle_exception(self, exc):
        """A stale view is a 409; `fresh` is the slot as it is now, null when it is gone."""
        if not isinstance(exc, StalePlan):
            return super().handle_exception(exc)
        response = super().handle_exception(Conflict(str(exc)))
        response.data["fresh"] = next(iter(self.represent([exc.slot.pk])), None) if exc.slot else None
        return response
