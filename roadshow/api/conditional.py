"""ETag, Last-Modified and 304 for the API: decided before anything is read or rendered."""

import hashlib
from collections.abc import Callable

from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import http_date, parse_etags
from django.utils.translation import gettext as _
from rest_framework.response import Response

from roadshow.api.changes import Version
from roadshow.api.errors import PreconditionFailed
from roadshow.core.access import is_organiser, only_events
from roadshow.http.caching import OWN, edition

SHARED = "public, max-age=0, s-maxage=10"  # seconds that a cache between us and many readers may answer alone


def variant(request, around: Version | None = None) -> str:
    """Whatever besides the record decides what is answered: who asks, for what, from which address."""
    user, today = request.user, timezone.now().date()
    who = (user.pk, user.is_superuser, only_events(user)) if is_organiser(user) else None
    form = request.accepted_renderer.format
    parts = (request.get_full_path(), request.get_host(), form, who, edition(), today, str(around))
    return hashlib.md5(repr(parts).encode(), usedforsecurity=False).hexdigest()[:12]


def tag(state: Version, request, around: Version | None = None) -> str:
    """An entity tag: the state of the data, a dot, and the variant."""
    return f'"{state}.{variant(request, around)}"'


def answer(request, state: Version, make: Callable[[], Response], around: Version | None = None) -> Response:
    """What `make` answers, with its validators; 304 without calling it when the client has that already.

    `around` is the state of all records, where more than the one asked for decides what is answered.
    """
    etag = tag(state, request, around)
    times = [one.at.timestamp() for one in (state, around) if one and one.at]
    modified = int(max(times)) if times else None
    response = get_conditional_response(request, etag=etag, last_modified=modified)
    if response is None:
        response = make()
    response["ETag"] = etag
    if modified:
        response["Last-Modified"] = http_date(modified)
    response["Cache-Control"] = OWN if request.user.is_authenticated else SHARED
    patch_vary_headers(response, ["Accept", "Authorization", "Cookie"])
    return response


def require_match(request, state: Version | None) -> None:
    """Guards a change: `If-Match` has to name the state that the change is based on.

    `state` is None when there is no such record; `If-None-Match: *` asks for that. Raises PreconditionFailed.
    """
    if wanted := request.headers.get("If-Match"):
        if state is None:
            raise PreconditionFailed(_("There is nothing at this address. Leave If-Match out to create it."))
        tags = parse_etags(wanted)
        states = [one.removeprefix("W/").strip('"').rpartition(".")[0] for one in tags]
        if tags != ["*"] and str(state) not in states:
            raise PreconditionFailed
    if request.headers.get("If-None-Match", "").strip() == "*" and state is not None:
        raise PreconditionFailed(_("There is a record at this address already. Nothing was changed."))
