"""Files and feeds for other programs: conditional, compressed, readable from every origin."""

import gzip
from collections.abc import Callable, Iterable
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header

from .conditional import conditional_response, entity_tag, public_cache_control
from .cors import OPEN_HEADERS


def file_response(
    request: HttpRequest,
    build: Callable[[], bytes],
    *,
    state: Iterable,
    modified: datetime | None,
    content_type: str,
    filename: str = "",
    gzipped: bool = False,
) -> HttpResponse:
    """The bytes of `build`, with validators; 304 without calling it when the client has them already.

    `state` is all that the content depends on besides the address. `gzipped` says that `build` returns
    compressed bytes.
    """

    def respond() -> HttpResponse:
        content = build()
        if gzipped:
            response = compressed_response(request, content, content_type)
        else:
            response = HttpResponse(content, content_type=content_type)
        if disposition := content_disposition_header(False, filename):
            response["Content-Disposition"] = disposition
        return response

    response = conditional_response(
        request,
        respond,
        etag=entity_tag(*state, request.build_absolute_uri()),
        modified=modified,
        cache_control=public_cache_control(),
        vary=["Accept-Encoding", "Cookie"],
    )
    for name, value in OPEN_HEADERS.items():
        response[name] = value
    return response


def compressed_response(request: HttpRequest, data: bytes, content_type: str) -> HttpResponse:
    """Gzipped bytes as the client accepts them."""
    if "gzip" not in request.headers.get("Accept-Encoding", ""):
        return HttpResponse(gzip.decompress(data), content_type=content_type)
    return HttpResponse(data, content_type=content_type, headers={"Content-Encoding": "gzip"})
