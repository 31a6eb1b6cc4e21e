"""Answers that are kept: made once, given to many, never to whom they are not for, never when they are old.

*What.* Complete answers (200, to GET or HEAD) of the views named in `settings.KEPT_VIEWS`, compressed, with
all their headers. An answer that sets a cookie, carries a token or a nonce, or shows a message is never
kept.

*Under which key.* All that an answer depends on besides the data: scheme, host, path and query; whether a
script asks for a fragment; who asks; the portal's code and templates; the quarter of an hour, since pages
know what day it is in any zone. The data is one word, the *stamp*, which triggers in the database change
together with anything that a page shows; an answer remembers the stamp it was made under and is good as long
as that is the present one. So nothing is ever purged.

*What is not.* What is answered to a session or a token says so: no cache on the way and none on the reader's
device gives it to anybody else.

*Who may see it.* A request without a session and without a token is nobody's: all such requests share one
copy. A request with a session has a copy of its own under that session's secret, in this process only.
Sessions and rights are under the stamp too: signing out or losing a right ends those copies. A request with
a token is never kept.

*Where.* In the memory of each process, bounded in bytes, and behind it, for everybody's copies, in Django's
cache.

A worker asks the database for the stamp ten times a second at most, and always after a request that may have
changed something came through any worker of this machine. Changes by commands and other machines are seen at
the latest after that tenth of a second.
"""

import gzip
import hashlib
import os
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache as once
from pathlib import Path
from threading import Lock

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import EmptyResultSet
from django.db import DatabaseError, connection
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.middleware.gzip import GZipMiddleware
from django.urls import Resolver404, resolve
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.http import http_date, parse_etags, parse_http_date_safe

SAFE = ("GET", "HEAD")
QUARTER = 15 * 60  # seconds; every zone's day begins with one
RECHECK = 0.1  # seconds for which a worker believes the stamp
MEMORY = 24 * 1024 * 1024  # bytes of answers in each process
LARGEST = 8 * 1024 * 1024  # bytes, compressed, of an answer that is kept
DAY = 24 * 60 * 60
ZIPPED = "-gzip"  # ends the entity tag of compressed answers: other bytes, another tag
OWN = "private, no-cache"
CONDITIONS = ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE")


@dataclass(frozen=True, slots=True)
class Answer:
    """What is kept. `tag` is the entity tag without quotes, `modified` in seconds, `body` in gzip."""

    stamp: str
    tag: str
    modified: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


class Stamp:
    """The present state of all that pages show, as a word."""

    def __init__(self):
        self.touched = Path(settings.DATA_DIR) / "touched"
        self._known = (None, 0.0, "")  # the file's time, when we asked, the word: replaced as a whole

    def present(self) -> str | None:
        """None while the database does not answer: then nothing is kept, and nothing kept is given."""
        touched, now = self._touched(), time.monotonic()
        before, asked, word = self._known
        if touched != before or now - asked > RECHECK:
            word = self._ask()
            self._known = (touched, now, word)
        return word

    def touch(self) -> None:
        """Make every worker of this machine ask again."""
        with suppress(OSError):
            self.touched.touch()
            now = time.time_ns()
            os.utime(self.touched, ns=(now, now))

    def _touched(self) -> int:
        try:
            return os.stat(self.touched).st_mtime_ns  # noqa: PTH116 - at every request, and twice as fast
        except OSError:
            return 0

    @staticmethod
    def _ask() -> str | None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT sum(value)::text FROM base_stamp")
                return cursor.fetchone()[0]
        except DatabaseError:
            return None


class Shelf:
    """Answers in this process's memory, the least used ones dropped first."""

    def __init__(self, size: int = MEMORY):
        self.size, self.used = size, 0
        self._answers: OrderedDict[str, Answer] = OrderedDict()
        self._lock = Lock()

    def get(self, key: str) -> Answer | None:
        answer = self._answers.get(key)
        if answer is not None:
            with self._lock, suppress(KeyError):
                self._answers.move_to_end(key)
        return answer

    def put(self, key: str, answer: Answer) -> None:
        with self._lock:
            if old := self._answers.pop(key, None):
                self.used -= weight(old)
            self._answers[key] = answer
            self.used += weight(answer)
            while self.used > self.size:
                _, dropped = self._answers.popitem(last=False)
                self.used -= weight(dropped)


def weight(answer: Answer) -> int:
    """Bytes of memory, roughly."""
    return len(answer.body) + 2_000


class Turns:
    """One at a time for each key: a crowd waits for the first to finish instead of doing the same."""

    def __init__(self):
        self._guard = Lock()
        self._locks: dict[str, list] = {}  # key -> [lock, how many hold it or wait]

    @contextmanager
    def take(self, key: str) -> Iterator[None]:
        with self._guard:
            entry = self._locks.setdefault(key, [Lock(), 0])
            entry[1] += 1
        try:
            with entry[0]:
                yield
        finally:
            with self._guard:
                entry[1] -= 1
                if not entry[1]:
                    del self._locks[key]


turns = Turns()


def made_once(key: str, make: Callable[[], object]) -> object:
    """What `make` returns, from the cache if it is there. `key` names all that it depends on, for good.

    A process makes one such thing at a time, whatever it is: they are large, and two would take twice the memory.
    """
    found = cache.get(key)
    if found is None:
        with turns.take("large"):
            found = cache.get(key)
            if found is None:
                found = make()
                cache.set(key, found, DAY)
    return found


