"""System checks for operators: `manage.py check --deploy` says what is wrong, and what to set."""

import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import caches
from django.core.checks import CheckMessage, Error, Warning, register
from django.core.files.storage import default_storage
from django.db import DatabaseError, InterfaceError, connection

from roadshow.core.database import find_missing_parameters
from roadshow.server.health import find_missing_files

DEPLOY = "roadshow"
BESIDES = 12  # connections of the background worker with its jobs, of commands and of health checks


@register(DEPLOY, deploy=True)
def check_site_url(app_configs=None, **kwargs):
    """SITE_URL: absolute, HTTPS, and its host allowed."""
    url = settings.SITE_URL
    if not url:
        return [
            Warning(
                "SITE_URL is not set: feeds, mail and webhooks cannot contain addresses, and cookies are not secure.",
                hint="Set SITE_URL=https://talks.example.org.",
                id="roadshow.W001",
            )
        ]
    parts = urlsplit(url)
    found: list[CheckMessage] = []
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query:
        return [
            Error(
                f"SITE_URL is not an address of a site: {url}",
                hint="Scheme and host only.",
                id="roadshow.E001",
            )
        ]
    if parts.scheme == "http":
        found.append(
            Warning("SITE_URL is not HTTPS: cookies and passwords travel openly.", id="roadshow.W002")
        )
    if not _is_allowed(parts.hostname):
        found.append(
            Error(
                f"ALLOWED_HOSTS does not contain {parts.hostname}, the host of SITE_URL: each page is 400.",
                hint=f"Add {parts.hostname} to ALLOWED_HOSTS.",
                id="roadshow.E002",
            )
        )
    return found


def _is_allowed(host: str) -> bool:
    from django.http.request import validate_host

    return validate_host(host, settings.ALLOWED_HOSTS)


@register(DEPLOY, deploy=True)
def check_proxy(app_configs=None, **kwargs):
    """HTTPS is the proxy's, and the portal has to trust what it says."""
    if settings.HTTPS and not settings.BEHIND_PROXY:
        return [
            Warning(
                "SITE_URL is https:// and BEHIND_PROXY is not set: all clients seem to have the proxy's address, and "
                "plain HTTP is not redirected.",
                hint="Set BEHIND_PROXY=1 where a proxy sets X-Forwarded-For and X-Forwarded-Proto.",
                id="roadshow.W003",
            )
        ]
    return []


@register(DEPLOY, deploy=True)
def check_cache(app_configs=None, **kwargs):
    """The cache stores and returns a value, and is one that all processes share."""
    cache = caches["default"]
    if settings.CACHES["default"]["BACKEND"].endswith("LocMemCache"):
        return [
            Warning(
                "CACHE_URL=locmem:// is not shared by processes.",
                hint="Use files or Redis.",
                id="roadshow.W004",
            )
        ]
    cache.set("roadshow.check", "value", 10)
    if cache.get("roadshow.check") != "value":
        return [
            Warning(
                f"The cache at {settings.CACHES['default'].get('LOCATION')} does not work: pages are built each time.",
                hint="Correct CACHE_URL, start Redis, or make the folder writable.",
                id="roadshow.W005",
            )
        ]
    return []


@register(DEPLOY, deploy=True)
def check_media(app_configs=None, **kwargs):
    """Pictures can be stored."""
    if settings.STORAGES["default"]["BACKEND"].endswith("FileSystemStorage"):
        folder = Path(settings.MEDIA_ROOT)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                return []
        except OSError as error:
            return [_media_error(f"{folder}: {error.strerror}")]
    try:
        default_storage.exists("roadshow.check")
    except Exception as error:
        return [_media_error(f"{type(error).__name__}: {error}")]
    return []


def _media_error(reason: str) -> Error:
    return Error(
        f"Pictures cannot be stored ({reason}).",
        hint="Correct ROADSHOW_DATA or MEDIA_STORAGE.",
        id="roadshow.E003",
    )


@register(DEPLOY, deploy=True)
def check_files(app_configs=None, **kwargs):
    """`manage.py build` has been run."""
    missing = find_missing_files()
    return [Error(missing[0].upper() + missing[1:] + ".", id="roadshow.E004")] if missing else []


@register(DEPLOY, deploy=True)
def check_database(app_configs=None, **kwargs):
    """The database responds, has its parameters, and takes all connections that the processes may open."""
    try:
        missing = find_missing_parameters()
        allowed = read_connection_limit()
    except (DatabaseError, InterfaceError) as error:
        reason = " ".join(str(error).split())
        return [
            Error(
                f"The database does not respond ({reason}).", hint="Correct DATABASE_URL.", id="roadshow.E005"
            )
        ]
    found: list[CheckMessage] = []
    if missing:
        found.append(
            Warning(
                f"The database lacks the parameters {', '.join(missing)}.",
                hint="Run manage.py migrate as the database's owner, or ALTER DATABASE … SET them.",
                id="roadshow.W006",
            )
        )
    needed = count_connections()
    if needed > allowed:
        found.append(
            Error(
                f"Up to {needed} connections are opened, and the database allows {allowed}.",
                hint="Lower WORKERS or DATABASE_POOL, raise max_connections, or use PgBouncer.",
                id="roadshow.E006",
            )
        )
    return found


def count_connections() -> int:
    """The most connections that one machine's processes open: web workers, background worker, one command."""
    from roadshow.server.start import THREADS

    databases = len(settings.DATABASES)
    return settings.WORKERS * (settings.DATABASE_POOL or THREADS * databases) + BESIDES


def read_connection_limit() -> int:
    """How many connections the account may have: the least of the server's, the database's and the role's limits."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int, "
            "(SELECT rolconnlimit FROM pg_roles WHERE rolname = current_user), "
            "(SELECT datconnlimit FROM pg_database WHERE datname = current_database())"
        )
        return min(limit for limit in cursor.fetchone() if limit >= 0)


@register(DEPLOY, deploy=True)
def check_mail(app_configs=None, **kwargs):
    """Mail goes somewhere."""
    if settings.EMAIL_BACKEND.endswith(("dummy.EmailBackend", "console.EmailBackend")) and not settings.DEMO:
        return [
            Warning(
                "EMAIL_URL is not set: no mail is sent, and nobody can reset a password.",
                hint="Set EMAIL_URL=smtp+tls://user:password@mail.example.org:587, then run manage.py sendtestemail.",
                id="roadshow.W007",
            )
        ]
    return []


@register(DEPLOY, deploy=True)
def check_demo(app_configs=None, **kwargs):
    """A portal for the public is not a demo."""
    if settings.DEMO:
        return [
            Warning("This is a demo.", hint="Set DEMO=0, SECRET_KEY and ALLOWED_HOSTS.", id="roadshow.W008")
        ]
    return []
