"""Reading the log of changes (`models.Change`) in an order that misses nothing.

A transaction has one row for each record that it created, updated or deleted. Transactions end in another order
than they began, so readers are given only *settled* rows: those of transactions older than every one that is still
running. Ordered by transaction, that list only grows at its end, and a reader who stores a cursor misses nothing.

A restored database counts its transactions anew, or from an earlier number. `ChangeNumbering` has what is added to
them, so that numbers go on rising, in a higher epoch: cursors, also those that webhooks store, remain valid.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

EPOCH_BITS = 40  # of a number of a transaction; those above count restores


@dataclass(frozen=True, slots=True, order=True)
class ChangeCursor:
    """A position in the log of changes: transaction and row; as text `754-1021`."""

    xid: int = 0
    id: int = 0

    def __str__(self):
        return f"{self.xid}-{self.id}"

    @property
    def epoch(self) -> int:
        """How often the database had been restored when the change was recorded."""
        return self.xid >> EPOCH_BITS

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
       + coalesce((SELECT shift FROM api_changenumbering), 0)
FROM ends LEFT JOIN ages ON true
"""
HORIZON = f"SELECT pg_stat_clear_snapshot();\n{OLDEST}"
LATEST = "SELECT xid, id FROM api_change WHERE xid < %s ORDER BY xid DESC, id DESC LIMIT 1"
# Of this server, until it is restored to an earlier moment or replaced by its replica.
SERVER = """
(SELECT system_identifier FROM pg_control_system()) || '-' || (SELECT timeline_id FROM pg_control_checkpoint())
"""
IS_ADOPTED = f"SELECT server = {SERVER} FROM api_changenumbering"
NUMBER = f"INSERT INTO api_changenumbering (id, server, shift) VALUES (1, {SERVER}, 0) ON CONFLICT DO NOTHING"
BEGIN_EPOCH = f"""
UPDATE api_changenumbering
SET server = {SERVER}, shift = (SELECT ((coalesce(max(xid), 0) >> {EPOCH_BITS}) + 1) << {EPOCH_BITS} FROM api_change)
"""
IS_LOST = f"""
SELECT NOT EXISTS (SELECT FROM api_change WHERE (xid, id) >= (%s, %s) AND xid < (%s::bigint + 1) << {EPOCH_BITS})
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
# Semantic events are never superseded. The last row stays: cursors beyond it would count as lost.
DELETE_EVENTS = """
DELETE FROM api_change AS new
WHERE new.data IS NOT NULL AND EXISTS (SELECT FROM api_change AS later WHERE (later.xid, later.id) > (new.xid, new.id))
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
    """Delete changes of records that changed again before a time, and semantic events before it; return how many.

    Readers of the feed miss no record: they are given the later change.
    """
    bound = horizon()
    with transaction.atomic(), connection.cursor() as cursor:
        deleted = 0
        for statement in (KEEP_PUBLIC, KEEP_EVENT, DELETE_SUPERSEDED, DELETE_EVENTS):
            cursor.execute(statement + SETTLED_SINCE, [bound, before])
            deleted += cursor.rowcount if statement.startswith("\nDELETE") else 0
        return deleted


def adopt_server(*, restored: bool = False) -> None:
    """Begin a new epoch when the database is on another server than before, or was `restored` just now.

    Call it before changes are read: a reader would not find those of lower numbers.
    """
    with connection.cursor() as cursor:
        if is_adopted(cursor) and not restored:
            return
        with transaction.atomic():  # after writers of lower numbers, and once
            cursor.execute("LOCK TABLE api_change, api_changenumbering IN SHARE ROW EXCLUSIVE MODE")
            if restored or not is_adopted(cursor):
                cursor.execute(BEGIN_EPOCH)


def is_adopted(cursor) -> bool:
    """Whether the numbering is of this server."""
    cursor.execute(IS_ADOPTED)
    known = cursor.fetchone()
    if known is None:  # in an emptied database
        cursor.execute(NUMBER)
    return known is None or known[0]


def is_lost(cursor: ChangeCursor) -> bool:
    """Whether what the reader has read up to the cursor was lost by a restore, at least in part."""
    latest = latest_cursor()
    if cursor > latest:
        return True
    if cursor.epoch == latest.epoch or not cursor.xid:
        return False
    with connection.cursor() as executor:
        executor.execute(IS_LOST, [cursor.xid, cursor.id, cursor.epoch])
        return executor.fetchone()[0]
