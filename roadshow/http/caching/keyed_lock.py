"""A lock per key: concurrent builders of the same thing wait for the first (single flight)."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock


class KeyedLock:
    """Locks by name inside one process; a lock exists only while somebody holds or awaits it."""

    def __init__(self):
        self._guard = Lock()
        self._locks: dict[str, list] = {}  # key -> [lock, number of holders and waiters]

    @contextmanager
    def hold(self, key: str) -> Iterator[None]:
        with self._guard:
            entry = self._locks.setdefault(key, [Lock(), 0])
            entry[1] += 1
        try:
            with entry[0]:
                yield
        finally:
            with self._guard:
                entry[1] -= 1
                if not entry[1]:
                    del self._locks[key]


keyed_lock = KeyedLock()
