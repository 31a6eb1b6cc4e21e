"""Tell the database who acts, so that triggers can record it: `acting`, and a middleware for requests."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from psycopg.pq import TransactionStatus

from .models import Activity

SAFE_METHODS = ("GET", "HEAD", "OPTIONS", "TRACE")
READS = ("SELECT", "SAVEPOINT", "RELEASE", "ROLLBACK", "SET")
ANNOUNCE = "SELECT set_config('roadshow.activity', %s, true), set_config('roadshow.actor', %s, true)"


class ActorWrapper:
    """A wrapper of executed statements that names the actor at the beginning of each transaction.

    The settings are local to the transaction: nothing is left on a connection that others use next.
    """

    def __init__(self, find_actor: Callable[[], int | None], key: str):
        self.find_actor, self.key = find_actor, key
        self.is_announced = self.is_busy = False

    def __call__(self, execute, sql, params, many, context):
        database = context["connection"]
        if self.is_busy or database.vendor != "postgresql":
            return execute(sql, params, many, context)
        is_read = str(sql).lstrip().upper().startswith(READS)
        if not database.in_atomic_block:
            if is_read:
                return execute(sql, params, many, context)
            with transaction.atomic(using=database.alias):
                return self(execute, sql, params, many, context)
        is_first = database.connection.info.transaction_status == TransactionStatus.IDLE
        if is_first or not (is_read or self.is_announced):
            self._announce(database)
        return execute(sql, params, many, context)

    def _announce(self, database) -> None:
        self.is_busy = True
        try:
            actor = self.find_actor()
            with database.connection.cursor() as cursor:
                cursor.execute(ANNOUNCE, [self.key, str(actor or "")])
            self.is_announced = True
        finally:
            self.is_busy = False


@contextmanager
def acting(find_actor: Callable[[], int | None]) -> Iterator[None]:
    """Record the changes inside as one activity of the user whose primary key `find_actor` returns."""
    wrapper = ActorWrapper(find_actor, secrets.token_urlsafe(18))
    with connection.execute_wrapper(wrapper):
        yield
    if wrapper.is_announced and connection.in_atomic_block:  # the caller's transaction goes on
        with connection.connection.cursor() as cursor:
            cursor.execute(ANNOUNCE, ["", ""])


class ActorMiddleware:
    """Records what a request changes as one activity of its user. After authentication."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.method in SAFE_METHODS:
            return self.get_response(request)
        with acting(lambda: getattr(getattr(request, "user", None), "pk", None)):
            return self.get_response(request)


def name_activity(kind: str, subject: object = "") -> int:
    """Say what the current transaction does; the last name counts. Returns the activity's primary key."""
    with connection.cursor() as cursor:
        cursor.execute(_NAME, [Activity.Kind(kind), str(subject)[:300]])
        return cursor.fetchone()[0]


_NAME = """
INSERT INTO journal_activity (key, at, by_id, kind, subject)
VALUES (coalesce(nullif(current_setting('roadshow.activity', true), ''), 'x' || pg_current_xact_id()::text), now(),
        nullif(current_setting('roadshow.actor', true), '')::bigint, %s, %s)
ON CONFLICT (key) DO UPDATE SET kind = excluded.kind, subject = excluded.subject RETURNING id"""
