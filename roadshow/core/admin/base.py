"""Admins and inlines with permissions by row."""

from functools import lru_cache
from typing import Any

from django import forms
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.forms import Script
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin, StackedInline, TabularInline, checkbox
from unfold.decorators import display
from unfold.views import ChangeList

from roadshow.core.access import can_add_events, can_see_all, is_organiser
from roadshow.core.deletion import describe_deletion
from roadshow.core.list_export import ListExportMixin

from .choices import Choices, autocomplete_field, selectable_rows
from .forms import FreshForm


class Rows(ChangeList):
    """A change list whose page of rows the admin may complete in one go."""

    def get_results(self, request):
        super().get_results(request)
        if hasattr(self.model_admin, "complete"):
            self.result_list: list = list(self.result_list)
            self.model_admin.complete(self.result_list)


@lru_cache(maxsize=2000)
def render_checkbox(key: str) -> str:
    """The box that selects a row of a list. Unfold renders two templates for each."""
    return checkbox.render(ACTION_CHECKBOX_NAME, key)


PRIVATE_FIELDS = ("notes", "email")  # only for those who may change the record


class OrganiserAdmin(ListExportMixin, Choices, ModelAdmin):
    """Base of every admin: rights by row, full-text search, forms that notice a lost race."""

    form: type[forms.ModelForm] = FreshForm
    shared = False
    list_filter_submit = True
    list_fullwidth = True
    list_per_page = 50
    show_full_result_count = False
    warn_unsaved_form = True
    compressed_fields = True
    change_form_before_template = "admin/token.html"

    @display(description=ModelAdmin.action_checkbox.short_description)
    def action_checkbox(self, obj):
        return render_checkbox(str(obj.pk))

    def has_module_permission(self, request):
        return is_organiser(request.user)

    def has_add_permission(self, request, obj=None):
        return can_add_events(request.user)

    def has_view_permission(self, request, obj=None):
        return self._may(request, obj, "listed_for")

    def has_change_permission(self, request, obj=None):
        return self._may(request, obj)

    def has_delete_permission(self, request, obj=None):
        return self._may(request, obj)

    def _may(self, request, obj, method: str = "editable_by") -> bool:
        """Whether a row, given itself or by its key, is in the queryset of `method`; asked once in a request."""
        if obj is None or not is_organiser(request.user):
            return is_organiser(request.user)
        known = request.__dict__.setdefault("_editable_rows", {})
        manager = self.model._default_manager
        method = method if hasattr(manager, method) else "editable_by"
        key = (self.model, str(getattr(obj, "pk", obj)), method)
        if key not in known:
            rows = getattr(manager, method)(request.user)
            try:
                known[key] = rows.filter(pk=key[1]).exists()
            except (ValueError, ValidationError):
                known[key] = False
        return known[key]

    def get_deleted_objects(self, objs, request):
        return describe_deletion(objs, request, self.admin_site)

    def get_queryset(self, request):
        field = autocomplete_field(request)
        if field is not None:
            return selectable_rows(field, request.user)
        rows: Any = super().get_queryset(request)
        rows = getattr(rows, "listed_for", rows.editable_by)(request.user)
        match = request.resolver_match
        is_list = match and match.url_name and match.url_name.endswith(("_changelist", "_export_list"))
        return self.for_list(rows) if is_list else rows

    def for_list(self, rows: QuerySet) -> QuerySet:
        """The rows with what the columns show."""
        return rows

    def get_search_results(self, request, queryset, search_term):
        if hasattr(queryset, "search"):
            return queryset.search(search_term), False
        return super().get_search_results(request, queryset, search_term)

    def get_changelist(self, request, **kwargs):
        return Rows

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        form.user = request.user
        return form

    def save_model(self, request, obj, form, change):
        if not change and hasattr(obj, "created_by_id"):
            obj.created_by = request.user
        super().save_model(request, obj, form, change)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        organisers = getattr(form.instance, "organisers", None)
        if not change and organisers is not None and not (can_see_all(request.user) and organisers.exists()):
            organisers.add(request.user)


class RecordAdmin(SimpleHistoryAdmin, OrganiserAdmin):
    """For models with a history: who changed what, and the way back."""

    class Media:
        js = [Script("roadshow/admin/slugs.js", type="module")]

    @transaction.atomic
    def history_form_view(self, request, object_id, version_id, extra_context=None):
        return super().history_form_view(request, object_id, version_id, extra_context)

    def set_history_delta_changes(self, request, historical_records, **options):
        super().set_history_delta_changes(request, historical_records, **options)
        keys = {getattr(record, self.opts.pk.attname) for record in historical_records}
        is_private = not all(self.has_change_permission(request, key) for key in keys)
        hidden = {
            str(one.verbose_name) for one in self.opts.fields if is_private and one.name in PRIVATE_FIELDS
        }
        for record in historical_records:  # the page would write None
            record.history_change_reason = record.history_change_reason or ""
            changes = getattr(record, "history_delta_changes", [])
            record.history_delta_changes = [one for one in changes if str(one["field"]).lower() not in hidden]


class InlineRights(Choices):
    """An inline's rows belong to the row around them, which was asked already."""

    extra = 0
    tab = True
    hide_title = True
    show_count = True

    def has_view_permission(self, request, obj=None):
        return is_organiser(request.user)

    def has_change_permission(self, request, obj=None):
        """Whether the user may change the row around the inline; a new one is theirs."""
        if obj is None or obj.pk is None:
            return is_organiser(request.user)
        return self.admin_site.get_model_admin(type(obj)).has_change_permission(request, obj)

    has_add_permission = has_delete_permission = has_change_permission


class OrderedInline(InlineRights, TabularInline):
    """A table of rows in an order that is dragged."""

    ordering_field = "position"
    hide_ordering_field = True


class TableInline(InlineRights, TabularInline):
    pass


class CardInline(InlineRights, StackedInline):
    pass
