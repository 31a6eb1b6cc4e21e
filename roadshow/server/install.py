"""`python3 -m roadshow.server.install [--dev]`: a virtual environment with the locked packages, made or updated.

Runs on any Python 3.11 or newer with nothing installed, so it uses the standard library only.
"""

import contextlib
import fcntl
import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed"  # which lock file, in which version, is installed completely


class InstallError(Exception):
    """The message is one sentence that says what to do."""


def lock_file(*, dev: bool) -> Path:
    """The lock to follow; an environment for development, which holds all of the other, stays one."""
    dev = dev or (STAMP.exists() and STAMP.read_text().startswith("requirements-dev.txt"))
    return ROOT / ("requirements-dev.txt" if dev else "requirements.txt")


def install(*, dev: bool = False) -> None:
    """Install what the lock file says, or do nothing when that has been done. Raises InstallError."""
    with alone():
        lock = lock_file(dev=dev)
        state = f"{lock.name} {hashlib.sha256(lock.read_bytes()).hexdigest()}\n"
        if PYTHON.exists() and STAMP.exists() and STAMP.read_text() == state:
            return
        print(f"Installing the packages of {lock.name} into .venv …", flush=True)
        if not (PYTHON.exists() and STAMP.exists()):
            make_environment()
        STAMP.unlink(missing_ok=True)  # whoever is interrupted from here on starts afresh
        install_packages(lock)
        STAMP.write_text(state)


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Of several that install at once, the others wait."""
    with (ROOT / "requirements.txt").open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def make_environment() -> None:
    # The interpreter may be the one inside an environment that is to be replaced.
    python = getattr(sys, "_base_executable", None) or sys.executable
    done = run(python, "-m", "venv", "--clear", str(VENV))
    if done.returncode:
        raise InstallError(
            f"{python} cannot make a virtual environment ({last_line(done)}): "
            "on Debian and Ubuntu, install python3-venv."
        )


def install_packages(lock: Path) -> None:
    """With uv, which takes seconds; with pip where uv cannot be had or does not reach the packages."""
    if with_uv(lock):
        return
    done = run(PYTHON, "-m", "pip", "install", "--no-deps", "--require-hashes", "-r", str(lock))
    if done.returncode:
        raise InstallError(
            f"Cannot install {lock.name} ({last_line(done)}): check the connection, then start again."
        )


def with_uv(lock: Path) -> bool:
    """Whether uv, itself at its locked version, has installed the packages."""
    entry = re.search(r"^uv==.*?(?=^\S)", (ROOT / "requirements-dev.txt").read_text() + "\nend", re.M | re.S)
    if not entry:
        return False
    requirement = VENV / "uv.txt"
    requirement.write_text(entry[0])
    pip = run(PYTHON, "-m", "pip", "install", "--no-deps", "--require-hashes", "-r", str(requirement))
    if pip.returncode:
        return False
    return not run(PYTHON, "-m", "uv", "pip", "sync", "--require-hashes", str(lock)).returncode


def run(*command: str | Path) -> subprocess.CompletedProcess:
    # Not what an activated environment, or settings for another one, would have them do.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        cwd=ROOT,
        env=environment | {"VIRTUAL_ENV": str(VENV), "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
    )


def last_line(done: subprocess.CompletedProcess) -> str:
    lines = [line.strip() for line in done.stdout.splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")]
    return (errors or lines or [f"exit status {done.returncode}"])[-1].rstrip(".")


def main() -> int:
    try:
        install(dev="--dev" in sys.argv[1:])
    except InstallError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except OSError as error:
        sys.stderr.write(
            f"Cannot write {error.filename or VENV} ({error.strerror}): use a folder of yours.\n"
        )
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
