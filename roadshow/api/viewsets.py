"""Base of all record endpoints: who sees what, which parameters exist, how rows are loaded and written."""

import contextlib
from collections.abc import Callable, Sequence
from functools import lru_cache
from http import HTTPStatus
from typing import cast
from uuid import UUID

import orjson
from django.conf import settings
from django.core.exceptions import ValidationError as ModelError
from django.db import transaction
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_orjson_renderer.renderers import ORJSONRenderer
from rest_framework import viewsets
from rest_framework.exceptions import NotAuthenticated, ValidationError
from rest_framework.filters import BaseFilterBackend
from rest_framework.response import Response
from rest_framework.views import APIView

from roadshow.api.authentication import OrganisersMayWrite
from roadshow.api.changes import ChangeCursor
from roadshow.api.filters import RecordFilter
from roadshow.api.idempotency import idempotent
from roadshow.api.pagination import NumberedPages
from roadshow.api.serializers import RecordSerializer, Shape
from roadshow.core.access import can_add_events
from roadshow.core.compiled_queries import compiled_query
from roadshow.core.models import lock_row
from roadshow.http.conditional import (
    StateVersion,
    current_version,
    record_tag,
    record_version,
    require_match,
    versioned_response,
)
from roadshow.http.cors import OPEN_HEADERS

SHAPING = ("expand", "fields")
ON_ONE_RECORD = ("retrieve", "create", "update", "partial_update", "destroy")
ListGone = Callable[[], list[str] | None]
PAGING = ("page", "page_size", "cursor")


def reject_unknown_parameters(parameters, known) -> None:
    """Raises ValidationError when there is a parameter that is not in `known`."""
    if problems := empty_parameters(parameters):
        raise ValidationError(problems)
    for name in parameters:
        if name not in known:
            message = _("There is no parameter “%(name)s”. These are known: %(allowed)s.")
            raise ValidationError({name: message % {"name": name[:80], "allowed": ", ".join(known) or "-"}})


def boolean_parameter(request, name: str) -> bool:
    """A parameter that is `true` or `false`; false when it is not given. Raises ValidationError."""
    text = request.query_params.get(name, "false")
    if text not in ("true", "false"):
        raise ValidationError({name: _("Use true or false.")})
    return text == "true"


def listed_parameter(request, name: str) -> list[str]:
    """The words of a parameter: `?a=x,y` and `?a=x&a=y` alike, as clients send either."""
    values = request.query_params.getlist(name)
    return [word for value in values for word in value.split(",") if word]


def empty_parameters(parameters) -> dict[str, list[str]]:
    """A message for each parameter without a value."""
    empty = [name for name, values in parameters.lists() if not all(value.strip(" ,") for value in values)]
    return {name: [_("Give a value, or leave the parameter out.")] for name in empty}


@lru_cache(maxsize=128)
def compile_records(serializer: type[RecordSerializer], shape: Shape) -> Callable[..., list]:
    """A function that loads records by their primary keys, by a statement that is compiled once for each shape."""

    @compiled_query
    def load_records(user, keys):
        rows = serializer.Meta.model._default_manager.filter(pk__any=keys).order_by()
        return serializer.load(rows, shape, user)

    return load_records


class RecordFilterBackend(BaseFilterBackend):
    """Applies the view's `filterset_class`; parameters that cannot be used are a 400."""

    def build_filterset(self, request, queryset, view):
        """The valid FilterSet of a request; asks the database nothing yet. Raises ValidationError."""
        given = request.query_params
        elsewhere = (*PAGING, *SHAPING)
        data = given if set(given) - set(elsewhere) else None  # without filters no form is made and cleaned
        filterset = view.filterset_class(data, queryset, request=request, also=elsewhere)
        problems = filterset.problems() | empty_parameters(given)
        if problems:
            raise ValidationError(problems)
        return filterset

    def filter_queryset(self, request, queryset, view):
        return self.build_filterset(request, queryset, view).qs

    def get_schema_operation_parameters(self, view):
        filterset = view.filterset_class({}, view.serializer_class.Meta.model._default_manager.none())
        return [
            {"name": name, "in": "query", "required": False, "description": one.describe(), **one.schema()}
            for name, one in filterset.filters.items()
        ]


