"""/healthz: whether the process responds. /readyz: whether it can serve, which takes tables, files and a database."""

from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest, HttpResponse

from roadshow.server.database import limit_wait

READY_SECONDS = 2  # that a monitor waits for the database


def _respond(request: HttpRequest, text: str, status: int = 200) -> HttpResponse:
    if request.method not in ("GET", "HEAD"):
        text, status = "method not allowed", 405
    response = HttpResponse(f"{text}\n", content_type="text/plain", status=status)
    response["Cache-Control"] = "no-store"
    return response


def healthz(request: HttpRequest) -> HttpResponse:
    """Whether the process responds; touches nothing else."""
    return _respond(request, "ok")


def readyz(request: HttpRequest) -> HttpResponse:
    """200 when pages can be served, else 503 with the reason."""
    problem = find_problem()
    return _respond(request, problem or "ok", 503 if problem else 200)


def find_problem() -> str:
    """Why this process cannot serve yet; empty when it can."""
    if problem := find_missing_files():
        return problem
    try:
        with limit_wait(READY_SECONDS), connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return "" if is_migrated() else "tables missing: run manage.py migrate"
    except (DatabaseError, InterfaceError):
        return "database unavailable"
    finally:
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()


def find_missing_files() -> str:
    """Whether `manage.py build` has yet to be run; only a good answer is remembered."""
    for source in settings.BASE_DIR.glob("roadshow/locale/*/LC_MESSAGES/*.po"):
        if not source.with_suffix(".mo").exists():
            return "translations missing: run manage.py build"
    manifest = getattr(staticfiles_storage, "manifest_name", None)
    if manifest and not Path(settings.STATIC_ROOT, manifest).exists():
        return "static files missing: run manage.py build"
    return ""


_migrated = False


def is_migrated() -> bool:
    """Whether all migrations of this code have been applied; once true, it is remembered."""
    global _migrated
    if not _migrated:
        from django.db.migrations.recorder import MigrationRecorder

        applied = set(MigrationRecorder(connection).applied_migrations())
        _migrated = expected_migrations() <= applied
    return _migrated


@cache
def expected_migrations() -> frozenset[tuple[str, str]]:
    """The last migration of each app, as (app, name)."""
    from django.db.migrations.loader import MigrationLoader

    return frozenset(MigrationLoader(None, ignore_no_migrations=True).graph.leaf_nodes())
