"""`python -m tests.faults [WORD…]`: inject faults into a running portal and print what people see meanwhile.

A node with two web workers, a background worker, Debian's PostgreSQL and Redis are started on free ports. Four
observers send a request every quarter of a second: a reader (a schedule), an organiser (changes a talk by the API),
and a monitor (/healthz and /readyz). For each fault the table has the statuses that each of them got while it lasted,
the longest response in seconds, and the seconds from its end until all four were well again. WORDs pick faults.

The exit status is 1 if somebody got a 500 or no response, /healthz took more than a second, or a change was lost that
was confirmed.
"""

import contextlib
import json
import socket
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import psutil

from tests.operation.services import HOST, Cluster, Response, Service, request, wait_until

INTERVAL, HEALTHY_SECONDS, RECOVERY_SECONDS = 0.25, 1.0, 90


@dataclass
class Observer:
    """Sends `send()` again and again while `observing`, and keeps (time, response)."""

    name: str
    send: Callable[[], Response]
    seen: list[tuple[float, Response]] = field(default_factory=list)

    def run(self, stop: threading.Event) -> None:
        while not stop.wait(INTERVAL):
            started = time.monotonic()
            self.seen.append((started, self.send()))

    def between(self, start: float, end: float) -> list[Response]:
        return [response for at, response in self.seen if start <= at < end]

    def well_at(self, after: float) -> float | None:
        """When the first of two good responses in a row after that moment was sent."""
        later = [
            (at, response.status < 400 and response.status > 0) for at, response in self.seen if at >= after
        ]
        return next((at for (at, one), (_, two) in pairwise(later) if one and two), None)


class Portal:
    """The services, and the changes that were confirmed."""

    def __init__(self, cluster: Cluster):
        self.cluster = cluster
        self.database = cluster.postgres(connections=40)
        self.redis = cluster.redis("--maxmemory", "50mb", "--maxmemory-policy", "allkeys-lru")
        self.variables: dict[str, object] = {
            "DATABASE_URL": f"postgres://postgres@127.0.0.1:{self.database.port}/roadshow",
            "CACHE_URL": f"redis://127.0.0.1:{self.redis.port}/0",
            "WORKERS": 2,
            "WORKER": 1,
            "API_LIMIT_USER": 0,
            "API_LIMIT_ADDRESS": 0,
        }
        cluster.manage(self.variables, "migrate")
        cluster.manage(self.variables, "load_demo")
        self.node = cluster.node("node", self.variables)
        self.token = self._make_token()
        events = json.loads(self.get("/api/v1/events/").body)["results"]
        self.slug = next(event["slug"] for event in events if event["release"])
        talks = json.loads(self.get(f"/api/v1/talks/?event={self.slug}").body)["results"]
        self.talk = talks[0]["guid"]
        self.number = self.confirmed = 0

    def _make_token(self) -> str:
        code = (
            "from django.contrib.auth import get_user_model; from roadshow.models import ApiToken; "
            "user = get_user_model().objects.filter(is_staff=True).first(); "
            "print(ApiToken.objects.create(user=user, name='faults', may_write=True)[1])"
        )
        return self.cluster.manage(self.variables, "shell", "-v0", "-c", code).split()[-1]

    def get(self, path: str, **options: object) -> Response:
        return request(self.node.port, path, **options)

    def read(self) -> Response:
        return self.get(f"/events/{self.slug}/schedule/")

    def write(self) -> Response:
        """Give the talk a new subtitle."""
        self.number += 1
        response = self.get(
            f"/api/v1/talks/{self.talk}/",
            method="PATCH",
            body=json.dumps({"subtitle": f"Change {self.number}"}).encode(),
            headers={"Authorization": f"Token {self.token}", "Content-Type": "application/json"},
        )
        if response.status == 200:
            self.confirmed = self.number
        return response

    def lost(self) -> bool:
        """Whether the last confirmed change is not there. A later, unconfirmed one may be."""
        subtitle = json.loads(self.get(f"/api/v1/talks/{self.talk}/").body)["subtitle"]
        return int(subtitle.removeprefix("Change ") or 0) < self.confirmed

    def web_worker(self) -> psutil.Process:
        """A process that answers requests: a child of the node that has none itself."""
        return next(one for one in self._children() if not one.children())

    def background_worker(self) -> psutil.Process:
        """The process that takes jobs: a child of the node's supervisor."""
        return next(worker for one in self._children() for worker in one.children())

    def _children(self) -> list[psutil.Process]:
        assert self.node.process
        return psutil.Process(self.node.process.pid).children()


