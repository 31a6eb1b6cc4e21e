"""The database of a start: the one that DATABASE_URL names, or a PostgreSQL of our own under ROADSHOW_DATA.

As a command, `python -m roadshow.server.embedded COMMAND…` runs COMMAND with DATABASE_URL set.
"""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from .cluster import Cluster
from .errors import StartError

__all__ = ["StartError", "data_dir", "database_url", "throwaway_url"]
OLDEST = 14  # major version of PostgreSQL


def data_dir() -> Path:
    """Where database, media and a demo's secret key are kept: ROADSHOW_DATA, or `.data/` beside manage.py."""
    base = Path(__file__).resolve().parents[3]
    return Path(os.environ.get("ROADSHOW_DATA") or base / ".data").expanduser().resolve()


@contextlib.contextmanager
def database_url() -> Iterator[str]:
    """The address of a database that answers: DATABASE_URL, or else the embedded one, while the block runs.

    Raises StartError when it is unreachable, too old, or cannot be started.
    """
    with running_database() as (url, _cluster):
        yield url


@contextlib.contextmanager
def running_database() -> Iterator[tuple[str, Cluster | None]]:
    """As `database_url`, with the embedded cluster; None where DATABASE_URL names a database."""
    given = os.environ.get("DATABASE_URL")
    if given:
        check(given)
        yield given, None
        return
    cluster = Cluster(data_dir())
    with cluster.used() as url:
        yield url, cluster


@contextlib.contextmanager
def throwaway_url() -> Iterator[str]:
    """DATABASE_URL, or an embedded database that is deleted afterwards; ROADSHOW_DATA is a new folder."""
    with tempfile.TemporaryDirectory(prefix="roadshow-") as folder:
        os.environ["ROADSHOW_DATA"] = folder
        given = bool(os.environ.get("DATABASE_URL"))
        with database_url() if given else Cluster(Path(folder), lasting=False).used() as url:
            yield url


def check(url: str) -> None:
    """Raise StartError unless a PostgreSQL that is new enough answers at `url`."""
    if urlsplit(url).scheme not in {"postgres", "postgresql"}:
        raise StartError("DATABASE_URL must begin with postgres://; no other database is supported.")
    try:
        with contextlib.closing(psycopg.connect(url, connect_timeout=5)) as connection:
            version = connection.info.server_version // 10_000
    except psycopg.Error as error:
        reason = " ".join(str(error).split()).rstrip(".")
        raise StartError(
            f"The database at DATABASE_URL does not answer: start it, or correct DATABASE_URL ({reason})."
        ) from None
    if version < OLDEST:
        raise StartError(
            f"The database at DATABASE_URL is PostgreSQL {version}: upgrade it to {OLDEST} or newer."
        )
