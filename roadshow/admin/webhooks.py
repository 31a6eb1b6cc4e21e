"""Webhooks, and the log of what was sent to them."""

from django import forms
from django.contrib import admin, messages
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from roadshow.core.access import can_see_all
from roadshow.core.admin import FreshForm, OrganiserAdmin

from ..models import WEBHOOK_KINDS, Delivery, Webhook


class WebhookForm(FreshForm):
    kinds = forms.MultipleChoiceField(
        label=_("kinds of record"),
        choices=WEBHOOK_KINDS,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("Without any it is told of all records; semantic events have to be named."),
    )


@admin.register(Webhook)
class WebhookAdmin(OrganiserAdmin):
    form = WebhookForm
    list_display = ["name", "url", "event", "active", "failures", "paused_until"]
    list_select_related = ["event"]
    list_filter = ["active"]
    search_fields = ["name", "url"]
    autocomplete_fields = ["event"]
    fields = ["name", "url", "event", "kinds", "active", "secret", "failures", "paused_until"]
    readonly_fields = ["failures", "paused_until"]
    actions = ["resume"]

    @action(description=_("Send now, without waiting for the end of a pause"))
    def resume(self, request, queryset):
        count = Webhook.objects.editable_by(request.user).filter(pk__in=queryset.values("pk")).resume()
        message = ngettext("%(count)d webhook is sent to.", "%(count)d webhooks are sent to.", count)
        messages.success(request, message % {"count": count})

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        if not can_see_all(request.user):
            form.base_fields["event"].required = True
            form.base_fields["event"].help_text = _("It is told of what belongs to this event.")
        return form


@admin.register(Delivery)
class DeliveryAdmin(OrganiserAdmin):
    """The log of deliveries: body, attempts, outcome."""

    list_display = ["webhook", "created_at", "arrived", "attempts", "status", "problem", "next_try_at"]
    list_select_related = ["webhook"]
    list_filter = ["webhook"]
    actions = ["send_again"]
    fields = [
        "webhook",
        "guid",
        "created_at",
        "attempts",
        "status",
        "problem",
        "delivered_at",
        "next_try_at",
        "body",
    ]
    readonly_fields = [str(name) for name in fields]

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    @display(description=_("arrived"), boolean=True)
    def arrived(self, delivery):
        return delivery.delivered_at is not None

    @action(description=_("Send again"))
    def send_again(self, request, queryset):
        count = Delivery.objects.editable_by(request.user).filter(pk__in=queryset.values("pk")).send_again()
        message = ngettext("%(count)d message is sent again.", "%(count)d messages are sent again.", count)
        messages.success(request, message % {"count": count})
