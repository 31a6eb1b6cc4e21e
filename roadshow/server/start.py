"""`python -m roadshow.server.start`: the whole portal, until Ctrl-C; `make run`, once packages are installed."""

import contextlib
import ctypes
import errno
import fcntl
import http.client
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from roadshow.server import environment, interrupts
from roadshow.server.demo.login import read_login
from roadshow.server.embedded import StartError, running_database
from roadshow.server.processes import end_with_parent
from roadshow.server.supervisor import supervised

# Requests at a time in each worker. Connections to the database are fewer (DATABASE_POOL): most threads wait for
# clients, and while the database is away there are still some for what needs none.
THREADS = 24
# What glibc is told about memory, by the numbers of malloc.h: one place for all threads; what takes megabytes goes back
# at once, the rest in larger pieces, so that answers of half a megabyte do not ask the system for memory each time.
ARENA_MAX, MMAP_THRESHOLD, TRIM_THRESHOLD = (-8, 1), (-3, 1024**2), (-1, 16 * 1024**2)


@dataclass(frozen=True)
class Address:
    """Where the portal listens."""

    host: str
    port: int

    @property
    def url(self) -> str:
        host = {"0.0.0.0": "localhost", "::": "localhost"}.get(self.host, self.host)  # noqa: S104
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}/"

    def check_free(self) -> None:
        """Raise StartError with what to do when nobody can listen here."""
        try:
            family, *_, where = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)[0]
            with socket.socket(family, socket.SOCK_STREAM) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(where)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise StartError(
                    f"Port {self.port} is in use: stop what listens there, or choose another, "
                    f"for example PORT={self.port + 1 if self.port < 65_535 else 8000} make run."
                ) from None
            raise StartError(
                f"Cannot listen on {self.host}, port {self.port} ({error.strerror}): set HOST and PORT."
            ) from None


def number(name: str, default: int, most: int) -> int:
    """That environment variable as a whole number from 1 to `most`."""
    value = os.environ.get(name) or str(default)
    if not (value.isascii() and value.isdecimal() and 1 <= int(value) <= most):
        raise StartError(f"{name} must be a whole number from 1 to {most}, not {value!r}.")
    return int(value)


@contextlib.contextmanager
def only_one(folder: Path, address: Address) -> Iterator[None]:
    """Hold the data while the block runs, or say who does. The system lets go when the process dies."""
    with (folder / "running").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise StartError(
                f"Another Roadshow is running on the data in {folder}, at {file.read().strip()}: "
                "stop it first, or set ROADSHOW_DATA to another folder."
            ) from None
        file.truncate(0)
        file.write(address.url)
        file.flush()
        yield


def load_application():
    """Called in each worker: the WSGI application, in a process that does not outlive its parent."""
    end_with_parent()
    from roadshow.wsgi import application

    return application


def share_one_heap() -> None:
    """Let threads that start from now on take memory from one place, where each would get its own.

    A schedule of 1,100 talks takes tens of megabytes for a moment; every thread's heap would keep them.
    Threads of Python seldom allocate at the same time, so nobody waits. Only glibc has these knobs.
    """
    with contextlib.suppress(AttributeError, OSError):
        for setting in (ARENA_MAX, MMAP_THRESHOLD, TRIM_THRESHOLD):
            ctypes.CDLL(None).mallopt(*setting)


def serve(address: Address, workers: int, load=load_application) -> None:
    """Answer requests until a signal says to stop; `load` gives each worker its application."""
    server = Granian(
        "roadshow.wsgi:application",
        address=address.host,
        port=address.port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=THREADS,
        blocking_threads_idle_timeout=600,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
        log_level=LogLevels.error,  # its warning is about the number of threads, most of which wait for clients
    )
    hung_up = signal.getsignal(signal.SIGHUP)

    def replace_signals():
        """After granian has set its handlers: a closed terminal means to stop, not to reload; nohup is respected."""
        signal.signal(
            signal.SIGHUP, hung_up if hung_up == signal.SIG_IGN else server.signal_handler_interrupt
        )
        if interrupts.is_requested():
            server.signal_handler_interrupt()

    server.on_startup(replace_signals)
    interrupts.check()
    server.serve(target_loader=load, wrap_loader=False)


def announce(address: Address, folder: Path) -> None:
    """Print where the portal is, once it really answers."""
    time.sleep(0.5)  # the workers are forked meanwhile, and no thread of ours is in their way
    while not answers(address):
        time.sleep(0.05)
    lines = [f"Roadshow is at {address.url}"]
    login = read_login(folder) if environment.is_demo() else None
    if login:
        lines.append(f"Organisers sign in at {address.url}admin/ as {login[0]} with the password {login[1]}")
    lines.append(f"Ctrl-C stops it. Its data stays in {folder}")
    print("\n".join(lines), flush=True)  # noqa: T201


def answers(address: Address) -> bool:
    """Whether the portal's own health page says that all is well."""
    allowed = os.environ.get("ALLOWED_HOSTS", "").split(",")[0].strip().lstrip(".")
    host = "localhost" if allowed in {"", "*"} else allowed
    connection = http.client.HTTPConnection(
        {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address.host, address.host),  # noqa: S104
        address.port,
        timeout=5,
    )
    try:
        connection.request("GET", "/healthz", headers={"Host": host})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def portal() -> None:
    """Check, prepare and serve. Raises StartError with one sentence."""
    address = Address(os.environ.get("HOST") or "127.0.0.1", number("PORT", 8000, 65_535))
    workers = number("WORKERS", 2, 64)
    folder = environment.complete()
    with only_one(folder, address):
        address.check_free()
        with running_database() as (url, cluster):
            os.environ["DATABASE_URL"] = url
            from roadshow.server.prepare import prepare  # reads the environment

            prepare()
            with supervised(cluster, worker=environment.flag("WORKER", default=True)):
                threading.Thread(target=announce, args=(address, folder), daemon=True).start()
                serve(address, workers)
    interrupts.check()


def main() -> int:
    share_one_heap()
    interrupts.install()
    try:
        portal()
    except StartError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
