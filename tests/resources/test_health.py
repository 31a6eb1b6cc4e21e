"""What checks mean over time, and the command that makes them."""

import datetime as dt
import io
import threading
import time

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from resources.actions import check_due_links, record_check
from resources.links import FAILED, LATER, OK, CheckResult
from resources.models import Resource
from tests import factories
from tests.roadshow.servers import send, serving

pytestmark = pytest.mark.django_db
START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def see(resource, outcome, *, days=0.0, **seen):
    """Record a check on the given day; the link's health afterwards, and in how many days it is due again."""
    now = START + dt.timedelta(days=days)
    record_check(resource=resource, result=CheckResult(url=resource.url, outcome=outcome, **seen), now=now)
    resource.refresh_from_db()
    return resource.health, (resource.next_check_at - now) / dt.timedelta(days=1)


def test_three_failures_over_days_make_a_link_broken():
    row = factories.Resource()
    assert see(row, FAILED, days=0, status=404) == ("failing", 1)
    assert see(row, FAILED, days=0.1, status=404) == ("failing", 1)
    assert see(row, FAILED, days=0.2, status=404) == ("failing", 1)
    assert see(row, FAILED, days=2, status=404) == ("broken", 7)
    assert see(row, OK, days=9, status=200) == ("good", 30)
    assert (row.failures, row.failing_since, row.checks.count()) == (0, None, 5)


@pytest.mark.parametrize(
    ("seen", "days"),
    [({"status": 429}, 0.25), ({"status": 429, "retry_after": 86400}, 1), ({"status": 403}, 7), ({}, 0.25)],
)
def test_what_decides_nothing_is_asked_again_later(seen, days):
    row = factories.Resource()
    assert see(row, LATER, **seen) == ("unknown", days)


def test_a_week_of_silence_is_a_failure():
    row = factories.Resource()
    for day in range(7):
        assert see(row, LATER, days=day)[0] == "unknown"
    assert [see(row, LATER, days=day)[0] for day in (7, 8, 9)] == ["failing", "failing", "broken"]


def test_a_permanent_move_is_proposed():
    row = factories.Resource()
    assert see(row, OK, status=200, moved_to="https://new.example/")[0] == "moved"
    assert row.moved_to == "https://new.example/"


def test_a_check_of_an_address_that_was_changed_meanwhile_is_not_kept():
    row = factories.Resource()
    result = CheckResult(url="https://example.org/before", outcome=OK)
    assert record_check(resource=row, result=result, now=timezone.now()) is None
    assert not row.checks.exists()


@pytest.fixture
def pages(settings):
    """A server whose pages work, and a link to each of `count` of them."""

    def answer(handler):
        time.sleep(0.02)
        send(handler, b"<title>A page</title>", 404 if handler.path == "/gone" else 200)

    with serving(answer) as server:
        settings.ROADSHOW_GUARD_ALLOWED_HOSTS = [server.host]
        yield server


def run(*arguments):
    out = io.StringIO()
    call_command("check_links", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_checks_what_is_due_and_counts(pages):
    for path in ("fine", "gone"):
        factories.Resource(url=f"{pages.url}/{path}")
    factories.Resource(url=f"{pages.url}/later", next_check_at=timezone.now() + dt.timedelta(days=1))
    factories.Resource(url=f"{pages.url}/suggested", state="suggested")
    assert "2 of 2 links checked: 1 work, 0 have moved, 1 do not answer" in run()
    assert "0 of 0 links checked" in run()
    assert {path for _method, path, _headers in pages.requests} == {"/fine", "/gone"}


def test_an_interrupted_run_is_taken_up_where_it_was(pages):
    for number in range(100):
        factories.Resource(url=f"{pages.url}/{number}")
    stop = threading.Event()
    for seen, _looked in enumerate(check_due_links(stop=stop)):
        if seen == 5:
            stop.set()
    checked = Resource.objects.filter(checked_at__isnull=False)
    assert 5 <= checked.count() < 100
    known = {row.url.removeprefix(pages.url) for row in checked}
    pages.requests.clear()
    run()
    assert checked.all().count() == 100
    assert known.isdisjoint(path for _method, path, _headers in pages.requests)


def test_at_most_so_many(pages):
    for number in range(3):
        factories.Resource(url=f"{pages.url}/{number}")
    assert "2 of 2 links checked" in run("--limit", "2")
    with pytest.raises(CommandError, match="from 1 up") as refused:
        run("--limit", "0")
    assert refused.value.returncode == 2


@pytest.mark.parametrize("wanted", [True, False])
def test_an_archived_copy_is_looked_up_only_when_wanted(pages, settings, monkeypatch, wanted):
    settings.ARCHIVE_LOOKUP = wanted
    copy = "https://web.archive.org/web/2018/gone"
    monkeypatch.setattr("resources.actions.checking.find_archived_copy", lambda url: copy)
    since = timezone.now() - dt.timedelta(days=5)
    row = factories.Resource(url=f"{pages.url}/gone", failures=2, failing_since=since)
    run()
    row.refresh_from_db()
    assert (row.health, row.archived_url) == ("broken", copy if wanted else "")


def test_two_runs_at_once_take_different_links(pages):
    for number in range(3):
        factories.Resource(url=f"{pages.url}/{number}")
    first, second = check_due_links(limit=2), check_due_links()
    assert (next(first), next(second)) == (2, 1)
    first.close()
    assert next(check_due_links()) == 2  # what a run left is due again
    assert [checked.resource.health for checked in second] == ["good"]
    assert pages.requests != []
