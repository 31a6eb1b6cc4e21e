"""Checking many addresses against a local server that misbehaves in every way."""

import contextlib
import threading
import time
from email.utils import formatdate

import pytest

from resources.links import Pace, check_urls, find_archived_copy, iterate_checks
from roadshow.http.guard import Policy
from tests.roadshow.processes import eventually
from tests.roadshow.servers import in_a_loop, self_signed, send, serving

PAGE = b"<title>%s</title><p>text"


@pytest.fixture
def look(settings):
    """Checks one path of a server that answers by a function; what was found, and what was asked."""

    def run(answer, path="/a/page", **pace):
        with serving(answer) as server:
            settings.ROADSHOW_GUARD_ALLOWED_HOSTS = [server.host]
            (found,) = iterate_checks([f"{server.url}{path}"], pace=Pace(timeout=0.5, **pace))
            return found, [(method, path) for method, path, _headers in server.requests], server.url

    return run


def page(title, status=200, **headers):
    return lambda handler: send(handler, PAGE % title.encode(), status, **headers)


def test_a_page_that_works(look):
    found, asked, url = look(page("Fine"))
    assert (found.outcome, found.status, found.url, str(found.reason)) == ("ok", 200, f"{url}/a/page", "")
    assert asked == [("HEAD", "/a/page"), ("GET", "/a/page")]
    assert found.moved_to == "" and not found.soft_404


def test_a_file_is_not_fetched(look):
    found, asked, _url = look(page("x", content_type="application/pdf"), "/paper.pdf")
    assert (found.outcome, asked) == ("ok", [("HEAD", "/paper.pdf")])


@pytest.mark.parametrize("status", [400, 403, 404, 405, 500, 501])
def test_get_decides_where_head_is_refused(look, status):
    def answer(handler):
        send(handler, PAGE % b"Fine", status if handler.command == "HEAD" else 200)

    found, asked, _url = look(answer)
    assert (found.outcome, len(asked)) == ("ok", 2)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (404, "failed"), (410, "failed"), (500, "failed"), (502, "failed"), (418, "failed"), (300, "failed"),
        (401, "later"), (403, "later"), (429, "later"), (451, "later"), (503, "later"), (999, "later"),
    ],
)  # fmt: skip
def test_what_a_status_means(look, status, outcome):
    found, _asked, _url = look(page("x", status))
    assert (found.outcome, found.status) == (outcome, status)
    assert str(found.reason).endswith(f"({status}).")


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("120", 120), ("a date", 100), ("soon", None), ("9" * 30, 604800)],
)
def test_servers_that_ask_for_patience(look, header, seconds):
    header = formatdate(time.time() + 100) if header == "a date" else header
    found, asked, _url = look(page("x", 429, retry_after=header))
    assert found.outcome == "later" and asked == [("HEAD", "/a/page")]
    assert found.retry_after == (pytest.approx(seconds, abs=2) if seconds else None)


def redirecting(*statuses, to="/new/{}"):
    def answer(handler):
        step = int(handler.path.rpartition("/")[2]) if handler.path.startswith("/new/") else 0
        if step < len(statuses):
            send(handler, status=statuses[step], location=to.format(step + 1))
        else:
            send(handler, PAGE % b"Here")

    return answer


@pytest.mark.parametrize(
    ("statuses", "moved_to"),
    [
        ((301,), "/new/1"), ((308, 301), "/new/2"), ((302,), ""), ((307, 301), ""), ((301, 302), "/new/1"),
    ],
)  # fmt: skip
def test_permanent_moves_are_proposed(look, statuses, moved_to):
    found, _asked, url = look(redirecting(*statuses))
    assert (found.outcome, found.final_url) == ("ok", f"{url}/new/{len(statuses)}")
    assert found.moved_to == (url + moved_to if moved_to else "")


def test_a_move_to_a_page_that_is_gone_is_not_proposed(look):
    def answer(handler):
        moved = handler.path == "/new"
        send(handler, status=404) if moved else send(handler, status=301, location="/new")

    found, _asked, _url = look(answer)
    assert (found.outcome, found.status, found.moved_to) == ("failed", 404, "")


def test_redirects_without_end(look):
    found, _asked, _url = look(lambda h: send(h, status=302, location="/a/page"))
    assert found.outcome == "failed" and "redirects" in str(found.reason)


@pytest.mark.parametrize(
    "title",
    [
        "404",
        "404 Not Found",
        "Page not found | Site",
        "Error 404 - page",
        "Sorry, this page does not exist",
        "页面不存在",
    ],
)
def test_titles_that_say_there_is_no_page(look, title):
    found, asked, _url = look(page(title))
    assert (found.outcome, found.soft_404, found.status, len(asked)) == ("failed", True, 200, 2)


def test_a_server_that_sends_one_page_for_everything(look):
    found, asked, _url = look(page("Oops"))
    assert found.soft_404 and len(asked) == 3


@pytest.mark.parametrize(
    "title", ["The HTTP 404 status code explained", "Not found: a novel", "Oops, I did it"]
)
def test_titles_that_only_sound_like_it(look, title):
    def answer(handler):
        send(handler, PAGE % title.encode(), 200 if handler.path == "/a/page" else 404)

    found, asked, _url = look(answer)
    assert (found.outcome, found.soft_404, len(asked)) == ("ok", False, 3)


