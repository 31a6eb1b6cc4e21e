"""Faults: each a context manager that injects one and ends it.

What one yields, if anything, is called after the portal is well again, and says what was lost.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil

from tests.faults.portal import Portal
from tests.operation.services import HOST, Service, wait_until

Check = Callable[[], str]  # empty when nothing was lost


@contextlib.contextmanager
def kill_service(service: Service) -> Iterator[Check | None]:
    service.kill()
    time.sleep(8)
    yield
    service.start()


@contextlib.contextmanager
def pause_service(service: Service, seconds: float) -> Iterator[Check | None]:
    service.pause()
    time.sleep(seconds)
    yield
    service.resume()


@contextlib.contextmanager
def restart_database(portal: Portal) -> Iterator[Check | None]:
    portal.database.stop()
    portal.database.start()
    yield


@contextlib.contextmanager
def take_connections(portal: Portal) -> Iterator[Check | None]:
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
def fill_redis(portal: Portal) -> Iterator[Check | None]:
    with socket.create_connection(("127.0.0.1", portal.redis.port)) as client:
        client.sendall(b"CONFIG SET maxmemory-policy noeviction\r\nCONFIG SET maxmemory 1\r\n")
        time.sleep(8)
        yield
        client.sendall(b"CONFIG SET maxmemory 50mb\r\nCONFIG SET maxmemory-policy allkeys-lru\r\n")


@contextlib.contextmanager
def kill_process(process: psutil.Process) -> Iterator[Check | None]:
    """Kill a process that its parent has to replace."""
    process.kill()
    time.sleep(5)
    yield


@contextlib.contextmanager
def slow_clients(portal: Portal) -> Iterator[Check | None]:
    """200 clients at another address announce a body of 10,000 bytes and send one each second, for 30 s."""
    head = f"POST /oembed/ HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 10000\r\n\r\n".encode()
    clients = []
    for _ in range(200):
        client = socket.create_connection(("127.0.0.1", portal.node.port), source_address=("127.0.0.2", 0))
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


@contextlib.contextmanager
def kill_during_import(portal: Portal) -> Iterator[Check]:
    """Kill the background worker and its children in the midst of an import of 1,500 talks."""
    code = """
from django.contrib.auth import get_user_model
from events.actions.importing.jobs import keep_file, run_import
from events.models import Event
event, user = Event.objects.get(slug=%r), get_user_model().objects.get(username='operator')
lines = ['title,start,end,room'] + [
    f'Talk number {n},{event.starts_on} {8 + n %% 12:02d}:00,{event.starts_on} {8 + n %% 12:02d}:30,Room {n // 12}'
    for n in range(1500)]
entry = keep_file(event=event, by=user, source='talks.csv', data=chr(10).join(lines).encode(), choices={})
print(run_import.start(owner=user, entry=entry.pk, force=True).pk)
"""
    job = portal.shell(code % portal.slug)
    cookie = "; ".join(f"{name}={value}" for name, value in portal.cookies.items())

    def state() -> dict:
        answer = portal.get(f"/jobs/{job}/state/", headers={"Cookie": cookie})
        return json.loads(answer.body) if answer.status == 200 else {"state": "", "done": 0}

    wait_until(lambda: state()["state"] == "running" and state()["done"], 60, "the import")
    worker = portal.background_worker()
    for process in [*worker.children(recursive=True), worker]:
        process.kill()
    killed = time.monotonic()
    time.sleep(5)

    def check() -> str:
        wait_until(lambda: state()["state"] in ("done", "failed"), 150, "the import's end")
        seconds = time.monotonic() - killed
        code = "from events.models import Talk; print(Talk.objects.filter(title__startswith='Talk number').count())"
        count, found = portal.shell(code), state()
        print(
            f"  the import was {found['state']} {seconds:.0f} s after the kill, with {count} talks",
            flush=True,
        )
        return (
            "" if (found["state"], count) == ("done", "1500") else f"import: {found['problem']} {count} talks"
        )

    yield check


def fill_folder(folder: Path) -> Path:
    """A file that takes the rest of the file system."""
    ballast = folder / "ballast"
    with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(os.urandom(4096))
    return ballast


@contextlib.contextmanager
def fill_cache(portal: Portal) -> Iterator[None]:
    ballast = fill_folder(portal.cache_folder)
    time.sleep(8)
    yield
    ballast.unlink()


@contextlib.contextmanager
def protect_cache(portal: Portal) -> Iterator[None]:
    """Mount the cache's file system read-only."""
    subprocess.run(["mount", "-o", "remount,ro", str(portal.cache_folder)], check=True)
    time.sleep(8)
    yield
    subprocess.run(["mount", "-o", "remount,rw", str(portal.cache_folder)], check=True)


