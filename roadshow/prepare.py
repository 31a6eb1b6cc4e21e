"""What has to be true before the portal serves: tables, translations, the demo, static files.

`python -m roadshow.prepare` does what is missing, in a process of its own: the one that serves stays small.
"""

import contextlib
import hashlib
import os
import sys
from pathlib import Path

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import DatabaseError, connection

from roadshow.translations import compile_all

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
    from roadshow.demo.load import NotEmpty, load

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


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "roadshow.settings")
    try:
        compile_all()
        django.setup()
        migrate()
        if settings.DEMO:
            load_demo()
        collect_static()
    except ImproperlyConfigured as error:
        sys.stderr.write(f"{error}\n")
    except OSError as error:
        sys.stderr.write(f"Cannot write {error.filename or settings.DATA_DIR}: {error.strerror}.\n")
    except DatabaseError as error:
        sys.stderr.write(f"The database does not take Roadshow's tables: {' '.join(str(error).split())}\n")
    except KeyboardInterrupt:
        return 130
    else:
        return 0
    return 2


if __name__ == "__main__":
    sys.exit(main())
