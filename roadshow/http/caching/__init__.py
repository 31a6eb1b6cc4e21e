"""Response cache: built once, sent to many, never to somebody it is not for, never out of date.

*What.* Complete responses (200, to GET or HEAD) of the views named in `settings.CACHED_VIEWS`, compressed, with
all their headers. A response that sets a cookie, carries a token or a nonce, or shows a message is never cached.

*Cache key.* All that a response depends on besides the data: scheme, host, path and query; whether htmx asks for
a fragment; the owner of the copy; the build id; the quarter of an hour, since pages name today's date in any
time zone. The data is represented by the *content version*, a number that database triggers change together with
anything that a page shows. A cached response stores the content version it was built from and is sent only while
that is the current one, so nothing is ever purged.

*Owner.* Requests without a session and without a token share one copy. A request with a session has a copy under
its session key, in this process only. Sessions and permissions are part of the content version: signing out or
losing a permission ends those copies. A request with a token is never served from the cache. Responses to a
session or a token are `private` for every cache on the way and on the device.

*Storage.* An LRU cache in each process, limited in bytes; behind it, for the shared copies, Django's cache.

*Freshness.* A worker reads the content version from the database at most ten times a second, and always after a
request that may have changed something came through any worker of this machine. Changes by commands and other
machines are seen after a tenth of a second at the latest.
"""

from .content_version import RECHECK_SECONDS, ContentVersion
from .middleware import CachedResponseMiddleware
from .responses import CachedResponse, ResponseCache
from .values import cache_by_cost, cached_count, get_or_build

__all__ = [
    "RECHECK_SECONDS",
    "CachedResponse",
    "CachedResponseMiddleware",
    "ContentVersion",
    "ResponseCache",
    "cache_by_cost",
    "cached_count",
    "get_or_build",
]
