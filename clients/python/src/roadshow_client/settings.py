"""The address and token that `roadshow login` stored, in a file that only its owner reads."""

import json
import os
from pathlib import Path


def settings_file() -> Path:
    """`$ROADSHOW_CONFIG`, else `roadshow/portal.json` where the system keeps settings."""
    if path := os.environ.get("ROADSHOW_CONFIG"):
        return Path(path)
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "roadshow" / "portal.json"


def load_settings() -> dict[str, str]:
    """`address` and `token`; the environment's ROADSHOW_URL and ROADSHOW_TOKEN win."""
    try:
        stored = json.loads(settings_file().read_text())
    except (OSError, ValueError):
        stored = {}
    given = {"address": os.environ.get("ROADSHOW_URL"), "token": os.environ.get("ROADSHOW_TOKEN")}
    return stored | {name: value for name, value in given.items() if value}


def store_settings(address: str, token: str) -> Path:
    """Write a file with mode 0600, which is never readable by others, not even for a moment."""
    file = settings_file()
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = file.with_suffix(".part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        json.dump({"address": address, "token": token}, stream)
    part.replace(file)
    return file
