"""Values that are expensive to build, in Django's cache."""

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock
from typing import Any, TypeVar

from cachetools import LRUCache
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet

from .content_version import ContentVersion, Version
from .dependencies import Key
from .keyed_lock import keyed_lock

Value = TypeVar("Value")
Rows = TypeVar("Rows", bound=QuerySet)
DAY = 24 * 60 * 60
COST_FACTOR = 100  # a value is cached for this many times as long as reading it took


def get_or_build(key: str, build: Callable[[], Value]) -> Value:
    """The cached value of `key`, else the result of `build`, cached for a day.

    `key` names everything that the value depends on. A process builds one such value at a time, whatever its
    key: they are large, and two would take twice the memory.
    """
    found = cache.get(key)
    if found is None:
        with keyed_lock.hold("large"):
            found = cache.get(key)
            if found is None:
                found = build()
                cache.set(key, found, DAY)
    return found


def remember(
    key: str, build: Callable[[], Value], *, events: Iterable[int] = (), kinds: Iterable[str] = ()
) -> Value:
    """The value of `key` in this process, built anew after a public change of `events` or `kinds`, see `depend_on`.

    Outside of a request that only reads it is built each time.
    """
    memory = _memory.get()
    return memory.get_or_build(key, build, frozenset([*events, *kinds])) if memory else build()


class Memory:
    """Values in this process for one request, whose `version` of the content was read before any row."""

    def __init__(
        self, values: "LRUCache[str, tuple[Version, Any]]", versions: ContentVersion, version: Version
    ):
        self.values, self.versions, self.version = values, versions, version

    def get_or_build(self, key: str, build: Callable[[], Value], keys: frozenset[Key]) -> Value:
        with _memory_lock:
            found = self.values.get(key)
        if found is None or not self.versions.is_unchanged(found[0], self.version, keys):
            found = (self.version, build())
        with _memory_lock:
            self.values[key] = (self.version, found[1])
        return found[1]


_memory: ContextVar[Memory | None] = ContextVar("memory", default=None)
_memory_lock = Lock()


@contextmanager
def use_memory(memory: Memory | None) -> Iterator[None]:
    """Let `remember` use a memory meanwhile."""
    token = _memory.set(memory)
    try:
        yield
    finally:
        _memory.reset(token)


def cache_by_cost(rows: Rows, read: Callable[[Rows], Value]) -> Value:
    """The result of `read(rows)`, cached for 100 times as long as reading took.

    For counts that get slower as the portal grows: below 10 ms they are read every time, one that takes a second
    may be some minutes old, and none takes more than a hundredth of the machine. The key is the SQL statement
    with its values, so users who see other rows have another key.
    """
    try:
        statement = f"{read.__name__} {rows.query}"
    except EmptyResultSet:
        return read(rows)
    if not settings.CACHE_RESPONSES:
        return read(rows)
    key = f"rows:{hashlib.sha256(statement.encode()).hexdigest()}"
    found = cache.get(key)
    if found is None:
        with keyed_lock.hold(key):
            found = cache.get(key)
            if found is None:
                start = time.perf_counter()
                found = read(rows)
                seconds = COST_FACTOR * (time.perf_counter() - start)
                if seconds >= 1:
                    cache.set(key, found, seconds)
    return found


def cached_count(rows: QuerySet) -> int:
    """The number of rows of a list, by `cache_by_cost`."""
    return cache_by_cost(rows.order_by(), QuerySet.count)
