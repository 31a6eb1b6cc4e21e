"""The admin of events: dates, place, plan and release."""

from django import forms
from django.contrib import admin
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminSelect2Widget, UnfoldAdminSelectWidget

from roadshow.core.access import is_organiser
from roadshow.core.admin import CardInline, FreshForm, OrderedInline, OwnFilter, RecordAdmin, Rows
from roadshow.core.roles import Permission
from roadshow.core.text import format_event_dates

from ..models import Event, EventRoom, Photo, Recap, Track
from ..schedule.conflicts import BOOKED, KINDS
from ..shown import describe_schedule
from . import board, import_page, release_page, workspace
from .planning_status import add_conflicts, conflict_badge, with_planning_status
from .withdrawing import WithdrawMixin
from .workspace.setup import list_timezone_choices

LEVELS = [
    ("ignore", _("is ignored")),
    ("warn", _("warns")),
    ("block", _("blocks a release")),
]


def level_field(kind: str) -> forms.ChoiceField:
    """What conflicts of a kind do, with the default level as initial value."""
    label, default = KINDS[kind]
    help_text = _("Inside this event. What another event's release has taken always blocks.")
    return forms.ChoiceField(
        label=label,
        choices=LEVELS,
        initial=default,
        widget=UnfoldAdminSelectWidget,
        help_text=help_text if kind in BOOKED else "",
    )


class EventForm(FreshForm):
    """An event, with a choice for each kind of conflict; the choices are stored in `conflict_levels`."""

    level_room_taken = level_field("room_taken")
    level_speaker_taken = level_field("speaker_taken")
    level_outside_days = level_field("outside_days")
    level_outside_hours = level_field("outside_hours")
    level_no_room = level_field("no_room")
    level_no_speaker = level_field("no_speaker")
    level_not_confirmed = level_field("not_confirmed")
    level_cancelled = level_field("cancelled")
    level_room_too_small = level_field("room_too_small")
    level_room_changeover = level_field("room_changeover")
    level_speaker_changeover = level_field("speaker_changeover")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for kind in KINDS:
            self.initial[f"level_{kind}"] = (self.instance.conflict_levels or {}).get(kind, KINDS[kind][1])

    def clean(self):
        cleaned = super().clean()
        levels = {kind: cleaned.get(f"level_{kind}", KINDS[kind][1]) for kind in KINDS}
        self.instance.conflict_levels = {
            kind: level for kind, level in levels.items() if level != KINDS[kind][1]
        }
        return cleaned


class EventRoomInline(OrderedInline):
    model = EventRoom
    autocomplete_fields = ["room"]
    fields = ["room", "opens_at", "closes_at", "position"]


class TrackInline(OrderedInline):
    model = Track
    fields = ["name", "color", "position"]


class RecapInline(CardInline):
    model = Recap
    fields = [("language", "author"), "title", "text", "source"]


class PhotoInline(CardInline):
    model = Photo
    ordering_field = "position"
    hide_ordering_field = True
    autocomplete_fields = ["talk"]
    fields = [
        "picture",
        ("alternative", "caption"),
        ("credit", "credit_url", "license"),
        ("talk", "position"),
    ]


class EventRows(Rows):
    """A list whose links lead to the overviews of the events."""

    def url_for_result(self, result):
        return reverse("admin:events_event_overview", args=[result.pk])


