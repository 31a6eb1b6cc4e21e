"""The portals that faults are injected into, and the people who use them."""

import contextlib
import json
import os
import re
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlencode

import psutil

from tests.operation.services import HOST, Cluster, Response, Service, ServiceError, request
from tests.roadshow.servers import Server, serving

INTERVAL = 0.25  # seconds between two requests of an observer
FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1")
FOLDER_SIZE = "4m"  # of the file systems that are filled
LIVE, CLOSED, SILENT = 5, 3, 2  # receivers of webhooks


class NotInjectedError(Exception):
    """This machine cannot inject the fault; the message says what it lacks."""


@dataclass
class Observer:
    """Sends `send()` again and again while observing, and keeps (time, response)."""

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
        later = [(at, 0 < response.status < 400) for at, response in self.seen if at >= after]
        return next((at for (at, one), (_, two) in pairwise(later) if one and two), None)


class Receivers:
    """Receivers of webhooks: some respond, some refuse connections, some accept them and say nothing."""

    def __init__(self, stack: contextlib.ExitStack):
        self.latest: dict[str, int] = {}  # by receiver: the last change that it was told of
        self.delays: list[float] = []
        self.sent_at: dict[int, float] = {}  # by change
        self.live = [stack.enter_context(serving(self.receive)) for _ in range(LIVE)]
        self.silent = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(SILENT)]

    def receive(self, handler) -> None:
        body = handler.rfile.read(int(handler.headers["Content-Length"])).decode()
        handler.send_response(204)
        handler.send_header("Content-Length", "0")
        handler.end_headers()
        for number in map(int, re.findall(r"Change (\d+)", body)):
            name, server = handler.server.host, self.sent_at.get(number)
            if number > self.latest.get(name, 0):
                self.latest[name] = number
                if server:
                    self.delays.append(time.monotonic() - server)

    def hosts(self) -> list[str]:
        live: list[Server] = self.live
        silent = [f"127.0.0.1:{one.getsockname()[1]}" for one in self.silent]
        return [server.host for server in live] + silent + [f"127.0.0.1:{9 + n}" for n in range(CLOSED)]


class Portal:
    """A node with a background worker, its services, an organiser, and the changes that were confirmed."""

    def __init__(self, cluster: Cluster, stack: contextlib.ExitStack, **variables: object):
        self.cluster = cluster
        self.receivers = Receivers(stack)
        self.variables: dict[str, object] = {
            "ROADSHOW_DATA": cluster.folder / "data",
            "WORKERS": 2,
            "WORKER": 1,
            "METRICS": 1,
            "API_LIMIT_USER": 0,
            "API_LIMIT_ADDRESS": 0,
            "SITE_URL": f"http://{HOST}",
            "GUARD_ALLOWED_HOSTS": ",".join(self.receivers.hosts()),
            **variables,
        }
        self.node = cluster.node("node", self.variables)
        cluster.manage(self.variables, "load_demo")
        self.token = self._make_token()
        events = json.loads(self.get("/api/v1/events/").body)["results"]
        self.slug = next(event["slug"] for event in events if event["release"])
        talks = json.loads(self.get(f"/api/v1/talks/?event={self.slug}").body)["results"]
        self.talk = talks[0]["guid"]
        self.number = self.confirmed = self.uploads = 0
        self.cookies = self._sign_in()

    # --- services, set by who starts the portal ----------------------------------------------------
    database: Service
    redis: Service
    cache_folder: Path
    media_folder: Path
    clock: Path

    def shell(self, code: str) -> str:
        """The last word that `code` prints in the portal's shell."""
        return self.cluster.manage(self.variables, "shell", "-v0", "-c", code).split()[-1]

    def _make_token(self) -> str:
        return self.shell(
            "from django.contrib.auth import get_user_model; from roadshow.models import ApiToken; "
            "user = get_user_model().objects.create_superuser('operator', 'o@example.org', 'a long secret'); "
            "print(ApiToken.objects.create(user=user, name='faults', may_write=True)[1])"
        )

    def _sign_in(self) -> dict[str, str]:
        """Cookies of an organiser's session."""
        page = self.get("/admin/login/")
        csrf = re.search(r"csrftoken=([^;]+)", page.headers["set-cookie"])[1]
        data = {"username": "operator", "password": "a long secret", "csrfmiddlewaretoken": csrf, "next": "/"}
        headers = {
            "Cookie": f"csrftoken={csrf}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        answer = self.get("/admin/login/", method="POST", body=urlencode(data).encode(), headers=headers)
        session = re.search(r"sessionid=([^;]+)", answer.headers.get("set-cookie", ""))
        if not session:
            raise ServiceError(f"the organiser could not sign in: {answer.status}")
        csrf = re.search(r"csrftoken=([^;,]+)", answer.headers["set-cookie"])[1]
        return {"csrftoken": csrf, "sessionid": session[1]}

    # --- what people do ----------------------------------------------------------------------------
    def get(self, path: str, **options: object) -> Response:
        return request(self.node.port, path, **options)

    def read(self) -> Response:
        return self.get(f"/events/{self.slug}/schedule/")

    def write(self) -> Response:
        """Give the talk a new subtitle."""
        self.number += 1
        number = self.number
        self.receivers.sent_at[number] = time.monotonic()
        response = self.get(
            f"/api/v1/talks/{self.talk}/",
            method="PATCH",
            body=json.dumps({"subtitle": f"Change {number}"}).encode(),
            headers={"Authorization": f"Token {self.token}", "Content-Type": "application/json"},
        )
        if response.status == 200:
            self.confirmed = number
        return response

    def upload(self) -> Response:
        """Add a speaker with a portrait."""
        self.uploads += 1
        boundary = "boundary-of-parts"
        fields = {
            "csrfmiddlewaretoken": self.cookies["csrftoken"],
            "name": f"Uploaded {self.uploads}",
            "state": "published",
            "links-TOTAL_FORMS": "0",
            "links-INITIAL_FORMS": "0",
        }
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in fields.items()
        ]
        head = 'Content-Disposition: form-data; name="picture"; filename="one.png"'
        parts.append(
            f"--{boundary}\r\n{head}\r\nContent-Type: image/png\r\n\r\n".encode() + picture() + b"\r\n"
        )
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return self.get(
            "/admin/speakers/speaker/add/",
            method="POST",
            body=b"".join(parts) + f"--{boundary}--\r\n".encode(),
            headers={
                "Cookie": cookie,
                "Content-Type": f"multipart/form-data; boundary={boundary}",
            },
        )

    def is_change_lost(self) -> bool:
        """Whether the last confirmed change is not there. A later, unconfirmed one may be."""
        subtitle = json.loads(self.get(f"/api/v1/talks/{self.talk}/").body)["subtitle"]
        return int(subtitle.removeprefix("Change ") or 0) < self.confirmed

    # --- processes ---------------------------------------------------------------------------------
    def web_worker(self) -> psutil.Process:
        """A process that answers requests: a child of the node that has none itself."""
        return next(one for one in self._children() if not one.children())

    def background_worker(self) -> psutil.Process:
        """The process that takes jobs: a child of the node's supervisor."""
        return next(worker for one in self._children() for worker in one.children())

    def _children(self) -> list[psutil.Process]:
        assert self.node.process
        return [
            child
            for child in psutil.Process(self.node.process.pid).children()
            if "postgres" not in child.name()
        ]


