"""Cached responses: their key and owner, whether a response may be cached, and how a cached one is sent."""

import gzip
import hashlib
import time
from dataclasses import dataclass
from threading import Lock

from cachetools import LRUCache
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, parse_http_date_safe
from zlib_ng import gzip_ng

from roadshow.http.build import build_id
from roadshow.http.conditional import (
    PRIVATE,
    cache_control_directives,
    entity_tag,
    public_cache_control,
)

from .content_version import ContentVersion, Version
from .dependencies import Lifetime

PROCESS_BYTES = 16 * 1024 * 1024  # memory for responses in each process
SET_WHEN_SENT = ("Content-Encoding", "Content-Length", "ETag", "Last-Modified")


@dataclass(frozen=True, slots=True)
class CachedResponse:
    """`etag` is a strong entity tag, `modified` in seconds, `body` gzipped.

    `is_public_page` says that nothing private shows in it, nor when a record was last changed.
    """

    version: Version
    lifetime: Lifetime
    is_public_page: bool
    etag: str
    modified: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


class ResponseCache:
    """Responses in this process's memory, the least recently used dropped first. Thread-safe."""

    def __init__(self, maxsize: int = PROCESS_BYTES):
        self._responses: LRUCache[str, CachedResponse] = LRUCache(
            maxsize, getsizeof=lambda response: len(response.body) + 2_000
        )
        self._lock = Lock()

    @property
    def size(self) -> int:
        """Bytes, roughly."""
        return int(self._responses.currsize)

    def get(self, key: str) -> CachedResponse | None:
        with self._lock:
            return self._responses.get(key)

    def put(self, key: str, response: CachedResponse) -> None:
        with self._lock:
            self._responses[key] = response


def cache_owner(request: HttpRequest) -> str | None:
    """Whose copy a request may get: the shared one (""), its session's, or none (None)."""
    if "authorization" in request.headers:
        return None
    cookies = request.headers.get("cookie")
    if not cookies:
        return ""
    if "messages" in request.COOKIES:
        return None
    return request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")


def cache_key(request: HttpRequest, owner: str) -> str:
    meta = request.META
    accept = meta.get("HTTP_ACCEPT", "*/*")
    parts = (
        settings.SECRET_KEY,  # other portals may use the same cache
        build_id(),
        owner,
        request.scheme,
        meta.get("HTTP_HOST"),
        meta.get("SERVER_PORT"),
        request.path,
        sorted(request.GET.lists()),
        meta.get("HTTP_HX_REQUEST"),
        "*/*" in accept or "json" in accept,  # the API refuses other content types
    )
    return f"response:{hashlib.sha256(repr(parts).encode()).hexdigest()}"


def is_cacheable(request: HttpRequest, response: HttpResponse) -> bool:
    """Whether a response is the same for every request with its key."""
    messages = getattr(request, "_messages", ())
    return (
        response.status_code == 200
        and not response.streaming
        and not response.cookies
        and "CSRF_COOKIE_NEEDS_UPDATE" not in request.META
        and "'nonce-" not in response.get("Content-Security-Policy", "")
        and "no-store" not in cache_control_directives(response)
        and not getattr(messages, "used", False)
        and not getattr(request, "has_unknown_parameters", False)
    )


def build_cached_response(
    response: HttpResponse,
    version: Version,
    lifetime: Lifetime,
    *,
    private: bool,
    before: CachedResponse | None,
) -> CachedResponse:
    """The response to store. One with the same entity tag as `before` has its time too: clients need no new copy."""
    body = response.content
    if response.get("Content-Encoding") != "gzip":
        body = gzip_ng.compress(body, 6, mtime=0)
    etag = response.get("ETag", "").removeprefix("W/") or entity_tag(body)
    modified = parse_http_date_safe(response.get("Last-Modified", "")) or int(time.time())
    if before:
        modified = before.modified if before.etag == etag else max(modified, before.modified + 1)
    is_default = response.get("Cache-Control", "no-cache") == "no-cache"
    if private or (is_default and settings.CDN_SECONDS) or "Cache-Control" not in response:
        response["Cache-Control"] = PRIVATE if private else public_cache_control()
    set_vary(response, private=private)
    headers = [(name, value) for name, value in response.items() if name not in SET_WHEN_SENT]
    headers.append(("Last-Modified", http_date(modified)))
    is_public_page = not private and response.get("Content-Type", "").startswith("text/html")
    return CachedResponse(version, lifetime, is_public_page, etag, modified, tuple(headers), body)


def set_vary(response: HttpResponse, *, private: bool) -> None:
    """Vary by Cookie too, except for everybody's copies where a CDN is told to keep them by address."""
    names = {name.strip() for name in response.get("Vary", "").split(",")} | {"Accept-Encoding", "Cookie"}
    if settings.CDN_SECONDS and not private:
        names.discard("Cookie")
    response["Vary"] = ", ".join(sorted(names - {""}))


def is_current(cached: CachedResponse, version: Version, versions: ContentVersion) -> bool:
    """Whether a response that was built at an earlier version says what one built now would."""
    if cached.lifetime.expires <= versions.time():
        return False
    if not cached.is_public_page:
        return cached.version == version
    return versions.is_unchanged(cached.version, version, cached.lifetime.keys)


def send_cached_response(cached: CachedResponse, request: HttpRequest) -> HttpResponse:
    """A cached response as this request accepts it: compressed or not, or 304.

    The entity tag of the compressed form is weak, as Django's `GZipMiddleware` does it.
    """
    is_gzip = "gzip" in request.headers.get("accept-encoding", "")
    response = get_conditional_response(request, etag=cached.etag, last_modified=cached.modified)
    if response is None:
        response = HttpResponse(cached.body if is_gzip else gzip.decompress(cached.body))
        response["Content-Length"] = len(response.content)
        if is_gzip:
            response["Content-Encoding"] = "gzip"
    for name, value in cached.headers:
        if name != "Content-Type" or response.status_code == 200:
            response[name] = value
    response["ETag"] = f"W/{cached.etag}" if is_gzip else cached.etag
    return response
