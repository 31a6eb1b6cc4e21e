"""Conditional requests of the API: validators decided before anything is read or rendered, and `If-Match`."""

from collections.abc import Callable

from django.utils import timezone
from django.utils.http import parse_etags
from django.utils.translation import gettext as _
from rest_framework.response import Response

from roadshow.api.changes import Version
from roadshow.api.errors import PreconditionFailed
from roadshow.core.access import is_organiser, only_events
from roadshow.http.caching import PRIVATE, build_id
from roadshow.http.conditional import conditional_response, entity_tag, tag_states

SHARED = "public, max-age=0, s-maxage=10"  # a shared cache may serve it for 10 s by itself


def record_tag(version: Version, request, context_version: Version | None = None) -> str:
    """The entity tag of a record: its version, and all else that the response depends on.

    `context_version` is the version of all records, where more than the one asked for is shown.
    """
    user, today = request.user, timezone.now().date()
    viewer = (user.pk, user.is_superuser, only_events(user)) if is_organiser(user) else None
    return entity_tag(
        request.get_full_path(),
        request.get_host(),
        request.accepted_renderer.format,
        viewer,
        build_id(),
        today,
        str(context_version),
        state=version,
    )


def versioned_response(
    request, version: Version, build: Callable[[], Response], context_version: Version | None = None
) -> Response:
    """The response of `build` with validators; 304 without calling it when the client has it already."""
    times = [one.at for one in (version, context_version) if one and one.at]
    return conditional_response(
        request,
        build,
        etag=record_tag(version, request, context_version),
        modified=max(times, default=None),
        cache_control=PRIVATE if request.user.is_authenticated else SHARED,
        vary=["Accept", "Authorization", "Cookie"],
    )


def require_match(request, version: Version | None) -> None:
    """Check that `If-Match` names the version that is about to be changed.

    `version` is None when there is no such record, which `If-None-Match: *` asks for. Raises PreconditionFailed.
    """
    if wanted := request.headers.get("If-Match"):
        if version is None:
            raise PreconditionFailed(_("There is nothing at this address. Leave If-Match out to create it."))
        tags = parse_etags(wanted)
        if tags != ["*"] and str(version) not in tag_states(tags):
            raise PreconditionFailed
    if request.headers.get("If-None-Match", "").strip() == "*" and version is not None:
        raise PreconditionFailed(_("There is a record at this address already. Nothing was changed."))
