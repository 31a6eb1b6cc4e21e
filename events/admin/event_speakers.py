"""The admin of people at an event: what only this event's people see, and who may edit a profile."""

from django.contrib import admin
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from roadshow.core.access import can_add_events
from roadshow.core.admin import OwnFilter, RecordAdmin
from roadshow.core.roles import Permission
from speakers.models import Speaker

from ..models import Event, EventSpeaker
from .workspace import EventScopeMixin


@admin.register(EventSpeaker)
class EventSpeakerAdmin(EventScopeMixin, RecordAdmin):
    workspace_page = "speakers"
    list_display = ["speaker", "event", "email", "photo_consent", "access"]
    list_filter = [("event", OwnFilter), ("photo_consent", ChoicesDropdownFilter)]
    search_fields = ["speaker__name", "email"]
    autocomplete_fields = ["event", "speaker"]
    fieldsets = [
        (
            None,
            {
                "description": _("Only the people of this event who look after its speakers see this page."),
                "fields": [
                    ("event", "speaker"),
                    ("email", "phone"),
                    "photo_consent",
                    "requirements",
                    "notes",
                    "availability",
                ],
            },
        ),
        (
            _("Shown at this event"),
            {"classes": ["tab"], "fields": ["biography", ("picture", "picture_credit")]},
        ),
    ]

    def for_list(self, rows):
        return rows.select_related("speaker", "event").defer("speaker__search", "event__search")

    def get_search_results(self, request, queryset, search_term):
        if not search_term:
            return queryset, False
        people = Speaker.objects.search(search_term).order_by().values("pk")
        return queryset.filter(Q(speaker__in=people) | Q(email__icontains=search_term)), False

    def get_readonly_fields(self, request, obj=None):
        return ["event", "speaker"] if obj else []

    def has_add_permission(self, request, obj=None):
        if can_add_events(request.user):
            return True
        return Event.objects.with_permission(request.user, Permission.EDIT_SPEAKERS).exists()

    @display(description=_("profile"))
    def access(self, row):
        return row.get_profile_access_display()
