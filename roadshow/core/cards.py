"""Parts of pages that depend on a few rows alone, such as a talk's card: rendered again only when a value changes.

The key of a part is all that its rows and their loaded relations hold, so that nothing has to be invalidated. A part
whose rendering loads more than that is rendered each time.
"""

import datetime as dt
from threading import Lock
from types import NoneType
from typing import Any
from uuid import UUID

from cachetools import LRUCache
from django.db.models import Model, QuerySet
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

MAX_BYTES = 6 * 1024 * 1024  # in each process
_parts: LRUCache[int, SafeString] = LRUCache(MAX_BYTES, getsizeof=lambda part: 2 * len(part) + 200)
_lock = Lock()
ATOMS = {str, int, bool, float, NoneType, UUID, dt.date, dt.time, dt.datetime}  # datetimes of rows are in UTC


def render_card(template_name: str, values: dict[str, Any]) -> SafeString:
    """The template with `values` as its whole context, from memory if it was rendered with equal ones."""
    key = compute_key(template_name, values)
    with _lock:
        part = _parts.get(key)
    if part is None:
        part = mark_safe(render_to_string(template_name, values).strip())
        if compute_key(template_name, values) == key:
            with _lock:
                _parts[key] = part
    return part


def compute_key(template_name: str, values: dict[str, Any]) -> int:
    seen: set[int] = set()
    return hash((template_name, get_language(), *values, *(freeze(value, seen) for value in values.values())))


def freeze(value: Any, seen: set[int]) -> Any:
    """A hashable value that differs when anything differs that is loaded of a row or of rows."""
    if isinstance(value, Model):
        if id(value) in seen:
            return value.pk
        seen.add(id(value))
        return type(value), freeze(value.__dict__, seen), freeze(value._state.fields_cache, seen)
    if isinstance(value, dict):
        parts = [
            part if part.__class__ in ATOMS else freeze(part, seen)
            for name, part in value.items()
            if name != "_state"
        ]
        return *value, *parts
    if isinstance(value, list | tuple | QuerySet):
        return tuple([freeze(part, seen) for part in value])
    return value
