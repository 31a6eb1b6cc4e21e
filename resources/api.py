"""API endpoints for links and collections."""

from django.core.exceptions import ValidationError
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import Throttled
from rest_framework.response import Response
from rest_framework.views import APIView

from roadshow.api.authentication import AnyoneMayWrite
from roadshow.api.errors import as_api_error
from roadshow.api.viewsets import PublicReadMixin, RecordViewSet, reject_unknown_parameters
from roadshow.http.rate_limits import is_within_limit, seconds_until_reset

from .actions import suggest_link
from .filters import CollectionFilter, ResourceFilter
from .serializers import CollectionSerializer, ResourceSerializer, SuggestionSerializer

SUGGESTED = {
    "type": "object",
    "properties": {"title": {"type": "string"}, "link": {"type": "string"}, "state": {"const": "suggested"}},
    "required": ["title", "link", "state"],
}
MAX_SUGGESTIONS, HOUR = 10, 3600  # per sender; seconds


class ResourceViewSet(RecordViewSet):
    """Curated links. Retired ones keep their page and are in no list unless `state=retired` asks for them."""

    serializer_class = ResourceSerializer
    filterset_class = ResourceFilter
    lookup_field = "slug"

    def get_queryset(self):
        rows = self.visible_rows()
        if self.action == "list" and "state" not in self.request.query_params:
            return rows.listed()
        return rows


class CollectionViewSet(RecordViewSet):
    """Ordered sets of links."""

    serializer_class = CollectionSerializer
    filterset_class = CollectionFilter
    lookup_field = "slug"


class SuggestionView(PublicReadMixin, APIView):
    """Proposes a link for the library. Needs no account; curators decide."""

    permission_classes = [AnyoneMayWrite]

    @extend_schema(request=SuggestionSerializer, responses={201: SUGGESTED})
    def post(self, request):
        reject_unknown_parameters(request.query_params, ())
        data = SuggestionSerializer(data=request.data, context={"request": request})
        data.is_valid(raise_exception=True)
        if not is_within_limit(request, "suggestion", times=MAX_SUGGESTIONS, seconds=HOUR):
            raise Throttled(seconds_until_reset(HOUR))
        try:
            row = suggest_link(**data.validated_data)
        except ValidationError as error:
            raise as_api_error(error, {"url": "link"}) from error
        return Response({"title": row.title, "link": row.url, "state": row.state}, status=201)
