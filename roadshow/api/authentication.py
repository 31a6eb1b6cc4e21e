"""Tokens of the API: what they may, and where."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from knox.auth import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import SAFE_METHODS, AllowAny, IsAuthenticatedOrReadOnly

from roadshow.core.access import is_organiser

READS = _("This token may only read. Use one that may write.")


class Tokens(TokenAuthentication):
    """`Authorization: Token …`. A token that is limited to events limits what its user sees and may change."""

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


def may_only_read(request) -> bool:
    """Whether the request comes with a token that may not write."""
    return not getattr(request.auth, "may_write", True)


class OrganisersWrite(IsAuthenticatedOrReadOnly):
    """Everybody reads; organisers write, with a token only if it may."""

    def has_permission(self, request, view):
        if request.method in SAFE_METHODS:
            return True
        self.message = READS if may_only_read(request) else _("Only organisers may do this.")
        return is_organiser(request.user) and not may_only_read(request)


class EverybodyWrites(AllowAny):
    """For the little that needs no account. A token that may not write may not write here either."""

    message = READS

    def has_permission(self, request, view):
        return request.method in SAFE_METHODS or not may_only_read(request)