def test_everything_unknown_leads_to_the_front_page(look):
    def answer(handler):
        send(handler, PAGE % b"Home") if handler.path == "/" else send(handler, status=301, location="/")

    found, _asked, _url = look(answer)
    assert (found.outcome, found.soft_404, found.moved_to) == ("failed", True, "")
    found, _asked, _url = look(answer, "/")
    assert found.outcome == "ok"


def test_pages_without_end_cost_little(look):
    def answer(handler):
        handler.send_response(200)
        handler.send_header("content-type", "text/html")
        handler.end_headers()
        while handler.command == "GET":
            handler.wfile.write(b"<p>more" * 1000)

    found, _asked, _url = look(answer)
    assert found.outcome == "ok"


def test_silence_is_asked_again_later(look):
    found, _asked, _url = look(lambda h: h.rfile.read())  # until the client hangs up
    assert found.outcome == "later" and str(found.reason) == "The server took longer than 0.5 seconds."


def test_what_the_guard_refuses_and_what_cannot_be_reached(settings, tmp_path):
    settings.ROADSHOW_GUARD_ALLOWED_HOSTS = []
    with serving(page("x"), self_signed(tmp_path)) as secure:
        policy = Policy(allowed_hosts=frozenset([secure.host]))
        urls = ["http://127.0.0.1/", "javascript:alert(1)", "", f"https://{secure.host}/"]
        found = {each.url: each for each in iterate_checks(urls, policy=policy)}
    assert [found[url].outcome for url in urls] == ["failed"] * 4
    assert all(str(found[url].reason).endswith(".") for url in urls)
    assert secure.requests == []


def slow(handler):
    time.sleep(0.05)
    send(handler, PAGE % b"Fine")


def test_many_addresses_of_an_own_host_are_asked_at_once(settings):
    def answer(handler):
        eventually(lambda: handler.server.most_in_flight >= 10)
        send(handler, PAGE % b"Fine")

    with serving(answer) as server:
        settings.ROADSHOW_GUARD_ALLOWED_HOSTS = [server.host]
        urls = [f"{server.url}/{n}" for n in range(100)]
        found = list(iterate_checks([*urls, *urls]))
    assert sorted(each.url for each in found) == sorted(urls)
    assert {each.outcome for each in found} == {"ok"}
    assert 10 <= server.most_in_flight <= Pace().own_per_host


def foreign(server):
    """A policy to which the server is somebody else's."""

    async def resolve(host, port):
        return ["127.0.0.1"]

    class Foreign(Policy):
        def is_allowed(self, host, port):
            return False

        def check_url(self, url):
            return Policy(allowed_hosts=self.allowed_hosts).check_url(url)

        async def resolve_public_ips(self, host, port):
            return ["127.0.0.1"]

    return Foreign(allowed_hosts=frozenset([server.host]))


def test_other_hosts_are_spared():
    with serving(slow) as server:
        begun = time.monotonic()
        pace = Pace(delay=0.1, per_host=2)
        found = list(
            iterate_checks([f"{server.url}/{n}" for n in range(6)], pace=pace, policy=foreign(server))
        )
        assert time.monotonic() - begun > 0.1 * (2 * 6 - 1)  # a slow machine only adds to it
    assert len(found) == 6
    assert server.most_in_flight <= 2


def test_an_interrupted_check_ends_at_once_and_asks_no_more(settings):
    with serving(slow) as server:
        settings.ROADSHOW_GUARD_ALLOWED_HOSTS = [server.host]
        with contextlib.closing(iterate_checks(f"{server.url}/{n}" for n in range(500))) as results:
            seen = [next(results) for _each in range(30)]
        eventually(lambda: server.in_flight == 0)
        assert len(server.requests) < 200
        assert len({each.url for each in seen}) == 30


def test_the_async_form_gives_results_as_they_come(settings):
    told = threading.Event()

    def answer(handler):
        if handler.path == "/slow":
            told.wait(10)
        send(handler, PAGE % b"Fine")

    async def order():
        names = []
        async for each in check_urls(f"{server.url}/{name}" for name in ("slow", "fast")):
            names.append(each.url.rpartition("/")[2])
            told.set()
        return names

    with serving(answer) as server:
        settings.ROADSHOW_GUARD_ALLOWED_HOSTS = [server.host]
        assert in_a_loop(order()) == ["fast", "slow"]


def test_nothing_to_check():
    assert list(iterate_checks([])) == []


@pytest.mark.parametrize(
    ("answer", "address"),
    [
        (
            b'{"archived_snapshots": {"closest": {"available": true, "url": "http://web.archive.org/web/2018/x"}}}',
            "https://web.archive.org/web/2018/x",
        ),
        (b'{"archived_snapshots": {}}', ""),
        (b'{"archived_snapshots": {"closest": {"available": true, "url": "javascript:x"}}}', ""),
        (b"[1]", ""),
        (b"no json", ""),
    ],
)
def test_archived_copies(settings, answer, address):
    with serving(lambda h: send(h, answer)) as server:
        settings.ROADSHOW_GUARD_ALLOWED_HOSTS = [server.host]
        assert find_archived_copy("https://a.example/?x=1&y", service=f"{server.url}/?url=") == address
        assert server.requests[0][1] == "/?url=https%3A%2F%2Fa.example%2F%3Fx%3D1%26y"
