"""Endpoints for links and collections."""

from roadshow.base.viewsets import RecordViewSet

from .filters import CollectionFilter, ResourceFilter
from .serializers import CollectionSerializer, ResourceSerializer


class ResourceViewSet(RecordViewSet):
    """Curated links. Retired ones keep their page and are in no list unless `state=retired` asks for them."""

    kind = "resources"
    serializer_class = ResourceSerializer
    filterset_class = ResourceFilter
    lookup_field = "slug"

    def get_queryset(self):
        rows = self.visible()
        if self.action == "list" and "state" not in self.request.query_params:
            return rows.listed()
        return rows


class CollectionViewSet(RecordViewSet):
    """Ordered sets of links."""

    kind = "collections"
    serializer_class = CollectionSerializer
    filterset_class = CollectionFilter
    lookup_field = "slug"