@admin.register(Event)
class EventAdmin(WithdrawMixin, RecordAdmin):
    withdrawals = {
        Event.State.DRAFT: _("Take it off the site: only its organisers see it"),
        Event.State.CANCELLED: _("Cancel it: its page says that it does not take place"),
    }
    form = EventForm
    change_form_before_template = "admin/events/event/summary.html"
    list_display = ["name", "dates", "place", "state_label", "talk_counts", "conflict_count", "shown"]
    list_filter = [
        ("state", ChoicesDropdownFilter),
        ("series", OwnFilter),
        ("venue", OwnFilter),
        ("starts_on", RangeDateFilter),
    ]
    search_fields = ["name"]
    date_hierarchy = "starts_on"
    prepopulated_fields = {"slug": ["name"]}
    autocomplete_fields = ["series", "venue", "organisers"]
    inlines = [EventRoomInline, TrackInline, RecapInline, PhotoInline]
    actions_list = ["open_setup"]
    actions_detail = ["plan", "import_schedule", "release_plan"]
    actions_row = ["plan", "release_plan"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("name", "slug"),
                    ("state", "timezone"),
                    ("starts_on", "ends_on"),
                    "series",
                    "venue",
                    ("city", "country"),
                    ("latitude", "longitude"),
                ]
            },
        ),
        (
            _("On its page"),
            {"classes": ["tab"], "fields": ["tagline", "description", "notice", "picture"]},
        ),
        (
            _("Links"),
            {
                "classes": ["tab"],
                "fields": [("website", "registration_url"), ("online_url", "organiser_name")],
            },
        ),
        (
            _("Planning"),
            {
                "classes": ["tab"],
                "fields": [("slot_minutes", "day_change"), ("room_changeover", "speaker_changeover")],
            },
        ),
        (
            _("A conflict of this kind…"),
            {
                "classes": ["tab"],
                "fields": [
                    ("level_room_taken", "level_speaker_taken"),
                    ("level_outside_days", "level_outside_hours"),
                    ("level_no_room", "level_no_speaker"),
                    ("level_not_confirmed", "level_cancelled"),
                    ("level_room_too_small", "level_room_changeover"),
                    "level_speaker_changeover",
                ],
            },
        ),
        (
            _("More"),
            {
                "classes": ["tab"],
                "fields": [
                    ("date_precision", "previous_starts_on"),
                    ("language", "color"),
                    "feedback_open",
                    "organisers",
                ],
            },
        ),
    ]

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name == "timezone":
            kwargs["widget"] = UnfoldAdminSelect2Widget(choices=list_timezone_choices())
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def is_released(self, event):
        return event.releases.exists()

    def for_list(self, rows):
        return (
            with_planning_status(rows)
            .select_related("venue", "current_release")
            .defer("description", "search", "venue__search", "current_release__document")
        )

    def complete(self, rows):
        add_conflicts(rows)

    @display(description=_("dates"), ordering="starts_on")
    def dates(self, event):
        return format_event_dates(event.starts_on, event.ends_on, event.date_precision)

    @display(description=_("place"))
    def place(self, event):
        return event.location_label or (_("online") if event.online_url else "")

    @display(
        description=_("state"),
        ordering="state",
        label={
            Event.State.DRAFT: "info",
            Event.State.PUBLISHED: "success",
            Event.State.CANCELLED: "danger",
            Event.State.POSTPONED: "warning",
        },
    )
    def state_label(self, event):
        return event.state, event.get_state_display()

    @display(description=_("talks"), ordering="confirmed")
    def talk_counts(self, event):
        parts = [_("%(count)d confirmed") % {"count": event.confirmed}]
        if event.drafts:
            parts.append(_("%(count)d draft") % {"count": event.drafts})
        if event.unscheduled:
            parts.append(_("%(count)d not in the plan") % {"count": event.unscheduled})
        return ", ".join(parts)

    @display(description=_("conflicts"), label={"block": "danger", "warn": "warning"})
    def conflict_count(self, event):
        return conflict_badge(event.conflicts)

    @display(description=_("attendees see"), label={"same": "success", "ahead": "warning", "hidden": "info"})
    def shown(self, event):
        return describe_schedule(event, unreleased=event.unreleased).badge

    def has_schedule_permission(self, request, object_id=None):
        return self._has_permission_for(request, object_id, Permission.SCHEDULE)

    def has_release_permission(self, request, object_id=None):
        return self._has_permission_for(request, object_id, Permission.RELEASE)

    def has_delete_permission(self, request, obj=None):
        return self._may(request, obj, "deletable_by")

    @staticmethod
    def _has_permission_for(request, object_id, permission: Permission) -> bool:
        if object_id is None:
            return is_organiser(request.user)
        if not str(object_id).isdecimal():  # a mistyped address, for which Django has a message
            return False
        return Event.objects.with_permission(request.user, permission).filter(pk=object_id).exists()

    def get_readonly_fields(self, request, obj=None):
        """Only who may manage people chooses other organisers."""
        fields = super().get_readonly_fields(request, obj)
        return fields if self.has_delete_permission(request, obj) else [*fields, "organisers"]

    def get_urls(self):
        return [*workspace.get_urls(self), *board.get_urls(self), *super().get_urls()]

    @action(description=_("Set up a new event"), url_path="open-set-up", icon="add_circle")
    def open_setup(self, request):
        return HttpResponseRedirect(reverse("admin:events_event_new"))

    def get_changelist(self, request, **kwargs):
        return EventRows

    @action(description=_("Board"), url_path="plan", permissions=["schedule"], icon="calendar_view_week")
    def plan(self, request, object_id):
        return HttpResponseRedirect(reverse("admin:events_event_board", args=[object_id]))

    @action(description=_("Import"), url_path="import", permissions=["change"], icon="upload")
    def import_schedule(self, request, object_id):
        event = get_object_or_404(Event.objects.editable_by(request.user), pk=object_id)
        response = import_page.show(request, event, self)
        if getattr(response, "context_data", None) is not None:
            response.context_data |= workspace.workspace_context(request, event, "import")
        return response

    @action(
        description=_("Release the plan"),
        url_path="release",
        permissions=["release"],
        icon="publish",
        variant=ActionVariant.PRIMARY,
    )
    def release_plan(self, request, object_id):
        event = get_object_or_404(
            Event.objects.with_permission(request.user, Permission.RELEASE), pk=object_id
        )
        return release_page.release_view(request, event, self)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        event = None
        if object_id and self._may(request, object_id, "listed_for"):
            event = (
                with_planning_status(Event.objects.filter(pk=object_id))
                .select_related("current_release")
                .first()
            )
        if event is not None:
            add_conflicts([event])
            extra_context = (
                (extra_context or {})
                | workspace.workspace_context(request, event, "settings")
                | {
                    "planning_status": event,
                    "shown": describe_schedule(event, unreleased=event.unreleased),
                    "conflict_badge": conflict_badge(event.conflicts),
                }
            )
        return super().changeform_view(request, object_id, form_url, extra_context)
