"""Roadshow's commands as real processes, in an environment that says nothing but what a test says."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent.parent
KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "COVERAGE_PROCESS_CONFIG")


def surroundings(data: Path, variables: dict) -> dict:
    """Arguments for subprocess: an environment, and a folder that nobody misses."""
    elsewhere = Path(tempfile.gettempdir()) / "roadshow-elsewhere"
    elsewhere.mkdir(exist_ok=True)
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    said = {"PYTHONPATH": ROOT, "ROADSHOW_DATA": data} | variables
    return {"cwd": elsewhere, "env": kept | {name: str(value) for name, value in said.items()}}


def run(data: Path, *arguments: str, **variables: object) -> subprocess.CompletedProcess:
    """`python ARGUMENTS…` to its end."""
    return subprocess.run(
        [sys.executable, *arguments],
        **surroundings(data, variables),
        capture_output=True,
        text=True,
        timeout=60,
    )


def start(data: Path, *arguments: str, **variables: object) -> subprocess.Popen:
    """`python ARGUMENTS…` as the leader of a process group, its output in one pipe."""
    return subprocess.Popen(
        [sys.executable, *arguments],
        **surroundings(data, variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def kill(process: subprocess.Popen) -> None:
    """What pulling the plug does to it and all that it started, but for the database."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def servers(data: Path) -> list[psutil.Process]:
    """The PostgreSQL servers that run on that data."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.name() == "postgres" and str(data / "postgres") in process.cmdline():
                found.append(process)
    return found


def eventually(condition, seconds: float = 20):
    """What `condition()` gives, as soon as that is true."""
    deadline = time.monotonic() + seconds
    while not (result := condition()):
        assert time.monotonic() < deadline, "It did not happen in time."
        time.sleep(0.05)
    return result


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def is_one_sentence(text: str) -> bool:
    """Whether that is what somebody should see of an error: a line, and no traceback."""
    return text.count("\n") == 1 and text.endswith(".\n") and "Traceback" not in text
