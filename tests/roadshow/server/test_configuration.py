"""Environment variables as settings: options in URLs are kept, mistakes are named."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from roadshow.server.configuration import (
    configure_cache,
    configure_database,
    configure_mail,
    configure_media,
    list_media_sources,
)


def test_options_of_the_database_url_are_kept_and_win():
    url = "postgres://user:p%40ss@db.example:5433/talks?sslmode=require&connect_timeout=9"
    config = configure_database(url, application_name="roadshow")
    assert (config["HOST"], config["PORT"], config["NAME"]) == ("db.example", 5433, "talks")
    assert config["PASSWORD"] == "p@ss"
    assert config["OPTIONS"]["sslmode"] == "require"
    assert int(config["OPTIONS"]["connect_timeout"]) == 9
    assert config["OPTIONS"]["application_name"] == "roadshow"
    assert "options" not in config["OPTIONS"]  # PgBouncer refuses them


def test_another_database_is_refused():
    with pytest.raises(ImproperlyConfigured, match="postgres://"):
        configure_database("mysql://user@host/name", application_name="roadshow")


def test_the_url_of_redis_goes_to_redis_with_its_options():
    config = configure_cache("redis://:secret@cache.example:6380/2?socket_timeout=1.5")
    assert config["BACKEND"].endswith("redis_backend.RedisCache")
    assert config["LOCATION"] == ["redis://:secret@cache.example:6380/2?socket_timeout=1.5"]
    assert config["OPTIONS"]["socket_timeout"] < 1


def test_several_redis_servers():
    config = configure_cache("redis://one/0,redis://two/0")
    assert config["LOCATION"] == ["redis://one/0", "redis://two/0"]


def test_a_cache_in_files_has_a_limit_in_bytes():
    config = configure_cache("filecache:///var/cache/roadshow?max_bytes=1000")
    assert (config["LOCATION"], config["OPTIONS"]) == ("/var/cache/roadshow", {"MAX_BYTES": 1000})


def test_an_unknown_cache_is_named():
    with pytest.raises(ImproperlyConfigured, match="CACHE_URL"):
        configure_cache("sqlite:///cache")


def test_mail_goes_to_a_server_or_to_the_console_of_a_demo():
    config = configure_mail("smtp+tls://user:secret@mail.example:587", demo=False)
    assert (config["EMAIL_HOST"], config["EMAIL_PORT"], config["EMAIL_USE_TLS"]) == (
        "mail.example",
        587,
        True,
    )
    assert config["EMAIL_TIMEOUT"] == 10
    assert config["EMAIL_BACKEND"] == "roadshow.server.mail.QueuedBackend"
    assert config["EMAIL_DELIVERY_BACKEND"].endswith("smtp.EmailBackend")
    assert configure_mail("", demo=True)["EMAIL_DELIVERY_BACKEND"].endswith("console.EmailBackend")
    assert configure_mail("", demo=False)["EMAIL_BACKEND"].endswith("dummy.EmailBackend")


def test_media_go_to_an_object_store():
    config = configure_media(
        "s3://key:se%2Fcret@pictures?endpoint_url=http://127.0.0.1:9000&region_name=eu-1"
    )
    assert config["OPTIONS"]["bucket_name"] == "pictures"
    assert config["OPTIONS"]["secret_key"] == "se/cret"
    assert config["OPTIONS"]["endpoint_url"] == "http://127.0.0.1:9000"
    assert config["OPTIONS"]["region_name"] == "eu-1"
    assert list_media_sources("s3://bucket?custom_domain=cdn.example.org") == ["https://cdn.example.org"]
    assert list_media_sources("s3://bucket?endpoint_url=http://127.0.0.1:9/") == ["http://127.0.0.1:9"]
    assert list_media_sources("s3://bucket") == ["https://bucket.s3.amazonaws.com"]
    assert list_media_sources("") == []
    with pytest.raises(ImproperlyConfigured, match="MEDIA_STORAGE"):
        configure_media("ftp://host/folder")
