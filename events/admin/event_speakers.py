"""The admin of people at an event: what only this event's people see, and who may edit a profile."""

from django.contrib import admin, messages
from django.db.models import Q
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display

from roadshow.core.access import acting_user, can_add_events
from roadshow.core.admin import OwnFilter, RecordAdmin
from roadshow.core.roles import Permission
from roadshow.http.pages import absolute_url
from roadshow.http.private_pages import mark_private
from speakers.models import Speaker

from ..actions.speaker_pages import create_pass, load_own_talks, revoke_passes
from ..models import Event, EventSpeaker
from .workspace import EventScopeMixin, workspace_context


@admin.register(EventSpeaker)
class EventSpeakerAdmin(EventScopeMixin, RecordAdmin):
    workspace_page = "speakers"
    list_display = ["speaker", "event", "email", "photo_consent", "access"]
    list_filter = [("event", OwnFilter), ("photo_consent", ChoicesDropdownFilter)]
    search_fields = ["speaker__name", "email"]
    actions_detail = ["open_private_link"]
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
                    "arrival",
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

    def get_urls(self):
        link = path(
            "<int:pk>/private-link/",
            self.admin_site.admin_view(self.private_link),
            name="events_eventspeaker_private_link",
        )
        return [link, *super().get_urls()]

    @action(description=_("Private page"), url_path="open-private-link", icon="link", permissions=["change"])
    def open_private_link(self, request, object_id):
        return HttpResponseRedirect(reverse("admin:events_eventspeaker_private_link", args=[object_id]))

    def private_link(self, request, pk: int):
        """The person's private links and answers. POST `do`: create, which shows the link once, or revoke."""
        rows = EventSpeaker.objects.editable_by(request.user).select_related(
            "event__current_release", "speaker"
        )
        row = get_object_or_404(rows, pk=pk)
        link = ""
        if request.method == "POST" and request.POST.get("do") == "revoke":
            revoke_passes(person=row)
            messages.success(request, _("No link opens the page any more."))
            return HttpResponseRedirect(request.path)
        if request.method == "POST":
            token = create_pass(person=row, by=acting_user(request))
            link = absolute_url(request, reverse("events:speaker_page", args=[token]))
        context = {
            **self.admin_site.each_context(request),
            **workspace_context(request, row.event, self.workspace_page),
            "title": _("Private page of %(name)s") % {"name": row.speaker},
            "opts": self.opts,
            "original": row,
            "link": link,
            "passes": row.passes.unexpired().order_by("-pk"),
            "talks": load_own_talks(row),
        }
        response = TemplateResponse(request, "admin/events/private_link.html", context)
        return mark_private(response)

    @display(description=_("profile"))
    def access(self, row):
        return row.get_profile_access_display()
