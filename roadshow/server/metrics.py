"""/metrics in Prometheus' format: requests, cache, statements, queue, releases; added up over all processes.

Off unless METRICS is set. Processes share memory-mapped files in a folder (prometheus_client's multiprocess mode).
"""

import hmac
import os
import time
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, HttpResponseNotFound

from roadshow.http.rate_limits import client_address

if settings.METRICS:
    folder = Path(settings.DATA_DIR) / "metrics"
    folder.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(folder))

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    multiprocess,
)

REQUESTS = Counter("roadshow_requests", "Requests", ["method", "status", "view"])
SECONDS = Histogram(
    "roadshow_request_seconds", "Duration of requests", ["view"],
    buckets=(0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)  # fmt: skip
CACHE = Counter("roadshow_response_cache", "Look-ups in the response cache", ["result"])
STATEMENTS = Histogram(
    "roadshow_statement_seconds", "Duration of SQL statements", buckets=(0.001, 0.01, 0.1, 1, 10)
)
LOCAL = ("127.0.0.1", "::1")
STATES = "SELECT state, count(*) FROM jobs_job GROUP BY state"
OLDEST = (
    "SELECT coalesce(extract(epoch FROM now() - min(created_at)), 0) FROM jobs_job WHERE state = 'waiting'"
)
RELEASES = "SELECT count(*), coalesce(extract(epoch FROM max(created_at)), 0) FROM events_release"
CONNECTIONS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"


def count_request(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    match = request.resolver_match
    view = (match.view_name if match else "") or "cached or unknown"
    REQUESTS.labels(request.method, response.status_code, view).inc()
    SECONDS.labels(view).observe(seconds)


def count_cache(result: str) -> None:
    """Count a look-up in the response cache: "hit", "stale" (the database is away) or "miss"."""
    if settings.METRICS:
        CACHE.labels(result).inc()


def time_statement(execute, sql, params, many, context):
    """An execute wrapper that observes the duration of each statement, unless this process counts nothing."""
    if not settings.METRICS:
        return execute(sql, params, many, context)
    start = time.perf_counter()
    try:
        return execute(sql, params, many, context)
    finally:
        STATEMENTS.observe(time.perf_counter() - start)


def metrics_view(request: HttpRequest) -> HttpResponse:
    """For this machine, and for those who have METRICS_TOKEN as a bearer token."""
    if not settings.METRICS:
        return HttpResponseNotFound("METRICS is not set.\n", content_type="text/plain")
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    has_token = settings.METRICS_TOKEN and hmac.compare_digest(
        given.encode(), settings.METRICS_TOKEN.encode()
    )
    if not has_token and client_address(request) not in LOCAL:
        return HttpResponseForbidden("METRICS_TOKEN is needed.\n", content_type="text/plain")
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)
    return HttpResponse(generate_latest(registry) + read_database(), content_type=CONTENT_TYPE_LATEST)


def read_database() -> bytes:
    """Numbers that the database knows, as of now."""
    registry = CollectorRegistry()
    up = Gauge("roadshow_database_up", "Whether the database responds", registry=registry)
    jobs = Gauge("roadshow_jobs", "Background jobs by state", ["state"], registry=registry)
    oldest = Gauge("roadshow_oldest_waiting_job_seconds", "Age of the oldest waiting job", registry=registry)
    releases = Gauge("roadshow_releases", "Releases of all events", registry=registry)
    released = Gauge("roadshow_last_release_timestamp_seconds", "Time of the last release", registry=registry)
    used = Gauge("roadshow_database_connections", "Connections to the database", registry=registry)
    try:
        with connection.cursor() as cursor:
            cursor.execute(STATES)
            for state, count in cursor.fetchall():
                jobs.labels(state).set(count)
            for statement, gauges in (
                (OLDEST, [oldest]),
                (RELEASES, [releases, released]),
                (CONNECTIONS, [used]),
            ):
                cursor.execute(statement)
                for gauge, value in zip(gauges, cursor.fetchone(), strict=True):
                    gauge.set(float(value))
        up.set(1)
    except (DatabaseError, InterfaceError):
        up.set(0)
    return generate_latest(registry)