# --- faults: each a context manager that injects one, and ends it -----------------------------------------
@contextlib.contextmanager
def kill_service(service: Service) -> Iterator[None]:
    service.kill()
    time.sleep(8)
    yield
    service.start()


@contextlib.contextmanager
def pause_service(service: Service, seconds: float) -> Iterator[None]:
    service.pause()
    time.sleep(seconds)
    yield
    service.resume()


@contextlib.contextmanager
def restart_database(portal: Portal) -> Iterator[None]:
    portal.database.stop()
    portal.database.start()
    yield


@contextlib.contextmanager
def take_connections(portal: Portal) -> Iterator[None]:
    """Other programs take every connection that is left."""
    import psycopg

    held = []
    with contextlib.suppress(psycopg.OperationalError):
        while len(held) < 100:
            held.append(psycopg.connect(str(portal.variables["DATABASE_URL"]), connect_timeout=3))
    time.sleep(10)
    yield
    for connection in held:
        connection.close()


@contextlib.contextmanager
def fill_redis(portal: Portal) -> Iterator[None]:
    with socket.create_connection(("127.0.0.1", portal.redis.port)) as client:
        client.sendall(b"CONFIG SET maxmemory-policy noeviction\r\nCONFIG SET maxmemory 1\r\n")
        time.sleep(8)
        yield
        client.sendall(b"CONFIG SET maxmemory 50mb\r\nCONFIG SET maxmemory-policy allkeys-lru\r\n")


@contextlib.contextmanager
def kill_process(process: psutil.Process) -> Iterator[None]:
    """Kill a process that its parent has to replace."""
    process.kill()
    time.sleep(5)
    yield


@contextlib.contextmanager
def slow_clients(portal: Portal) -> Iterator[None]:
    """200 clients announce a body of 10,000 bytes and send one each second, for 30 s."""
    head = f"POST /oembed/ HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 10000\r\n\r\n".encode()
    clients = []
    for _ in range(200):
        client = socket.create_connection(("127.0.0.1", portal.node.port))
        client.sendall(head)
        clients.append(client)
    for _ in range(30):
        time.sleep(1)
        for client in clients:
            with contextlib.suppress(OSError):
                client.sendall(b"x")
    yield
    for client in clients:
        client.close()


def list_faults(portal: Portal) -> dict[str, Callable[[], contextlib.AbstractContextManager]]:
    """Each fault by its name in the table."""
    return {
        "database killed for 8 s": lambda: kill_service(portal.database),
        "database stopped for 20 s": lambda: pause_service(portal.database, 20),
        "database restarted": lambda: restart_database(portal),
        "database out of connections, 10 s": lambda: take_connections(portal),
        "Redis killed for 8 s": lambda: kill_service(portal.redis),
        "Redis stopped for 20 s": lambda: pause_service(portal.redis, 20),
        "Redis full, 8 s": lambda: fill_redis(portal),
        "web worker killed": lambda: kill_process(portal.web_worker()),
        "background worker killed": lambda: kill_process(portal.background_worker()),
        "200 slow clients for 30 s": lambda: slow_clients(portal),
    }


def observe(portal: Portal, inject: Callable[[], contextlib.AbstractContextManager]) -> dict[str, str]:
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
    with inject():
        pass
    end = time.monotonic()
    with contextlib.suppress(Exception):
        wait_until(lambda: all(one.well_at(end) for one in observers), RECOVERY_SECONDS)
    stop.set()
    for thread in threads:
        thread.join(40)
    cells = {one.name: describe(one.between(start, end)) for one in observers}
    well = [one.well_at(end) for one in observers]
    cells["well after"] = f"{max(at - end for at in well if at):.1f} s" if all(well) else "never"
    cells["lost"] = "yes" if portal.lost() else "nothing"
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
    return (
        slow
        or "500 ×" in seen
        or "none ×" in seen
        or cells["lost"] == "yes"
        or cells["well after"] == "never"
    )


def main(words: list[str]) -> int:
    failed = False
    with tempfile.TemporaryDirectory(prefix="roadshow-faults-") as folder, Cluster(Path(folder)) as cluster:
        portal = Portal(cluster)
        columns = ("reader", "organiser", "/healthz", "/readyz", "well after", "lost")
        print(f"| fault | {' | '.join(columns)} |\n|---{'|---' * len(columns)}|", flush=True)
        for name, inject in list_faults(portal).items():
            if words and not any(word in name for word in words):
                continue
            cells = observe(portal, inject)
            failed |= is_failure(cells)
            print(f"| {name} | {' | '.join(cells[column] for column in columns)} |", flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
