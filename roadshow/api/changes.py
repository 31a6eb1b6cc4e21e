"""What changed, in an order that misses nothing: the database's own triggers write it, the feed reads it.

A row says that a record was created, updated or deleted by a transaction; a transaction has one row for each
record, however often it touched it. Transactions end in another order than they began, so a reader is shown
only what is *settled*: rows of transactions before which none is still under way. Ordered by transaction,
that list only ever grows at its end, and a reader who remembers a place in it misses nothing.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, models, transaction
from django.utils.translation import gettext_lazy as _


class ChangeQuerySet(models.QuerySet):
    def settled(self):
        """Changes after which nothing can come that belongs before them, in order."""
        return self.filter(xid__lt=horizon()).order_by("xid", "id")

    def after(self, place: "Place"):
        return self.extra(where=["(xid, id) > (%s, %s)"], params=[place.xid, place.id])


class Change(models.Model):
    """That a record was created, updated or deleted. Only triggers write it."""

    class Operation(models.TextChoices):
        CREATE = "create", _("created")
        UPDATE = "update", _("changed")
        DELETE = "delete", _("deleted")

    xid = models.BigIntegerField(editable=False)
    kind = models.CharField(max_length=20)
    guid = models.UUIDField()
    operation = models.CharField(max_length=6, choices=Operation)
    public = models.BooleanField(help_text=_("Whether everybody may know that it exists or did."))
    event = models.BigIntegerField(null=True, help_text=_("Primary key of the event it belongs to."))
    at = models.DateTimeField()

    objects = ChangeQuerySet.as_manager()

    class Meta:
        app_label = "base"
        ordering = ["xid", "id"]
        verbose_name, verbose_name_plural = _("change"), _("changes")
        constraints = [
            models.UniqueConstraint(fields=["xid", "kind", "guid"], name="change_once_in_a_transaction"),
        ]
        indexes = [
            models.Index(fields=["xid", "id"], name="change_in_order"),
            models.Index(fields=["kind", "guid"], name="change_by_record"),
            models.Index(fields=["kind", "at", "guid"], name="change_by_time"),
        ]

    def __str__(self):
        return f"{self.kind} {self.guid} {self.operation}"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A place in the order of changes; as text it is a cursor: `754-1021`."""

    xid: int = 0
    id: int = 0

    def __str__(self):
        return f"{self.xid}-{self.id}"

    @classmethod
    def parse(cls, text: str) -> "Place":
        """Raises ValueError on anything that is not a cursor."""
        xid, dash, number = text.partition("-")
        if not (dash and xid.isascii() and xid.isdigit() and number.isascii() and number.isdigit()):
            raise ValueError(text)
        place = cls(int(xid), int(number))
        if max(place.xid, place.id) >= 2**63:
            raise ValueError(text)
        return place


@dataclass(frozen=True, slots=True)
class Version:
    """A word for the state of all records (or one): it differs whenever what can be read differs."""

    place: Place
    unsettled: int
    at: datetime | None

    def __str__(self):
        return f"{self.place}-{self.unsettled}"


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
# The horizon is asked for in a statement before the one that looks at changes, see `horizon`; one trip for all.
VERSION = f"""
SELECT pg_stat_clear_snapshot();
SELECT set_config('roadshow.horizon', ({OLDEST})::text, true);
WITH now AS (SELECT current_setting('roadshow.horizon')::bigint AS horizon)
SELECT coalesce(last.xid, 0), coalesce(last.id, 0), last.at,
       (SELECT count(*) FROM base_change, now WHERE xid >= horizon)
FROM now LEFT JOIN LATERAL
     (SELECT xid, id, at FROM base_change WHERE xid < horizon ORDER BY xid DESC, id DESC LIMIT 1) AS last
     ON true
"""  # noqa: S608 - of constants
RECORD = (
    "SELECT coalesce(max(xid), 0), count(*), max(at), max(id) FROM base_change WHERE kind = %s AND guid = %s"
)


def version() -> Version:
    """The state of all records.

    The last settled change, and how many are visible that are not settled yet: a change that becomes visible
    afterwards is counted there, or moves the settled end, so two different states never share a word.
    """
    with connection.cursor() as cursor:
        cursor.execute(VERSION)
        xid, number, at, unsettled = cursor.fetchone()
    return Version(Place(xid, number), unsettled, at)


def version_of(kind: str, guid) -> Version:
    """The state of one record."""
    with connection.cursor() as cursor:
        cursor.execute(RECORD, [kind, str(guid)])
        xid, count, at, number = cursor.fetchone()
    return Version(Place(xid, number or 0), count, at)


LATEST = "SELECT xid, id FROM base_change WHERE xid < %s ORDER BY xid DESC, id DESC LIMIT 1"
RESTORED = """
SELECT EXISTS (SELECT FROM base_change WHERE xid >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint)
"""
# Who has not read the older change yet has to hear from the newer one that the record was public.
HANDED_DOWN = """
UPDATE base_change AS new SET public = true FROM base_change AS old
WHERE old.public AND NOT new.public AND
      old.kind = new.kind AND old.guid = new.guid AND (old.xid, old.id) < (new.xid, new.id)
"""
SUPERSEDED = """
DELETE FROM base_change AS old USING base_change AS new
WHERE old.kind = new.kind AND old.guid = new.guid AND (old.xid, old.id) < (new.xid, new.id)
"""
SETTLED_SINCE = " AND new.xid < %s AND new.at < %s"


def horizon() -> int:
    """The transaction before which every one has ended. Ask first, look at changes afterwards."""
    with connection.cursor() as cursor:
        cursor.execute(HORIZON)
        return cursor.fetchone()[0]


def latest() -> Place:
    """Where the settled changes end."""
    bound = horizon()
    with connection.cursor() as cursor:
        cursor.execute(LATEST, [bound])
        return Place(*(cursor.fetchone() or (0, 0)))


def forget_superseded(before: datetime) -> int:
    """Drops changes after which the same record changed again before a time: who follows misses nothing.

    Returns how many there were.
    """
    bound = horizon()
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in (HANDED_DOWN, SUPERSEDED):
            cursor.execute(statement + SETTLED_SINCE, [bound, before])
        return cursor.rowcount


def restart_if_restored() -> None:
    """Puts old changes first when their transactions are another server's: a dump was restored here."""
    with connection.cursor() as cursor:
        cursor.execute(RESTORED)
        if cursor.fetchone()[0]:
            with transaction.atomic():
                cursor.execute(HANDED_DOWN)
                cursor.execute(SUPERSEDED)
                cursor.execute("UPDATE base_change SET xid = 1")
