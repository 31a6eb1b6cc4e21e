"""Curators of the portal: owners invite them by mail, and take the role back."""

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminEmailInputWidget

from roadshow.core.access import can_see_all
from roadshow.core.admin import OrganiserAdmin
from roadshow.core.roles import RoleName

from ..actions import invite_curator
from ..models import Invitation, Role
from .workspace.people import send_invitation


class OwnersOnly(OrganiserAdmin):
    """For what only the portal's owners see."""

    def has_module_permission(self, request):
        return can_see_all(request.user)

    def has_view_permission(self, request, obj=None):
        return can_see_all(request.user)

    has_add_permission = has_delete_permission = has_view_permission

    def has_change_permission(self, request, obj=None):
        return False


class CuratorInvitationForm(forms.ModelForm):
    class Meta:
        model = Invitation
        fields = ["email"]
        widgets = {"email": UnfoldAdminEmailInputWidget}

    def _post_clean(self):
        """The action checks the whole row."""


@admin.register(Invitation)
class CuratorInvitationAdmin(OwnersOnly):
    """Invitations to curate the portal; those of events are on their own pages."""

    form = CuratorInvitationForm
    fields = ["email"]
    change_form_before_template = None
    list_display = ["email", "invited_by", "created_at", "expires_at"]
    list_select_related = ["invited_by"]

    def get_queryset(self, request):
        return super().get_queryset(request).filter(name=RoleName.CURATOR)

    def save_model(self, request, obj, form, change):
        made, token = invite_curator(email=form.cleaned_data["email"], by=request.user)
        obj.pk = made.pk
        send_invitation(request, made, token)


@admin.register(Role)
class CuratorAdmin(OwnersOnly):
    """Who curates the portal. Deleting a row takes the role back."""

    form = forms.ModelForm
    change_form_before_template = None
    list_display = ["person", "created_at", "granted_by"]
    list_select_related = ["user", "granted_by"]
    fields = ["user", "created_at", "granted_by"]
    readonly_fields = ["user", "created_at", "granted_by"]

    def get_queryset(self, request):
        return super().get_queryset(request).filter(name=RoleName.CURATOR)

    def has_add_permission(self, request, obj=None):
        return False

    @display(description=_("person"))
    def person(self, role):
        return role.user.get_full_name() or role.user.username
