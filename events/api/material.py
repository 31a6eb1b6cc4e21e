"""Endpoints of what belongs to events and talks: photos, recaps, documents of talks."""

from typing import cast

from django.db import transaction
from django.db.models import Max
from django.http import Http404, QueryDict
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers as drf
from rest_framework.parsers import JSONParser, MultiPartParser

from roadshow.api.idempotency import idempotent
from roadshow.api.serializers import StrictTypes
from roadshow.api.uploads import FILE, absolute_address, read_picture, store_document
from roadshow.api.viewsets import SHAPING, RecordViewSet
from roadshow.http.conditional import require_match

from .. import filters, serializers
from ..models import TalkLink
from . import schemas

PHOTO_REQUEST = {
    "multipart/form-data": {
        "type": "object",
        "required": ["file", "event", "alternative"],
        "properties": {
            "file": FILE,
            "event": schemas.TEXT | {"description": "Slug."},
            "talk": schemas.GUID,
            "alternative": schemas.TEXT | {"description": "What the picture shows.", "maxLength": 500},
            "caption": schemas.TEXT | {"maxLength": 300},
            "credit": schemas.TEXT | {"maxLength": 200},
            "credit_url": schemas.TEXT | {"maxLength": 500},
            "license": schemas.TEXT | {"maxLength": 100},
        },
    }
}
DOCUMENT_KINDS = [TalkLink.Kind.SLIDES, TalkLink.Kind.PAPER, TalkLink.Kind.RELATED]
DOCUMENT_REQUEST = {
    "multipart/form-data": {
        "type": "object",
        "required": ["file"],
        "properties": {
            "file": FILE,
            "kind": schemas.TEXT | {"enum": [str(kind) for kind in DOCUMENT_KINDS], "default": "slides"},
            "title": schemas.TEXT | {"maxLength": 200, "description": "Otherwise the file's name."},
        },
    }
}


class DocumentSerializer(StrictTypes):
    """What is said about a document."""

    kind = drf.ChoiceField(DOCUMENT_KINDS, default=TalkLink.Kind.SLIDES)
    title = drf.CharField(max_length=200, default="", allow_blank=True)


class PhotoViewSet(RecordViewSet):
    """Pictures of events, with what they show, who made them and on what terms."""

    serializer_class = serializers.PhotoSerializer
    filterset_class = filters.PhotoFilter
    lookup_field = "guid"

    def get_parsers(self):
        is_upload = self.request is not None and self.request.method == "POST"
        return [MultiPartParser()] if is_upload else [JSONParser()]

    def may_create(self, user) -> bool:
        return True  # for their events: that is checked when it is written

    def record_path(self, row) -> str:
        return reverse("api:photo", args=[row.guid])

    @extend_schema(request=PHOTO_REQUEST)
    @idempotent
    def create(self, request, *args, **options):
        """Add a picture: a JPEG, PNG, GIF or WebP of at most 20 MB, as `file` of a form."""
        data = {name: value for name, value in request.data.items() if name not in request.FILES}
        return self.written_response(self.write(data=data, picture=read_picture(request)), 201)

    def create_at_address(self):
        raise Http404  # a new one needs its file: POST


class RecapViewSet(RecordViewSet):
    """Events told afterwards, once for each language."""

    serializer_class = serializers.RecapSerializer
    filterset_class = filters.RecapFilter
    lookup_field = "guid"


@transaction.atomic
def add_document(view: RecordViewSet):
    """Store a PDF of a form, and add it to the links of the talk at the view's address."""
    request = view.request
    view.allow_parameters(SHAPING)
    talk = view.get_editable(lock=True)
    require_match(request, view.record_version(talk))
    values = cast(QueryDict, request.data).items()
    data = DocumentSerializer(data={name: one for name, one in values if name != "file"})
    data.is_valid(raise_exception=True)
    url, name = store_document(request)
    address = absolute_address(view.site, url)
    last = talk.links.aggregate(last=Max("position"))["last"]
    link = TalkLink(
        talk=talk,
        url=address,
        title=data.validated_data["title"] or name,
        kind=data.validated_data["kind"],
        position=0 if last is None else last + 1,
    )
    link.full_clean(exclude=["talk"])
    link.save()
    talk.save()  # its `updated_at` and history
    response = view.written_response(talk, 201)
    response["Location"] = address
    return response
