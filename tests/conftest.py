"""Configuration of all tests: the browser, the order, and a clean state before each test."""

import os
import shutil
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.test import TransactionTestCase
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from roadshow.server.embedded.cluster import locked
from roadshow.server.translations import compile_all
from tests import factories

pytest_plugins = ["tests.browser.fixtures"]
# The time that an example takes depends on the machine.
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
TESTS = Path(__file__).parent
TEMPLATE = "test_roadshow_template"  # database
# Groups that `make test ARGS="-m GROUP"` picks, by file or folder.
GROUPS = {"start": ["test_start.py", "test_embedded.py", "test_install.py"], "browser": ["browser"]}
# The slowest files and folders come first, so that no worker ends with them alone.
FIRST = [*GROUPS["start"], "operation", "clients", "test_role_table.py", "test_api_contract.py", "browser"]


def find_chromium() -> str | None:
    """Path of the browser to test with: the one that CHROMIUM names, or the first that is installed."""
    named = os.environ.get("CHROMIUM")
    return next(filter(None, map(shutil.which, [named] if named else BROWSERS)), None)


def pytest_configure(config):
    config.addinivalue_line(
        "filterwarnings", "ignore:No directory at"
    )  # static files come from their sources
    config.chromium = find_chromium()
    if not hasattr(config, "workerinput"):
        compile_all()
        if os.environ.get("REQUIRE_BROWSER") and not config.chromium:
            raise pytest.UsageError(
                "There is no Chromium for the browser tests: install it, or set CHROMIUM."
            )


def find_names(item) -> set[str]:
    """Names of a test's file and of the folders that it is in."""
    return set(item.path.relative_to(TESTS).parts)


def find_rank(item) -> int:
    """The place in FIRST of a test, after all of them where it is not there."""
    names = find_names(item)
    return next((rank for rank, name in enumerate(FIRST) if name in names), len(FIRST))


def pytest_collection_modifyitems(config, items):
    """Mark the tests of each group, put slow ones first, and leave out browser tests without a browser."""
    for item in items:
        for group, names in GROUPS.items():
            if find_names(item) & set(names):
                item.add_marker(group)
    items.sort(key=find_rank)
    if config.chromium:
        return
    left_out = [item for item in items if item.get_closest_marker("browser")]
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=left_out)


def pytest_terminal_summary(terminalreporter, config):
    if seed := getattr(config.option, "randomly_seed", None):
        terminalreporter.line(f"Repeat this order with --randomly-seed={seed}")
    if not config.chromium:
        terminalreporter.section("NO CHROMIUM FOUND", sep="!", red=True, bold=True)
        terminalreporter.line("The browser tests did not run: install Chromium, or set CHROMIUM to its path.")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix, django_db_blocker, tmp_path_factory, request
):
    """Let processes of the tests copy one database with all tables, so that migrations run once."""
    if not hasattr(request.config, "workerinput") or request.config.getvalue("reuse_db"):
        return
    shared = tmp_path_factory.getbasetemp().parent
    with django_db_blocker.unblock(), locked(shared / "template.lock"):
        if not (shared / "template").exists():
            create_template()
            (shared / "template").touch()
    connection.settings_dict["TEST"]["TEMPLATE"] = TEMPLATE


def create_template() -> None:
    """Create the database TEMPLATE by all migrations."""
    database = connection.settings_dict
    name, test_name = database["NAME"], database["TEST"]["NAME"]
    database["TEST"]["NAME"] = TEMPLATE
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    connection.close()
    database["NAME"], database["TEST"]["NAME"] = name, test_name


KEPT = {"django_migrations", "django_content_type", "auth_permission"}  # tables that no test changes
DELETE = """DO $$ DECLARE name text; BEGIN
  SET LOCAL session_replication_role = replica;  -- no trigger refuses or records it
  FOREACH name IN ARRAY string_to_array('{}', ' ') LOOP EXECUTE format('DELETE FROM %I', name); END LOOP;
END $$"""


def delete_rows(test_case: TransactionTestCase) -> None:
    """Delete all rows after a test that commits; Django truncates every table and makes permissions anew, which takes
    fifty times as long."""
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    with connection.cursor() as cursor:
        cursor.execute(DELETE.format(" ".join(sorted(set(tables) - KEPT))))


TransactionTestCase._fixture_teardown = delete_rows


@pytest.fixture(scope="module")
def module_transaction(django_db_setup, django_db_blocker):
    """A transaction for rows that a module's tests share: make them in a fixture of the module that asks for this one.

    What a test with `db` changes is undone after it, by a savepoint. Objects are shared, too: change no attribute. The
    numbers of factories begin anew in each test: give names that have to be unique where tests make such rows, too.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def clean_state():
    """Empty cache, default language (a request's stays active after it), and sequences that begin anywhere."""
    cache.clear()
    translation.activate(settings.LANGUAGE_CODE)
    factories.restart_sequences()
