"""Django's cache backends, except that a cache which fails is a miss and no outage.

A Redis that is away or silent, a folder that is full, read-only or damaged: reading gives the default, writing does
nothing. A server that cannot be reached is left alone for RETRY seconds, so that requests do not wait one after the
other. Failures are logged once in LOG seconds. Both numbers hold for each process.
"""

import contextlib
import logging
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.cache.backends import filebased
from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache

logger = logging.getLogger(__name__)
RETRY, LOG = 5, 60
MAX_BYTES = 256 * 1024 * 1024
CULL_EVERY = 64  # writes


class FailSafe(BaseCache):
    """Mixin for a backend: its failures are misses."""

    outages: tuple[type[Exception], ...] = ()  # errors after which the cache is left alone for RETRY seconds
    retry_at = log_at = 0.0  # monotonic seconds, shared by all instances of a class

    def attempt(self, default: Any, method: Callable, *arguments: object) -> Any:
        """The method's result, or `default` when it fails or the server was away a moment ago."""
        kind = type(self)
        if time.monotonic() < kind.retry_at:
            return default
        try:
            return method(*arguments)
        except Exception as error:  # a damaged entry may raise anything when it is unpickled
            now = time.monotonic()
            if isinstance(error, self.outages):
                kind.retry_at = now + RETRY
            if now >= kind.log_at:
                kind.log_at = now + LOG
                logger.warning("The cache failed; requests are answered without it.", exc_info=True)
            return default

    def add(self, key, value, timeout=DEFAULT_TIMEOUT, version=None):
        return self.attempt(False, super().add, key, value, timeout, version)

    def get(self, key, default=None, version=None):
        return self.attempt(default, super().get, key, default, version)

    def set(self, key, value, timeout=DEFAULT_TIMEOUT, version=None):
        self.attempt(None, super().set, key, value, timeout, version)

    def touch(self, key, timeout=DEFAULT_TIMEOUT, version=None):
        return self.attempt(False, super().touch, key, timeout, version)

    def delete(self, key, version=None):
        return self.attempt(False, super().delete, key, version)

    def has_key(self, key, version=None):
        return self.attempt(False, super().has_key, key, version)

    def clear(self):
        return self.attempt(False, super().clear)


class FileCache(FailSafe, filebased.FileBasedCache):
    """Files in one folder, at most MAX_BYTES of them: when there are more, the oldest ones go.

    Methods for several keys and `incr` are built from the ones above.
    """

    def __init__(self, folder, params):
        super().__init__(folder, params)
        self.max_bytes = params.get("OPTIONS", {}).get("MAX_BYTES", MAX_BYTES)
        self.writes = 0

    def _cull(self):
        """Django counts entries at each write; this looks at bytes at every 64th."""
        if self.writes % CULL_EVERY == 0:
            self.remove_oldest()
        self.writes += 1

    def remove_oldest(self) -> None:
        """Remove the entries that were written first until nine tenths of `max_bytes` are left."""
        entries = []
        with os.scandir(self._dir) as files:  # type: ignore[attr-defined]  # private, so not in the stubs
            for file in files:
                with contextlib.suppress(FileNotFoundError):
                    state = file.stat()
                    entries.append((state.st_mtime, state.st_size, file.path))
        used = sum(size for _time, size, _path in entries)
        if used <= self.max_bytes:
            return
        for _time, size, path in sorted(entries):
            if used <= 0.9 * self.max_bytes:
                return
            Path(path).unlink(missing_ok=True)
            used -= size

    def _createdir(self):  # also when a backend is made, which every thread does
        self.attempt(None, super()._createdir)  # type: ignore[misc]  # private, so not in the stubs
