"""Releases, which nobody changes, and accepted clashes."""

from django import forms
from django.contrib import admin
from django.db.models import Count
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.decorators import display

from roadshow.base.admin import OrganiserAdmin, OwnFilter

from ..models import Release


@admin.register(Release)
class ReleaseAdmin(OrganiserAdmin):
    form = forms.ModelForm
    list_display = ["number", "event", "is_current", "slot_count", "note", "released_by", "created_at"]
    list_display_links = ["number"]
    list_filter = [("event", OwnFilter), ("created_at", RangeDateTimeFilter)]
    search_fields = ["note"]
    fields = ["event", ("number", "created_at", "released_by"), "note", "on_the_site"]
    readonly_fields = ["event", "number", "created_at", "released_by", "note", "on_the_site"]

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_search_results(self, request, queryset, search_term):
        return (queryset.filter(note__icontains=search_term) if search_term else queryset), False

    def for_list(self, rows):
        return (
            rows.select_related("event", "released_by", "current_for")
            .defer(
                "document",
                "event__description",
                "event__search",
                "current_for__description",
                "current_for__search",
            )
            .annotate(slot_total=Count("slots"))
        )

    @display(description=_("current"), boolean=True)
    def is_current(self, release):
        return hasattr(release, "current_for")

    @display(description=_("slots"))
    def slot_count(self, release):
        return release.slot_total

    @display(description=_("on the site"))
    def on_the_site(self, release):
        return format_html('<a href="{}">{}</a>', release.get_absolute_url(), _("What changed"))
