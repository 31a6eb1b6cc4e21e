"""The admin of feedback: organisers read it, and show or hide it."""

from django import forms
from django.contrib import admin, messages
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.contrib.filters.admin import (
    ChoicesDropdownFilter,
    RangeDateTimeFilter,
    RangeNumericFilter,
)
from unfold.decorators import action, display

from roadshow.core.admin import ExportAdmin, OrganiserAdmin, OwnFilter, Table

from ..models import Feedback
from .workspace import EventScopeMixin


class FeedbackTable(Table):
    class Meta(Table.Meta):
        model = Feedback
        fields = [
            "event__name",
            "talk__title",
            "recap__title",
            "rating",
            "comment",
            "name",
            "state",
            "created_at",
        ]


@admin.register(Feedback)
class FeedbackAdmin(EventScopeMixin, ExportAdmin, OrganiserAdmin):
    """Feedback is read-only except for its state and the organisers' answer."""

    resource_classes = [FeedbackTable]
    form = forms.ModelForm  # two editable fields: the last save wins
    list_display = ["comment_start", "stars", "target", "event", "state_label", "created_at"]
    list_filter = [
        ("state", ChoicesDropdownFilter),
        ("event", OwnFilter),
        ("talk", OwnFilter),
        ("rating", RangeNumericFilter),
        ("created_at", RangeDateTimeFilter),
    ]
    search_fields = ["comment", "name"]
    workspace_page = "feedback"
    list_before_template = "admin/events/feedback/statistics.html"
    change_form_before_template = "admin/events/event/workspace.html"
    date_hierarchy = "created_at"
    actions = ["show", "hide"]
    readonly_fields = ["event", "talk", "recap", "rating", "comment", "name", "created_at"]
    fields = [("event", "talk", "recap"), ("rating", "name", "created_at"), "comment", "answer", "state"]

    def has_add_permission(self, request, obj=None):
        return False

    def changelist_view(self, request, extra_context=None):
        """Add statistics of the filtered list."""
        response = super().changelist_view(request, extra_context)
        if listed := getattr(response, "context_data", {}).get("cl"):
            rows = Feedback.objects.filter(pk__in=listed.queryset.order_by().values("pk"))
            response.context_data["statistics"] = rows.numbers()
        return response

    def for_list(self, rows):
        return rows.select_related("event", "talk", "recap").defer(
            "event__description",
            "event__search",
            "talk__description",
            "talk__abstract",
            "talk__search",
            "recap__text",
        )

    @display(description=_("comment"))
    def comment_start(self, feedback):
        return (
            feedback.comment[:80] + "…"
            if len(feedback.comment) > 80
            else feedback.comment or _("(no comment)")
        )

    @display(description=_("stars"), ordering="rating")
    def stars(self, feedback):
        return "★" * feedback.rating + "☆" * (5 - feedback.rating) if feedback.rating else ""

    @display(description=_("about"))
    def target(self, feedback):
        return feedback.talk or feedback.recap or _("the event")

    @display(
        description=_("state"),
        ordering="state",
        label={
            Feedback.State.NEW: "warning",
            Feedback.State.SHOWN: "success",
            Feedback.State.HIDDEN: "danger",
        },
    )
    def state_label(self, feedback):
        return feedback.state, feedback.get_state_display()

    @action(description=_("Show on the page"), icon="visibility")
    def show(self, request, queryset):
        self._moderate(request, queryset, Feedback.State.SHOWN)

    @action(description=_("Hide"), icon="visibility_off")
    def hide(self, request, queryset):
        self._moderate(request, queryset, Feedback.State.HIDDEN)

    def _moderate(self, request, queryset, state):
        rows = Feedback.objects.editable_by(request.user).filter(pk__in=queryset.values("pk"))
        count = rows.exclude(state=state).update(state=state)
        text = (
            ngettext("%(count)d comment is shown now.", "%(count)d comments are shown now.", count)
            if state == Feedback.State.SHOWN
            else ngettext("%(count)d comment is hidden now.", "%(count)d comments are hidden now.", count)
        )
        self.message_user(request, text % {"count": count}, messages.SUCCESS)
