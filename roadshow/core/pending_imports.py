"""Files of which an import was previewed, stored until the user confirms: the import takes the very same bytes."""

import uuid

from django.contrib.auth.models import AbstractBaseUser
from django.core.cache import cache

LIFETIME = 60 * 60  # seconds between preview and import


def store_import(user: AbstractBaseUser, target: str, value: object) -> str:
    """Store `value` for a user and the target of the import; returns the key to load it with."""
    key = uuid.uuid4().hex
    cache.set(_cache_key(user, target, key), value, LIFETIME)
    return key


def load_import(user: AbstractBaseUser, target: str, key: str) -> object | None:
    """The stored value; None when it has expired or belongs to another user or target."""
    return cache.get(_cache_key(user, target, key))


def delete_import(user: AbstractBaseUser, target: str, key: str) -> None:
    cache.delete(_cache_key(user, target, key))


def _cache_key(user: AbstractBaseUser, target: str, key: str) -> str:
    return f"import:{user.pk}:{target}:{key[:32]}"
