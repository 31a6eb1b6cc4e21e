"""The router of the API, its search over all kinds of record, and its schema."""

import threading

from django.conf import settings
from django.db.models import Value
from django.http import Http404
from django.urls import include, path, re_path, reverse
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from markdown_it import MarkdownIt
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.routers import APIRootView, DefaultRouter
from rest_framework.views import APIView

from events import api as events
from resources import api as resources
from roadshow.api.account import MeView
from roadshow.api.authentication import AnyoneMayWrite, OrganisersMayWrite
from roadshow.api.changes import ChangeCursor
from roadshow.api.feed import ChangesView
from roadshow.api.openapi import number, text, words
from roadshow.api.pagination import MAX_PAGE, MAX_PAGE_SIZE, PAGE_SIZE, NumberedPages
from roadshow.api.receivers import WebhookViewSet
from roadshow.api.serializers import Shape
from roadshow.api.stream import ChangeStreamView
from roadshow.api.tokens import TokensView, TokenView
from roadshow.api.viewsets import PublicReadMixin, RecordViewSet, listed_parameter, reject_unknown_parameters
from roadshow.http import converters  # noqa: F401 - registers <uslug:…>
from roadshow.http.conditional import StateVersion, current_version, versioned_response
from roadshow.http.policies import relax_policy
from roadshow.search import KINDS, Kind, search_kinds
from speakers import api as speakers

VIEWSETS: dict[str, type[RecordViewSet]] = {
    "series": events.SeriesViewSet,
    "events": events.EventViewSet,
    "venues": events.VenueViewSet,
    "rooms": events.RoomViewSet,
    "tracks": events.TrackViewSet,
    "topics": events.TopicViewSet,
    "talks": events.TalkViewSet,
    "slots": events.SlotViewSet,
    "releases": events.ReleaseViewSet,
    "speakers": speakers.SpeakerViewSet,
    "resources": resources.ResourceViewSet,
    "collections": resources.CollectionViewSet,
}
# Keys of a record in a search result; the rest is one request away.
SUMMARY = frozenset({
    "title", "name", "subtitle", "headline", "tagline", "url", "guid", "slug", "event", "kind", "link",
    "state", "speakers", "starts_on", "ends_on",
})  # fmt: skip


MAX_RESULTS = MAX_PAGE_SIZE  # of a kind
UNCHANGING = StateVersion(ChangeCursor(), 0, None)  # of responses that depend on the build alone
FOUND = {
    "type": "array",
    "items": {
        "x-name": "SearchResult",
        "type": "object",
        "required": ["kind", "record"],
        "properties": {
            "kind": {"type": "string", "enum": [kind.name for kind in KINDS]},
            "record": {"type": "object", "description": "The main keys of the record."},
        },
    },
}