def picture() -> bytes:
    """A PNG of noise that takes about 100 kB as WebP."""
    from io import BytesIO

    from PIL import Image

    data = BytesIO()
    Image.frombytes("RGB", (400, 400), os.urandom(400 * 400 * 3)).save(data, "PNG")
    return data.getvalue()


# --- portals -----------------------------------------------------------------------------------------
def database_url(service: Service) -> str:
    return f"postgres://postgres@127.0.0.1:{service.port}/roadshow"


@contextlib.contextmanager
def start_with_services(cluster: Cluster, stack: contextlib.ExitStack) -> Iterator[Portal]:
    """PostgreSQL and Redis of the system."""
    database = cluster.postgres(connections=40)
    redis = cluster.redis("--maxmemory", "50mb", "--maxmemory-policy", "allkeys-lru")
    cache = f"redis://127.0.0.1:{redis.port}/0"
    portal = Portal(cluster, stack, DATABASE_URL=database_url(database), CACHE_URL=cache)
    portal.database, portal.redis = database, redis
    yield portal


@contextlib.contextmanager
def start_with_folders(cluster: Cluster, stack: contextlib.ExitStack) -> Iterator[Portal]:
    """Cache and media on small file systems of their own, which takes root."""
    folders = [cluster.folder / "data" / name for name in ("cache", "media")]
    for folder in folders:
        folder.mkdir(parents=True)
        mount = ["mount", "-t", "tmpfs", "-o", f"size={FOLDER_SIZE}", "tmpfs", str(folder)]
        if subprocess.run(mount, capture_output=True).returncode:
            raise NotInjectedError("mounting file systems takes root")
        stack.callback(subprocess.run, ["umount", "-l", str(folder)], check=False)
    portal = Portal(
        cluster, stack, DATABASE_URL=database_url(cluster.postgres()), CACHE_URL=f"filecache://{folders[0]}"
    )
    portal.cache_folder, portal.media_folder = folders
    yield portal


@contextlib.contextmanager
def start_with_clock(cluster: Cluster, stack: contextlib.ExitStack) -> Iterator[Portal]:
    """Portal and PostgreSQL read the time from a file, by libfaketime; the monotonic clock is the machine's."""
    if not FAKETIME.exists():
        raise NotInjectedError("Debian's libfaketime is not installed")
    clock = cluster.folder / "clock"
    clock.write_text("+0\n")
    variables: dict[str, object] = {
        "LD_PRELOAD": FAKETIME,
        "FAKETIME_TIMESTAMP_FILE": clock,
        "FAKETIME_CACHE_DURATION": 1,
        "FAKETIME_DONT_FAKE_MONOTONIC": 1,
        "DONT_FAKE_MONOTONIC": 1,
    }
    os.environ.update({name: str(value) for name, value in variables.items()})
    try:
        database = cluster.postgres()
        portal = Portal(cluster, stack, DATABASE_URL=database_url(database), **variables)
    finally:
        for name in variables:
            del os.environ[name]
    portal.database, portal.clock = database, clock
    yield portal


@contextlib.contextmanager
def start_embedded(cluster: Cluster, stack: contextlib.ExitStack) -> Iterator[Portal]:
    """The embedded PostgreSQL, as `make run` without DATABASE_URL."""
    yield Portal(cluster, stack)
