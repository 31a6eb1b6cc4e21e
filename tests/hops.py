"""Counts the files and functions of this project that one request or call passes through.

`python -m tests.hops` prints a line for each of the four flows that docs/architecture.md draws; with `--files` the
files in the order in which they are entered. It runs in a test database that it creates and destroys.
"""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tuple(f"{ROOT / name}/" for name in ("roadshow", "events", "speakers", "resources"))
UNNAMED = ("<module>", "<listcomp>", "<genexpr>", "<dictcomp>", "<setcomp>")


@dataclass
class Hops:
    """Files (relative paths) and functions (file, qualified name), in the order in which they were entered."""

    files: dict[str, None] = field(default_factory=dict)
    functions: dict[tuple[str, str], None] = field(default_factory=dict)


def count_hops(call: Callable[[], object]) -> Hops:
    """Run `call` and record every function of the project that is entered in this thread."""
    found = Hops()

    def record(frame, event, _argument):
        code = frame.f_code
        if event != "call" or not code.co_filename.startswith(PROJECT) or code.co_name in UNNAMED:
            return
        file = code.co_filename.removeprefix(f"{ROOT}/")
        found.files[file] = None
        found.functions[file, code.co_qualname] = None

    sys.setprofile(record)
    try:
        call()
    finally:
        sys.setprofile(None)
    return found


def measure_flows() -> dict[str, Hops]:
    """The four flows, each run once before it is counted, so that caches of the process are filled.

    Needs a test database. The response cache is off.
    """
    from rest_framework.test import APIClient

    from events import actions
    from events.exports import export
    from events.formats.detect import read
    from roadshow.models import ApiToken
    from tests import factories

    event = factories.Slot().event
    made = actions.release(event=event, by=None)
    talk, client = event.talks.get(), APIClient()
    _token, secret = ApiToken.objects.create(
        user=factories.User(is_staff=True, is_superuser=True), may_write=True
    )
    client.credentials(HTTP_AUTHORIZATION=f"Token {secret}")
    schedule = f"/events/{event.slug}/schedule/"
    release, patch = f"/api/v1/events/{event.slug}/release/", f"/api/v1/talks/{talk.guid}/"
    file = export(made, "json", "https://example.org")
    number = iter(range(100))
    flows = {
        "GET schedule": lambda: succeed(client.get(schedule)),
        "POST release": lambda: succeed(client.post(release, {"note": "Hello"})),
        "PATCH talk": lambda: succeed(client.patch(patch, {"title": f"Title {next(number)}"})),
        "import": lambda: actions.import_schedule(
            reading=read(file, name="schedule.json"), slug=f"copy-{next(number)}"
        ),
    }
    found = {}
    for name, call in flows.items():
        call()
        found[name] = count_hops(call)
    return found


def succeed(response) -> None:
    assert response.status_code < 400, response.content


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django
    from django.test.utils import get_runner, setup_test_environment, teardown_test_environment

    django.setup()
    from django.conf import settings

    settings.DATABASES["default"]["TEST"]["NAME"] = "test_roadshow_hops"
    setup_test_environment()
    runner = get_runner(settings)(verbosity=0, interactive=False)
    databases = runner.setup_databases()
    try:
        for name, hops in measure_flows().items():
            print(f"{name}: {len(hops.files)} files, {len(hops.functions)} functions")
            if "--files" in sys.argv:
                print("".join(f"    {file}\n" for file in hops.files), end="")
    finally:
        runner.teardown_databases(databases)
        teardown_test_environment()


if __name__ == "__main__":
    main()
