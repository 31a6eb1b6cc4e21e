"""`manage.py check --deploy` finds each mistake, by its number, and is silent about what is right."""

import pytest
from django.core.cache import caches

from roadshow.server import checks


def ids(found) -> list[str]:
    return [message.id for message in found]


@pytest.fixture
def right(settings):
    settings.SITE_URL, settings.HTTPS, settings.BEHIND_PROXY = "https://talks.example.org", True, True
    settings.ALLOWED_HOSTS = ["talks.example.org"]
    return settings


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://talks.example.org", []),
        ("", ["roadshow.W001"]),
        ("talks.example.org", ["roadshow.E001"]),
        ("https://talks.example.org/path", ["roadshow.E001"]),
        ("http://talks.example.org", ["roadshow.W002"]),
        ("https://other.example.org", ["roadshow.E002"]),
    ],
)
def test_the_address_of_the_site(right, url, expected):
    right.SITE_URL = url
    assert ids(checks.check_site_url()) == expected


def test_https_without_a_trusted_proxy(right):
    assert checks.check_proxy() == []
    right.BEHIND_PROXY = False
    assert ids(checks.check_proxy()) == ["roadshow.W003"]


def test_a_cache_that_processes_do_not_share(settings):
    assert ids(checks.check_cache()) == ["roadshow.W004"]


def test_a_cache_that_does_not_work(settings, tmp_path):
    (tmp_path / "file").touch()
    backend = "roadshow.http.caching.backends.FileCache"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": str(tmp_path / "file")}}
    assert ids(checks.check_cache()) == ["roadshow.W005"]
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": str(tmp_path / "folder")}}
    assert checks.check_cache() == []
    caches["default"].clear()


def test_a_folder_for_media_that_cannot_be_written(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path / "media")
    assert checks.check_media() == []
    (tmp_path / "file").touch()
    settings.MEDIA_ROOT = str(tmp_path / "file" / "media")
    assert ids(checks.check_media()) == ["roadshow.E003"]


def test_a_checkout_that_was_not_built(settings, monkeypatch):
    assert checks.check_files() == []
    monkeypatch.setattr(checks, "find_missing_files", lambda: "translations missing: run manage.py build")
    assert ids(checks.check_files()) == ["roadshow.E004"]


@pytest.mark.django_db
def test_the_database(settings, monkeypatch):
    settings.DATABASE_POOL = 4
    assert checks.check_database() == []
    settings.WORKERS = 10_000
    monkeypatch.setattr(checks, "find_missing_parameters", lambda: ["lock_timeout"])
    assert ids(checks.check_database()) == ["roadshow.W006", "roadshow.E006"]


def test_mail_that_goes_nowhere(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    assert ids(checks.check_mail()) == ["roadshow.W007"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    assert checks.check_mail() == []


def test_a_demo(settings):
    settings.DEMO = True
    assert ids(checks.check_demo()) == ["roadshow.W008"]