class SearchView(PublicReadMixin, APIView):
    """Events, talks, speakers, topics, links and collections that contain every word, best first.

    Where nothing has every word, what has nearly the same. At most the 200 best of each kind.
    """

    permission_classes = [OrganisersMayWrite]
    pagination_class = NumberedPages
    parameters = ("q", "kind", "page", "page_size")

    @extend_schema(
        operation_id="search",
        parameters=[
            text("q", "What to search for.", minLength=1, maxLength=200, required=True),
            words("kind", "Only these kinds of record.", [kind.name for kind in KINDS]),
            number("page", "Number of the page, from 1.", 1, MAX_PAGE),
            number("page_size", "How many there are on a page.", PAGE_SIZE, MAX_PAGE_SIZE),
        ],
        responses={200: NumberedPages().get_paginated_response_schema(FOUND)},
    )
    def get(self, request):
        reject_unknown_parameters(request.query_params, self.parameters)
        query = request.query_params.get("q", "").strip()
        if not query or "\0" in query or len(query) > 200:
            raise ValidationError({"q": _("Say in at most 200 characters what to search for.")})
        kinds = self.parse_kinds()
        NumberedPages().parse(request)
        return versioned_response(request, current_version(), lambda: self.page(self.find(query, kinds)))

    def page(self, rows):
        pages = NumberedPages()
        found = pages.paginate_queryset(rows, self.request)
        return pages.get_paginated_response(self.results(found))

    def parse_kinds(self) -> list[Kind]:
        """The kinds to search in: those of the parameter, else all. Raises ValidationError."""
        known = {kind.name: kind for kind in KINDS}
        wanted = listed_parameter(self.request, "kind")
        for word in wanted:
            if word not in known:
                message = _("“%(word)s” is not one of: %(known)s.")
                raise ValidationError({"kind": message % {"word": word[:80], "known": ", ".join(known)}})
        return [known[word] for word in wanted] or list(KINDS)

    def find(self, query: str, kinds: list[Kind]):
        """Kind, primary key and rank of the records that match, best first."""
        parts = [
            found.rows()
            .select_related(None)
            .prefetch_related(None)
            .annotate(found_kind=Value(kind.name))
            .order_by()
            .values_list("found_kind", "pk", "rank")
            for kind, found in search_kinds(kinds, self.request.user, query, MAX_RESULTS)
        ]
        return parts[0].union(*parts[1:], all=True).order_by("-rank", "found_kind", "pk")

    def results(self, found: list[tuple]) -> list[dict]:
        """The results, each with its kind and a summary; one query for each kind."""
        records = {}
        for kind in {kind for kind, _key, _rank in found}:
            view = self.other_endpoint(VIEWSETS[kind])
            view.shape = Shape(SUMMARY & frozenset(view.serializer_class.Meta.fields))
            keys = [key for name, key, _rank in found if name == kind]
            records[kind] = view.represent_by_key(keys)
        return [
            {"kind": kind, "record": records[kind][key]}
            for kind, key, _rank in found
            if key in records[kind]  # not deleted a moment ago
        ]


class RootView(PublicReadMixin, APIRootView):
    """The addresses of all endpoints."""

    permission_classes = [OrganisersMayWrite]

    def get(self, request, *args, **options):
        return versioned_response(request, UNCHANGING, lambda: self.addresses(request, *args, **options))

    def addresses(self, request, *args, **options):
        response = super().get(request, *args, **options)
        for name in ("search", "changes", "schema", "docs"):
            response.data[name] = self.site + reverse(f"api:{name}")
        return response


_documents: dict[str | None, dict] = {}  # OpenAPI documents by language
_one_document = (
    threading.Lock()
)  # drf-spectacular makes one at a time: two at once miss each other's components


class SchemaView(PublicReadMixin, SpectacularAPIView):
    """The schema, readable from every origin; made once in each process and language."""

    schema = None

    def get(self, request, *args, **options):
        make = super().get

        def load() -> Response:
            with _one_document:
                language = get_language()
                if language in _documents and not set(request.query_params) - {"format"}:
                    disposition = f'inline; filename="{self._get_filename(request, None)}"'
                    return Response(_documents[language], headers={"Content-Disposition": disposition})
                response = make(request, *args, **options)
                if not set(request.query_params) - {"format"}:
                    _documents[language] = response.data
                return response

        return versioned_response(request, UNCHANGING, load)


class GuideView(SpectacularSwaggerSplitView):
    """The guide that is docs/api.md, and the reference below it."""

    schema = None
    template_name = "api/docs.html"

    def get(self, request, *args, **options):
        response = super().get(request, *args, **options)
        if response.template_name == self.template_name:
            text = (settings.BASE_DIR / "docs" / "api.md").read_text()
            text = text.replace("(openapi.yaml)", f"({reverse('api:schema')})")
            guide = MarkdownIt("commonmark").enable("table").render(text)
            response.data |= {"title": "Roadshow API", "guide": mark_safe(guide)}
        return response


class NotFoundView(PublicReadMixin, APIView):
    """Unknown addresses are a 404 in JSON."""

    schema = None
    permission_classes = [AnyoneMayWrite]

    def initial(self, request, *args, **options):
        raise Http404


class Router(DefaultRouter):
    include_format_suffixes = False
    APIRootView = RootView


router = Router()
for name, viewset in VIEWSETS.items():
    router.register(name, viewset, basename=name)

