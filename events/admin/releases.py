"""The admin of releases: read-only, but a release can be loaded into the plan."""

from django import forms
from django.contrib import admin, messages
from django.db.models import Count
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.decorators import action, display

from roadshow.core.admin import OrganiserAdmin, OwnFilter

from ..actions import load_release
from ..models import Release
from ..shown import describe_schedule
from .workspace import EventScopeMixin


@admin.register(Release)
class ReleaseAdmin(EventScopeMixin, OrganiserAdmin):
    form = forms.ModelForm
    workspace_page = "releases"
    change_form_before_template = "admin/events/event/workspace.html"
    list_display = ["number", "event", "is_current", "slot_count", "note", "released_by", "created_at"]
    list_display_links = ["number"]
    list_filter = [("event", OwnFilter), ("created_at", RangeDateTimeFilter)]
    search_fields = ["note"]
    actions_detail = ["load"]
    actions_row = ["load"]
    fields = ["event", ("number", "created_at", "released_by"), "note", "on_the_site"]
    readonly_fields = ["event", "number", "created_at", "released_by", "note", "on_the_site"]

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def has_load_permission(self, request, obj=None):
        return self._may(request, obj)

    @action(
        description=_("Load into the plan"),
        url_path="load",
        permissions=["load"],
        icon="settings_backup_restore",
    )
    def load(self, request, object_id):
        """Show what loading the release would change; POST replaces the plan."""
        rows = Release.objects.editable_by(request.user).select_related("event__current_release")
        release = get_object_or_404(rows, pk=object_id)
        event = release.event
        if request.method == "POST":
            changes = load_release(release=release)
            text = _("%(count)d changes were made to the plan. %(shown)s")
            shown = describe_schedule(event, unreleased=bool(changes)).sentence
            self.message_user(request, text % {"count": len(changes), "shown": shown}, messages.SUCCESS)
            return HttpResponseRedirect(reverse("admin:events_event_board", args=[event.pk]))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Load release %(number)s of %(event)s") % {"number": release.number, "event": event},
            "opts": self.opts,
            "original": release,
            "changes": load_release(release=release, dry_run=True),
        }
        with timezone.override(event.zone):
            return TemplateResponse(request, "admin/events/release/load.html", context).render()

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
