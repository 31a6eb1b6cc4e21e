"""The demo organiser's login, made once and kept in a file that only its owner can read."""

import secrets
from pathlib import Path

USERNAME = "organiser"
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look alike


def read_login(folder: Path) -> tuple[str, str] | None:
    """User name and password of the demo under that ROADSHOW_DATA, or None when it has none."""
    try:
        username, password = (folder / "demo-login").read_text().split()
    except (FileNotFoundError, ValueError):
        return None
    return username, password


def ensure_login(folder: Path) -> tuple[str, str]:
    """The login under that ROADSHOW_DATA, made when there is none."""
    found = read_login(folder)
    if found:
        return found
    password = "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3))
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / "demo-login.new"
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=0o600)
    unfinished.write_text(f"{USERNAME}\n{password}\n")
    unfinished.replace(folder / "demo-login")
    return USERNAME, password
