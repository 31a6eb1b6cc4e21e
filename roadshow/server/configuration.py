"""Environment variables as Django settings: database, cache, mail, files, logging. Pure functions."""

from urllib.parse import parse_qs, unquote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

CACHE_BYTES = 256 * 1024 * 1024  # of the cache in files
CONNECT_SECONDS = 3


def configure_database(url: str, *, application_name: str) -> dict:
    """The entry of DATABASES for a PostgreSQL URL, whose `?options` libpq gets.

    Nothing needs session state, so that PgBouncer may pool by transaction: settings belong to the database (see
    roadshow.server.database, which also gives web processes a bounded pool).
    """
    if urlsplit(url).scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(
            "DATABASE_URL must begin with postgres://; no other database is supported."
        )
    config = environ.Env.db_url_config(url)
    options = config.setdefault("OPTIONS", {})
    defaults = {
        "connect_timeout": CONNECT_SECONDS,
        "application_name": application_name,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 15_000,  # milliseconds
    }
    config["OPTIONS"] = defaults | options
    config["CONN_HEALTH_CHECKS"] = True
    config["DISABLE_SERVER_SIDE_CURSORS"] = True  # they outlive a transaction
    config["CONN_MAX_AGE"] = 60
    return config


def configure_cache(url: str) -> dict:
    """The entry of CACHES for CACHE_URL; options in the URL are kept, a failure of the cache is a miss.

    Understood: `redis://` and `rediss://` (one or several servers), `filecache:///folder?max_bytes=…`, `locmem://`.
    """
    scheme = urlsplit(url).scheme
    if scheme in {"redis", "rediss", "unix"}:
        return _configure_redis(url)
    if scheme in {"filecache", "file"}:
        parts = urlsplit(url)
        given = {name.lower(): values[-1] for name, values in parse_qs(parts.query).items()}
        return {
            "BACKEND": "roadshow.http.caching.backends.FileCache",
            "LOCATION": parts.netloc + parts.path,
            "TIMEOUT": 86_400,
            "OPTIONS": {"MAX_BYTES": int(given.get("max_bytes", CACHE_BYTES))},
        }
    if scheme == "locmem":
        return {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "TIMEOUT": 86_400}
    raise ImproperlyConfigured("CACHE_URL must begin with redis://, rediss://, filecache:// or locmem://.")


def _configure_redis(url: str) -> dict:
    """redis-py reads the options of each URL; several servers are separated by commas, the first one takes writes."""
    scheme = urlsplit(url).scheme
    servers = [part if "://" in part else f"{scheme}://{part}" for part in url.split(",")]
    return {
        "BACKEND": "roadshow.http.caching.redis_backend.RedisCache",
        "LOCATION": servers,
        "TIMEOUT": 86_400,
        "OPTIONS": {
            "socket_timeout": 0.25,
            "socket_connect_timeout": 0.25,
            "max_connections": 64,
        },
    }


def configure_mail(url: str, *, demo: bool) -> dict:
    """EMAIL_… settings of EMAIL_URL (`smtp+tls://user:password@host:587`); without one a demo prints messages.

    The worker hands messages to EMAIL_DELIVERY_BACKEND; EMAIL_BACKEND queues them, unless none are sent at all.
    """
    if not url:
        url = "consolemail://" if demo else "dummymail://"
    config = environ.Env.email_url_config(url)
    config = {
        name: value for name, value in config.items() if name.startswith("EMAIL_") and value is not None
    }
    backend = config["EMAIL_BACKEND"]
    queued = backend if url.startswith("dummymail") else "roadshow.server.mail.QueuedBackend"
    return {"EMAIL_TIMEOUT": 10} | config | {"EMAIL_BACKEND": queued, "EMAIL_DELIVERY_BACKEND": backend}


def configure_media(url: str) -> dict:
    """The `default` entry of STORAGES for MEDIA_STORAGE: MEDIA_ROOT without one, or `s3://key:secret@bucket?endpoint_url=…`.

    Further parameters of the URL are options of django-storages' S3Storage, such as `region_name` or `custom_domain`.
    """
    if not url:
        return {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    parts = urlsplit(url)
    if parts.scheme != "s3" or not parts.hostname:
        raise ImproperlyConfigured(
            "MEDIA_STORAGE must look like s3://key:secret@bucket?endpoint_url=https://…."
        )
    options = {
        "bucket_name": parts.hostname,
        "default_acl": None,
        "querystring_auth": False,
        "file_overwrite": False,
        "object_parameters": {"CacheControl": MEDIA_CACHE_CONTROL},
    }
    if parts.username:
        options |= {"access_key": unquote(parts.username), "secret_key": unquote(parts.password or "")}
    options |= {name: values[-1] for name, values in parse_qs(parts.query).items()}
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}


MEDIA_CACHE_CONTROL = "public, max-age=31536000, immutable"  # a changed picture has another name


def list_media_sources(url: str) -> list[str]:
    """Origins of pictures for the Content-Security-Policy; none where the portal serves media itself."""
    if not url:
        return []
    options = configure_media(url)["OPTIONS"]
    if domain := options.get("custom_domain"):
        return [f"https://{domain}"]
    if endpoint := options.get("endpoint_url"):
        parts = urlsplit(endpoint)
        return [f"{parts.scheme}://{parts.netloc}"]
    return [f"https://{options['bucket_name']}.s3.amazonaws.com"]


def configure_logging(*, level: str, json: bool, access_log: bool, mail_admins: bool) -> dict:
    """LOGGING: lines with time, level, address and request id, or JSON; errors by mail where asked for."""
    handlers = {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "json" if json else "line",
            "filters": ["request", "tokens", "short"],
        },
    }
    root = ["console"]
    if mail_admins:
        handlers["mail"] = {
            "class": "roadshow.server.logs.AdminMailHandler",
            "level": "ERROR",
            "filters": ["tokens", "not_too_often"],
        }
        root.append("mail")
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {
            "request": {"()": "roadshow.server.logs.RequestFilter"},
            "tokens": {"()": "roadshow.server.logs.TokenFilter"},
            "short": {"()": "roadshow.server.logs.ShortErrors"},
            "not_too_often": {"()": "roadshow.server.logs.OncePerMinute"},
        },
        "formatters": {
            "line": {"()": "roadshow.server.logs.LineFormatter"},
            "json": {"()": "roadshow.server.logs.JsonFormatter"},
        },
        "handlers": handlers,
        "root": {"handlers": root, "level": level},
        "loggers": {
            "django": {"handlers": [], "propagate": True},
            "django.server": {"handlers": [], "propagate": True},
            "roadshow.access": {"level": "INFO" if access_log else "CRITICAL"},
            "roadshow.slow": {"level": "INFO"},
            "psycopg.pool": {"level": "ERROR"},
        },
    }


def configure_single_sign_on(*, server: str, client: str, secret: str, name: str) -> dict:
    """SOCIALACCOUNT_PROVIDERS for an OpenID Connect provider; empty without `server`."""
    if not server:
        return {}
    if not client or not secret:
        raise ImproperlyConfigured("OIDC_SERVER needs OIDC_CLIENT and OIDC_SECRET.")
    app = {
        "provider_id": "oidc",
        "name": name,
        "client_id": client,
        "secret": secret,
        "settings": {"server_url": server},
    }
    return {"openid_connect": {"APPS": [app]}}
