"""The middleware that sends cached responses and stores others."""

from dataclasses import replace

from cachetools import LRUCache
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

from roadshow.core.loaded_records import collect_loaded_records
from roadshow.http.conditional import PRIVATE, cache_control_directives
from roadshow.server.metrics import count_cache
from roadshow.server.outage import outage_response

from .content_version import ContentVersion, Version
from .dependencies import lifetime_of
from .keyed_lock import keyed_lock
from .queries import cached_view_name, reduce_query
from .responses import (
    CachedResponse,
    ResponseCache,
    build_cached_response,
    cache_key,
    cache_owner,
    is_cacheable,
    is_current,
    send_cached_response,
)
from .values import DAY, Memory, use_memory

SAFE_METHODS = ("GET", "HEAD")
MAX_VALUES = 64  # that `remember` keeps in each process
MAX_BODY = 8 * 1024 * 1024  # bytes, compressed, of a response that is cached
CONDITIONS = ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE")


class CachedResponseMiddleware:
    """Sends cached responses, stores those that may be, and compresses all others.

    It comes before all that a cached response does not need: sessions, users, tokens, messages, policies. While the
    database is away, cached responses go on being sent, and everything else is 503 at once.
    """

    def __init__(self, get_response):
        self.get_response = get_response
        self.gzip = GZipMiddleware(get_response)
        self.content_version, self.responses = ContentVersion(), ResponseCache()
        self.values: LRUCache = LRUCache(MAX_VALUES)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method not in SAFE_METHODS:
            try:
                return self.respond_uncached(request)
            finally:
                self.content_version.invalidate()
        owner, view = cache_owner(request), cached_view_name(request.path_info)
        reduce_query(request, view)
        if not settings.CACHE_RESPONSES or owner is None or view is None or "now" in request.GET.values():
            with use_memory(self.get_memory()):
                return self.respond_uncached(request)
        key = cache_key(request, owner)
        if cached := self.find(key, owner):
            return send_cached_response(cached, request)
        with keyed_lock.hold(key):
            if cached := self.find(key, owner):
                return send_cached_response(cached, request)
            return self.build_and_store(request, key, owner)

    def respond_uncached(self, request: HttpRequest) -> HttpResponseBase:
        if self.content_version.is_away:
            return outage_response(request)
        return self.finish_uncached(request, self.get_response(request))

    def finish_uncached(self, request: HttpRequest, response: HttpResponse) -> HttpResponseBase:
        """Compress a response that is not cached; keep one to a session or token out of shared caches."""
        is_personal = settings.SESSION_COOKIE_NAME in request.COOKIES or "authorization" in request.headers
        if is_personal and not {"private", "no-store"} & cache_control_directives(response):
            response["Cache-Control"] = PRIVATE
        return self.gzip.process_response(request, response)

    def get_memory(self, version: Version | None = None) -> Memory | None:
        """The memory of `remember` for a request; None while no version of the content is known."""
        if settings.CACHE_RESPONSES and (version := version or self.content_version.current()):
            return Memory(self.values, self.content_version, version)
        return None

    def find(self, key: str, owner: str) -> CachedResponse | None:
        """The current cached response of a key, counted."""
        if cached := self.look_up(key, owner):
            count_cache("stale" if self.content_version.is_away else "hit")
        return cached

    def look_up(self, key: str, owner: str) -> CachedResponse | None:
        """The current cached response of a key, from this process or, if shared, from Django's cache."""
        version = self.content_version.current()
        if version is None:
            return None
        cached = self.responses.get(key)
        if cached and is_current(cached, version, self.content_version):
            if cached.version.public == version.public:
                return cached
        else:
            cached = None if owner else cache.get(key)
            if not cached or not is_current(cached, version, self.content_version):
                return None
        cached = replace(cached, version=version)  # the next changes are those since now
        self.responses.put(key, cached)
        return cached

    def build_and_store(self, request: HttpRequest, key: str, owner: str) -> HttpResponseBase:
        if self.content_version.is_away:
            return outage_response(request)
        count_cache("miss")
        version = self.content_version.current()  # before any row is read
        conditions = {name: request.META.pop(name) for name in CONDITIONS if name in request.META}
        with collect_loaded_records() as loaded, use_memory(self.get_memory(version)):
            response = self.get_response(request)
        request.META.update(conditions)
        if version is None or not is_cacheable(request, response):
            return self.finish_uncached(request, response)
        before = self.responses.get(key)
        lifetime = lifetime_of(response, loaded)
        cached = build_cached_response(response, version, lifetime, private=bool(owner), before=before)
        if len(cached.body) <= MAX_BODY:
            self.responses.put(key, cached)
            if not owner:
                cache.set(key, cached, DAY)
        return send_cached_response(cached, request)
