"""Two nodes behind nginx, as readers, organisers and other tools see them."""

import concurrent.futures
import json
import re
import threading
import time
from collections import Counter

import pytest

from tests.operation.portal import Portal, make_token
from tests.operation.services import Response, Service, request, wait_until

pytestmark = [pytest.mark.operation, pytest.mark.django_db(databases=[])]
HTTPS = {"X-Forwarded-Proto": "https"}  # as nginx tells the nodes


def get(node: Service, path: str, **headers: str) -> Response:
    """One request to a node itself, as nginx would pass it on."""
    return request(node.port, path, headers=HTTPS | headers)


@pytest.fixture(scope="module")
def slug(portal: Portal) -> str:
    """An event of the demo that has a release."""
    events = json.loads(get(portal.nodes[0], "/api/v1/events/").body)["results"]
    return next(event["slug"] for event in events if event["release"])


def paths_of(slug: str) -> list[str]:
    event = f"/events/{slug}"
    return [
        "/",
        "/events/",
        f"{event}/",
        f"{event}/schedule/",
        f"{event}/talks/",
        f"{event}/schedule.xml",
        f"{event}/schedule.json",
        f"{event}/schedule.ics",
        f"/api/v1/events/{slug}/schedule/",
        "/api/v1/talks/",
        "/speakers/",
        "/resources/",
        "/zh-hans/",
        "/sitemap.xml",
    ]


def test_readers_come_in_by_https(portal: Portal):
    plain = request(portal.nginx.plain_port, "/events/?page=2")
    assert (plain.status, plain.headers["location"]) == (308, "https://talks.example.org/events/?page=2")
    secure = request(portal.nginx.port, "/", tls=True)
    assert secure.status == 200
    assert "max-age" in secure.headers["strict-transport-security"]


def test_both_nodes_send_the_same_bytes_with_the_same_etag(portal: Portal, slug):
    for path in paths_of(slug):
        one, two = (get(node, path) for node in portal.nodes)
        assert (one.status, two.status) == (200, 200), path
        assert one.headers["etag"] == two.headers["etag"], path
        assert one.body == two.body, path
        assert get(portal.nodes[1], path, **{"If-None-Match": one.headers["etag"]}).status == 304, path


def test_static_files_of_a_page_are_on_both_nodes(portal: Portal):
    page = get(portal.nodes[0], "/").body.decode()
    files = set(re.findall(r'/static/[^"?]+', page))
    assert files
    for path in files:
        one, two = (get(node, path) for node in portal.nodes)
        assert one.status == two.status == 200, path
        assert one.body == two.body


@pytest.fixture(scope="module")
def token(portal: Portal) -> str:
    """A token that may write, of the demo's organiser."""
    return make_token(portal)


def test_a_release_on_one_node_is_seen_on_the_other(portal: Portal, slug, token):
    one, two = portal.nodes
    path = f"/events/{slug}/schedule.xml"
    before = get(two, path)
    released = request(
        one.port,
        f"/api/v1/events/{slug}/release/",
        method="POST",
        body=json.dumps({"note": "Again"}).encode(),
        headers=HTTPS | {"Authorization": f"Token {token}", "Content-Type": "application/json"},
    )
    assert released.status == 201, released.body
    number = json.loads(released.body)["number"]
    version = rb"<version>%d\b" % number
    after = wait_until(lambda: re.search(version, (found := get(two, path)).body) and found, 10)
    assert after.headers["etag"] != before.headers["etag"]
    wait_until(lambda: re.search(version, request(portal.nginx.port, path, tls=True).body), 10)


def test_five_hundred_connections_at_once_get_their_page(portal: Portal, slug):
    paths = [f"/events/{slug}/schedule/", f"/events/{slug}/talks/", "/", f"/api/v1/events/{slug}/schedule/"]
    with concurrent.futures.ThreadPoolExecutor(500) as pool:
        found = pool.map(
            lambda number: request(portal.nginx.port, paths[number % 4], tls=True, timeout=60).status,
            range(500),
        )
    assert set(found) == {200}


def count_requests(node: Service, word: str) -> int:
    """How many lines of a node's log have the word."""
    return node.log.read_text(errors="replace").count(word)


def test_nodes_restarted_in_turn_answer_every_request(portal: Portal, slug, token):
    """Readers, whose pages nginx may have, and an organiser, whose requests always reach a node."""
    private = {"Authorization": f"Token {token}"}
    requests = [(f"/events/{slug}/schedule/", {}), (f"/api/v1/talks/?event={slug}", private)]
    stop, seen = threading.Event(), Counter()

    def ask(path: str, headers: dict[str, str]) -> None:
        while not stop.is_set():
            seen[path, request(portal.nginx.port, path, tls=True, headers=headers).status] += 1

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        running = [pool.submit(ask, *one) for one in 2 * requests]
        try:
            for node in portal.nodes:
                node.stop()
                before = count_requests(node, slug)
                node.start()
                wait_until(lambda node=node, before=before: count_requests(node, slug) > before)
        finally:
            stop.set()
    for one in running:
        one.result()
    assert {status for _path, status in seen} == {200}, seen
    assert min(seen.values()) > 20


def test_misspelt_words_are_found_through_pgbouncer(portal: Portal):
    for node in portal.nodes:
        assert b"TensorFlow" in get(node, "/search/?q=tensrflow").body


def test_reads_go_to_the_replica(portal: Portal):
    query = "SELECT sum(seq_scan + idx_scan) FROM pg_stat_user_tables WHERE relname = 'events_event'"

    def reads() -> int:
        return int(portal.cluster.query(portal.replica, query) or 0)

    before = reads()

    def read_more() -> bool:
        get(portal.nodes[0], f"/api/v1/events/?q={time.monotonic_ns()}")
        return reads() > before

    wait_until(read_more, 10)


def test_first_starts_at_once_leave_no_lock(portal: Portal):
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: portal.cluster.manage(portal.variables, "migrate"), range(2)))
    locks = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
    assert portal.cluster.query(portal.primary, locks) == "0"