class PublicReadMixin(APIView):
    """What all views of the API share: responses for every origin, whose rights count, the portal's address."""

    @property
    def default_response_headers(self) -> dict[str, str]:
        return super().default_response_headers | OPEN_HEADERS

    def permission_denied(self, request, message=None, code=None):
        if request.authenticators and not request.successful_authenticator:
            raise NotAuthenticated(
                _(
                    "Send a token: “Authorization: Token …”. Organisers make one in the admin, under API tokens."
                )
            )
        super().permission_denied(request, message, code)

    @property
    def site(self) -> str:
        """The portal's address, without a slash at its end."""
        return settings.SITE_URL or f"{self.request.scheme}://{self.request.get_host()}"

    @property
    def user(self):
        """The user whose rights decide what is shown: the request's, unless `other_endpoint` named another."""
        return getattr(self, "viewer", None) or self.request.user

    def other_endpoint(self, cls: type["RecordViewSet"], viewer=None) -> "RecordViewSet":
        """Another endpoint's view that represents its records in this request, as `viewer` sees them."""
        view = cls(request=self.request, kwargs={}, format_kwarg=None, action="retrieve", viewer=viewer)
        view.shape = Shape()
        return view

    def options(self, request, *args, **options):
        return Response(status=204, headers={"Allow": ", ".join(self.allowed_methods)})


