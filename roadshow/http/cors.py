"""Cross-origin requests of browser apps: every origin may use the API and read files, with tokens, never with cookies.

`Access-Control-Allow-Origin: *` without `Access-Control-Allow-Credentials` keeps browsers from sending cookies.
"""

import re

from django.http import HttpRequest, HttpResponse

OPEN_PATHS = re.compile(r"/api/|.*(\.(json|xml|ics|opml|csv|xlsx|md|html)|/feed/)$")
ALLOWED_METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
ALLOWED_HEADERS = (
    "Accept, Accept-Language, Authorization, Content-Type, Idempotency-Key, "
    "If-Match, If-Modified-Since, If-None-Match, Last-Event-ID, Prefer"
)
# Let scripts of every origin read a response and its headers.
OPEN_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": (
        "ETag, Last-Modified, Location, Retry-After, Idempotent-Replayed, Preference-Applied"
    ),
}


def preflight_response(request: HttpRequest) -> HttpResponse | None:
    """The response to a preflight request for an open path; None for other requests."""
    if "Access-Control-Request-Method" not in request.headers or not OPEN_PATHS.match(request.path_info):
        return None
    allowed = {
        "Access-Control-Allow-Methods": ALLOWED_METHODS,
        "Access-Control-Allow-Headers": ALLOWED_HEADERS,
        "Access-Control-Max-Age": "86400",
    }
    return HttpResponse(status=204, headers=OPEN_HEADERS | allowed)
