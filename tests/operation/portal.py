"""A portal on several machines: two nodes, PgBouncer, a streaming replica, Redis, an object store, and nginx."""

import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.operation.services import HOST, Cluster, Service

MAKE_TOKEN = (
    "from django.contrib.auth import get_user_model; from roadshow.models import ApiToken; "
    "user = get_user_model().objects.filter(is_staff=True).first(); "
    "print(ApiToken.objects.create(user=user, name='operation', may_write=True)[1])"
)


@dataclass(frozen=True)
class Portal:
    """Two nodes and all that they stand on."""

    cluster: Cluster
    variables: dict[str, object]  # environment of the nodes
    primary: Service
    replica: Service
    nodes: tuple[Service, Service]
    nginx: Service


@contextlib.contextmanager
def start_portal() -> Iterator[Portal]:
    """A portal with the demo's events on several machines, as docs/operating.md describes it."""
    # Folders of pytest, for one, are closed to the account that PostgreSQL runs as.
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


def make_token(portal: Portal) -> str:
    """A token that may write, of the demo's organiser."""
    return portal.cluster.manage(portal.variables, "shell", "-v0", "-c", MAKE_TOKEN).split()[-1]
