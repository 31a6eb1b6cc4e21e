"""What every endpoint of records does: who sees what, which parameters exist, and how rows are loaded."""

import contextlib
from collections.abc import Sequence

from django.conf import settings
from django.core.exceptions import ValidationError as ModelError
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import viewsets
from rest_framework.exceptions import ValidationError
from rest_framework.filters import BaseFilterBackend
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.response import Response

from .access import is_organiser
from .serializers import RecordSerializer, Shape

SHAPING = ("expand", "fields")
PAGING = ("page", "page_size")


def refuse_unknown(parameters, known) -> None:
    """Raises ValidationError when there is a parameter that is not in `known`."""
    for name in parameters:
        if name not in known:
            message = _("There is no parameter “%(name)s”. These are known: %(allowed)s.")
            raise ValidationError({name: message % {"name": name[:80], "allowed": ", ".join(known) or "-"}})


class Filtering(BaseFilterBackend):
    """Applies the view's `filterset_class`; what it cannot use is a 400."""

    def filter_queryset(self, request, queryset, view):
        filters = view.filterset_class(
            request.query_params, queryset, request=request, also=(*PAGING, *SHAPING)
        )
        if problems := filters.problems():
            raise ValidationError(problems)
        return filters.qs

    def get_schema_operation_parameters(self, view):
        filters = view.filterset_class({}, view.serializer_class.Meta.model._default_manager.none())
        return [
            {"name": name, "in": "query", "required": False, "description": str(one.label), **one.schema()}
            for name, one in filters.filters.items()
        ]


class OrganisersWrite(BasePermission):
    """Everybody reads; organisers write."""

    def has_permission(self, request, view):
        return request.method in SAFE_METHODS or is_organiser(request.user)


class PublicMixin:
    """Other sites' scripts may read what anybody may read."""

    def finalize_response(self, request, response, *args, **options):
        response = super().finalize_response(request, response, *args, **options)
        if request.method in ("GET", "HEAD", "OPTIONS") and not request.META.get("HTTP_COOKIE"):
            response["Access-Control-Allow-Origin"] = "*"
            response["Access-Control-Expose-Headers"] = "ETag, Last-Modified, Retry-After"
        return response

    @property
    def site(self) -> str:
        """The portal's address, without a slash at its end."""
        return settings.SITE_URL or f"{self.request.scheme}://{self.request.get_host()}"

    def sibling(self, cls: type["RecordViewSet"]) -> "RecordViewSet":
        """Another endpoint's view, to answer this request with one of its records."""
        view = cls(request=self.request, kwargs={}, format_kwarg=None, action="retrieve")
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

    @property
    def model(self):
        return self.serializer_class.Meta.model

    def visible(self):
        """The rows that this endpoint is about, as the user may see them."""
        return self.model._default_manager.visible_to(self.request.user)

    def get_queryset(self):
        return self.visible()

    def initial(self, request, *args, **options):
        super().initial(request, *args, **options)
        self.shape = Shape.parse(
            self.serializer_class,
            *(request.query_params.get(name, "").split(",") for name in ("fields", "expand")),
        )
        if self.action != "list":
            self.refuse_unknown(SHAPING)

    def refuse_unknown(self, known):
        refuse_unknown(self.request.query_params, known)

    def get_serializer_context(self):
        request = self.request
        return {
            "request": request,
            "view": self,
            "user": getattr(request, "user", None),
            "site": self.site,
            "shape": getattr(self, "shape", None),
        }

    # reading
    def loaded(self, rows):
        """`rows` with all that the answer shows."""
        return self.serializer_class.load(rows, self.shape, self.request.user)

    def list(self, request, *args, **options):
        rows = self.filter_queryset(self.get_queryset()).values_list("pk", flat=True)
        keys = self.paginator.paginate_queryset(rows, request, view=self)
        return self.paginator.get_paginated_response(self.records(keys))

    def records(self, keys: Sequence[int]) -> Sequence[dict]:
        """The records of some primary keys, in that order."""
        rows = {
            row.pk: row for row in self.loaded(self.model._default_manager.filter(pk__in=keys).order_by())
        }
        represent = self.get_serializer().to_representation
        return [represent(rows[key]) for key in keys if key in rows]

    def retrieve(self, request, *args, **options):
        row = self.get_object()
        return Response(self.records([row.pk])[0])

    def get_object(self):
        """The one visible row that the address names. Raises Http404."""
        value = self.kwargs[self.lookup_field]
        row = None
        if "\0" not in value:
            with contextlib.suppress(ModelError):  # not a GUID
                row = self.get_queryset().filter(**{self.lookup_field: value}).order_by().first()
        if row is None:
            raise Http404
        return row

    # writing
    def get_editable(self):
        """The one row that the address names, to change it. Raises Http404 and PermissionDenied."""
        row = self.get_object()
        if not self.model._default_manager.editable_by(self.request.user).filter(pk=row.pk).exists():
            self.permission_denied(self.request, _("You may not change this."))
        return row

    def answer(self, row, status: int = 200) -> Response:
        """A row that was written, as it now is."""
        return Response(self.records([row.pk])[0], status=status)

    def save(self, serializer):
        """The row, stored. Raises what the API answers with."""
        return serializer.save()

    def create(self, request, *args, **options):
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        return self.answer(self.save(serializer), status=201)

    def update(self, request, *args, partial: bool = False, **options):
        serializer = self.get_serializer(self.get_editable(), data=request.data, partial=partial)
        serializer.is_valid(raise_exception=True)
        return self.answer(self.save(serializer))

    def destroy(self, request, *args, **options):
        with transaction.atomic():
            self.get_editable().delete()
        return Response(status=204)
