"""What every endpoint of records does: who sees what, which parameters exist, and how rows are loaded."""

import contextlib
from collections.abc import Callable, Sequence
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError as ModelError
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import viewsets
from rest_framework.exceptions import NotAuthenticated, ValidationError
from rest_framework.filters import BaseFilterBackend
from rest_framework.response import Response

from roadshow.api.authentication import OrganisersWrite
from roadshow.api.changes import Place, Version, version, version_of
from roadshow.api.conditional import record_tag, require_match, versioned_response
from roadshow.api.idempotency import idempotent
from roadshow.api.serializers import RecordSerializer, Shape

SHAPING = ("expand", "fields")
ONE = ("retrieve", "create", "update", "partial_update", "destroy")  # actions on one record
PAGING = ("page", "page_size")


def refuse_unknown(parameters, known) -> None:
    """Raises ValidationError when there is a parameter that is not in `known`."""
    for name in parameters:
        if name not in known:
            message = _("There is no parameter “%(name)s”. These are known: %(allowed)s.")
            raise ValidationError({name: message % {"name": name[:80], "allowed": ", ".join(known) or "-"}})


def yes_or_no(request, name: str) -> bool:
    """A parameter that is true or false; false when it is not given. Raises ValidationError."""
    text = request.query_params.get(name, "false")
    if text not in ("true", "false"):
        raise ValidationError({name: _("Use true or false.")})
    return text == "true"


class Filtering(BaseFilterBackend):
    """Applies the view's `filterset_class`; what it cannot use is a 400."""

    def filters(self, request, queryset, view):
        """The FilterSet of a request, which asks the database for nothing yet. Raises ValidationError."""
        given = request.query_params
        filters = view.filterset_class(given, queryset, request=request, also=(*PAGING, *SHAPING))
        problems = filters.problems()
        for name, one in filters.filters.items():
            if given.get(name) == "" and not getattr(one, "may_be_empty", False):
                problems[name] = [_("Give a value, or leave the parameter out.")]
        if problems:
            raise ValidationError(problems)
        return filters

    def filter_queryset(self, request, queryset, view):
        return self.filters(request, queryset, view).qs

    def get_schema_operation_parameters(self, view):
        filters = view.filterset_class({}, view.serializer_class.Meta.model._default_manager.none())
        return [
            {"name": name, "in": "query", "required": False, "description": str(one.label), **one.schema()}
            for name, one in filters.filters.items()
        ]


