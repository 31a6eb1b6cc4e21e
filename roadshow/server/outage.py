"""What an outage of the database or of the media's disk is, and what clients are told: 503, "back in a moment"."""

import errno

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

RETRY_AFTER = 5  # seconds
# SQLSTATE classes and codes: connection exceptions, insufficient resources, operator intervention, read-only server
OUTAGE_STATES = ("08", "53", "57", "25006")


def is_database_outage(error: BaseException | None) -> bool:
    """Whether the database did not answer, was shutting down, out of connections, or took too long."""
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    state = getattr(error.__cause__, "sqlstate", None) or ""
    return not state or state.startswith(OUTAGE_STATES)


def is_disk_outage(error: BaseException | None) -> bool:
    """Whether a file could not be stored: the disk is full, over its quota or read-only."""
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS)


def outage_response(request: HttpRequest, *, of_disk: bool = False) -> HttpResponse:
    """503 with Retry-After: a page without a single query, or JSON for the API."""
    if request.path_info.startswith("/api/"):
        detail = _("Back in a moment. Please try again.")
        if of_disk:
            detail = _("There is no room for files at this moment. Nothing was stored.")
        error = {"code": "unavailable", "detail": detail, "attr": None}
        response: HttpResponse = JsonResponse({"type": "server_error", "errors": [error]}, status=503)
    else:
        response = HttpResponse(render_to_string("503.html", {"of_disk": of_disk}), status=503)
    response["Retry-After"] = str(RETRY_AFTER)
    response["Cache-Control"] = "no-store"
    return response
