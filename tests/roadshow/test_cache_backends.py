"""A cache that fails is a miss: an unusable folder, damaged entries, a server that is away or silent."""

import logging
import time

import pytest
from django.core.cache.backends.base import BaseCache

from roadshow.http.caching.backends import RETRY, FileCache
from roadshow.http.caching.redis_backend import RedisCache
from tests.roadshow.processes import free_port
from tests.roadshow.servers import listening

SHORT = {"OPTIONS": {"socket_timeout": 0.1, "socket_connect_timeout": 0.1}}


@pytest.fixture(autouse=True)
def healthy(monkeypatch):
    for backend in (FileCache, RedisCache):
        monkeypatch.setattr(backend, "retry_at", 0.0)
        monkeypatch.setattr(backend, "log_at", 0.0)


@pytest.fixture(params=["folder is a file", "server away", "server silent"])
def failing(request, tmp_path) -> BaseCache:
    if request.param == "folder is a file":
        (tmp_path / "cache").write_text("")
        yield FileCache(str(tmp_path / "cache"), {})
    elif request.param == "server away":
        yield RedisCache(f"redis://127.0.0.1:{free_port()}/0", SHORT)
    else:
        with listening() as (port, _):
            yield RedisCache(f"redis://127.0.0.1:{port}/0", SHORT)


def test_every_method_of_a_failing_cache_is_a_miss(failing):
    failing.set("key", 1)
    assert failing.get("key") is None
    assert failing.get("key", "default") == "default"
    failing.add("key", 1)
    assert not failing.touch("key")
    assert not failing.delete("key")
    assert "key" not in failing
    assert failing.get_many(["key"]) == {}
    failing.set_many({"key": 1})
    failing.delete_many(["key"])
    assert failing.get_or_set("key", lambda: "built") == "built"
    with pytest.raises(ValueError, match="not found"):
        failing.incr("key")
    failing.clear()


def test_failures_are_logged_once_a_minute(failing, caplog):
    with caplog.at_level(logging.WARNING, "roadshow.http.caching.backends"):
        for number in range(5):
            failing.set(str(number), 1)
    assert len([*caplog.get_records("setup"), *caplog.records]) == 1


def test_a_damaged_entry_is_a_miss_and_can_be_written_anew(tmp_path):
    cache = FileCache(str(tmp_path), {})
    cache.set("key", "value")
    (file,) = tmp_path.iterdir()
    file.write_bytes(b"\x80\x05damaged")
    assert cache.get("key") is None
    cache.set("key", "anew")
    assert cache.get("key") == "anew"


def test_a_server_that_is_away_is_left_alone_for_a_while(monkeypatch):
    with listening() as (port, accepted):
        cache = RedisCache(f"redis://127.0.0.1:{port}/0", SHORT)
        cache.get("key")
        asked = len(accepted)
        assert asked
        for _ in range(20):
            cache.get("key")
        assert len(accepted) == asked
        later = time.monotonic() + RETRY
        monkeypatch.setattr("roadshow.http.caching.backends.time.monotonic", lambda: later)
        cache.get("key")
        assert len(accepted) > asked
