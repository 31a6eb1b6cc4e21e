"""`python -m tests.faults [WORD…]`: inject faults into a running portal and print what people see meanwhile.

A node with two web workers and a background worker is started with what a group of faults needs: Debian's PostgreSQL
and Redis; folders on file systems of their own (root only); a clock that can jump (libfaketime); the embedded
PostgreSQL. Four observers send a request every quarter of a second: a reader (a schedule), an organiser (changes a talk
by the API), and a monitor (/healthz and /readyz). For each fault the table has the statuses that each of them got while
it lasted, the longest response in seconds, and the seconds from its end until all four were well again. WORDs pick
faults.

The exit status is 1 if somebody got a 500 or no response, /healthz took more than a second, or something was lost.
"""

import contextlib
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from tests.faults import faults
from tests.faults.portal import (
    NotInjectedError,
    Observer,
    Portal,
    start_embedded,
    start_with_clock,
    start_with_folders,
    start_with_services,
)
from tests.operation.services import Cluster, Response, wait_until

HEALTHY_SECONDS, RECOVERY_SECONDS = 1.0, 90
COLUMNS = ("reader", "organiser", "/healthz", "/readyz", "well after", "lost")
Inject = Callable[[Portal], contextlib.AbstractContextManager]
GROUPS: dict[Callable, dict[str, Inject]] = {
    start_with_services: {
        "database killed for 8 s": lambda portal: faults.kill_service(portal.database),
        "database stopped for 20 s": lambda portal: faults.pause_service(portal.database, 20),
        "database restarted": faults.restart_database,
        "database out of connections, 10 s": faults.take_connections,
        "Redis killed for 8 s": lambda portal: faults.kill_service(portal.redis),
        "Redis stopped for 20 s": lambda portal: faults.pause_service(portal.redis, 20),
        "Redis full, 8 s": faults.fill_redis,
        "web worker killed": lambda portal: faults.kill_process(portal.web_worker()),
        "background worker killed": lambda portal: faults.kill_process(portal.background_worker()),
        "background worker killed in an import": faults.kill_during_import,
        "200 slow clients for 30 s": faults.slow_clients,
        "10 receivers of webhooks, 5 of them dead": faults.add_receivers,
    },
    start_with_folders: {
        "cache folder full, 8 s": faults.fill_cache,
        "cache folder read-only, 8 s": faults.protect_cache,
        "media disk full, 8 s": faults.fill_media,
    },
    start_with_clock: {
        "clock an hour ahead for 20 s": lambda portal: faults.jump_clock(portal, "+1h"),
        "clock an hour behind for 20 s": lambda portal: faults.jump_clock(portal, "-1h"),
    },
    start_embedded: {
        "embedded PostgreSQL killed": faults.kill_embedded,
        "embedded PostgreSQL stopped for 20 s": lambda portal: faults.pause_embedded(portal, 20),
    },
}


def observe(portal: Portal, inject: Inject) -> dict[str, str]:
    """Inject a fault while the observers watch; the cells of its row."""
    observers = [
        Observer("reader", portal.read),
        Observer("organiser", portal.write),
        Observer("/healthz", lambda: portal.get("/healthz", timeout=10)),
        Observer("/readyz", lambda: portal.get("/readyz", timeout=10)),
    ]
    stop = threading.Event()
    threads = [threading.Thread(target=one.run, args=(stop,), daemon=True) for one in observers]
    for thread in threads:
        thread.start()
    time.sleep(2)
    start = time.monotonic()
    with inject(portal) as check:
        pass
    end = time.monotonic()
    with contextlib.suppress(Exception):
        wait_until(lambda: all(one.well_at(end) for one in observers), RECOVERY_SECONDS)
    lost = check() if check else ""
    stop.set()
    for thread in threads:
        thread.join(40)
    cells = {one.name: describe(one.between(start, end)) for one in observers}
    well = [one.well_at(end) for one in observers]
    cells["well after"] = f"{max(at - end for at in well if at):.1f} s" if all(well) else "never"
    if portal.is_change_lost():
        lost = f"a confirmed change, {lost}".rstrip(", ")
    cells["lost"] = lost or "nothing"
    return cells


def describe(responses: list[Response]) -> str:
    """Statuses with their number, and the longest time: "200 × 31, 503 × 4; 0.41 s"."""
    if not responses:
        return "–"
    counts = Counter(response.status or "none" for response in responses)
    statuses = ", ".join(f"{status} × {count}" for status, count in sorted(counts.items(), key=str))
    return f"{statuses}; {max(response.seconds for response in responses):.2f} s"


def is_failure(cells: dict[str, str]) -> bool:
    seconds = cells["/healthz"].rpartition("; ")[2].removesuffix(" s")
    slow = seconds != "–" and float(seconds) > HEALTHY_SECONDS
    seen = " ".join(cells.values())
    failed = "500 ×" in seen or "none ×" in seen
    return slow or failed or cells["lost"] != "nothing" or cells["well after"] == "never"


def run_group(start: Callable, chosen: dict[str, Inject]) -> bool:
    """Inject the faults of a group one after the other, and print their rows. Returns whether one did harm."""
    failed = False
    with (
        tempfile.TemporaryDirectory(prefix="roadshow-faults-") as folder,
        contextlib.ExitStack() as stack,
        Cluster(Path(folder)) as cluster,
        start(cluster, stack) as portal,
    ):
        for name, inject in chosen.items():
            cells = observe(portal, inject)
            failed |= is_failure(cells)
            print(f"| {name} | {' | '.join(cells[column] for column in COLUMNS)} |", flush=True)
    return failed


def main(words: list[str]) -> int:
    failed = False
    print(f"| fault | {' | '.join(COLUMNS)} |\n|---{'|---' * len(COLUMNS)}|", flush=True)
    for start, named in GROUPS.items():
        chosen = {
            name: inject for name, inject in named.items() if not words or any(w in name for w in words)
        }
        if not chosen:
            continue
        try:
            failed |= run_group(start, chosen)
        except NotInjectedError as reason:
            for name in chosen:
                print(f"| {name} | not injected: {reason} |{' |' * (len(COLUMNS) - 1)}", flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
