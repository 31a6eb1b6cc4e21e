"""The outermost middleware: health, request ids, access log, metrics, preflights, time limits of bodies, outages."""

import contextlib
import logging
import re
import threading
import time
from collections import Counter
from tempfile import SpooledTemporaryFile
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from roadshow.http.cors import preflight_response
from roadshow.http.rate_limits import client_address
from roadshow.server import health, metrics
from roadshow.server.database import shorten_waits
from roadshow.server.logs import RequestInfo, current_request
from roadshow.server.outage import RETRY_AFTER, is_database_outage, is_disk_outage, outage_response

access = logging.getLogger("roadshow.access")

IN_MEMORY = 1024 * 1024  # bytes of a body before it goes to a temporary file
CHUNK = 64 * 1024
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


class RequestMiddleware:
    """Wraps everything else. /healthz, /readyz and /metrics are answered here: under any host, without a session."""

    def __init__(self, get_response):
        self.get_response = get_response
        self.bodies = BodyReader(slots=settings.BODY_SLOTS, seconds=settings.BODY_SECONDS)
        self.pages = {"/healthz": health.healthz, "/readyz": health.readyz, "/metrics": metrics.metrics_view}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if page := self.pages.get(request.path_info):
            return page(request)
        info = RequestInfo(request_id(request), client_address(request))
        token, start = current_request.set(info), time.perf_counter()
        try:
            response = self.respond(request, info)
            response["X-Request-ID"] = info.id
            self.record(request, response, time.perf_counter() - start)
            return response
        finally:
            current_request.reset(token)

    def respond(self, request: HttpRequest, info: RequestInfo) -> HttpResponse:
        """Preflights and bodies that are refused end here."""
        if request.method == "OPTIONS" and (preflight := preflight_response(request)):
            return preflight
        return self.bodies.read(request, info.address) or self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        of_disk = is_disk_outage(error)
        if not of_disk and not is_database_outage(error):
            return None
        if not of_disk:
            shorten_waits()
        logging.getLogger("django.request").error("Outage at %s", request.path, exc_info=error)
        return outage_response(request, of_disk=of_disk)

    def record(self, request: HttpRequest, response: HttpResponse, seconds: float) -> None:
        """Count the request, and log it where ACCESS_LOG is set."""
        if settings.METRICS:
            metrics.count_request(request, response, seconds)
        if access.isEnabledFor(logging.INFO):
            size = response.headers.get("Content-Length", "-")
            milliseconds = round(1000 * seconds, 1)
            details = {
                "method": request.method,
                "path": request.path,
                "status": response.status_code,
                "milliseconds": milliseconds,
                "bytes": size,
                "agent": request.headers.get("user-agent", "")[:200],
            }
            access.info(
                "%s %s %s %s bytes %s ms", request.method, request.get_full_path(), response.status_code, size,
                milliseconds, extra=details,
            )  # fmt: skip


def request_id(request: HttpRequest) -> str:
    """The trusted proxy's X-Request-ID, or a new one."""
    given = request.headers.get("x-request-id", "") if settings.SECURE_PROXY_SSL_HEADER else ""
    return given if REQUEST_ID.fullmatch(given) else uuid4().hex


class BodyReader:
    """Reads request bodies before a view runs, each within `seconds`, at most `slots` at a time.

    A slow client thus holds a thread for a limited time, and slow clients never hold all threads. Reading itself
    cannot be interrupted, so a helper thread does it; it ends when the connection is closed after the response.
    """

    def __init__(self, *, slots: int, seconds: float):
        self.slots, self.seconds = slots, seconds
        self._by_address: Counter[str] = Counter()
        self._lock = threading.Lock()

    def read(self, request: HttpRequest, address: str) -> HttpResponse | None:
        """Replace the request's stream by the body that was read; or the response to a body that is refused."""
        length = request.headers.get("content-length") or "0"
        if request.method in ("GET", "HEAD") or not length.isdecimal() or int(length) == 0:
            return None
        if int(length) > settings.MAX_BODY_BYTES:
            return plain(_("That is more than can be sent at once."), 413)
        if not self._take(address):
            return plain(_("Too many uploads at once. Please try again in a moment."), 503, retry=True)
        try:
            body = self._read_in_time(request._stream)
        finally:
            self._release(address)
        if body is None:
            return plain(_("The request did not arrive in time."), 408)
        whole: Any = request
        whole._stream = whole.environ["wsgi.input"] = body
        return None

    def _take(self, address: str) -> bool:
        with self._lock:
            if self._by_address.total() >= self.slots or self._by_address[address] >= max(2, self.slots // 2):
                return False
            self._by_address[address] += 1
            return True

    def _release(self, address: str) -> None:
        with self._lock:
            self._by_address[address] -= 1
            if not self._by_address[address]:
                del self._by_address[address]

    def _read_in_time(self, stream) -> SpooledTemporaryFile | None:
        body, done = SpooledTemporaryFile(IN_MEMORY), threading.Event()  # noqa: SIM115 - the request's
        complete = []

        def copy():
            with contextlib.suppress(OSError, ValueError):
                while chunk := stream.read(CHUNK):
                    body.write(chunk)
                complete.append(True)
            done.set()

        threading.Thread(target=copy, daemon=True, name="body").start()
        if not done.wait(self.seconds) or not complete:
            return None
        body.seek(0)
        return body


def plain(text: str, status: int, *, retry: bool = False) -> HttpResponse:
    response = HttpResponse(f"{text}\n", status=status, content_type="text/plain; charset=utf-8")
    response["Connection"] = "close"
    if retry:
        response["Retry-After"] = str(RETRY_AFTER)
    return response
