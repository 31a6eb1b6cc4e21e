"""The feed of changes as server-sent events, for displays that show what happens at once.

Each connection holds one of the web process's threads, nearly always asleep, so there are few of them:
`settings.STREAM_SLOTS` in each process, a third of its threads. Who finds none free gets 503 with `Retry-After`. The
connections of a process look for changes together, once a second, in one query; none of them keeps a connection to
the database. After `settings.STREAM_SECONDS` a stream ends, and browsers come again with `Last-Event-ID`: what a token
or a role was allowed is decided anew.
"""

import threading
import time
from collections.abc import Iterator

import orjson
from django.conf import settings
from django.db import Error, connections
from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _
from drf_orjson_renderer.renderers import ORJSONRenderer
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.response import Response

from roadshow.api.changes import ChangeCursor, adopt_server, latest_cursor
from roadshow.api.feed import KIND, MAX_PAGE_SIZE, OF_ONE_EVENT, ChangesView
from roadshow.api.models import Change
from roadshow.api.openapi import text
from roadshow.api.viewsets import reject_unknown_parameters
from roadshow.http.cors import OPEN_HEADERS

POLL = 1.0  # seconds between two looks for changes
HEARTBEAT = 15.0  # seconds of silence, after which a comment shows whether the client is still there
BUSY = 30  # seconds after which who finds no place may try again
RETRY = 3  # seconds after which a browser comes again
STREAM = {
    "type": "string",
    "description": "`id`, the cursor after a message, and `data`, an entry as in `results`.",
}


class Latest:
    """The cursor of the last settled change, read at most once in `POLL` seconds for all streams of the process."""

    def __init__(self):
        self._lock, self._read_at, self._cursor = threading.Lock(), float("-inf"), ChangeCursor()

    def read(self) -> ChangeCursor:
        with self._lock:
            if time.monotonic() - self._read_at >= POLL:
                self._cursor, self._read_at = latest_cursor(), time.monotonic()
            return self._cursor


class Slots:
    """Counts the streams of this process."""

    def __init__(self):
        self._lock, self.taken = threading.Lock(), 0

    def take(self) -> bool:
        """Whether there was one left."""
        with self._lock:
            is_free = self.taken < settings.STREAM_SLOTS
            self.taken += is_free
            return is_free

    def give_back(self) -> None:
        with self._lock:
            self.taken -= 1


latest, slots = Latest(), Slots()


class Messages:
    """The body of a stream. Its slot is given back when it is closed, also before its first message."""

    def __init__(self, view: "ChangeStreamView", rows, cursor: ChangeCursor):
        self.view, self.rows, self.cursor = view, rows, cursor
        self.messages = self.write()
        self.is_open = True

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        return next(self.messages)

    def close(self) -> None:
        if self.is_open:
            self.is_open = False
            slots.give_back()

    def write(self) -> Iterator[bytes]:
        yield f"retry: {RETRY * 1000}\n\n".encode()
        began_at = said_at = time.monotonic()
        while time.monotonic() - began_at < settings.STREAM_SECONDS:
            found = self.read_changes()
            if found is None:
                return
            yield from found
            if found:
                said_at = time.monotonic()
            elif time.monotonic() - said_at >= HEARTBEAT:
                said_at = time.monotonic()
                yield b": still here\n\n"
            time.sleep(POLL)

    def read_changes(self) -> list[bytes] | None:
        """The messages about what changed after the cursor; None when the database is away."""
        try:
            found: list[bytes] = []
            while self.cursor < latest.read():
                before = self.cursor
                self.cursor, _more, entries = self.view.read_page(self.rows, self.cursor, MAX_PAGE_SIZE)
                found += write_messages(entries, self.cursor)
                if self.cursor == before:  # the last changes are of other kinds or events
                    self.cursor = latest.read()
                    found.append(f"id: {self.cursor}\n\n".encode())
            return found
        except Error:
            return None
        finally:
            connections.close_all()  # back to the pool, until the next look


def write_messages(entries: list[dict], cursor: ChangeCursor) -> list[bytes]:
    """Server-sent events; the last one has the cursor, so that a broken page is sent again as a whole."""
    found = [b"data: " + orjson.dumps(one, default=ORJSONRenderer.default) + b"\n\n" for one in entries]
    if found:
        found[-1] = f"id: {cursor}\n".encode() + found[-1]
    return found


def refuse() -> Response:
    """503: nothing went wrong, so no exception, which operators would be told of."""
    detail = _("All streams are taken. Ask for changes/ instead, or try again in a moment.")
    error = {"code": "unavailable", "detail": detail, "attr": None}
    body = {"type": "server_error", "errors": [error]}
    return Response(body, status=503, headers={"Retry-After": str(BUSY), "Cache-Control": "no-store"})


class AnyType(BaseContentNegotiation):
    """Ignore `Accept`: the stream is text/event-stream, refusals are JSON."""

    def select_parser(self, request, parsers):
        return parsers[0]

    def select_renderer(self, request, renderers, format_suffix=None):
        return renderers[0], renderers[0].media_type


class ChangeStreamView(ChangesView):
    """Changes as server-sent events, as soon as they are settled: what a browser's `EventSource` reads.

    Begins at `Last-Event-ID` or `cursor`, else now; the rules of `changes/` decide what is told. Each message is an
    entry of its `results`. The server ends a stream after five minutes; browsers come again by themselves.
    """

    content_negotiation_class = AnyType
    parameters = ("cursor", "kind", "event")

    @extend_schema(
        operation_id="changes_stream",
        parameters=[
            text(
                "cursor",
                "Where to begin: from an answer of `changes/`, or `now`.",
                pattern=r"^(now|\d{1,18}-\d{1,18})$",
            ),
            OpenApiParameter(
                "Last-Event-ID", str, OpenApiParameter.HEADER, description="The `id` of the last message."
            ),
            KIND,
            OF_ONE_EVENT,
        ],
        responses={(200, "text/event-stream"): STREAM},
    )
    def get(self, request):
        reject_unknown_parameters(request.query_params, self.parameters)
        adopt_server()
        given = request.headers.get("Last-Event-ID") or request.query_params.get("cursor", "now")
        cursor, rows = self.parse_cursor(given), self.filter_changes(Change.objects.all())
        if request.method != "HEAD" and not slots.take():
            return refuse()
        headers = OPEN_HEADERS | {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        body = () if request.method == "HEAD" else Messages(self, rows, cursor)
        return StreamingHttpResponse(body, content_type="text/event-stream", headers=headers)
