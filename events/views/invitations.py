"""The page of an invitation's link: accept it with an account, or with a new one."""

from django import forms
from django.contrib.auth import get_user_model, login, password_validation
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from roadshow.http.private_pages import mark_private
from roadshow.http.rate_limits import is_within_limit

from ..actions import InvitationRefused, accept_invitation
from ..models import Invitation

TIMES, SECONDS = 20, 3600  # attempts from one sender per hour
BACKEND = "django.contrib.auth.backends.ModelBackend"


class AccountForm(forms.Form):
    """A new account; the e-mail address is the invitation's."""

    username = forms.CharField(label=_("User name"), max_length=150)
    name = forms.CharField(label=_("Your name"), max_length=150, required=False)
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_username(self):
        value = get_user_model().normalize_username(self.cleaned_data["username"])
        get_user_model().username_validator(value)
        if get_user_model().objects.filter(username__iexact=value).exists():
            raise ValidationError(_("This name is taken. Choose another, or sign in."))
        return value

    def clean_password(self):
        password_validation.validate_password(self.cleaned_data["password"])
        return self.cleaned_data["password"]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Show the invitation; a POST accepts it, for the signed-in user or for a new account."""
    row = Invitation.objects.valid(token).select_related("event", "series", "invited_by").first()
    if row is None or not is_within_limit(request, "invitation", times=TIMES, seconds=SECONDS):
        return mark_private(render(request, "events/invitation.html", {"invitation": None}, status=404))
    form = AccountForm(request.POST or None, initial={"username": row.email.partition("@")[0]})
    if request.method == "POST" and (request.user.is_authenticated or form.is_valid()):
        user = request.user if request.user.is_authenticated else _create_account(row, form)
        try:
            accept_invitation(token=token, user=user)
        except InvitationRefused:
            return redirect(request.path)
        if user != request.user:
            login(request, user, backend=BACKEND)
        if row.event_id:
            return redirect("admin:events_event_overview", row.event_id)
        return redirect("admin:index")
    context = {
        "invitation": row,
        "form": form,
        "login": reverse("admin:login", query={"next": request.path}),
    }
    return mark_private(
        render(request, "events/invitation.html", context, status=422 if form.errors else 200)
    )


def _create_account(row: Invitation, form: AccountForm):
    data = form.cleaned_data
    return get_user_model().objects.create_user(
        data["username"], row.email, data["password"], first_name=data["name"]
    )
