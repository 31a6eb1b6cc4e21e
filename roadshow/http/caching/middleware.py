"""The middleware that gives kept answers and keeps others."""

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.middleware.gzip import GZipMiddleware
from django.urls import Resolver404, resolve
from django.utils import translation

from .answers import OWN, given, is_personal, keepable, kept, key_of, reader, words_of
from .shelf import Answer, Shelf
from .stamp import Stamp
from .turns import turns
from .values import DAY

SAFE = ("GET", "HEAD")
LARGEST = 8 * 1024 * 1024  # bytes, compressed, of an answer that is kept
CONDITIONS = ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE")


class KeepAnswers:
    """The middleware: gives what is kept, keeps what may be, and compresses everything else.

    It comes before all that a kept answer does not need: sessions, users, tokens, messages, policies.
    """

    def __init__(self, get_response):
        self.get_response = get_response
        self.zip = GZipMiddleware(get_response)
        self.stamp, self.shelf = Stamp(), Shelf()
        self.views = frozenset(settings.KEPT_VIEWS)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in SAFE:
            try:
                return self.zipped(request)
            finally:
                self.stamp.touch()
        if not settings.KEEP_ANSWERS or (who := reader(request)) is None:
            return self.zipped(request)
        key = key_of(request, who)
        if answer := self.find(key, who):
            return given(answer, request)
        if not self.may_keep(request):
            return self.zipped(request)
        with turns.take(key):
            if answer := self.find(key, who):
                return given(answer, request)
            return self.make(request, key, who)

    def zipped(self, request: HttpRequest) -> HttpResponse:
        return self.finished(request, self.get_response(request))

    def finished(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """An answer that is not kept."""
        if is_personal(request) and not {"private", "no-store"} & words_of(response):
            response["Cache-Control"] = OWN
        return self.zip.process_response(request, response)

    def find(self, key: str, who: str) -> Answer | None:
        stamp = self.stamp.present()
        answer = self.shelf.get(key)
        if answer and answer.stamp == stamp:
            return answer
        if who:
            return None
        answer = cache.get(key)
        if answer and answer.stamp == stamp:
            self.shelf.put(key, answer)
            return answer
        return None

    def may_keep(self, request: HttpRequest) -> bool:
        """Whether the address is one of a view that is kept, and does not ask for this very moment."""
        path = request.path_info
        if "now" in request.GET.values():
            return False
        with translation.override(translation.get_language_from_path(path) or settings.LANGUAGE_CODE):
            try:
                return resolve(path).view_name in self.views
            except Resolver404:
                return False

    def make(self, request: HttpRequest, key: str, who: str) -> HttpResponse:
        stamp = self.stamp.present()  # before anything is read
        conditions = {name: request.META.pop(name) for name in CONDITIONS if name in request.META}
        response = self.get_response(request)
        request.META.update(conditions)
        if stamp is None or not keepable(request, response):
            return self.finished(request, response)
        answer = kept(response, stamp, private=bool(who), before=self.shelf.get(key))
        if len(answer.body) <= LARGEST:
            self.shelf.put(key, answer)
            if not who:
                cache.set(key, answer, DAY)
        return given(answer, request)
