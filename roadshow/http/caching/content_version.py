"""The content version: one number in the database for the state of all that pages show."""

import os
import time
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection

RECHECK_SECONDS = 0.1  # for which a worker trusts the version that it has read


class ContentVersion:
    """Reads the content version, and remembers it for `RECHECK_SECONDS` or until a worker wrote something."""

    def __init__(self):
        self.marker = (
            Path(settings.DATA_DIR) / "touched"
        )  # its time tells all workers of a machine of a write
        self._cached = (None, 0.0, "")  # marker's time, time of reading, version: replaced as a whole

    def current(self) -> str | None:
        """None while the database does not respond: then nothing is cached or sent from the cache."""
        marked, now = self._marker_time(), time.monotonic()
        marked_before, read_at, version = self._cached
        if marked != marked_before or now - read_at > RECHECK_SECONDS:
            version = self._read()
            self._cached = (marked, now, version)
        return version

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

    @staticmethod
    def _read() -> str | None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT sum(value)::text FROM core_contentversion")
                return cursor.fetchone()[0]
        except DatabaseError:
            return None
