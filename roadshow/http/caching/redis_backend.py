"""Redis as Django's cache. A module of its own: redis-py takes long to import, and most portals do without it."""

from collections.abc import Iterable

from django.core.cache.backends import redis
from django.core.cache.backends.base import DEFAULT_TIMEOUT
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError, TimeoutError
from redis.retry import Retry

from .backends import FailSafe


class RedisCache(FailSafe, redis.RedisCache):
    """A Redis server. An operation that failed is not tried again: the next requests do that."""

    outages = (ConnectionError, TimeoutError)

    def __init__(self, server, params):
        options = {"retry": Retry(NoBackoff(), 0)} | params.get("OPTIONS", {})
        super().__init__(server, params | {"OPTIONS": options})

    def incr(self, key, delta=1, version=None):
        """Raise ValueError where the key does not exist, also because the server is away."""
        if self.get(key, version=version) is None:
            raise ValueError(f"Key '{key}' not found")
        return self.attempt(delta, super().incr, key, delta, version)

    def get_many(self, keys: Iterable[str], version=None):
        return self.attempt({}, super().get_many, keys, version)

    def set_many(self, data: dict, timeout=DEFAULT_TIMEOUT, version=None):
        return self.attempt(list(data), super().set_many, data, timeout, version)

    def delete_many(self, keys: Iterable[str], version=None):
        self.attempt(None, super().delete_many, keys, version)
