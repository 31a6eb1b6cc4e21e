"""The production server on loopback, with a database of its own."""

import contextlib
import http.client
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psutil
import psycopg

WORKERS = 2
REUSE = os.environ.get("REUSE") == "1"


@contextlib.contextmanager
def own_database(url: str) -> Iterator[str]:
    """A new database on the server at `url`, dropped afterwards; its address.

    With REUSE=1 it is one that stays, with what earlier runs loaded.
    """
    name = "bench_reused" if REUSE else f"bench_{os.getpid()}"
    with contextlib.closing(psycopg.connect(url)) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        cursor.execute("SELECT FROM pg_database WHERE datname = %s", [name])
        if not cursor.rowcount:
            cursor.execute(f"CREATE DATABASE {name}")
        try:
            yield urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
        finally:
            if not REUSE:
                cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


@dataclass
class Server:
    """A running portal. `url` has no slash at its end."""

    url: str
    process: subprocess.Popen

    def get(self, path: str, **headers: str) -> tuple[bytes, dict[str, str], float]:
        """Body, headers (names in lower case) and milliseconds of one request; 304 has no body."""
        request = urllib.request.Request(self.url + path, headers=headers)
        start = time.perf_counter()
        try:
            answer = urllib.request.urlopen(request, timeout=60)
        except urllib.error.HTTPError as error:
            if error.code != 304:
                raise
            answer = error
        with answer:
            body = answer.read()
        took = (time.perf_counter() - start) * 1000
        return body, {name.lower(): value for name, value in answer.headers.items()}, took

    def processes(self) -> list[int]:
        """The workers and the processes of their connections in the database."""
        with closing_connection() as cursor:
            cursor.execute(
                "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            backends = [pid for (pid,) in cursor.fetchall()]
        workers = [worker.pid for worker in psutil.Process(self.process.pid).children()]
        return [*workers, *backends]

    def processor_times(self) -> dict[int, float]:
        """Seconds of processor time that each of them has had."""
        return {pid: processor_seconds(pid) for pid in self.processes()}

    def connect(self) -> http.client.HTTPConnection:
        """A connection that stays with one worker."""
        return http.client.HTTPConnection(self.url.removeprefix("http://"), timeout=60)

    def memory(self) -> tuple[int, int]:
        """Megabytes of the largest worker: all that it uses, and what it shares with nobody."""
        workers = [worker.memory_full_info() for worker in psutil.Process(self.process.pid).children()]
        sizes = max(one.rss for one in workers), max(one.uss for one in workers)
        return tuple(round(size / 1024**2) for size in sizes)


def processor_seconds(pid: int) -> float:
    """Processor time that the threads of a process have had; 0 for one that has ended."""
    found = 0
    for file in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        with contextlib.suppress(OSError):
            found += int(file.read_text().split()[0])  # nanoseconds; psutil knows hundredths of a second
    return found / 1e9


@contextlib.contextmanager
def closing_connection():
    """A cursor of Django's connection, which is closed afterwards: the bench itself waits for other processes."""
    from django.db import connection

    with connection.cursor() as cursor:
        yield cursor
    connection.close()


@contextlib.contextmanager
def serving(**environment: str) -> Iterator[Server]:
    """The portal as `make run` serves it, with more variables in its environment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "tests.bench.serve", f"{port}", f"{WORKERS}"]
    process = subprocess.Popen(command, env=os.environ | environment)
    server = Server(f"http://127.0.0.1:{port}", process)
    try:
        wait_for(server)
        yield server
    finally:
        process.terminate()
        process.wait(20)


def wait_for(server: Server) -> None:
    for _ in range(600):
        with contextlib.suppress(OSError):
            server.get("/readyz")
            return
        if server.process.poll() is not None:
            break
        time.sleep(0.1)
    raise RuntimeError("The server did not start.")
