"""Rate limits for clients without an account: a counter in the database, keyed by a digest of their address."""

import hashlib
import hmac
import time
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest

from roadshow.expiring.models import increase


def client_address(request: HttpRequest) -> str:
    """The client's IP address: the peer of the connection, or what a trusted proxy says.

    A proxy appends the peer's address to what the client sent, so only the last one counts.
    """
    if settings.SECURE_PROXY_SSL_HEADER:
        forwarded = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
        try:
            return str(ip_address(forwarded))
        except ValueError:
            pass
    return request.META.get("REMOTE_ADDR", "")


def seconds_until_reset(seconds: int) -> int:
    """Seconds until `is_within_limit` begins to count anew."""
    return seconds - int(time.time() % seconds)


def is_within_limit(request: HttpRequest, action: str, *, times: int, seconds: int) -> bool:
    """Count one more `action` of this client; False when there were `times` in the current `seconds` already."""
    period = int(time.time() // seconds)
    sender = f"{action}:{client_address(request)}:{period}"
    digest = hmac.new(settings.SECRET_KEY.encode(), sender.encode(), hashlib.sha256).hexdigest()
    return increase(digest, seconds=seconds) <= times
