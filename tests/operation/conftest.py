"""Two nodes on one PostgreSQL by PgBouncer, a streaming replica, Redis, an object store, and nginx in front."""

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.operation.services import HOST, Cluster, Service, ServiceError, find_program


@dataclass(frozen=True)
class Portal:
    """Two nodes and all that they stand on."""

    cluster: Cluster
    variables: dict[str, object]  # environment of the nodes
    primary: Service
    replica: Service
    nodes: tuple[Service, Service]
    nginx: Service


@pytest.fixture(scope="session")
def portal() -> Iterator[Portal]:
    """A portal with the demo's events on several machines, as docs/operating.md describes it."""
    # pytest's own folders are closed to the account that PostgreSQL runs as.
    with (
        tempfile.TemporaryDirectory(prefix="roadshow-operation-") as folder,
        Cluster(Path(folder)) as cluster,
    ):
        primary = cluster.postgres()
        replica = cluster.replica(primary)
        pgbouncer = cluster.pgbouncer(primary)
        redis = cluster.redis("--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru")
        store = cluster.object_store()
        cluster.make_bucket(store, "roadshow")
        variables: dict[str, object] = {
            "DATABASE_URL": f"postgres://postgres@127.0.0.1:{pgbouncer.port}/roadshow",
            "DATABASE_REPLICA_URL": f"postgres://postgres@127.0.0.1:{replica.port}/roadshow",
            "CACHE_URL": f"redis://127.0.0.1:{redis.port}/0",
            "MEDIA_STORAGE": f"s3://key:secret@roadshow?endpoint_url=http://127.0.0.1:{store.port}"
            "&region_name=us-east-1&default_acl=public-read",
            "METRICS": 1,
            "LOG_FORMAT": "json",
            "SLOW_STATEMENTS": 1,
            "SITE_URL": f"https://{HOST}",
            "BEHIND_PROXY": 1,
            "WORKER": 0,
        }
        cluster.manage(variables, "migrate")
        cluster.manage(variables, "load_demo")
        nodes = (cluster.node("one", variables), cluster.node("two", variables))
        yield Portal(cluster, variables, primary, replica, nodes, cluster.nginx(*nodes))


PROGRAMS = ("postgres", "pg_basebackup", "pgbouncer", "redis-server", "nginx")


def pytest_collection_modifyitems(config, items) -> None:
    """Leave out these tests where a program is missing, which is an error with REQUIRE_SERVICES."""
    try:
        for program in PROGRAMS:
            find_program(program)
    except ServiceError as error:
        if os.environ.get("REQUIRE_SERVICES"):
            raise pytest.UsageError(str(error)) from None
        here = [item for item in items if item.get_closest_marker("operation")]
        items[:] = [item for item in items if item not in here]
        config.hook.pytest_deselected(items=here)
