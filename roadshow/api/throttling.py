"""How many requests a minute the API takes from one user or one address.

Each worker counts for itself, in memory, its share of the limit: counting costs nothing, and nothing is kept.
"""

import time
from collections import Counter
from math import ceil

from django.conf import settings
from rest_framework.throttling import BaseThrottle

from roadshow.http.rate_limits import address_of

MINUTE = 60


class PerMinute(BaseThrottle):
    """`API_LIMIT_USER` for those who are signed in or have a token, else `API_LIMIT_ADDRESS`."""

    minute = 0
    counts: Counter = Counter()

    def allow_request(self, request, view) -> bool:
        user = request.user
        limit = settings.API_LIMIT_USER if user.is_authenticated else settings.API_LIMIT_ADDRESS
        if not limit:
            return True
        minute = int(time.time() // MINUTE)
        if PerMinute.minute != minute:
            PerMinute.minute = minute
            self.counts.clear()
        who = user.pk if user.is_authenticated else address_of(request)
        self.counts[who] += 1
        return self.counts[who] <= ceil(limit / settings.WORKERS)

    def wait(self) -> float:
        return MINUTE - time.time() % MINUTE + 1
