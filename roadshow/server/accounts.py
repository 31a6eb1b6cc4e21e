"""Accounts: second factors and single sign-on by django-allauth, for the accounts that exist; nobody signs up."""

import logging

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.utils import is_mfa_enabled
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import MiddlewareNotUsed, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from roadshow.core.access import is_organiser
from roadshow.core.admin_site import SignInForm

logger = logging.getLogger(__name__)
ALWAYS_OPEN = (
    "/accounts/",
    "/static/",
    "/i18n/",
    "/admin/logout/",
    "/zh-hans/admin/logout/",
    "/admin/jsi18n/",
)


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """Single sign-on is for accounts whose address the provider has verified; it makes none."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin) -> bool:
        return False


class AdminLoginForm(SignInForm):
    """The admin's sign-in by password alone, which accounts with a second factor do not use."""

    def confirm_login_allowed(self, user) -> None:
        super().confirm_login_allowed(user)
        if is_mfa_enabled(user):
            address = f"{reverse('account_login')}?next={reverse('admin:index')}"
            text = _('This account has a second factor. Sign in <a href="{}">with your second factor</a>.')
            raise ValidationError(format_html(text, address), code="second_factor")


class RequireSecondFactor:
    """With MFA_REQUIRED, organisers without a second factor see nothing but the pages where they set one up."""

    def __init__(self, get_response):
        if not settings.MFA_REQUIRED:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(ALWAYS_OPEN):
            return self.get_response(request)
        user = request.user
        if not is_organiser(user) or is_mfa_enabled(user):
            return self.get_response(request)
        if request.path_info.startswith("/api/"):
            error = {"code": "second_factor", "detail": _("Set up a second factor first."), "attr": None}
            return JsonResponse({"type": "client_error", "errors": [error]}, status=403)
        return HttpResponseRedirect(reverse("mfa_index"))


class SignInProviderAway:
    """A provider of single sign-on that does not respond is no error of ours: a sentence on the sign-in page."""

    def __init__(self, get_response):
        if not settings.SOCIALACCOUNT_PROVIDERS:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not request.path_info.startswith("/accounts/oidc/"):
            return None
        from requests import RequestException

        if not isinstance(error, RequestException):
            return None
        logger.warning("Single sign-on: %s", error)
        text = _("The sign-in service does not respond. Sign in with your password, or try again later.")
        messages.error(request, text)
        return HttpResponseRedirect(reverse("account_login"))
