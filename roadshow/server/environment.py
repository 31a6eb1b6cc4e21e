"""What `make run` and `manage.py` assume where the environment says nothing."""

import os
import secrets
import tempfile
from pathlib import Path

import environ

from roadshow.server.embedded import StartError, data_dir


def complete() -> Path:
    """Fill in DEMO, ROADSHOW_DATA and the settings module; make the folder, and a demo's secret key.

    Gives the folder. Raises StartError when it cannot be written to.
    """
    folder = data_dir()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "roadshow.settings")
    os.environ["DEMO"] = os.environ.get("DEMO") or "1"
    os.environ["ROADSHOW_DATA"] = str(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # Also where nothing is left to write, so that it is said at once.
        with tempfile.TemporaryFile(dir=folder):
            pass
        if is_demo():
            ensure_secret_key(folder / "secret-key")
    except OSError as error:
        raise StartError(
            f"Cannot write to {folder} ({error.strerror}): set ROADSHOW_DATA to a folder of yours."
        ) from None
    return folder


def flag(name: str, *, default: bool) -> bool:
    """That environment variable as yes or no."""
    return environ.Env().bool(name, default=default)


def is_demo() -> bool:
    """Whether this is a demo, which is the default everywhere: `make run`, manage.py, and other WSGI servers."""
    return flag("DEMO", default=True)


def ensure_secret_key(file: Path) -> None:
    """Make the file, for its owner's eyes only. Of several that try at once, one wins and all use its key."""
    if file.exists():
        return
    descriptor, name = tempfile.mkstemp(prefix="secret-key.", dir=file.parent)  # mode 600
    unfinished = Path(name)
    try:
        with os.fdopen(descriptor, "w") as stream:
            stream.write(secrets.token_urlsafe(48))
            stream.flush()
            os.fsync(descriptor)
        file.hardlink_to(unfinished)
    except FileExistsError:
        pass
    finally:
        unfinished.unlink()
