"""Collections and learning paths."""

from django.contrib import admin
from django.db.models import Count
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from roadshow.core.admin import OrderedInline, RecordAdmin

from ..models import Collection, CollectionItem


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
