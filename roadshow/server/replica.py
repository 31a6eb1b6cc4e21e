"""Reads on a streaming replica (DATABASE_REPLICA_URL), except by those who have just written."""

import logging
import time
from contextvars import ContextVar

from django.core.exceptions import MiddlewareNotUsed
from django.db import DatabaseError, InterfaceError, connections, transaction
from django.http import HttpResponse

from roadshow.server.database import limit_wait

logger = logging.getLogger(__name__)

PRIMARY_COOKIE = "just-wrote"  # makes this client's reads go to the primary
PRIMARY_SECONDS = 15  # after a write; more than a healthy replica lags
CHECK_SECONDS = 1.0
MAX_LAG = 10  # seconds
REPLICA_SECONDS = 5  # that a statement of a request on the replica may take
_reads_replica: ContextVar[bool] = ContextVar("reads_replica", default=False)


class ReplicaRouter:
    """Sends reads of a request that may be a little late to the replica; everything else to the primary."""

    def db_for_read(self, model, **hints):
        if _reads_replica.get() and not transaction.get_connection("default").in_atomic_block:
            return "replica"
        return "default"

    def db_for_write(self, model, **hints):
        _reads_replica.set(False)  # what follows in this request reads what was written
        return "default"

    def allow_relation(self, first, second, **hints):
        return True

    def allow_migrate(self, db, app_label, **hints):
        return db == "default"


class ReplicaHealth:
    """Whether the replica responds and lags little; asked once a second."""

    def __init__(self):
        self._checked_at, self._ok, self._warned_at = -CHECK_SECONDS, False, -60.0

    def is_ok(self) -> bool:
        now = time.monotonic()
        if now - self._checked_at >= CHECK_SECONDS:
            self._checked_at, self._ok = now, False  # others read the primary meanwhile
            self._ok = self._check()
        return self._ok

    def _check(self) -> bool:
        try:
            with limit_wait(CHECK_SECONDS), connections["replica"].cursor() as cursor:
                cursor.execute(
                    "SELECT pg_is_in_recovery() AND pg_last_wal_receive_lsn() IS DISTINCT FROM "
                    "pg_last_wal_replay_lsn() AND now() - pg_last_xact_replay_timestamp() > %s * interval '1 s'",
                    [MAX_LAG],
                )
                if not cursor.fetchone()[0]:
                    return True
                reason = f"it lags more than {MAX_LAG} seconds"
        except (DatabaseError, InterfaceError) as error:
            connections["replica"].close()
            reason = " ".join(str(error).split())
        self._warn(reason)
        return False

    def mark_failed(self) -> None:
        """Use the primary until the next check: a request has just failed on the replica."""
        self._checked_at, self._ok = time.monotonic(), False
        self._warn("a request failed on it")

    def _warn(self, reason: str) -> None:
        if time.monotonic() - self._warned_at > 60:
            self._warned_at = time.monotonic()
            logger.warning("The replica is not used: %s", reason)


class ReplicaMiddleware:
    """Decides for each request whether it reads the replica: safe methods of clients who have not just written."""

    def __init__(self, get_response):
        if "replica" not in connections:
            raise MiddlewareNotUsed
        self.get_response, self.health = get_response, ReplicaHealth()

    def __call__(self, request):
        is_safe = request.method in ("GET", "HEAD", "OPTIONS")
        is_writer = PRIMARY_COOKIE in request.COOKIES or "authorization" in request.headers
        response = None
        if is_safe and not is_writer and self.health.is_ok():
            response = self._read_replica(request)
        response = response or self.get_response(request)
        if not is_safe and response.status_code < 500:
            response.set_cookie(PRIMARY_COOKIE, "1", max_age=PRIMARY_SECONDS, httponly=True, samesite="Lax")
        return response

    def _read_replica(self, request) -> HttpResponse | None:
        """Response made with the replica, None when it failed: what is safe may be asked again, of the primary."""
        token = _reads_replica.set(True)
        try:
            with limit_wait(REPLICA_SECONDS):
                response = self.get_response(request)
        finally:
            _reads_replica.reset(token)
        if response.status_code != 503:
            return response
        self.health.mark_failed()
        return None