@contextlib.contextmanager
def fill_media(portal: Portal) -> Iterator[Check]:
    """No room for pictures while an organiser adds speakers with portraits."""
    ballast = fill_folder(portal.media_folder)
    code = "from speakers.models import Speaker; print(Speaker.objects.filter(name__startswith='Uploaded').count())"
    before, statuses = int(portal.shell(code)), []
    end = time.monotonic() + 8
    while time.monotonic() < end:
        statuses.append(portal.upload().status)
        time.sleep(0.5)
    refused = {name: statuses.count(name) for name in set(statuses)}
    half = int(portal.shell(code)) - before - statuses.count(302)

    def after() -> str:
        again = portal.upload().status
        print(f"  uploads while the disk was full: {refused}; afterwards: {again}", flush=True)
        problems = [f"{half} speakers without the picture that was sent"] if half else []
        if again != 302 or refused.get(500) or refused.get(0):
            problems.append(f"uploads: {refused}, afterwards {again}")
        return ", ".join(problems)

    yield after
    ballast.unlink()


@contextlib.contextmanager
def jump_clock(portal: Portal, offset: str) -> Iterator[None]:
    """Let the time of portal and database jump by `offset` for 20 s."""
    portal.clock.write_text(f"{offset}\n")
    time.sleep(20)
    yield
    portal.clock.write_text("+0\n")


@contextlib.contextmanager
def add_receivers(portal: Portal) -> Iterator[Check]:
    """Ten receivers of webhooks, of which three refuse connections and two accept them and say nothing, for 60 s."""
    hosts = portal.receivers.hosts()
    portal.shell(
        "from roadshow.models import Webhook\n"
        f"for host in {hosts!r}: Webhook.objects.create(name=host, url=f'http://{{host}}/')\nprint(1)"
    )
    portal.receivers.delays.clear()
    time.sleep(60)
    found = portal.receivers

    def check() -> str:
        """Whether each live receiver was told of the last confirmed change in the end."""
        last = portal.confirmed

        def all_told() -> bool:
            return all(found.latest.get(one.host, 0) >= last for one in found.live)

        with contextlib.suppress(Exception):
            wait_until(all_told, 60)
        told = f"{len(found.delays)} messages" if found.delays else "no message"
        longest = max(found.delays, default=0)
        print(f"  live receivers got {told}, the latest {longest:.1f} s after its change", flush=True)
        portal.shell("from roadshow.models import Webhook; print(Webhook.objects.update(active=False))")
        return (
            "" if all_told() else f"a receiver knows change {min(found.latest.values(), default=0)} of {last}"
        )

    yield check


@contextlib.contextmanager
def kill_embedded(portal: Portal) -> Iterator[None]:
    """Kill the embedded PostgreSQL, which the supervisor has to start again."""
    find_embedded(portal).kill()
    time.sleep(8)
    yield


@contextlib.contextmanager
def pause_embedded(portal: Portal, seconds: float) -> Iterator[None]:
    leader = find_embedded(portal)
    family = [leader, *leader.children(recursive=True)]
    for process in family:
        process.send_signal(signal.SIGSTOP)
    time.sleep(seconds)
    yield
    for process in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGCONT)


def find_embedded(portal: Portal) -> psutil.Process:
    """The leading process of the portal's embedded PostgreSQL."""
    data = str(portal.cluster.folder)
    for process in psutil.process_iter(["cmdline"]):
        command = process.info["cmdline"] or []
        if command and command[0].endswith("postgres") and any(data in word for word in command):
            return process
    raise RuntimeError("there is no embedded PostgreSQL")