plan: dict = {"get": "list", "post": "create"}
planned: dict = {"get": "retrieve", "put": "update", "patch": "partial_update", "delete": "destroy"}
urlpatterns = [
    path("v1/events/<uslug:slug>/plan/", events.PlanViewSet.as_view(plan), name="plan"),
    path("v1/events/<uslug:slug>/plan/<uuid:guid>/", events.PlanViewSet.as_view(planned), name="planned"),
    path("v1/events/<uslug:slug>/document/", events.EventDocumentView.as_view(), name="event-document"),
    path("v1/events/<uslug:slug>/people/", events.PeopleView.as_view(), name="people"),
    path("v1/events/<uslug:slug>/people/<uslug:speaker>/", events.PersonView.as_view(), name="person"),
    path("v1/events/<uslug:slug>/import/", events.ImportView.as_view(), name="import"),
    path("v1/imports/", events.NewEventView.as_view(), name="imports"),
    path("v1/imports/<uuid:guid>/", events.ImportJobView.as_view(), name="import-job"),
    path("v1/imports/<uuid:guid>/apply/", events.ImportApplyView.as_view(), name="import-apply"),
    path("v1/imports/<uuid:guid>/undo/", events.ImportUndoView.as_view(), name="import-undo"),
    path("v1/events/<uslug:slug>/live/", events.LiveView.as_view(), name="event-live"),
    path(
        "v1/events/<uslug:slug>/live/<uuid:guid>/", events.LiveChangeView.as_view(), name="event-live-change"
    ),
    path("v1/events/<uslug:slug>/room-states/", events.RoomStatesView.as_view(), name="event-room-states"),
    path("v1/events/<uslug:slug>/feedback/", events.FeedbackView.as_view(), name="event-feedback"),
    path("v1/talks/<uuid:guid>/feedback/", events.FeedbackView.as_view(), name="talk-feedback"),
    path("v1/speakers/<uslug:slug>/merge/", events.MergeView.as_view(), name="merge"),
    path("v1/feedback/", events.FeedbackListView.as_view(), name="feedback"),
    path("v1/photos/", events.PhotoViewSet.as_view(plan), name="photos"),
    path("v1/photos/<uuid:guid>/", events.PhotoViewSet.as_view(planned), name="photo"),
    path("v1/recaps/", events.RecapViewSet.as_view({"get": "list"}), name="recaps"),
    path("v1/recaps/<uuid:guid>/", events.RecapViewSet.as_view({"get": "retrieve"}), name="recap"),
    path("v1/tokens/", TokensView.as_view(), name="tokens"),
    path("v1/tokens/<slug:token>/", TokenView.as_view(), name="token"),
    path("v1/suggestions/", resources.SuggestionView.as_view(), name="suggestions"),
    path("v1/me/", MeView.as_view(), name="me"),
    path("v1/webhooks/", WebhookViewSet.as_view(plan), name="webhooks"),
    path("v1/webhooks/<uuid:guid>/", WebhookViewSet.as_view(planned), name="webhook"),
    path(
        "v1/webhooks/<uuid:guid>/deliveries/",
        WebhookViewSet.as_view({"get": "deliveries"}, detail=True),
        name="webhook-deliveries",
    ),
    path(
        "v1/webhooks/<uuid:guid>/test/",
        WebhookViewSet.as_view({"post": "test"}, detail=True),
        name="webhook-test",
    ),
    path(
        "v1/webhooks/<uuid:guid>/deliveries/<uuid:delivery>/redeliver/",
        WebhookViewSet.as_view({"post": "redeliver"}, detail=True),
        name="webhook-redeliver",
    ),
    path("v1/changes/stream/", ChangeStreamView.as_view(viewsets=VIEWSETS), name="change-stream"),
    path("v1/changes/", ChangesView.as_view(viewsets=VIEWSETS), name="changes"),
    path("v1/search/", SearchView.as_view(), name="search"),
    path("v1/schema/", SchemaView.as_view(), name="schema"),
    path("v1/", include(router.urls)),
    re_path(r"^v1/.*/$", NotFoundView.as_view()),
    path("docs/", relax_policy(GuideView.as_view(url_name="api:schema")), name="docs"),
]
app_name = "api"
