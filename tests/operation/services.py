"""Debian's PostgreSQL, PgBouncer, Redis and nginx, an object store, and nodes of the portal, each on a free port.

A `Cluster` starts them below one folder and stops them with itself. Every service can be killed, paused and resumed, as
the fault injection does. Services that refuse to run as root are run as the system's `postgres`.
"""

import contextlib
import http.client
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import boto3
import psutil

from tests.roadshow.processes import ROOT, free_port
from tests.roadshow.servers import SELF_SIGNED

HOST = "talks.example.org"
KEPT = (
    "PATH",
    "HOME",
    "LANG",
    "STATIC_ROOT",
)  # variables; with the last, nodes share files that were built before
START_SECONDS = 180  # limit for a service to answer; nothing waits without one
UNPRIVILEGED = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}


class ServiceError(Exception):
    """A service did not start; the message ends with its log."""


def find_program(name: str) -> str:
    """Path of a program, PostgreSQL's included, which Debian keeps out of PATH. Raises ServiceError."""
    folders = [str(path) for path in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
    found = shutil.which(name) or shutil.which(name, path=os.pathsep.join([*folders, "/usr/sbin"]))
    if not found:
        raise ServiceError(f"{name} is not installed: see the packages in .ci/run")
    return found


def wait_until(condition: Callable[[], object], seconds: float = START_SECONDS, what: str = "it") -> object:
    """The first true value of `condition()`. Raises ServiceError after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise ServiceError(f"{what} was not ready within {seconds} s")
        time.sleep(0.05)
    return value


def accepts(port: int) -> bool:
    """Whether something listens on that port of this machine."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


@dataclass
class Service:
    """A process with a log file, started by `command`."""

    name: str
    command: list[str]
    log: Path
    port: int
    options: dict = field(default_factory=dict)  # for subprocess
    ready: Callable[[], object] | None = None
    stop_signal: int = signal.SIGTERM
    process: subprocess.Popen | None = None

    def start(self) -> "Service":
        """Start, and wait until it accepts connections. Raises ServiceError with the log."""
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **self.options,
            )
        ready = self.ready or (lambda: accepts(self.port))
        try:
            wait_until(lambda: self.process.poll() is not None or ready(), what=self.name)
            if self.process.poll() is not None:
                raise ServiceError(f"{self.name} ended with status {self.process.returncode}")
        except ServiceError as error:
            self.stop()
            raise ServiceError(f"{error}\n{self.log.read_text(errors='replace')[-3000:]}") from None
        return self

    def signal(self, number: int) -> None:
        """Send a signal to the process and its descendants. PostgreSQL's have process groups of their own."""
        with contextlib.suppress(psutil.NoSuchProcess):
            leader = psutil.Process(self.process.pid)
            for process in [leader, *leader.children(recursive=True)]:
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.send_signal(number)

    def kill(self) -> None:
        """End at once, as the power going off would."""
        self.signal(signal.SIGKILL)
        self.process.wait(10)

    def pause(self) -> None:
        self.signal(signal.SIGSTOP)

    def resume(self) -> None:
        self.signal(signal.SIGCONT)

    def stop(self) -> None:
        """End in order within 20 s, else at once."""
        if self.process is None or self.process.poll() is not None:
            return
        self.resume()
        self.process.send_signal(self.stop_signal)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(20)
        self.kill()


