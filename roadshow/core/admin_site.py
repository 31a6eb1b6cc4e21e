"""The admin's site: open to staff and to people with a role."""

from django.core.exceptions import ValidationError
from django.utils.decorators import method_decorator
from unfold.forms import AuthenticationForm
from unfold.sites import UnfoldAdminSite

from roadshow.http.policies import relax_policy

from .access import is_organiser


class SignInForm(AuthenticationForm):
    def confirm_login_allowed(self, user):
        if not is_organiser(user):
            raise ValidationError(
                self.error_messages["invalid_login"],
                code="invalid_login",
                params={"username": self.username_field.verbose_name},
            )


class PortalAdminSite(UnfoldAdminSite):
    login_form = SignInForm

    def has_permission(self, request):
        return is_organiser(request.user)

    def admin_view(self, view, cacheable=False):
        return relax_policy(super().admin_view(view, cacheable))

    @method_decorator(relax_policy)
    def login(self, request, extra_context=None):
        return super().login(request, extra_context)
