"""Forms of what several events share: renaming asks first, and the organisers of the others are told."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.translation import gettext as _

from roadshow.core.admin import FreshForm

from ..actions import describe_other_events, list_other_events, tell_others

CONFIRMED_NAME = "confirmed_name"


class SharedNameForm(forms.ModelForm):
    """Refuses a new name of what events of others use, until the check box in the message is ticked."""

    user: Any = None  # set by the admin that makes the form's class

    def clean(self):
        cleaned = super().clean()
        name = (cleaned or {}).get("name")
        if not self.instance.pk or "name" not in self.changed_data or not name:
            return cleaned
        field = self.add_prefix(CONFIRMED_NAME)
        where = "" if self.data.get(field) == name else describe_other_events(self.instance, self.user)
        if where:
            message = _("Events of others use this, and would show the new name: %(events)s.") % {
                "events": where
            }
            box = format_html(
                '{} <label><input type="checkbox" name="{}" value="{}"> {}</label>',
                message,
                field,
                name,
                _("Rename it nevertheless."),
            )
            self.add_error("name", ValidationError(box, code="shared"))
        return cleaned


class SharedForm(SharedNameForm, FreshForm):
    pass


class SharedAdminMixin:
    """For the admin of a shared record."""

    form = SharedForm

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        if change and form.changed_data:
            tell_others(obj, request.user, before=form.initial.get("name", obj.name))

    def delete_model(self, request, obj):
        events, before = list_other_events(obj, request.user), str(obj)
        super().delete_model(request, obj)
        tell_others(obj, request.user, before=before, events=events)

    def delete_queryset(self, request, queryset):
        for obj in queryset:
            self.delete_model(request, obj)