class RecordViewSet(PublicReadMixin, viewsets.ModelViewSet):
    """Reads what the user sees, writes what the user may change.

    Records that the user cannot see are 404; those that they see and may not change are 403. Subclasses declare
    `serializer_class`, `filterset_class` and `lookup_field`.
    """

    serializer_class: type[RecordSerializer]
    filterset_class: type[RecordFilter]
    filter_backends = [RecordFilterBackend]
    permission_classes = [OrganisersMayWrite]
    lookup_value_regex = "[^/]+"

    def __init_subclass__(cls):
        if cls.serializer_class:  # else a base of others
            cls.queryset = cls.serializer_class.Meta.model._default_manager.all()  # the schema looks for it

    @property
    def model(self):
        return self.serializer_class.Meta.model

    @property
    def change_kind(self) -> str:
        """The kind under which changes of these records are recorded; empty when they are not."""
        return self.filterset_class.change_kind

    def visible_rows(self):
        """The rows of this endpoint that the user may see."""
        return self.model._default_manager.visible_to(self.user)

    def get_queryset(self):
        return self.visible_rows()

    def initial(self, request, *args, **options):
        super().initial(request, *args, **options)
        self.shape = Shape.parse(
            self.serializer_class,
            listed_parameter(request, "fields"),
            listed_parameter(request, "expand"),
        )
        if self.action in ON_ONE_RECORD:
            self.allow_parameters(SHAPING)

    def allow_parameters(self, known) -> None:
        """Raises ValidationError when the request has a parameter that is not in `known`."""
        reject_unknown_parameters(self.request.query_params, known)

    def get_serializer_context(self):
        request = self.request
        return {
            "request": request,
            "view": self,
            "user": self.user,
            "site": self.site,
            "shape": getattr(self, "shape", None),
            "references": {},
        }

    # reading
    def list(self, request, *args, **options):
        filterset = RecordFilterBackend().build_filterset(request, self.get_queryset(), self)
        self.pages.parse(request)
        return self.versioned_list(lambda: self.page_response(filterset.qs, filterset.list_gone))

    @property
    def pages(self) -> NumberedPages:
        return cast(NumberedPages, self.paginator)

    def versioned_list(self, build: Callable[[], Response]) -> HttpResponse:
        """The response of `build`, or 304 without calling it; for responses that any record may be part of."""
        if not self.change_kind or "now" in self.request.query_params.values():
            return build()
        return versioned_response(self.request, current_version(), build)

    def page_response(self, rows, list_gone: ListGone) -> Response:
        keys = self.pages.paginate_queryset(rows, self.request, view=self)
        response = self.pages.get_paginated_response(self.represent(keys))
        if response.data["previous"] is None and (gone := list_gone()) is not None:
            response.data["gone"] = gone
        return response

    def retrieve(self, request, *args, **options):
        row = self.get_object()
        context_version = current_version() if self.shape.expanded or not self.change_kind else None
        return versioned_response(
            request, self.record_version(row), lambda: Response(self.represent_one(row.pk)), context_version
        )

    def may_create(self, user) -> bool:
        """Whether `user` may add rows at all; new rows are also checked against `editable_by`."""
        return can_add_events(user)

    def represent(self, keys: Sequence[int]) -> Sequence[dict]:
        """The JSON of the records with these primary keys, in that order."""
        found = self.represent_by_key(keys)
        return [found[key] for key in keys if key in found]

    def represent_one(self, key: int) -> dict:
        """The JSON of one record. Raises Http404 when it was deleted a moment ago."""
        for found in self.represent([key]):
            return found
        raise Http404

    def represent_by_key(self, keys: Sequence[int]) -> dict[int, dict]:
        """The JSON of the records with these primary keys that still exist, by key."""
        represent = self.get_serializer().to_representation
        rows = compile_records(self.serializer_class, self.shape)(self.user, keys=list(keys))
        return {row.pk: represent(row) for row in rows}

    def read_as_json(self, keys: Sequence[int]) -> Sequence[dict]:
        """The records with these primary keys as a client reads them without parameters."""
        records = self.other_endpoint(type(self)).represent(keys)
        return orjson.loads(ORJSONRenderer().render(records))

    def get_object(self, *, lock: bool = False):
        """The visible row at this address. Raises Http404."""
        row, rows, value = None, self.get_queryset(), self.kwargs[self.lookup_field]
        if "\0" not in str(value):
            key = {self.lookup_field: value}
            with contextlib.suppress(ModelError):  # not a GUID
                row = lock_row(rows, **key) if lock else rows.order_by().filter(**key).first()
        if row is None:
            raise Http404
        return row

    def record_version(self, row) -> StateVersion:
        """The version of a record, for its entity tag."""
        if self.change_kind:
            return record_version(self.change_kind, row.guid)
        moment = int(row.updated_at.timestamp() * 1_000_000)
        return StateVersion(ChangeCursor(moment, row.pk), 0, row.updated_at)

    # writing
    def get_editable(self, *, lock: bool = False):
        """The row at this address, to be changed. Raises Http404 and PermissionDenied."""
        row = self.get_object(lock=lock)
        if not self.model._default_manager.editable_by(self.request.user).filter(pk=row.pk).exists():
            self.permission_denied(self.request, _("You may not change this."))
        return row

    def written_response(self, row, status: int = 200) -> Response:
        """The response after a write: the record as it is now, with its entity tag."""
        response = Response(self.represent_one(row.pk), status=status)
        response["ETag"] = record_tag(self.record_version(row), self.request)
        if status == HTTPStatus.CREATED:
            response["Location"] = self.site + self.record_path(row)
        return response

    def record_path(self, row) -> str:
        """The path of a record's endpoint; it has the name of the kind of its changes."""
        return reverse(f"api:{self.change_kind}-detail", args=[getattr(row, self.lookup_field)])

    def save_row(self, serializer):
        """Store validated data; returns the row. Raises what the API responds with."""
        return serializer.save()

    def write(self, row=None, *, data, partial: bool = False, **context):
        """Create a row from `data`, or change `row`. Raises ValidationError and PermissionDenied."""
        context = self.get_serializer_context() | context
        if row is None and not self.may_create(self.request.user):
            self.permission_denied(self.request, _("You may not add this."))
        serializer = self.get_serializer(row, data=data, partial=partial, context=context)
        serializer.is_valid(raise_exception=True)
        return self.save_row(serializer)

    @idempotent
    def create(self, request, *args, **options):
        return self.written_response(self.write(data=request.data), 201)

    @transaction.atomic
    def update(self, request, *args, **options):
        """Replaces the record, or creates it under that address: the same request again changes nothing."""
        try:
            row = self.get_editable(lock=True)
        except Http404:
            require_match(request, None)
            return self.written_response(self.create_at_address(), 201)
        require_match(request, self.record_version(row))
        data = request.data
        if self.lookup_field == "slug" and isinstance(data, dict):
            data = {"slug": row.slug} | data
        return self.written_response(self.write(row, data=data))

    def create_at_address(self):
        """Create a row under the requested address. Raises Http404 where there is a row that the user cannot see."""
        value = self.kwargs[self.lookup_field]
        try:
            is_taken = self.model._default_manager.filter(**{self.lookup_field: value}).exists()
        except ModelError as error:
            raise Http404 from error
        if is_taken or not isinstance(self.request.data, dict):
            raise Http404
        if self.lookup_field == "guid":
            return self.write(data=self.request.data, guid=UUID(str(value)))
        return self.write(data={"slug": value} | self.request.data, slug=value)

    @transaction.atomic
    def partial_update(self, request, *args, **options):
        row = self.get_editable(lock=True)
        require_match(request, self.record_version(row))
        return self.written_response(self.write(row, data=request.data, partial=True))

    @transaction.atomic
    def destroy(self, request, *args, **options):
        row = self.get_editable(lock=True)
        require_match(request, self.record_version(row))
        self.delete_row(row)
        return Response(status=204)

    def delete_row(self, row) -> None:
        """Raises what the API responds with."""
        row.delete()
