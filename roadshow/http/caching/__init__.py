"""Response cache: built once, sent to many, never to somebody it is not for, never out of date.

*What.* Complete responses (200, to GET or HEAD) of the views named in `settings.CACHED_VIEWS`, compressed, with
all their headers. A response that sets a cookie, carries a token or a nonce, or shows a message is never cached.

*Cache key.* All that a response depends on besides the data and the clock: scheme, host, path and query; whether htmx
asks for a fragment; the owner of the copy; the build id. Nothing is ever purged: a cached response stores the version
of the content that it was built from, and is sent only while one built now would say the same.

*Content version.* Database triggers change three numbers together with what pages show: `public` with each public
change in the log of changes, `site` with other public content, `private` with all else, sessions and permissions
included. A page for everybody follows the first two; what belongs to a session, and what tells when a record was last
changed (API, files, feeds), follows all three. A page that calls `depend_on` outlives public changes of records that
it does not show: the records that were loaded for it are noted, and the log of changes tells which changed since.

*Owner.* Requests without a session and without a token share one copy. A request with a session has a copy under
its session key, in this process only. Sessions and permissions are part of the content version: signing out or
losing a permission ends those copies. A request with a token is never served from the cache. Responses to a
session or a token are `private` for every cache on the way and on the device.

*Storage.* An LRU cache in each process, limited in bytes; behind it, for the shared copies, Django's cache.

*Freshness.* A worker reads the content version from the database at most ten times a second, and always after a
request that may have changed something came through any worker of this machine. Changes by commands and other
machines are seen after a tenth of a second at the latest.
"""

from .content_version import RECHECK_SECONDS, ContentVersion, Version
from .dependencies import Lifetime, depend_on, expire_at
from .middleware import CachedResponseMiddleware
from .responses import CachedResponse, ResponseCache
from .values import cache_by_cost, cached_count, get_or_build, remember

__all__ = [
    "RECHECK_SECONDS",
    "CachedResponse",
    "CachedResponseMiddleware",
    "ContentVersion",
    "Lifetime",
    "ResponseCache",
    "Version",
    "cache_by_cost",
    "cached_count",
    "depend_on",
    "expire_at",
    "get_or_build",
    "remember",
]