class PublicMixin:
    """Other sites' scripts may read what anybody may read."""

    def finalize_response(self, request, response, *args, **options):
        response = super().finalize_response(request, response, *args, **options)
        if request.method in ("GET", "HEAD", "OPTIONS"):
            response["Access-Control-Allow-Origin"] = "*"
            response["Access-Control-Expose-Headers"] = "ETag, Last-Modified, Retry-After"
        return response

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
        """Whose eyes this sees with: the request's user, unless somebody else was named."""
        return getattr(self, "reader", None) or self.request.user

    def sibling(self, cls: type["RecordViewSet"], reader=None) -> "RecordViewSet":
        """Another endpoint's view, to answer this request with records of its own, as `reader` sees them."""
        view = cls(request=self.request, kwargs={}, format_kwarg=None, action="retrieve", reader=reader)
        view.shape = Shape()
        return view

    def options(self, request, *args, **options):
        response = Response(status=204, headers={"Allow": ", ".join(self.allowed_methods)})
        response["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
        response["Access-Control-Allow-Headers"] = "Accept, Accept-Language, If-None-Match, If-Modified-Since"
        response["Access-Control-Max-Age"] = "86400"
        return response


class RecordViewSet(PublicMixin, viewsets.ModelViewSet):
    """Reads what the user sees, writes what the user may change.

    What they cannot see is 404; what they see and may not change is 403. Declare `serializer_class`,
    `filterset_class` and `lookup_field`.
    """

    serializer_class: type[RecordSerializer]
    filter_backends = [Filtering]
    permission_classes = [OrganisersWrite]
    lookup_value_regex = "[^/]+"

    def __init_subclass__(cls):
        cls.queryset = cls.serializer_class.Meta.model._default_manager.all()  # the schema looks for it

    @property
    def model(self):
        return self.serializer_class.Meta.model

    @property
    def kind(self) -> str:
        """Under which changes of these records are noted; empty when they are not."""
        return self.filterset_class.noted_as

    def visible(self):
        """The rows that this endpoint is about, as the user may see them."""
        return self.model._default_manager.visible_to(self.user)

    def get_queryset(self):
        return self.visible()

    def initial(self, request, *args, **options):
        super().initial(request, *args, **options)
        self.shape = Shape.parse(
            self.serializer_class,
            *(request.query_params.get(name, "").split(",") for name in ("fields", "expand")),
        )
        if self.action in ONE:
            self.refuse_unknown(SHAPING)

    def refuse_unknown(self, known):
        refuse_unknown(self.request.query_params, known)

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
    def loaded(self, rows):
        """`rows` with all that the answer shows."""
        return self.serializer_class.load(rows, self.shape, self.user)

    def list(self, request, *args, **options):
        filters = Filtering().filters(request, self.get_queryset(), self)
        self.paginator.read(request)
        return self.unless_known(lambda: self.listed(filters.qs.values_list("pk", flat=True)))

    def listed(self, rows) -> Response:
        keys = self.paginator.paginate_queryset(rows, self.request, view=self)
        return self.paginator.get_paginated_response(self.records(keys))

    def retrieve(self, request, *args, **options):
        row = self.get_object()
        around = version() if self.shape.expanded or not self.kind else None
        return versioned_response(request, self.state(row), lambda: Response(self.record(row.pk)), around)

    def unless_known(self, make: Callable[[], Response]) -> Response:
        """What `make` answers, or 304 without calling it; for answers that any record may be part of."""
        if not self.kind or "now" in self.request.query_params.values():
            return make()
        return versioned_response(self.request, version(), make)

    def records(self, keys: Sequence[int]) -> Sequence[dict]:
        """The records of some primary keys, in that order."""
        found = self.by_key(keys)
        return [found[key] for key in keys if key in found]

    def record(self, key: int) -> dict:
        """The record of a primary key. Raises Http404 when it was deleted a moment ago."""
        for found in self.records([key]):
            return found
        raise Http404

    def by_key(self, keys: Sequence[int]) -> dict[int, dict]:
        """The records of those primary keys that are still there."""
        represent = self.get_serializer().to_representation
        rows = self.loaded(self.model._default_manager.filter(pk__in=keys).order_by())
        return {row.pk: represent(row) for row in rows}

    def get_object(self, *, lock: bool = False):
        """The one visible row that the address names. Raises Http404."""
        row, rows, value = None, self.get_queryset().order_by(), self.kwargs[self.lookup_field]
        if lock:
            rows = rows.select_for_update(of=("self",))
        if "\0" not in str(value):
            with contextlib.suppress(ModelError):  # not a GUID
                row = rows.filter(**{self.lookup_field: value}).first()
        if row is None:
            raise Http404
        return row

    def state(self, row) -> Version:
        """The state of a record, for its entity tag."""
        if self.kind:
            return version_of(self.kind, row.guid)
        moment = int(row.updated_at.timestamp() * 1_000_000)
        return Version(Place(moment, row.pk), 0, row.updated_at)

    # writing
    def get_editable(self, *, lock: bool = False):
        """The one row that the address names, to change it. Raises Http404 and PermissionDenied."""
        row = self.get_object(lock=lock)
        if not self.model._default_manager.editable_by(self.request.user).filter(pk=row.pk).exists():
            self.permission_denied(self.request, _("You may not change this."))
        return row

    def answer(self, row, status: int = 200) -> Response:
        """A row that was written, as it now is, with its entity tag."""
        response = Response(self.record(row.pk), status=status)
        response["ETag"] = record_tag(self.state(row), self.request)
        return response

    def save(self, serializer):
        """The row, stored. Raises what the API answers with."""
        return serializer.save()

    def written(self, row=None, *, data, partial: bool = False, **context):
        """The row that `data` makes, or makes of `row`. Raises ValidationError and PermissionDenied."""
        serializer = self.get_serializer(
            row, data=data, partial=partial, context=self.get_serializer_context() | context
        )
        serializer.is_valid(raise_exception=True)
        return self.save(serializer)

    @idempotent
    def create(self, request, *args, **options):
        return self.answer(self.written(data=request.data), 201)

    @transaction.atomic
    def update(self, request, *args, **options):
        """Replaces the record, or creates it under that address: the same request again changes nothing."""
        try:
            row = self.get_editable(lock=True)
        except Http404:
            require_match(request, None)
            return self.answer(self.created_here(), 201)
        require_match(request, self.state(row))
        data = request.data
        if self.lookup_field == "slug" and isinstance(data, dict):
            data = {"slug": row.slug} | data
        return self.answer(self.written(row, data=data))

    def created_here(self):
        """A new row under the address asked for. Raises Http404 where somebody else's row is."""
        value = self.kwargs[self.lookup_field]
        try:
            taken = self.model._default_manager.filter(**{self.lookup_field: value}).exists()
        except ModelError as error:
            raise Http404 from error
        if taken or not isinstance(self.request.data, dict):
            raise Http404
        if self.lookup_field == "guid":
            return self.written(data=self.request.data, guid=UUID(str(value)))
        return self.written(data={"slug": value} | self.request.data, slug=value)

    @transaction.atomic
    def partial_update(self, request, *args, **options):
        row = self.get_editable(lock=True)
        require_match(request, self.state(row))
        return self.answer(self.written(row, data=request.data, partial=True))

    @transaction.atomic
    def destroy(self, request, *args, **options):
        row = self.get_editable(lock=True)
        require_match(request, self.state(row))
        self.remove(row)
        return Response(status=204)

    def remove(self, row) -> None:
        """Delete it. Raises what the API answers with."""
        row.delete()
