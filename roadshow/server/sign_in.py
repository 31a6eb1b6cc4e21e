"""Sign-in: attempts are limited by address too, whatever the names, and a lockout says when to come back."""

from typing import Any

from axes.exceptions import AxesBackendPermissionDenied
from axes.helpers import get_cool_off
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from roadshow.http.rate_limits import is_within_limit, seconds_until_reset

PERIOD = 15 * 60  # seconds


class LimitByAddress:
    """Refuses attempts beyond SIGN_IN_LIMIT_ADDRESS a quarter of an hour from one address; comes before the others."""

    def authenticate(self, request: HttpRequest | None, **credentials):
        limit = settings.SIGN_IN_LIMIT_ADDRESS
        if request is None or not limit or not credentials.get("password"):
            return
        if not is_within_limit(request, "sign-in", times=limit, seconds=PERIOD):
            refused: Any = request
            refused.axes_locked_out = True
            refused.axes_credentials = credentials
            refused.too_many_sign_ins = True
            raise AxesBackendPermissionDenied("Too many attempts from this address.")
        return


def lockout_response(request: HttpRequest, *_args, **_kwargs) -> HttpResponse:
    """429 with Retry-After, after too many failures of an account or attempts from an address."""
    if getattr(request, "too_many_sign_ins", False):
        seconds = seconds_until_reset(PERIOD)
    else:
        seconds = int(get_cool_off(request).total_seconds())
    response = render(request, "429.html", {"minutes": -(-seconds // 60)}, status=429)
    response["Retry-After"] = str(seconds)
    return response
