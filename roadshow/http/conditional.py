"""Entity tags, `Last-Modified` and 304: the one place where they are made."""

import hashlib
from collections.abc import Callable, Iterable
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import http_date, quote_etag


def entity_tag(*parts, state: object = "") -> str:
    """A strong entity tag (RFC 9110) for a representation that depends on `parts` and nothing else.

    `state`, a string without dots or quotes, can be read back by `tag_states`.
    """
    digest = hashlib.md5(repr(parts).encode(), usedforsecurity=False).hexdigest()
    return quote_etag(f"{state}.{digest}" if state else digest)


def tag_states(tags: Iterable[str]) -> list[str]:
    """The states that entity tags were made with; weak tags count, because compression weakens them."""
    return [tag.removeprefix("W/").strip('"').rpartition(".")[0] for tag in tags]


def conditional_response(
    request: HttpRequest,
    build: Callable[[], HttpResponse],
    *,
    etag: str,
    modified: datetime | None = None,
    cache_control: str,
    vary: Iterable[str],
) -> HttpResponse:
    """The response of `build` with validators; 304 without calling it when the client has it already."""
    seconds = int(modified.timestamp()) if modified else None
    response = get_conditional_response(request, etag=etag, last_modified=seconds)
    if response is None:
        response = build()
    response["ETag"] = etag
    if seconds:
        response["Last-Modified"] = http_date(seconds)
    response["Cache-Control"] = cache_control
    patch_vary_headers(response, vary)
    return response
