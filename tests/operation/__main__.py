"""`python -m tests.operation [ROUNDS]`: what several machines do together, measured.

Two nodes behind nginx, with PgBouncer, Redis, a streaming replica and an object store, all on this machine, print: how
long after its response a release on one node is seen on the other and through nginx; whether pages and files have the
same entity tag on both; and what 500 connections at once get. The exit status is 1 if one of these is not as promised.
"""

import concurrent.futures
import json
import re
import statistics
import sys
import threading
import time
from collections import Counter

from tests.operation.portal import Portal, make_token, start_portal
from tests.operation.services import Response, Service, request, wait_until

CONNECTIONS, SEEN_SECONDS = 500, 1.0
HTTPS = {"X-Forwarded-Proto": "https"}


def get(node: Service, path: str) -> Response:
    return request(node.port, path, headers=HTTPS)


def release(portal: Portal, slug: str, token: str) -> int:
    """Release the event on the first node; the number of the release."""
    response = request(
        portal.nodes[0].port,
        f"/api/v1/events/{slug}/release/",
        method="POST",
        body=json.dumps({"note": "Again"}).encode(),
        headers=HTTPS | {"Authorization": f"Token {token}", "Content-Type": "application/json"},
    )
    if response.status != 201:
        raise SystemExit(f"release: {response.status} {response.body!r}")
    return json.loads(response.body)["number"]


def measure_releases(portal: Portal, slug: str, rounds: int) -> bool:
    """Print how long after the response to a release the other node and nginx have it."""
    token, path = make_token(portal), f"/events/{slug}/schedule.xml"
    delays: dict[str, list[float]] = {"the other node": [], "nginx": []}
    for _round in range(rounds):
        get(portal.nodes[1], path)
        version = rb"<version>%d\b" % release(portal, slug, token)
        released = time.monotonic()
        wait_until(lambda: re.search(version, get(portal.nodes[1], path).body), 30)  # noqa: B023 - at once
        delays["the other node"].append(time.monotonic() - released)
        wait_until(lambda: re.search(version, request(portal.nginx.port, path, tls=True).body), 30)  # noqa: B023
        delays["nginx"].append(time.monotonic() - released)
    for where, found in delays.items():
        median, most = statistics.median(found), max(found)
        print(
            f"{rounds} releases seen by {where}: after {median:.2f} s (median), at most {most:.2f} s",
            flush=True,
        )
    return max(delays["the other node"]) <= SEEN_SECONDS


def compare_tags(portal: Portal, paths: list[str]) -> bool:
    """Print how many addresses have the same entity tag and bytes on both nodes."""
    equal = 0
    for path in paths:
        one, two = (get(node, path) for node in portal.nodes)
        equal += (one.status, one.headers["etag"], one.body) == (200, two.headers["etag"], two.body)
    print(f"equal entity tags and bytes on both nodes: {equal} of {len(paths)} addresses", flush=True)
    return equal == len(paths)


def count_responses(portal: Portal, paths: list[str]) -> bool:
    """Print what so many clients get that connect before the first of them asks."""
    together = threading.Barrier(CONNECTIONS)

    def ask(number: int) -> Response:
        together.wait(60)
        return request(portal.nginx.port, paths[number % len(paths)], tls=True, timeout=60)

    started = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(CONNECTIONS) as pool:
        found = list(pool.map(ask, range(CONNECTIONS)))
    seconds = sorted(response.seconds for response in found)
    statuses = dict(Counter(response.status for response in found))
    median, late, all_in = (
        seconds[len(seconds) // 2],
        seconds[int(len(seconds) * 0.95)],
        time.monotonic() - started,
    )
    print(
        f"{CONNECTIONS} connections at once: {statuses}; median {median:.2f} s, 95 % within {late:.2f} s, "
        f"all within {all_in:.2f} s",
        flush=True,
    )
    return statuses == {200: CONNECTIONS}


def main(rounds: int) -> int:
    with start_portal() as portal:
        events = json.loads(get(portal.nodes[0], "/api/v1/events/").body)["results"]
        slug = next(event["slug"] for event in events if event["release"])
        event = f"/events/{slug}"
        pages = [
            "/",
            "/events/",
            f"{event}/",
            f"{event}/schedule/",
            f"{event}/talks/",
            "/speakers/",
            "/resources/",
        ]
        files = [f"{event}/schedule.{kind}" for kind in ("xml", "json", "ics")]
        paths = [
            *pages,
            *files,
            f"/api/v1/events/{slug}/schedule/",
            "/api/v1/talks/",
            "/zh-hans/",
            "/sitemap.xml",
        ]
        good = [
            measure_releases(portal, slug, rounds),
            compare_tags(portal, paths),
            count_responses(portal, paths),
        ]
    return int(not all(good))


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 20))
