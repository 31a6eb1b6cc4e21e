"""Users and failed sign-ins. Only superusers see them; permissions come from events, not from groups."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.admin import UserAdmin as BaseUserAdmin
from django.contrib.auth.models import Group
from django.db.models import Count
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from roadshow.core.access import can_see_all, is_organiser
from roadshow.core.admin import autocomplete_field, selectable_rows

User = get_user_model()
for model in (
    User,
    Group,
    AccessAttempt,
    AccessFailureLog,
    AccessLog,
    Authenticator,
    EmailAddress,
    SocialAccount,
    SocialApp,
    SocialToken,
):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


class SuperuserOnly:
    def has_module_permission(self, request):
        return can_see_all(request.user)

    def has_view_permission(self, request, obj=None):
        return can_see_all(request.user)

    has_add_permission = has_change_permission = has_delete_permission = has_view_permission


@admin.register(User)
class UserAdmin(SuperuserOnly, BaseUserAdmin, ModelAdmin):
    form, add_form, change_password_form = UserChangeForm, UserCreationForm, AdminPasswordChangeForm
    list_display = ["username", "full_name", "email", "is_staff", "is_superuser", "event_count", "last_login"]
    list_filter = ["is_staff", "is_superuser", "is_active", ("last_login", RangeDateTimeFilter)]
    list_filter_submit = True
    list_fullwidth = True
    filter_horizontal = []
    fieldsets = [
        (None, {"fields": ["username", "password", ("first_name", "last_name"), "email"]}),
        (
            _("Rights"),
            {
                "fields": [("is_active", "is_staff", "is_superuser")],
                "description": _(
                    "Staff may sign in here, add events, and change what is theirs: an event lists its "
                    "organisers. Superusers may change everything."
                ),
            },
        ),
        (_("Dates"), {"fields": [("last_login", "date_joined")]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["username", "usable_password", "password1", "password2", "is_staff"]}),
    ]
    readonly_fields = ["last_login", "date_joined"]

    def has_view_permission(self, request, obj=None):
        """Organisers find each other by name when they share an event."""
        return can_see_all(request.user) or (
            autocomplete_field(request) is not None and is_organiser(request.user)
        )

    def get_queryset(self, request):
        field = autocomplete_field(request)
        if field is not None:
            return selectable_rows(field, request.user).order_by("username")
        return super().get_queryset(request).annotate(event_total=Count("organised_events"))

    @display(description=_("name"))
    def full_name(self, user):
        return user.get_full_name()

    @display(description=_("events"), ordering="event_total")
    def event_count(self, user):
        return user.event_total


@admin.register(AccessAttempt, AccessFailureLog, AccessLog)
class SignInAdmin(SuperuserOnly, ModelAdmin):
    """Sign-ins that django-axes recorded. Deleting an attempt unlocks the account."""

    list_display = ["username", "ip_address", "attempt_time", "path_info"]
    list_filter = [("attempt_time", RangeDateTimeFilter)]
    list_filter_submit = True
    list_fullwidth = True
    search_fields = ["username", "ip_address"]
    show_full_result_count = False

    def has_add_permission(self, request, obj=None):
        return False

    has_change_permission = has_add_permission


@admin.register(Authenticator)
class AuthenticatorAdmin(SuperuserOnly, ModelAdmin):
    """Second factors, without their secrets: deleting one lets in who has lost it."""

    list_display = ["user", "type", "created_at", "last_used_at"]
    list_select_related = ["user"]
    fields = readonly_fields = ["user", "type", "created_at", "last_used_at"]

    def has_add_permission(self, request, obj=None):
        return False

    has_change_permission = has_add_permission
