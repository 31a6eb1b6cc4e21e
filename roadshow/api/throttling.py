"""Request limits of the API: DRF's throttles, counting in each worker's memory its share of the limit.

Rates are `API_LIMIT_ADDRESS` and `API_LIMIT_USER` requests a minute, see `DEFAULT_THROTTLE_RATES`.
"""

from django.core.cache.backends.locmem import LocMemCache
from rest_framework.throttling import AnonRateThrottle, UserRateThrottle

PROCESS_CACHE = LocMemCache("api-throttles", {"MAX_ENTRIES": 10_000})


class AddressThrottle(AnonRateThrottle):
    cache = PROCESS_CACHE


class UserThrottle(UserRateThrottle):
    """Clients without an account are counted by their address alone."""

    cache = PROCESS_CACHE

    def get_cache_key(self, request, view) -> str | None:
        return super().get_cache_key(request, view) if request.user.is_authenticated else None
