"""Files and feeds for other programs: conditional, compressed, open to every site."""

import gzip
import hashlib
from collections.abc import Callable, Iterable
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import content_disposition_header, http_date, quote_etag

FRESH = "public, max-age=0, s-maxage=60"  # seconds that a cache between us and many readers may answer alone


def serve(
    request: HttpRequest,
    make: Callable[[], bytes],
    *,
    state: Iterable,
    modified: datetime | None,
    content_type: str,
    filename: str = "",
    gzipped: bool = False,
) -> HttpResponse:
    """What `make` returns, with ETag and Last-Modified; 304 without calling it when the client has that.

    `state` is all that the content depends on; the address it is asked for at is part of it. `gzipped` says
    that `make` returns compressed bytes already.
    """
    whole = [*state, request.build_absolute_uri()]
    etag = quote_etag(hashlib.md5(repr(whole).encode(), usedforsecurity=False).hexdigest())
    seconds = int(modified.timestamp()) if modified else None
    response = get_conditional_response(request, etag=etag, last_modified=seconds)
    if response is None:
        response = _body(request, make(), content_type, gzipped)
        response["ETag"] = etag
        if seconds:
            response["Last-Modified"] = http_date(seconds)
        if filename:
            response["Content-Disposition"] = content_disposition_header(False, filename)
    response["Cache-Control"] = FRESH
    response["Access-Control-Allow-Origin"] = "*"
    patch_vary_headers(response, ["Accept-Encoding", "Cookie"])
    return response


def _body(request: HttpRequest, data: bytes, content_type: str, gzipped: bool) -> HttpResponse:
    if not gzipped:
        return HttpResponse(data, content_type=content_type)
    if "gzip" not in request.headers.get("Accept-Encoding", ""):
        return HttpResponse(gzip.decompress(data), content_type=content_type)
    return HttpResponse(data, content_type=content_type, headers={"Content-Encoding": "gzip"})
