"""API tokens: created with a name and an expiry, shown once."""

from datetime import timedelta

from django import forms
from django.contrib import admin
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from knox.models import get_digest_token
from knox.settings import CONSTANTS
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget

from roadshow.core.admin import OrganiserAdmin

from ..models import ApiToken

if admin.site.is_registered(ApiToken):
    admin.site.unregister(ApiToken)


class TokenForm(forms.ModelForm):
    days = forms.TypedChoiceField(
        label=_("valid for"),
        choices=[(30, _("30 days")), (90, _("90 days")), (365, _("a year")), (0, _("until it is revoked"))],
        initial=365,
        coerce=int,
        widget=UnfoldAdminSelectWidget,
    )

    def clean(self):
        data = super().clean()
        if data.get("every_event") and data.get("events"):
            self.add_error("events", _("It is for every event. Switch that off, or leave these out."))
        if not data.get("every_event") and not data.get("events"):
            self.add_error("events", _("Choose at least one, or make it for every event."))
        return data


@admin.register(ApiToken)
class TokenAdmin(OrganiserAdmin):
    form = TokenForm
    list_display = ["name", "owner", "may_write", "every_event", "made_at", "expires_at", "valid"]
    list_select_related = ["user"]
    search_fields = ["name"]
    autocomplete_fields = ["events"]
    fields = ["name", "days", "may_write", "every_event", "events"]

    def has_change_permission(self, request, obj=None):
        return False

    def get_fields(self, request, obj=None):
        limits = ["may_write", "every_event", "events"]
        return ["name", "owner", "made_at", "expires_at", *limits] if obj else ["name", "days", *limits]

    # The package's own fields have no translated names.

    @display(description=_("user"), ordering="user")
    def owner(self, token):
        return token.user

    @display(description=_("created"), ordering="created")
    def made_at(self, token):
        return token.created

    @display(description=_("expiry"), ordering="expiry")
    def expires_at(self, token):
        return token.expiry

    @display(description=_("valid"), boolean=True)
    def valid(self, token):
        return token.expiry is None or token.expiry > timezone.now()

    def save_model(self, request, obj, form, change):
        obj.user = request.user
        obj.digest, secret = get_digest_token()
        obj.token_key = secret[: CONSTANTS.TOKEN_KEY_LENGTH]
        days = form.cleaned_data["days"]
        obj.expiry = timezone.now() + timedelta(days=days) if days else None
        super().save_model(request, obj, form, change)
        request.new_token = secret

    def response_add(self, request, obj, post_url_continue=None):
        context = {
            **self.admin_site.each_context(request),
            "title": _("The token %(name)s") % {"name": obj.name},
            "opts": self.opts,
            "token": request.new_token,
            "made": obj,
        }
        response = TemplateResponse(request, "admin/roadshow/apitoken/made.html", context)
        response["Cache-Control"] = "no-store"
        return response
