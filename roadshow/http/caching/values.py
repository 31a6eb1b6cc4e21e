"""Values that are dear to make, in Django's cache."""

import hashlib
import time
from collections.abc import Callable

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet

from .turns import turns

DAY = 24 * 60 * 60


def made_once(key: str, make: Callable[[], object]) -> object:
    """What `make` returns, from the cache if it is there. `key` names all that it depends on, for good.

    A process makes one such thing at a time, whatever it is: they are large, and two would take twice the memory.
    """
    found = cache.get(key)
    if found is None:
        with turns.take("large"):
            found = cache.get(key)
            if found is None:
                found = make()
                cache.set(key, found, DAY)
    return found


def seldom(rows: QuerySet, read: Callable[[QuerySet], object] = list) -> object:
    """What `read` made of `rows` lately. They are read again after a hundred times as long as reading took.

    For numbers that get dearer as the portal grows: what takes a moment is exact, what takes a second may be
    some minutes old, and neither takes more than a hundredth of the machine. The key is the statement itself:
    whoever sees other rows asks by another one.
    """
    try:
        statement = f"{read.__name__} {rows.query}"
    except EmptyResultSet:
        return read(rows)
    if not settings.KEEP_ANSWERS:
        return read(rows)
    key = f"rows:{hashlib.sha256(statement.encode()).hexdigest()}"
    found = cache.get(key)
    if found is None:
        with turns.take(key):
            found = cache.get(key)
            if found is None:
                start = time.perf_counter()
                found = read(rows)
                seconds = 100 * (time.perf_counter() - start)
                if seconds >= 1:
                    cache.set(key, found, seconds)
    return found


def counted(rows: QuerySet) -> int:
    """How many rows a list has, by `seldom`."""
    return seldom(rows.order_by(), QuerySet.count)
