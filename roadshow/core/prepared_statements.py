"""Statements that PostgreSQL plans once per connection: planning takes most of them longer than running.

Through a pooler such as PgBouncer, which may give each transaction another connection, nothing is prepared.
"""

from weakref import WeakKeyDictionary

import psycopg
from django.db.backends.postgresql.base import CursorMixin
from django.db.backends.utils import CursorWrapper

MAX_STATEMENTS = 200  # of each connection, the least recently used is dropped first
_directness: WeakKeyDictionary[psycopg.Connection, bool] = WeakKeyDictionary()


class PreparingCursor(CursorMixin, psycopg.Cursor):
    """A cursor like Django's that prepares what it executes."""

    def execute(self, query, params=None, **options):
        try:
            return super().execute(query, params, prepare=True, **options)
        except psycopg.errors.FeatureNotSupported:  # a column has another type since, after an upgrade
            return super().execute(query, params, prepare=False, **options)


def open_cursor(connection) -> CursorWrapper:
    """A cursor of a Django connection for a statement whose text is the same each time but for its parameters."""
    connection.ensure_connection()
    own = connection.connection
    if own not in _directness:
        _directness[own] = is_direct(own)
        own.prepare_threshold, own.prepared_max = 0, MAX_STATEMENTS
    return connection._prepare_cursor(PreparingCursor(own)) if _directness[own] else connection.cursor()


def is_direct(connection: psycopg.Connection) -> bool:
    """Whether no pooler stands between: it tells each client a process number of its own."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone() == (connection.info.backend_pid,)
