"""What somebody was shown a preview of, kept until they say yes: the import is of the very same bytes."""

import uuid

from django.contrib.auth.models import AbstractBaseUser
from django.core.cache import cache

KEPT = 60 * 60  # seconds between preview and import


def keep(user: AbstractBaseUser, what: str, value: object) -> str:
    """Keep `value` for `user` and the thing that it is for; the key by which to ask for it."""
    key = uuid.uuid4().hex
    cache.set(_place(user, what, key), value, KEPT)
    return key


def kept(user: AbstractBaseUser, what: str, key: str) -> object | None:
    """What was kept; None when it is too old, somebody else's, or for something else."""
    return cache.get(_place(user, what, key))


def forget(user: AbstractBaseUser, what: str, key: str) -> None:
    cache.delete(_place(user, what, key))


def _place(user: AbstractBaseUser, what: str, key: str) -> str:
    return f"import:{user.pk}:{what}:{key[:32]}"
