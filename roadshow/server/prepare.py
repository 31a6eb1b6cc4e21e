"""What has to be true before the portal serves: translations, tables, the demo, static files; and code in memory."""

import contextlib
import gc
import hashlib
from collections.abc import Iterator
from pathlib import Path

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import DatabaseError, connection

from roadshow.server import interrupts
from roadshow.server.database import close_all, without_time_limits
from roadshow.server.embedded import StartError
from roadshow.server.translations import compile_all

LOCK = 7_623_468_237  # any number, the same for everybody who migrates


def migrate() -> None:
    """Bring the tables up to date; of several who try at once on one database, the others wait."""
    from django.db.migrations.executor import MigrationExecutor

    from roadshow.api.changes import adopt_server

    with migration_lock(), without_time_limits():
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            call_command("migrate", interactive=False, verbosity=0)
        adopt_server()


@contextlib.contextmanager
def migration_lock() -> Iterator[None]:
    """Hold a lock in a transaction of a connection of its own, which ends with it also behind a pooler."""
    holder = connection.copy()
    try:
        with contextlib.closing(holder.cursor()) as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SET LOCAL lock_timeout = 0")
            cursor.execute("SET LOCAL statement_timeout = 0")
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
            yield
    finally:
        holder.close()


def load_demo_if_wanted() -> None:
    """Load the demo into an empty portal; leave any other as it is."""
    if not settings.DEMO:
        return
    from roadshow.server.demo.load import NotEmpty, load

    with contextlib.suppress(NotEmpty):
        load()


def collect_static() -> None:
    """Hash and compress the static files, unless the same ones have been, such as by `manage.py build`."""
    stamp = settings.STATIC_ROOT.with_suffix(".stamp")
    state = static_state()
    if stamp.exists() and stamp.read_text() == state:
        return
    stamp.unlink(missing_ok=True)
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(state)


def static_state() -> str:
    """A digest of all static files' names and contents, and of how they are stored."""
    from django.contrib.staticfiles.finders import get_finders

    digest = hashlib.sha256(repr(settings.STORAGES["staticfiles"]).encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            content = Path(storage.path(name)).read_bytes()
            digest.update(f"{name}\0{len(content)}\n".encode() + content)
    return digest.hexdigest()


def check_connections() -> None:
    """Raise StartError when the processes may open more connections than the database allows."""
    from roadshow.server.checks import count_connections, read_connection_limit

    needed, allowed = count_connections(), read_connection_limit()
    if needed > allowed:
        raise StartError(
            f"Up to {needed} connections to the database are needed, and it allows {allowed}: lower WORKERS or "
            "DATABASE_POOL, or raise max_connections."
        )


def prepare() -> None:
    """Do what is missing, and load the application, which the workers then share. Raises StartError."""
    try:
        for step in STEPS:
            step()
            interrupts.check()
        close_all()  # no worker inherits a connection
    except ImproperlyConfigured as error:
        raise StartError(str(error)) from None
    except OSError as error:
        raise StartError(
            f"Cannot write {error.filename or settings.DATA_DIR} ({error.strerror}): make room, or set ROADSHOW_DATA."
        ) from None
    except DatabaseError as error:
        reason = " ".join(str(error).split()).rstrip(".")
        raise StartError(f"The database does not take Roadshow's tables: {reason}.") from None


def load_code() -> None:
    """Import what answering the first request would."""
    from django.urls import get_resolver

    import roadshow.wsgi  # noqa: F401 - the application
    from roadshow.http.build import build_id

    _ = get_resolver().url_patterns
    build_id()
    gc.collect()
    gc.freeze()  # so that the workers' collector leaves shared memory shared


STEPS = (
    compile_all,
    django.setup,
    check_connections,
    migrate,
    load_demo_if_wanted,
    collect_static,
    load_code,
)
