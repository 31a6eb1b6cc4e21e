"""A PostgreSQL data directory and its server, which its users share and the last of them stops."""

import contextlib
import fcntl
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg

from roadshow.server import interrupts

from . import programs
from .errors import StartError

SOCKETS, PREFIX = Path("/tmp"), "roadshow-sockets-"  # noqa: S108 - short everywhere, and mode 700 below
PATIENCE = 120  # seconds; recovery after a crash takes a while
CONFIGURATION = {
    "listen_addresses": "",
    "shared_buffers": "32MB",
    "max_connections": "60",
    "max_wal_size": "256MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_logical_replication_workers": "0",
    "io_method": "sync",  # no processes of its own for reading ahead
    "autovacuum_max_workers": "1",
    "jit": "off",
    "log_min_messages": "fatal",
}
UNSAFE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold an exclusive lock on that file; the system releases it when the process dies."""
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


class Cluster:
    """The data directory `postgres` inside `data`; one that is not `lasting` trades safety for speed.

    Users hold a shared lock on a file, so that those who were killed do not count.
    """

    def __init__(self, data: Path, *, lasting: bool = True):
        self.data, self.lasting = data, lasting
        self.folder, self.log = data / "postgres", data / "postgres.log"
        self.account: dict = {}
        self.server: subprocess.Popen | None = None
        self.listening: Path | None = None  # the folder of the socket, once it is known

    @contextlib.contextmanager
    def used(self) -> Iterator[str]:
        """The address of the database `roadshow`, its server started if need be. Raises StartError."""
        try:
            self.data.mkdir(parents=True, exist_ok=True)
            users = (self.data / "postgres.users").open("a")
        except OSError as error:
            raise StartError(
                f"Cannot write to {self.data} ({error.strerror}): set ROADSHOW_DATA to a folder of yours."
            ) from None
        with users:
            try:
                with locked(self.data / "postgres.lock"):
                    url = self.ensure_running()
                    fcntl.flock(users, fcntl.LOCK_SH)
                yield url
            finally:
                with locked(self.data / "postgres.lock"), contextlib.suppress(BlockingIOError):
                    fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    self.stop()

    def ensure_running(self) -> str:
        """Initialise, start and wait as far as needed; call it with the lock held."""
        self.account = programs.account(self.data)
        self.forget_unfinished()
        if not self.folder.exists():
            self.initialise()
        self.check_version()
        if not self.postmaster():
            self.forget_dead_server()
            self.start()
        return self.wait_until_ready()

    def forget_unfinished(self) -> None:
        """Removes what an interrupted first start left; what it had started may be writing there still."""
        for folder in self.data.glob("postgres.new-*"):
            for _ in range(50):
                shutil.rmtree(folder, ignore_errors=True)
                if not folder.exists():
                    break
                time.sleep(0.1)

    def run(self, program: str, *arguments: str) -> None:
        programs.run(program, *arguments, **self.account)

    def private_folder(self, prefix: str, parent: Path) -> Path:
        """A new folder that nobody but the server's account and root may enter."""
        folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
        if self.account:
            os.chown(folder, self.account["user"], self.account["group"])
        return folder

    def initialise(self) -> None:
        """Make the data directory under another name first: an interruption leaves nothing half made."""
        unfinished = self.private_folder("postgres.new-", self.data)
        self.run(
            "initdb",
            f"--pgdata={unfinished}",
            "--username=postgres",
            "--auth=trust",  # the socket is in a folder that nobody else may enter
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            f"--lc-ctype={programs.ctype()}",
            *([] if self.lasting else ["--no-sync"]),
        )
        unfinished.rename(self.folder)

    def check_version(self) -> None:
        made_by, this = (self.folder / "PG_VERSION").read_text().strip(), programs.version()
        if made_by != this:
            raise StartError(
                f"The data in {self.folder} was made by PostgreSQL {made_by}, and this is {this}: export it "
                "with the earlier version of Roadshow, and load it into an empty ROADSHOW_DATA."
            )

    def postmaster(self) -> list[str]:
        """The lines of the running server's postmaster.pid; none while there is no server, or not yet."""
        try:
            lines = (self.folder / "postmaster.pid").read_text().splitlines()
            return lines if str(self.folder) in psutil.Process(int(lines[0])).cmdline() else []
        except (OSError, IndexError, ValueError, psutil.Error):
            return []

    def forget_dead_server(self) -> None:
        """Remove its files: its number may be another process's by now, which PostgreSQL takes for a server."""
        for name in ("postmaster.pid", ".s.PGSQL.5432.lock"):
            (self.folder / name).unlink(missing_ok=True)

    def restart_if_dead(self) -> bool:
        """Start the server again, at the same address, if it has ended. Returns whether it had; raises StartError."""
        if self.postmaster():
            return False
        with locked(self.data / "postgres.lock"):
            if self.postmaster():
                return False
            self.forget_dead_server()
            self.start()
            self.wait_until_ready()
        return True

    def sockets(self) -> Path:
        """Where the server listens: the data directory, unless its name is too long, or odd in a list.

        A server that is started again listens where the first one did: its users know that address.
        """
        if self.listening:
            if self.listening != self.folder and not self.listening.exists():
                self.listening.mkdir(mode=0o700)
                if self.account:
                    os.chown(self.listening, self.account["user"], self.account["group"])
            return self.listening
        if len(f"{self.folder}/.s.PGSQL.5432".encode()) > 103 or re.search(r"[^\w./+-]", str(self.folder)):
            return self.private_folder(PREFIX, SOCKETS)
        return self.folder

    def start(self) -> None:
        """Start the server; not by pg_ctl, which hands every name to a shell."""
        settings = CONFIGURATION | ({} if self.lasting else UNSAFE)
        self.listening = self.sockets()
        settings["unix_socket_directories"] = str(self.listening)
        options = [f"-c{name}={value}" for name, value in settings.items()]
        with self.log.open("w") as log:
            self.server = programs.start(log, "postgres", "-D", str(self.folder), *options, **self.account)

    def wait_until_ready(self) -> str:
        """Wait for the server to answer, make the database on first use, and give its address."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            interrupts.check()
            if self.server and self.server.poll() is not None:
                self.start_again_or_fail()
            lines = self.postmaster()
            if len(lines) >= 8 and lines[7].strip() == "ready":
                self.listening = Path(lines[4].strip())
                server = f"host={quote(lines[4].strip(), safe='')}"
                ensure_database(f"postgresql://postgres@/postgres?{server}")
                return f"postgresql://postgres@/roadshow?{server}"
            time.sleep(0.02)
        raise StartError(f"The database in {self.folder} does not answer: see {self.log}.")

    def start_again_or_fail(self) -> None:
        """After the server gave up: processes of one that was killed take a moment to notice."""
        said = self.log.read_text(errors="replace")
        if self.listening:
            self.remove_sockets(self.listening)
        if "shared memory block" not in said:
            reason = re.search(r"FATAL: +(.*)", said)
            raise StartError(
                f"The database in {self.folder} does not start ({reason[1] if reason else 'it crashed'}): "
                f"see {self.log}."
            )
        time.sleep(0.3)
        self.start()

    def stop(self) -> None:
        """Stop the server, also one that is only just starting and has not said so."""
        lines = self.postmaster()
        server = self.server if self.server and self.server.poll() is None else None
        sockets = self.listening or self.folder
        if not server and lines:
            # Another process has started it. The line of the sockets is empty until it listens.
            server, sockets = psutil.Process(int(lines[0])), Path(lines[4] if len(lines) > 4 else "")
        if not server:
            self.remove_sockets(sockets)
            return
        with contextlib.suppress(psutil.Error, subprocess.TimeoutExpired):  # it may have stopped by itself
            server.send_signal(signal.SIGINT if self.lasting else signal.SIGQUIT)
            server.wait(60)
        self.remove_sockets(sockets)

    def remove_sockets(self, sockets: Path) -> None:
        """Remove a folder that `sockets()` made: an empty one, by its full name, and no other."""
        if sockets.parent != SOCKETS or not sockets.name.startswith(PREFIX):
            return
        for name in (".s.PGSQL.5432", ".s.PGSQL.5432.lock"):
            (sockets / name).unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            sockets.rmdir()


def ensure_database(maintenance: str) -> None:
    """Make the database `roadshow` unless it is there; `maintenance` is the address of another one."""
    with contextlib.closing(psycopg.connect(maintenance)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = 'roadshow'")
            if not cursor.fetchone():
                cursor.execute("CREATE DATABASE roadshow")
