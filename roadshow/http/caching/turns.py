"""Taking turns inside a process."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock


class Turns:
    """One at a time for each key: a crowd waits for the first to finish instead of doing the same."""

    def __init__(self):
        self._guard = Lock()
        self._locks: dict[str, list] = {}  # key -> [lock, how many hold it or wait]

    @contextmanager
    def take(self, key: str) -> Iterator[None]:
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


turns = Turns()
