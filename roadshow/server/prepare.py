"""What has to be true before the portal serves: translations, tables, the demo, static files; and code in memory."""

import contextlib
import gc
import hashlib
from pathlib import Path

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import DatabaseError, connection, connections

from roadshow.server.embedded import StartError
from roadshow.server.translations import compile_all

LOCK = 7_623_468_237  # any number, the same for everybody who migrates


def migrate() -> None:
    """Bring the tables up to date; of several who try at once on one database, the others wait."""
    from django.db.migrations.executor import MigrationExecutor

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        try:
            executor = MigrationExecutor(connection)
            if executor.migration_plan(executor.loader.graph.leaf_nodes()):
                call_command("migrate", interactive=False, verbosity=0)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def load_demo() -> None:
    """Fill an empty portal; leave any other as it is."""
    from roadshow.server.demo.load import NotEmpty, load

    with contextlib.suppress(NotEmpty):
        load()


def collect_static() -> None:
    """Hash and compress the static files, unless the same ones have been."""
    stamp = settings.DATA_DIR / "static.stamp"
    state = static_state()
    if stamp.exists() and stamp.read_text() == state:
        return
    stamp.unlink(missing_ok=True)
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(state)


def static_state() -> str:
    """A digest of all static files' names, sizes and times, and of how they are stored."""
    from django.contrib.staticfiles.finders import get_finders

    digest = hashlib.sha256(repr((settings.STATIC_ROOT, settings.STORAGES)).encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            state = Path(storage.path(name)).stat()
            digest.update(f"{name}\0{state.st_size}\0{state.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def prepare() -> None:
    """Do what is missing, and load the application, which the workers then share. Raises StartError."""
    try:
        compile_all()
        django.setup()
        migrate()
        if settings.DEMO:
            load_demo()
        collect_static()
        load_code()
        connections.close_all()  # no worker inherits one
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

    _ = get_resolver().url_patterns
    gc.collect()
    gc.freeze()  # so that the workers' collector leaves shared memory shared
