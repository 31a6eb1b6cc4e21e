"""The content version: numbers in the database for the state of all that pages show."""

import logging
import os
import time
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from threading import Lock

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection

from roadshow.server.database import limit_wait, restore_waits, shorten_waits
from roadshow.server.outage import is_database_outage

from .dependencies import Key

logger = logging.getLogger(__name__)

RECHECK_SECONDS = 0.1  # for which a worker trusts the version that it has read
AWAY_SECONDS = 1.0  # for which a database that failed is not asked again
READ_SECONDS = 1.0  # that reading the version may take
PATIENCE = 0.5  # seconds that other threads wait for the one that reads it
MAX_CHANGES = 1_000  # after more, responses are built anew without a look at what they show
READ = """
SELECT coalesce(sum(value) FILTER (WHERE scope = 'public'), 0)::text,
       coalesce(sum(value) FILTER (WHERE scope = 'site'), 0)::text,
       coalesce(sum(value) FILTER (WHERE scope = 'private'), 0)::text,
       pg_current_snapshot()::text
FROM core_contentversion"""
CHANGED_SINCE = """
SELECT guid, kind, event FROM api_change
WHERE public AND xid >= pg_snapshot_xmin(%(snapshot)s::pg_snapshot)::text::bigint
  AND NOT pg_visible_in_snapshot(xid::text::xid8, %(snapshot)s::pg_snapshot)
LIMIT %(limit)s"""


@dataclass(frozen=True, slots=True)
class Version:
    """A state of the content: two with the same numbers show the same.

    `public` is the number of recorded public changes, `site` of other public content, `private` of what only some
    users see; `snapshot` names the transactions that had ended.
    """

    public: str
    site: str
    private: str
    snapshot: str = field(compare=False)


class ContentVersion:
    """Reads the content version, and remembers it for `RECHECK_SECONDS` or until a worker wrote something."""

    def __init__(self):
        self.marker = (
            Path(settings.DATA_DIR) / "touched"
        )  # its time tells all workers of a machine of a write
        # Marker's time, time of reading, version: replaced as a whole.
        self._cached: tuple[int | None, float, Version | None] = (None, 0.0, None)
        # Version, and by an earlier snapshot what changed until then.
        self._changes: tuple[Version | None, dict] = (None, {})

        self._reading, self._reading_since = Lock(), float("inf")  # one thread at a time asks the database
        self._away_until, self._logged_at, self._read_at = 0.0, -60.0, time.time()

    @property
    def is_away(self) -> bool:
        """Whether the database failed within the last second, or keeps a reader waiting."""
        now = time.monotonic()
        return now < self._away_until or now - self._reading_since > PATIENCE

    def time(self) -> float:
        """Seconds since the epoch; while the database is away, when the version was last read."""
        return self._read_at if self.is_away else time.time()

    def current(self) -> Version | None:
        """The version, the last known one while the database is away: nothing can change. None when none is known."""
        marked, now = self._marker_time(), time.monotonic()
        marked_before, read_at, version = self._cached
        if self.is_away or (marked == marked_before and now - read_at <= RECHECK_SECONDS):
            return version
        if not self._reading.acquire(timeout=PATIENCE):
            return version
        self._reading_since = time.monotonic()
        try:
            version = self._read()
        except (DatabaseError, InterfaceError) as error:
            if not is_database_outage(error):
                return None
            self._note_outage(error)
            return version
        finally:
            self._reading_since = float("inf")
            self._reading.release()
        restore_waits()
        self._cached, self._read_at = (marked, now, version), time.time()
        return version

    def is_unchanged(self, before: Version, now: Version, keys: frozenset[Key] | None) -> bool:
        """Whether nothing public changed between two versions that has one of `keys`; None is everything."""
        if before.site != now.site:
            return False
        if before.public == now.public:
            return True
        changed = None if keys is None else self.changed_between(before, now)
        return changed is not None and keys is not None and keys.isdisjoint(changed)

    def changed_between(self, before: Version, now: Version) -> frozenset[Key] | None:
        """Keys of the records that changed publicly between two versions; None when there are too many.

        They may include some that changed after `now`.
        """
        version, known = self._changes
        if version != now:
            known = {}
            self._changes = (now, known)  # replaced as a whole
        if before.snapshot not in known:
            known[before.snapshot] = self._read_changes(before.snapshot)
        return known[before.snapshot]

    def invalidate(self) -> None:
        """Make every worker of this machine read the version anew."""
        with suppress(OSError):
            self.marker.touch()
            now = time.time_ns()
            os.utime(self.marker, ns=(now, now))

    def _marker_time(self) -> int:
        try:
            return os.stat(self.marker).st_mtime_ns  # noqa: PTH116 - at every request, and twice as fast
        except OSError:
            return 0

    def _note_outage(self, error: Exception) -> None:
        shorten_waits()
        self._away_until = time.monotonic() + AWAY_SECONDS
        if time.monotonic() - self._logged_at >= 60:
            self._logged_at = time.monotonic()
            logger.error("The database is away: %s", " ".join(str(error).split()))

    @staticmethod
    def _read() -> Version:
        with limit_wait(READ_SECONDS), connection.cursor() as cursor:
            cursor.execute(READ)
            return Version(*cursor.fetchone())

    @staticmethod
    def _read_changes(snapshot: str) -> frozenset[Key] | None:
        try:
            with connection.cursor() as cursor:
                cursor.execute(CHANGED_SINCE, {"snapshot": snapshot, "limit": MAX_CHANGES + 1})
                changes = cursor.fetchall()
        except DatabaseError:
            return None
        return frozenset(chain.from_iterable(changes)) if len(changes) <= MAX_CHANGES else None
