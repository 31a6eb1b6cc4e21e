"""Admin of links: suggestions, records, and results of checks."""

from django.contrib import admin
from django.db.models import Count, OuterRef, Subquery
from django.forms import Script
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateTimeFilter, RangeNumericFilter
from unfold.decorators import action

from roadshow.core.admin import ExportAdmin, OwnFilter, RecordAdmin, Table, TableInline

from ..models import LinkCheck, Resource
from . import import_page
from .link_actions import LinkActions
from .link_columns import LinkColumns
from .link_queues import build_link_queues


class ResourceTable(Table):
    class Meta(Table.Meta):
        model = Resource
        fields = [
            "guid", "title", "url", "kind", "level", "language", "authors", "year", "free", "note", "state",
            "health", "checked_at",
        ]  # fmt: skip


class CheckInline(TableInline):
    """Results of checks, newest first, read-only."""

    model = LinkCheck
    fields = ["at", "outcome", "status", "reason", "final_url"]
    readonly_fields = [str(name) for name in fields]
    per_page = 20

    def has_add_permission(self, request, obj=None):
        return False

    has_change_permission = has_delete_permission = has_add_permission


@admin.register(Resource)
class ResourceAdmin(LinkColumns, LinkActions, ExportAdmin, RecordAdmin):
    resource_classes = [ResourceTable]
    list_before_template = "admin/resources/resource/queues.html"
    list_display = [
        "titled",
        "host",
        "kind",
        "health_label",
        "last_seen",
        "cited",
        "state_label",
        "added",
    ]
    list_filter = [
        ("state", ChoicesDropdownFilter),
        ("health", ChoicesDropdownFilter),
        ("kind", ChoicesDropdownFilter),
        ("topics", OwnFilter),
        ("talks", OwnFilter),
        ("speakers", OwnFilter),
        ("events", OwnFilter),
        ("year", RangeNumericFilter),
        ("created_at", RangeDateTimeFilter),
    ]
    search_fields = ["title"]
    autocomplete_fields = ["topics", "talks", "speakers", "events"]
    readonly_fields = ["health", "checked_at", "failures", "failing_since", "moved_to"]
    inlines = [CheckInline]
    actions = ["publish", "reject", "retire", "merge", "take_new_address"]
    actions_list = ["import_links"]
    actions_submit_line = ["publish_and_next", "reject_and_next"]
    fieldsets = [
        (None, {"fields": [("title", "state"), "url", ("kind", "level"), "note", "topics"]}),
        (
            _("Where it belongs"),
            {"classes": ["tab"], "fields": ["talks", "speakers", "events"]},
        ),
        (_("Details"), {"classes": ["tab"], "fields": [("authors", "year"), ("language", "free"), "slug"]}),
        (
            _("Health"),
            {
                "classes": ["tab"],
                "fields": [
                    ("health", "checked_at"),
                    ("failures", "failing_since"),
                    "moved_to",
                    "archived_url",
                ],
            },
        ),
    ]

    class Media:
        js = [Script("roadshow/admin/curate.js", type="module")]

    def for_list(self, rows):
        newest = LinkCheck.objects.filter(resource=OuterRef("pk"))
        return rows.defer("search").annotate(
            citations=Count("talks", distinct=True), last_reason=Subquery(newest.values("reason")[:1])
        )

    def changelist_view(self, request, extra_context=None):
        return super().changelist_view(
            request, (extra_context or {}) | {"queues": build_link_queues(request)}
        )

    @action(description=_("Import a list"), url_path="import-list", icon="upload")
    def import_links(self, request):
        return import_page.import_list(request, self)

    @action(description=_("Publish, and the next"), attrs={"accesskey": "p", "title": "Alt+P"})
    def publish_and_next(self, request, obj):
        self.set_state(request, Resource.objects.filter(pk=obj.pk), Resource.State.PUBLISHED)

    @action(description=_("Reject, and the next"), attrs={"accesskey": "r", "title": "Alt+R"})
    def reject_and_next(self, request, obj):
        self.set_state(request, Resource.objects.filter(pk=obj.pk), Resource.State.REJECTED)

    def get_actions_submit_line(self, request, object_id):
        """Offer the decisions for suggestions only; a POST has them all, because the state may have changed."""
        waits = request.method == "POST" or (
            object_id and Resource.objects.filter(pk=object_id, state=Resource.State.SUGGESTED).exists()
        )
        return super().get_actions_submit_line(request, object_id) if waits else []

    def response_change(self, request, obj):
        if any(name.endswith("_and_next") for name in request.POST):
            waiting = Resource.objects.editable_by(request.user).filter(state=Resource.State.SUGGESTED)
            following = waiting.order_by("-created_at", "-pk").values_list("pk", flat=True).first()
            if following:
                return HttpResponseRedirect(reverse("admin:resources_resource_change", args=[following]))
            return HttpResponseRedirect(reverse("admin:resources_resource_changelist"))
        return super().response_change(request, obj)

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        if change and "url" in form.changed_data and form.initial.get("url"):
            obj.had_address(form.initial["url"])
