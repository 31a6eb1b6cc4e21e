"""Connections to the database: the pool of web processes, client-side time limits, and work without time limits."""

import contextlib
import functools
import logging
import select
import socket
import struct
import time
from collections.abc import Iterator
from contextvars import ContextVar

import psycopg
from django.conf import settings
from django.db import connection, connections

CLIENT_SECONDS = 10  # beyond the server's own limit, after which a server that is stopped counts as away
POOL_SECONDS = 3  # that a thread waits for a connection
AWAY_SECONDS = 0.1  # while the server does not respond
_patience: ContextVar[float | None] = ContextVar("patience", default=None)


@contextlib.contextmanager
def limit_wait(seconds: float) -> Iterator[None]:
    """Wait at most so long for each response of the database inside the block; afterwards it counts as away."""
    token = _patience.set(seconds)
    try:
        yield
    finally:
        _patience.reset(token)


SSL_REQUEST = struct.pack("!ii", 8, 80877103)  # a server answers it with one byte, before anybody signs in
PROBE_AFTER, PROBE_SECONDS = 2.0, 1.0
# By server: when it was asked last, and whether it answered.
_probes: dict[tuple[str, int], tuple[float, bool]] = {}


def does_server_respond(host: str, port: int) -> bool:
    """Whether a PostgreSQL server, or a pooler, answers a new connection within a second; asked once in a second."""
    asked_at, answered = _probes.get((host, port), (-PROBE_SECONDS, True))
    if time.monotonic() - asked_at < PROBE_SECONDS:
        return answered
    try:
        with _connect(host, port) as client:
            client.sendall(SSL_REQUEST)
            answered = bool(client.recv(1))
    except OSError:
        answered = False
    _probes[host, port] = time.monotonic(), answered
    return answered


def _connect(host: str, port: int) -> socket.socket:
    """A socket of the server, by TCP or, where `host` is a folder, of this machine. Raises OSError."""
    if not host.startswith("/"):
        return socket.create_connection((host, port), PROBE_SECONDS)
    client = socket.socket(socket.AF_UNIX)
    client.settimeout(PROBE_SECONDS)
    client.connect(f"{host}/.s.PGSQL.{port}")
    return client


class WebConnection(psycopg.Connection):
    """A connection that does not wait for ever: when the server is silent, it closes and raises OperationalError.

    A statement may take long; a server that does not even answer a new connection meanwhile is away.
    """

    seconds = CLIENT_SECONDS

    @functools.cached_property
    def server(self) -> tuple[str, int]:
        """Host, or folder of its socket, and port."""
        return self.pgconn.host.decode(), int(self.pgconn.port)

    def wait(self, gen, interval=0.1):  # type: ignore[override]  # waits for what the original does
        """Drive psycopg's generator `gen` as its own `wait` does, with a deadline."""
        limit = _patience.get() or self.seconds
        deadline = time.monotonic() + limit
        try:
            state = next(gen)
            poll = select.poll()
            poll.register(self.pgconn.socket, _events(state))
            while True:
                left = max(0, deadline - time.monotonic())
                ready = poll.poll(1000 * min(left, PROBE_AFTER))
                if not ready and left > PROBE_AFTER and does_server_respond(*self.server):
                    continue
                if not ready:
                    self.pgconn.finish()
                    seconds = time.monotonic() - deadline + limit
                    raise psycopg.OperationalError(
                        f"the database did not respond within {seconds:.0f} seconds"
                    )
                state = gen.send(_ready(ready[0][1]))
                poll.modify(self.pgconn.socket, _events(state))
        except StopIteration as end:
            return end.value


def _events(state: int) -> int:
    """The events of poll() for psycopg's Wait value: bit 1 reading, bit 2 writing."""
    return (select.POLLIN if state & 1 else 0) | (select.POLLOUT if state & 2 else 0)


def _ready(events: int) -> int:
    """psycopg's Ready value for what poll() found; an error is told to the reader."""
    return (1 if events & ~select.POLLOUT else 0) | (2 if events & select.POLLOUT else 0)


def enable_pool() -> None:
    """Give this web process a bounded pool for each database; call it before the first connection."""
    close_all()
    size = settings.DATABASE_POOL
    WebConnection.seconds = (settings.STATEMENT_TIMEOUT or 3600) + CLIENT_SECONDS
    for alias in connections:
        config = connections.settings[alias]
        if size:
            config["CONN_MAX_AGE"] = 0  # a connection goes back to the pool after each request
            config["OPTIONS"]["pool"] = {
                "connection_class": WebConnection,
                "min_size": 0,
                "max_size": size,
                "timeout": POOL_SECONDS,
                "max_idle": 60,
                "max_lifetime": 1800,
                "reconnect_timeout": 1,
            }


_waits_are_short = False


def shorten_waits() -> None:
    """After an outage was noticed: let threads wait for connections only while the server responds.

    Threads that wait in vain would hold up cached pages and /healthz.
    """
    global _waits_are_short
    for one, pool in _list_pools():
        host, port = one.settings_dict["HOST"] or "/var/run/postgresql", one.settings_dict["PORT"] or 5432
        _waits_are_short = not does_server_respond(host, int(port))
        pool.timeout = AWAY_SECONDS if _waits_are_short else POOL_SECONDS


def restore_waits() -> None:
    """Once the database answered again."""
    global _waits_are_short
    if _waits_are_short:
        _waits_are_short = False
        for _one, pool in _list_pools():
            pool.timeout = POOL_SECONDS


def _list_pools() -> list[tuple]:
    """The connections of this thread that have a pool, which all threads share, and the pools."""
    found = [(one, getattr(one, "pool", None)) for one in connections.all(initialized_only=True)]
    return [(one, pool) for one, pool in found if pool is not None]


def disable_pool() -> None:
    """One connection for each thread again, as commands and the background worker have them."""
    close_all()
    for alias in connections:
        connections.settings[alias]["OPTIONS"].pop("pool", None)


def close_all() -> None:
    """Close connections and pools, as before a fork."""
    for one in connections.all(initialized_only=True):
        one.close()
        one.close_pool()  # type: ignore[attr-defined]  # of PostgreSQL's backend


@contextlib.contextmanager
def without_time_limits() -> Iterator[None]:
    """Lift the time limits of statements and locks in transactions of the block: migrations, backup, retention."""
    with connection.execute_wrapper(_lift_limits):
        yield


def _lift_limits(execute, statement, params, many, context):
    one = context["connection"]
    if one.in_atomic_block and not one.needs_rollback:
        execute("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0", None, False, context)
    return execute(statement, params, many, context)


def log_slow_statement(execute, statement, params, many, context):
    """An execute wrapper that logs statements which take SLOW_STATEMENTS milliseconds, without their parameters."""
    start = time.perf_counter()
    try:
        return execute(statement, params, many, context)
    finally:
        milliseconds = 1000 * (time.perf_counter() - start)
        if milliseconds >= settings.SLOW_STATEMENTS:
            logging.getLogger("roadshow.slow").info("%.0f ms: %s", milliseconds, str(statement)[:2000])


def watch_connection(connection, **_signal) -> None:
    """On each new Django connection: install the wrappers that settings ask for."""
    wrappers = connection.execute_wrappers
    if settings.SLOW_STATEMENTS and log_slow_statement not in wrappers:
        wrappers.append(log_slow_statement)
    if settings.METRICS:
        from roadshow.server.metrics import time_statement

        if time_statement not in wrappers:
            wrappers.append(time_statement)
