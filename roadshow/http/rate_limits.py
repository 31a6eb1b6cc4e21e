"""How often somebody without an account may do something: all that is kept is a number that expires."""

import hashlib
import hmac
import time
from ipaddress import ip_address

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest


def address_of(request: HttpRequest) -> str:
    """Where a request comes from: the connection's other end, or whom a trusted proxy names as that.

    A proxy adds its own word behind what the client says of itself, so only the last one counts.
    """
    if settings.SECURE_PROXY_SSL_HEADER:
        told = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
        try:
            return str(ip_address(told))
        except ValueError:
            pass
    return request.META.get("REMOTE_ADDR", "")


def until_next(seconds: int) -> int:
    """Seconds until `within_limit` begins to count anew."""
    return seconds - int(time.time() % seconds)


def within_limit(request: HttpRequest, what: str, *, times: int, seconds: int) -> bool:
    """Count one more `what` by this sender; False when there were `times` in these `seconds` already."""
    period = int(time.time() // seconds)  # in the key, because not every cache keeps a counter's end
    sender = f"{what}:{address_of(request)}:{period}"
    digest = hmac.new(settings.SECRET_KEY.encode(), sender.encode(), hashlib.sha256).hexdigest()
    key = f"limit:{digest[:32]}"
    if cache.add(key, 1, seconds):
        return True
    try:
        return cache.incr(key) <= times
    except ValueError:  # it has just expired
        cache.set(key, 1, seconds)
        return True
