"""API tokens and permissions."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from knox.auth import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import SAFE_METHODS, AllowAny, IsAuthenticatedOrReadOnly

from roadshow.core.access import is_organiser

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
