"""Reading the log of changes (`models.Change`) in an order that misses nothing.

A transaction has one row for each record that it created, updated or deleted. Transactions end in another order
than they began, so readers are given only *settled* rows: those of transactions older than every one that is still
running. Ordered by transaction, that list only grows at its end, and a reader who stores a cursor misses nothing.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction


@dataclass(frozen=True, slots=True, order=True)
class ChangeCursor:
    """A position in the log of changes: transaction and row; as text `754-1021`."""

    xid: int = 0
    id: int = 0

    def __str__(self):
        return f"{self.xid}-{self.id}"

    @classmethod
    def parse(cls, text: str) -> "ChangeCursor":
        """Raises ValueError on anything that is not a cursor."""
        xid, dash, number = text.partition("-")
        if not (dash and xid.isascii() and xid.isdigit() and number.isascii() and number.isdigit()):
            raise ValueError(text)
        cursor = cls(int(xid), int(number))
        if max(cursor.xid, cursor.id) >= 2**63:
            raise ValueError(text)
        return cursor


# The oldest transaction that is under way in this database. Those of a server's other databases do not count,
# unless other roles work in ours whose transactions this one may not see. Activity shows the lower 32 bits.
OLDEST = """
WITH now AS (SELECT pg_current_snapshot() AS snapshot),
  ends AS (SELECT pg_snapshot_xmin(snapshot)::text::bigint AS bottom, pg_snapshot_xmax(snapshot)::text::bigint AS top
           FROM now),
  running AS (
    SELECT backend_xid AS xid, state IS NULL AND usename <> current_user AS hidden FROM pg_stat_activity
      WHERE datname = current_database() AND backend_type = 'client backend'
    UNION ALL SELECT transaction, false FROM pg_prepared_xacts WHERE database = current_database()),
  ages AS (SELECT hidden, (top - xid::text::bigint) & 4294967295 AS age FROM running, ends)
SELECT CASE WHEN bool_or(hidden) THEN min(bottom)
            ELSE least(min(top), min(top - age) FILTER (WHERE age < 2147483648)) END
FROM ends LEFT JOIN ages ON true
"""
HORIZON = f"SELECT pg_stat_clear_snapshot();\n{OLDEST}"
LATEST = "SELECT xid, id FROM api_change WHERE xid < %s ORDER BY xid DESC, id DESC LIMIT 1"
IS_RESTORED = """
SELECT EXISTS (SELECT FROM api_change WHERE xid >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint)
"""
# A reader who has not read the older change yet has to learn from the newer one that the record was public.
KEEP_PUBLIC = """
UPDATE api_change AS new SET public = true FROM api_change AS old
WHERE old.public AND NOT new.public AND
      old.kind = new.kind AND old.guid = new.guid AND (old.xid, old.id) < (new.xid, new.id)
"""
# So has one who follows the event that the record left since.
KEEP_EVENT = """
UPDATE api_change AS new SET other_event = COALESCE(nullif(old.event, new.event), nullif(old.other_event, new.event))
FROM api_change AS old
WHERE new.other_event IS NULL AND (old.event <> new.event OR old.other_event <> new.event) AND
      old.kind = new.kind AND old.guid = new.guid AND (old.xid, old.id) < (new.xid, new.id)
"""
DELETE_SUPERSEDED = """
DELETE FROM api_change AS old USING api_change AS new
WHERE old.kind = new.kind AND old.guid = new.guid AND (old.xid, old.id) < (new.xid, new.id)
"""
SETTLED_SINCE = " AND new.xid < %s AND new.at < %s"


def go_to_last_result(cursor) -> None:
    """Skip the results of all but the last of several statements."""
    while cursor.nextset():
        pass


def horizon() -> int:
    """The oldest transaction that is still running. Call it before the query of changes, never after it."""
    with connection.cursor() as cursor:
        cursor.execute(HORIZON)
        go_to_last_result(cursor)
        return cursor.fetchone()[0]


def latest_cursor() -> ChangeCursor:
    """The cursor of the last settled change."""
    bound = horizon()
    with connection.cursor() as cursor:
        cursor.execute(LATEST, [bound])
        return ChangeCursor(*(cursor.fetchone() or (0, 0)))


def delete_superseded(before: datetime) -> int:
    """Delete changes of records that changed again before a time; return how many.

    Readers of the feed miss nothing: they are given the later change.
    """
    bound = horizon()
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in (KEEP_PUBLIC, KEEP_EVENT, DELETE_SUPERSEDED):
            cursor.execute(statement + SETTLED_SINCE, [bound, before])
        return cursor.rowcount


def renumber_after_restore() -> None:
    """Number all changes as the oldest transaction when they came from another server, by a restored dump."""
    with connection.cursor() as cursor:
        cursor.execute(IS_RESTORED)
        if cursor.fetchone()[0]:
            with transaction.atomic():
                cursor.execute(KEEP_PUBLIC)
                cursor.execute(KEEP_EVENT)
                cursor.execute(DELETE_SUPERSEDED)
                cursor.execute("UPDATE api_change SET xid = 1")
