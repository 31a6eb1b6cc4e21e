"""What all tests share: quick settings, an empty cache, and a browser."""

import os
import shutil
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from roadshow.server.translations import compile_all

pytest_plugins = ["tests.browser.fixtures"]
# How long an example takes says something about the machine only.
hypothesis_settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("any machine")
BROWSERS = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
]


def chromium() -> str | None:
    """The browser to test with: what CHROMIUM names, or the first that is installed."""
    named = os.environ.get("CHROMIUM")
    return next(filter(None, map(shutil.which, [named] if named else BROWSERS)), None)


def pytest_configure(config):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    config.addinivalue_line(
        "filterwarnings", "ignore:No directory at"
    )  # static files come from their sources
    config.chromium = chromium()
    if not hasattr(config, "workerinput"):
        compile_all()
        if os.environ.get("REQUIRE_BROWSER") and not config.chromium:
            raise pytest.UsageError(
                "There is no Chromium for the browser tests: install it, or set CHROMIUM."
            )


def pytest_collection_modifyitems(config, items):
    """Tests in tests/browser, and others marked so, are left out where there is no browser."""
    for item in items:
        if Path(__file__).parent / "browser" in item.path.parents:
            item.add_marker("browser")
    # What takes longest goes first, so that no core is left with it in the end.
    items.sort(key=lambda item: item.path.name != "test_start.py")
    if config.chromium:
        return
    left_out = [item for item in items if item.get_closest_marker("browser")]
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=left_out)


def pytest_terminal_summary(terminalreporter, config):
    if not config.chromium:
        terminalreporter.section("NO CHROMIUM FOUND", sep="!", red=True, bold=True)
        terminalreporter.line("The browser tests did not run: install Chromium, or set CHROMIUM to its path.")


@pytest.fixture(autouse=True)
def fresh_process():
    """Nothing is kept, and nobody's language is spoken: a request's stays active after it."""
    cache.clear()
    translation.activate(settings.LANGUAGE_CODE)
