"""Who uses the API, what they may do, and how often: tokens, permissions, request limits.

Limits are DRF's throttles, each worker counting its share in its memory: `API_LIMIT_ADDRESS` and `API_LIMIT_USER`
requests a minute, see `DEFAULT_THROTTLE_RATES`.
"""

from django.core.cache.backends.locmem import LocMemCache
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from knox.auth import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import SAFE_METHODS, AllowAny, IsAuthenticatedOrReadOnly
from rest_framework.throttling import AnonRateThrottle, UserRateThrottle

from roadshow.core.access import is_organiser

PROCESS_CACHE = LocMemCache("api-throttles", {"MAX_ENTRIES": 10_000})
READ_ONLY = _("This token may only read. Use one that may write.")


class ApiTokenAuthentication(TokenAuthentication):
    """`Authorization: Token …`. A token for some events limits what its user can see and change to them."""

    def authenticate_credentials(self, token):
        try:
            return super().authenticate_credentials(token)
        except (UnicodeDecodeError, AuthenticationFailed):
            raise AuthenticationFailed(_("This token is not valid: mistyped, expired or revoked.")) from None

    def validate_user(self, auth_token):
        user, token = super().validate_user(auth_token)
        if not token.every_event:
            user.only_events = frozenset(token.events.values_list("pk", flat=True))
        return user, token

    def _cleanup_token(self, auth_token) -> bool:
        return auth_token.expiry is not None and auth_token.expiry < timezone.now()


def is_read_only_token(request) -> bool:
    """Whether the request has a token that may not write."""
    return not getattr(request.auth, "may_write", True)


class OrganisersMayWrite(IsAuthenticatedOrReadOnly):
    """Everybody may read; organisers may write, with a token only if it may write."""

    def has_permission(self, request, view):
        if request.method in SAFE_METHODS:
            return True
        self.message = READ_ONLY if is_read_only_token(request) else _("Only organisers may do this.")
        return is_organiser(request.user) and not is_read_only_token(request)


class AnyoneMayWrite(AllowAny):
    """For endpoints that need no account. A read-only token may not write here either."""

    message = READ_ONLY

    def has_permission(self, request, view):
        return request.method in SAFE_METHODS or not is_read_only_token(request)


class AddressThrottle(AnonRateThrottle):
    cache = PROCESS_CACHE


class UserThrottle(UserRateThrottle):
    """Clients without an account are counted by their address alone."""

    cache = PROCESS_CACHE

    def get_cache_key(self, request, view) -> str | None:
        return super().get_cache_key(request, view) if request.user.is_authenticated else None
