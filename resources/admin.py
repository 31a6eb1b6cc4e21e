"""The library: links and collections, which all organisers curate together."""

from django.contrib import admin, messages
from django.db.models import Count
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateTimeFilter, RangeNumericFilter
from unfold.decorators import action, display

from roadshow.base.admin import OrderedInline, OwnFilter, RecordAdmin, Table, TableAdmin

from .models import Collection, CollectionItem, Resource


class ResourceTable(Table):
    class Meta(Table.Meta):
        model = Resource
        fields = [
            "guid", "title", "url", "kind", "level", "language", "authors", "year", "free", "note", "state",
            "health", "checked_at",
        ]  # fmt: skip
        import_id_fields = ["url"]


@admin.register(Resource)
class ResourceAdmin(TableAdmin, RecordAdmin):
    resource_classes = [ResourceTable]
    list_display = ["title", "host", "kind", "health_label", "cited", "state_label", "created_at"]
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
    readonly_fields = ["health", "checked_at"]
    actions = ["publish", "reject", "retire"]
    fieldsets = [
        (None, {"fields": [("title", "state"), "url", ("kind", "level"), "note", "topics"]}),
        (
            _("Where it belongs"),
            {"classes": ["tab"], "fields": ["talks", "speakers", "events"]},
        ),
        (_("Details"), {"classes": ["tab"], "fields": [("authors", "year"), ("language", "free"), "slug"]}),
        (_("Health"), {"classes": ["tab"], "fields": [("health", "checked_at"), "archived_url"]}),
    ]

    def for_list(self, rows):
        return rows.defer("search", "note").annotate(citations=Count("talks", distinct=True))

    @display(description=_("address"), ordering="url")
    def host(self, resource):
        host = resource.url.split("/")[2]
        return format_html('<a href="{}" rel="noreferrer">{}</a>', resource.url, host.removeprefix("www."))

    @display(
        description=_("health"),
        ordering="health",
        label={
            Resource.Health.UNKNOWN: "info",
            Resource.Health.GOOD: "success",
            Resource.Health.MOVED: "warning",
            Resource.Health.FAILING: "warning",
            Resource.Health.BROKEN: "danger",
        },
    )
    def health_label(self, resource):
        return resource.health, resource.get_health_display()

    @display(description=_("cited by talks"), ordering="citations")
    def cited(self, resource):
        return resource.citations

    @display(
        description=_("state"),
        ordering="state",
        label={
            Resource.State.SUGGESTED: "warning",
            Resource.State.PUBLISHED: "success",
            Resource.State.REJECTED: "danger",
            Resource.State.RETIRED: "info",
        },
    )
    def state_label(self, resource):
        return resource.state, resource.get_state_display()

    @action(description=_("Publish"), icon="check")
    def publish(self, request, queryset):
        self._set_state(request, queryset, Resource.State.PUBLISHED)

    @action(description=_("Reject"), icon="block")
    def reject(self, request, queryset):
        self._set_state(request, queryset, Resource.State.REJECTED)

    @action(description=_("Retire"), icon="archive")
    def retire(self, request, queryset):
        self._set_state(request, queryset, Resource.State.RETIRED)

    def _set_state(self, request, queryset, state):
        chosen = Resource.objects.editable_by(request.user).filter(pk__in=queryset.order_by().values("pk"))
        count = 0
        for resource in chosen.exclude(state=state):
            resource.state, resource._history_user = state, request.user
            resource.save(update_fields=["state", "updated_at"])
            count += 1
        text = ngettext("%(count)d link is %(state)s now.", "%(count)d links are %(state)s now.", count)
        self.message_user(request, text % {"count": count, "state": state.label}, messages.SUCCESS)


class ItemInline(OrderedInline):
    model = CollectionItem
    autocomplete_fields = ["resource"]
    fields = ["resource", "heading", "note", "position"]


@admin.register(Collection)
class CollectionAdmin(RecordAdmin):
    list_display = ["title", "item_count", "is_path", "state_label"]
    list_filter = [("state", ChoicesDropdownFilter), "is_path"]
    search_fields = ["title"]
    inlines = [ItemInline]
    fields = [("title", "slug"), "text", ("is_path", "state")]

    def for_list(self, rows):
        return rows.defer("search", "text").annotate(item_total=Count("items"))

    @display(description=_("links"), ordering="item_total")
    def item_count(self, collection):
        return collection.item_total

    @display(
        description=_("state"),
        ordering="state",
        label={Collection.State.PUBLISHED: "success", Collection.State.DRAFT: "info"},
    )
    def state_label(self, collection):
        return collection.state, collection.get_state_display()