def seldom(rows: QuerySet, read: Callable[[QuerySet], object] = list) -> object:
    """What `read` made of `rows` lately. They are read again after a hundred times as long as reading took.

    For numbers that get dearer as the portal grows: what takes a moment is exact, what takes a second may be
    some minutes old, and neither takes more than a hundredth of the machine. The key is the statement itself:
    whoever sees other rows asks by another one.
    """
    try:
        statement = f"{read.__name__} {rows.query}"
    except EmptyResultSet:
        return read(rows)
    if not settings.KEEP_ANSWERS:
        return read(rows)
    key = f"rows:{hashlib.sha256(statement.encode()).hexdigest()}"
    found = cache.get(key)
    if found is None:
        with turns.take(key):
            found = cache.get(key)
            if found is None:
                start = time.perf_counter()
                found = read(rows)
                seconds = 100 * (time.perf_counter() - start)
                if seconds >= 1:
                    cache.set(key, found, seconds)
    return found


def counted(rows: QuerySet) -> int:
    """How many rows a list has, by `seldom`."""
    return seldom(rows.order_by(), QuerySet.count)


@once
def edition() -> str:
    """The portal's code, templates, translations and styles, in a word; the same until it starts again."""
    base = settings.BASE_DIR
    parts = [
        f"{file}:{file.stat().st_mtime_ns}"
        for app in ("roadshow", "events", "speakers", "resources", "templates")
        for file in sorted((base / app).rglob("*"))
        if file.suffix in (".py", ".html", ".mo", ".css", ".js")
    ]
    parts += [settings.SITE_URL, settings.SITE_NAME]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


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


def is_personal(request: HttpRequest) -> bool:
    """Whether the answer may be for this reader alone: with a session or a token one may see more than others."""
    return settings.SESSION_COOKIE_NAME in request.COOKIES or "authorization" in request.headers


def words_of(response: HttpResponse) -> set[str]:
    """What `Cache-Control` says."""
    return {word.strip() for word in response.get("Cache-Control", "").split(",")}


def reader(request: HttpRequest) -> str | None:
    """Whose copy a request may get: everybody's (""), its session's, or none."""
    if "authorization" in request.headers:
        return None
    cookies = request.headers.get("cookie")
    if not cookies:
        return ""
    if "messages" in request.COOKIES:
        return None
    return request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")


def key_of(request: HttpRequest, who: str) -> str:
    meta = request.META
    accept = meta.get("HTTP_ACCEPT", "*/*")
    parts = (
        settings.SECRET_KEY,  # other portals may keep theirs in the same cache
        edition(),
        int(time.time() // QUARTER),
        who,
        request.scheme,
        meta.get("HTTP_HOST"),
        meta.get("SERVER_PORT"),
        request.path,
        meta.get("QUERY_STRING"),
        meta.get("HTTP_HX_REQUEST"),
        "*/*" in accept or "json" in accept,  # the API refuses to answer in anything else
    )
    return f"answer:{hashlib.sha256(repr(parts).encode()).hexdigest()}"


def keepable(request: HttpRequest, response: HttpResponse) -> bool:
    """Whether an answer is the same for everybody whom its key stands for."""
    messages = getattr(request, "_messages", ())
    return (
        response.status_code == 200
        and not response.streaming
        and not response.cookies
        and "CSRF_COOKIE_NEEDS_UPDATE" not in request.META
        and "'nonce-" not in response.get("Content-Security-Policy", "")
        and "no-store" not in words_of(response)
        and not getattr(messages, "used", False)
    )


def kept(response: HttpResponse, stamp: str, *, private: bool, before: Answer | None) -> Answer:
    """An answer to keep. One that says the same as `before` keeps its time: readers need no new one."""
    body = response.content
    if response.get("Content-Encoding") != "gzip":
        body = gzip.compress(body, 6, mtime=0)
    tag = response.get("ETag", "").removeprefix("W/").strip('"') or hashlib.sha256(body).hexdigest()[:24]
    modified = parse_http_date_safe(response.get("Last-Modified", "")) or int(time.time())
    if before:
        modified = before.modified if before.tag == tag else max(modified, before.modified + 1)
    if private or "Cache-Control" not in response:
        response["Cache-Control"] = OWN if private else "public, no-cache"
    patch_vary_headers(response, ["Accept-Encoding", "Cookie"])
    for name in ("Content-Encoding", "Content-Length", "ETag", "Last-Modified"):
        response.headers.pop(name, None)
    headers = (*response.items(), ("Last-Modified", http_date(modified)))
    return Answer(stamp=stamp, tag=tag, modified=modified, headers=headers, body=body)


def given(answer: Answer, request: HttpRequest) -> HttpResponse:
    """The answer, as this request takes it: compressed or not, or only that nothing is new."""
    zipped = "gzip" in request.headers.get("accept-encoding", "")
    if fresh(answer, request):
        response = HttpResponseNotModified()
    else:
        response = HttpResponse(answer.body if zipped else gzip.decompress(answer.body))
        response["Content-Length"] = len(response.content)
        if zipped:
            response["Content-Encoding"] = "gzip"
    for name, value in answer.headers:
        if name != "Content-Type" or response.status_code == 200:
            response[name] = value
    response["ETag"] = f'"{answer.tag}{ZIPPED if zipped else ""}"'
    return response


def fresh(answer: Answer, request: HttpRequest) -> bool:
    """Whether the reader has this answer already."""
    known = request.headers.get("if-none-match")
    if known is not None:
        tags = (one.removeprefix("W/").strip('"').removesuffix(ZIPPED) for one in parse_etags(known))
        return known == "*" or answer.tag in tags
    since = parse_http_date_safe(request.headers.get("if-modified-since", ""))
    return since is not None and answer.modified <= since