class Cluster:
    """Services below `folder`; those that were started are stopped at the end of the `with` block."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.services: list[Service] = []
        for path in (folder, *folder.parents):  # for the unprivileged account
            with contextlib.suppress(PermissionError):
                path.chmod(path.stat().st_mode | 0o011)

    def __enter__(self) -> "Cluster":
        return self

    def __exit__(self, *error: object) -> None:
        for service in reversed(self.services):
            service.stop()

    def run(self, name: str, command: list[str], port: int, **more: object) -> Service:
        """Start a service and remember to stop it."""
        service = Service(name, command, self.folder / f"{name}.log", port, **more)
        self.services.append(service)
        return service.start()

    def make_folder(self, name: str) -> Path:
        """A folder for one service, owned by the account that it runs as."""
        folder = self.folder / name
        folder.mkdir(mode=0o700)
        if UNPRIVILEGED:
            shutil.chown(folder, "postgres", "postgres")
        return folder

    # --- databases -------------------------------------------------------------------------------
    def postgres(self, *, connections: int = 100) -> Service:
        """A primary with an empty database `roadshow`, which a replica can follow."""
        data = self.make_folder("primary")
        options = ["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        self.execute("initdb", "-D", str(data), *options)
        (data / "postgresql.auto.conf").write_text(
            f"max_connections = {connections}\nwal_level = replica\nmax_wal_senders = 4\n"
        )
        port = free_port()
        service = self.run("primary", postgres_command(data, port), port, **postgres_options(port))
        self.execute("createdb", "-h", "127.0.0.1", "-p", str(port), "-U", "postgres", "roadshow")
        return service

    def replica(self, primary: Service) -> Service:
        """A streaming replica, made by pg_basebackup."""
        data = self.make_folder("replica")
        source = ["-h", "127.0.0.1", "-p", str(primary.port), "-U", "postgres"]
        self.execute(
            "pg_basebackup", *source, "-D", str(data), "-R", "-X", "stream", "-c", "fast", "--no-sync"
        )
        port = free_port()
        return self.run("replica", postgres_command(data, port), port, **postgres_options(port))

    def pgbouncer(self, primary: Service, *, size: int = 20) -> Service:
        """PgBouncer in transaction mode before `primary`."""
        port, folder = free_port(), self.make_folder("pgbouncer")
        text = (ROOT / "deploy" / "pgbouncer.ini").read_text()
        text = replace_all(
            text,
            {
                "host=127.0.0.1 port=5432": f"host=127.0.0.1 port={primary.port} user=postgres",
                "listen_port = 6432": f"listen_port = {port}",
                "auth_type = scram-sha-256\nauth_file = /etc/pgbouncer/userlist.txt": "auth_type = any",
                "default_pool_size = 20": f"default_pool_size = {size}",
                "unix_socket_dir = /var/run/postgresql": "unix_socket_dir =",
                "logfile = /var/log/postgresql/pgbouncer.log\npidfile = /var/run/postgresql/pgbouncer.pid": "",
            },
        )
        configuration = folder / "pgbouncer.ini"
        configuration.write_text(text)
        configuration.chmod(0o644)
        return self.run(
            "pgbouncer",
            [find_program("pgbouncer"), str(configuration)],
            port,
            options={**UNPRIVILEGED, "cwd": "/"},
        )

    def execute(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs to its end. Raises ServiceError with what it printed."""
        done = subprocess.run(
            [find_program(program), *arguments],
            capture_output=True,
            text=True,
            timeout=120,
            cwd="/",
            **UNPRIVILEGED,
        )
        if done.returncode:
            raise ServiceError(f"{program} failed: {done.stderr or done.stdout}")

    def query(self, server: Service, sql: str) -> str:
        """The only value of a query on the portal's database, as text."""
        command = [find_program("psql"), "-h", "127.0.0.1", "-p", str(server.port), "-U", "postgres", "-AtX"]
        done = subprocess.run([*command, "-c", sql, "roadshow"], capture_output=True, text=True, timeout=60)
        if done.returncode:
            raise ServiceError(done.stderr)
        return done.stdout.strip()

    # --- what stands beside ----------------------------------------------------------------------
    def redis(self, *options: str) -> Service:
        """Redis with `options` such as `--maxmemory 50mb`; nothing is saved."""
        port = free_port()
        command = [find_program("redis-server"), "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
        return self.run("redis", [*command, "--dir", str(self.folder), *options], port)

    def object_store(self) -> Service:
        """An S3-compatible store with nothing in it."""
        port = free_port()
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
        return self.run("object-store", command, port)

    def make_bucket(self, store: Service, name: str) -> None:
        """An empty bucket in the object store."""
        client = boto3.client(
            "s3",
            endpoint_url=f"http://127.0.0.1:{store.port}",
            aws_access_key_id="key",
            aws_secret_access_key="secret",
            region_name="us-east-1",
        )
        client.create_bucket(Bucket=name)

    def nginx(self, *nodes: Service) -> Service:
        """nginx before `nodes`, by the file of deploy/ with this machine's ports and a self-signed certificate."""
        folder = self.folder / "nginx"
        folder.mkdir()
        port, plain = free_port(), free_port()
        certificate = folder / "certificate.pem"
        certificate.write_text(SELF_SIGNED)
        servers = "\n    ".join(
            f"server 127.0.0.1:{node.port} max_fails=3 fail_timeout=2s;" for node in nodes
        )
        upstream = (ROOT / "deploy" / "nginx-nodes.conf").read_text()
        text = replace_all(
            upstream + (ROOT / "deploy" / "nginx.conf").read_text(),
            {
                "server 127.0.0.1:8000 max_fails=3 fail_timeout=2s;": servers,
                "listen 443 ssl http2;": f"listen 127.0.0.1:{port} ssl http2;",
                "listen [::]:443 ssl http2;": "",
                "listen 80;": f"listen 127.0.0.1:{plain};",
                "listen [::]:80;": "",
                "/etc/letsencrypt/live/talks.example.org/fullchain.pem": str(certificate),
                "/etc/letsencrypt/live/talks.example.org/privkey.pem": str(certificate),
                "/var/cache/nginx/roadshow": str(folder / "cache"),
            },
        )
        (folder / "roadshow.conf").write_text(text)
        user = "user root;" if os.geteuid() == 0 else ""
        (folder / "nginx.conf").write_text(
            f"{user} worker_processes 1; daemon off; pid {folder}/pid; error_log {folder}/error.log;\n"
            "events { worker_connections 2048; }\n"
            f"http {{ access_log {folder}/access.log; client_body_temp_path {folder}/body; "
            f"proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; "
            f"scgi_temp_path {folder}/s; include {folder}/roadshow.conf; }}\n"
        )
        command = [find_program("nginx"), "-c", str(folder / "nginx.conf"), "-p", str(folder)]
        service = self.run("nginx", command, port)
        service.plain_port = plain
        return service

    # --- the portal ------------------------------------------------------------------------------
    def node(self, name: str, variables: dict[str, object]) -> Service:
        """A node of the portal, as `make run` starts one, with only these environment variables."""
        port = free_port()
        environment = self.environment(name, {**variables, "PORT": port})
        return self.run(
            name,
            [sys.executable, "-m", "roadshow.server.start"],
            port,
            options={"env": environment, "cwd": ROOT},
            ready=lambda: status(port, "/healthz") == 200,
        )

    def manage(self, variables: dict[str, object], *arguments: str, seconds: float = 240) -> str:
        """Run `manage.py ARGUMENTS…` and return its output. Raises ServiceError when it fails."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            env=self.environment("manage", variables),
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=seconds,
        )
        if done.returncode:
            raise ServiceError(f"manage.py {' '.join(arguments)} failed: {done.stderr[-3000:]}")
        return done.stdout

    def environment(self, name: str, variables: dict[str, object]) -> dict[str, str]:
        """Environment of a process of the portal, with a data folder of its own."""
        data = self.folder / f"data-{name}"
        kept = {key: os.environ[key] for key in KEPT if key in os.environ}
        given = {
            "ROADSHOW_DATA": data,
            "DEMO": 0,
            "SECRET_KEY": "k" * 50,
            "ALLOWED_HOSTS": HOST,
            "WORKERS": 1,
        }
        return kept | {key: str(value) for key, value in (given | variables).items()}


def postgres_command(data: Path, port: int) -> list[str]:
    return [
        find_program("postgres"),
        "-D",
        str(data),
        "-p",
        str(port),
        "-h",
        "127.0.0.1",
        "-k",
        str(data),
        "-F",
    ]


def postgres_options(port: int) -> dict:
    """Arguments for Cluster.run; ready when queries are answered, which a starting server refuses."""
    program = find_program("pg_isready")

    def ready() -> bool:
        return not subprocess.run([program, "-q", "-h", "127.0.0.1", "-p", str(port)]).returncode

    return {"options": {**UNPRIVILEGED, "cwd": "/"}, "ready": ready, "stop_signal": signal.SIGINT}


def replace_all(text: str, replacements: dict[str, str]) -> str:
    """Replace each key; all of them have to be there, so that a file cannot drift from its test."""
    for old, new in replacements.items():
        if old not in text:
            raise ServiceError(f"the file no longer contains {old!r}")
        text = text.replace(old, new)
    return text


# --- requests ----------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Response:
    """Status 0 stands for no response: refused, reset or timed out. `seconds` is to the end of the body."""

    status: int
    headers: dict[str, str]  # names in lower case
    body: bytes
    seconds: float


@contextlib.contextmanager
def connect(port: int, *, tls: bool = False, timeout: float = 30) -> Iterator[http.client.HTTPConnection]:
    """A connection to a port of this machine; certificates are not checked."""
    if tls:
        context = ssl._create_unverified_context()
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(
            "127.0.0.1", port, timeout=timeout, context=context
        )
    else:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    with contextlib.closing(connection):
        yield connection


def request(
    port: int,
    path: str,
    *,
    method: str = "GET",
    body: bytes | None = None,
    headers: dict[str, str] | None = None,
    tls: bool = False,
    timeout: float = 30,
) -> Response:
    """One request by a connection of its own, addressed to HOST."""
    started = time.monotonic()
    try:
        with connect(port, tls=tls, timeout=timeout) as connection:
            connection.request(method, path, body, {"Host": HOST, **(headers or {})})
            response = connection.getresponse()
            content = response.read()
            names = {name.lower() for name, _value in response.getheaders()}
            found = {name: response.getheader(name) or "" for name in names}  # repeated ones joined by commas
            return Response(response.status, found, content, time.monotonic() - started)
    except (OSError, http.client.HTTPException):
        return Response(0, {}, b"", time.monotonic() - started)


def status(port: int, path: str) -> int:
    return request(port, path, timeout=5).status
