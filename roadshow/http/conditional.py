"""Conditional requests: the one place where entity tags, `Last-Modified` and 304 are made and `If-Match` is checked.

A record's *version* is read from the changes that triggers recorded, see `roadshow.api.changes`; its entity tag is
the version, a dot and a digest of all else that the response depends on.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import http_date, parse_etags, quote_etag
from django.utils.translation import gettext as _

from roadshow.api.changes import OLDEST, ChangeCursor, go_to_last_result
from roadshow.api.errors import PreconditionFailed
from roadshow.core.access import is_organiser, only_events
from roadshow.http.build import build_id

PRIVATE = "private, no-cache"


@dataclass(frozen=True, slots=True)
class StateVersion:
    """Identifies the state of all records (or of one): it differs whenever what can be read differs."""

    cursor: ChangeCursor
    unsettled: int
    at: datetime | None

    def __str__(self):
        return f"{self.cursor.xid}-{self.cursor.id}-{self.unsettled}"


# The horizon is read by a statement before the one that looks at changes, see `horizon`; one trip for all.
VERSION = f"""
SELECT pg_stat_clear_snapshot();
SELECT set_config('roadshow.horizon', ({OLDEST})::text, true);
WITH now AS (SELECT current_setting('roadshow.horizon')::bigint AS horizon)
SELECT coalesce(last.xid, 0), coalesce(last.id, 0), last.at,
       (SELECT count(*) FROM api_change, now WHERE xid >= horizon)
FROM now LEFT JOIN LATERAL
     (SELECT xid, id, at FROM api_change WHERE xid < horizon ORDER BY xid DESC, id DESC LIMIT 1) AS last
     ON true
"""  # noqa: S608 - of constants
RECORD = (
    "SELECT coalesce(max(xid), 0), count(*), max(at), max(id) FROM api_change WHERE kind = %s AND guid = %s"
)


def current_version() -> StateVersion:
    """The state of all records.

    The last settled change, and how many are visible that are not settled yet: a change that becomes visible
    afterwards is counted there, or moves the settled end, so two different states never share a version.
    """
    with connection.cursor() as cursor:
        cursor.execute(VERSION)
        go_to_last_result(cursor)
        xid, number, at, unsettled = cursor.fetchone()
    return StateVersion(ChangeCursor(xid, number), unsettled, at)


def record_version(kind: str, guid) -> StateVersion:
    """The state of one record."""
    with connection.cursor() as cursor:
        cursor.execute(RECORD, [kind, str(guid)])
        xid, count, at, number = cursor.fetchone()
    return StateVersion(ChangeCursor(xid, number or 0), count, at)


def entity_tag(*parts, version: object = "") -> str:
    """A strong entity tag (RFC 9110) for a representation that depends on `parts` and `version` alone."""
    digest = hashlib.md5(repr(parts).encode(), usedforsecurity=False).hexdigest()
    return quote_etag(f"{version}.{digest}" if version else digest)


def public_cache_control() -> str:
    """For everybody's copies: a CDN may answer for CDN_SECONDS, and with old copies while the portal is away."""
    seconds = settings.CDN_SECONDS
    if not seconds:
        return "public, no-cache"
    return f"public, max-age=0, s-maxage={seconds}, stale-while-revalidate=60, stale-if-error=86400"


def cache_control_directives(response: HttpResponse) -> set[str]:
    return {directive.strip() for directive in response.get("Cache-Control", "").split(",")}


def conditional_response(
    request: HttpRequest,
    build: Callable[[], HttpResponse],
    *,
    etag: str,
    modified: datetime | None = None,
    cache_control: str,
    vary: Iterable[str],
) -> HttpResponse:
    """The response of `build` with validators; 304 without calling it when the client has it already."""
    seconds = int(modified.timestamp()) if modified else None
    response = get_conditional_response(request, etag=etag, last_modified=seconds)
    if response is None:
        response = build()
    response["ETag"] = etag
    if seconds:
        response["Last-Modified"] = http_date(seconds)
    response["Cache-Control"] = cache_control
    patch_vary_headers(response, vary)
    return response


def record_tag(version: StateVersion, request, context_version: StateVersion | None = None) -> str:
    """The entity tag of an API response about a record.

    `context_version` is the version of all records, where more than the one asked for is shown.
    """
    user, today = request.user, timezone.now().date()
    viewer = (user.pk, user.is_superuser, only_events(user)) if is_organiser(user) else None
    address = (request.get_full_path(), request.get_host(), request.accepted_renderer.format)
    return entity_tag(*address, viewer, build_id(), today, str(context_version), version=version)


def versioned_response(
    request,
    version: StateVersion,
    build: Callable[[], HttpResponse],
    context_version: StateVersion | None = None,
) -> HttpResponse:
    """The API response of `build` with validators; 304 without calling it when the client has it already."""
    times = [one.at for one in (version, context_version) if one and one.at]
    return conditional_response(
        request,
        build,
        etag=record_tag(version, request, context_version),
        modified=max(times, default=None),
        cache_control=PRIVATE if request.user.is_authenticated else public_cache_control(),
        vary=["Accept", "Authorization", "Cookie"],
    )


def require_match(request, version: StateVersion | None) -> None:
    """Check that `If-Match` names the version that is about to be changed.

    `version` is None when there is no such record, which `If-None-Match: *` asks for. Weak tags match too, because
    compression weakens them. Raises PreconditionFailed.
    """
    if wanted := request.headers.get("If-Match"):
        if version is None:
            raise PreconditionFailed(_("There is nothing at this address. Leave If-Match out to create it."))
        tags = parse_etags(wanted)
        versions = [tag.removeprefix("W/").strip('"').rpartition(".")[0] for tag in tags]
        if tags != ["*"] and str(version) not in versions:
            raise PreconditionFailed
    if request.headers.get("If-None-Match", "").strip() == "*" and version is not None:
        raise PreconditionFailed(_("There is a record at this address already. Nothing was changed."))
