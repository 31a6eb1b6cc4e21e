"""Tokens of the API: what they may, and where."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from knox.auth import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import SAFE_METHODS, AllowAny, IsAuthenticatedOrReadOnly

from .access import is_organiser


class Tokens(TokenAuthentication):
    """`Authorization: Token …`. A token that is limited to events limits what its user sees and may change."""

    def authenticate_credentials(self, token):
        try:
            return super().authenticate_credentials(token)
        except UnicodeDecodeError:
            raise AuthenticationFailed(_("Invalid token.")) from None

    def validate_user(self, auth_token):
        user, token = super().validate_user(auth_token)
        if not token.every_event:
            user.only_events = frozenset(token.events.values_list("pk", flat=True))
        return user, token

    def _cleanup_token(self, auth_token) -> bool:
        return auth_token.expiry is not None and auth_token.expiry < timezone.now()


class OrganisersWrite(IsAuthenticatedOrReadOnly):
    """Everybody reads; organisers write, with a token only if it may."""

    def has_permission(self, request, view):
        if request.method in SAFE_METHODS:
            return True
        return is_organiser(request.user) and getattr(request.auth, "may_write", True)


class EverybodyWrites(AllowAny):
    """For the little that needs no account. A token that may not write may not write here either."""

    def has_permission(self, request, view):
        return request.method in SAFE_METHODS or getattr(request.auth, "may_write", True)
