"""How often somebody without an account may do something: all that is kept is a number that expires."""

import hashlib
import hmac

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from ipware import get_client_ip


def address_of(request: HttpRequest) -> str:
    """Where a request comes from: what a trusted proxy says, else the connection's other end."""
    address, _routable = get_client_ip(request) if settings.SECURE_PROXY_SSL_HEADER else (None, None)
    return str(address or request.META.get("REMOTE_ADDR", ""))


def within_limit(request: HttpRequest, what: str, *, times: int, seconds: int) -> bool:
    """Count one more `what` by this sender; False when there were `times` in the last `seconds` already."""
    sender = f"{what}:{address_of(request)}"
    digest = hmac.new(settings.SECRET_KEY.encode(), sender.encode(), hashlib.sha256).hexdigest()
    key = f"limit:{digest[:32]}"
    if cache.add(key, 1, seconds):
        return True
    try:
        return cache.incr(key) <= times
    except ValueError:  # it has just expired
        cache.set(key, 1, seconds)
        return True
