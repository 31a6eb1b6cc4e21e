"""Base classes of the admin of every app.

Permissions by row come from each model's QuerySet (`visible_to`, `editable_by`), not from Django's model
permissions. Forms detect that somebody else saved in the meantime.
"""

from typing import Any, cast

from django import forms
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.options import BaseModelAdmin
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models, transaction
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from import_export.admin import ExportMixin, ImportMixin
from import_export.resources import ModelResource
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin, StackedInline, TabularInline
from unfold.contrib.filters.admin import AutocompleteSelectFilter
from unfold.contrib.filters.forms import AutocompleteDropdownForm
from unfold.contrib.import_export.forms import ExportForm, ImportForm
from unfold.views import ChangeList

from roadshow.core.access import can_add_events, can_see_all, is_organiser
from roadshow.core.deletion import describe_deletion
from roadshow.core.locking import lock_row
from roadshow.core.models import Record
from roadshow.core.spreadsheets import CSV, JSON, XLSX

CONFIRMED_SLUG = "confirmed_slug"


def usable(field: models.Field, user) -> QuerySet:
    """The rows that `user` may choose in a foreign key or many-to-many field.

    A foreign key says where a row belongs, so it takes rows that are theirs, unless the other model's admin
    is `shared` (anybody may credit a speaker). Many-to-many fields only mention: what they see will do.
    """
    rows: Any = field.remote_field.model._default_manager.all()
    if not hasattr(rows, "editable_by"):
        return rows.filter(is_staff=True, is_active=True) if hasattr(rows.model, "is_staff") else rows
    permission = getattr(field.model._default_manager.all(), "permission", None)
    if permission and hasattr(rows, "with_permission"):  # the event of a row that belongs to one
        return rows.with_permission(user, permission)
    shared = getattr(admin.site._registry.get(rows.model), "shared", False)
    return rows.visible_to(user) if field.many_to_many or shared else rows.editable_by(user)


def autocompleted(request) -> models.Field | None:
    """The field for which `request` asks the autocomplete view, if it does."""
    if not request.resolver_match or request.resolver_match.url_name != "autocomplete":
        return None
    try:
        model = apps.get_model(request.GET["app_label"], request.GET["model_name"])
        return model._meta.get_field(request.GET["field_name"])
    except (KeyError, LookupError, ValueError, FieldDoesNotExist):
        return None


class FreshForm(forms.ModelForm):
    """A form of a saved row that refuses to overwrite what somebody else saved since it was shown.

    What was typed stays, and saving once more is then a decision. References that the user may not choose
    stay as they are: a foreign key may keep its value, and hidden rows of a many-to-many field survive.
    """

    token = forms.CharField(widget=forms.HiddenInput, required=False)
    user = None  # the admin that makes the form's class sets it

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["token"] = self._saved_at(fresh=hasattr(self.instance, "_history"))
            self._keep_foreign_keys()

    def _saved_at(self, fresh: bool) -> str:
        if not fresh:
            return self.instance.updated_at.isoformat()
        saved = (
            type(self.instance)
            ._base_manager.filter(pk=self.instance.pk)
            .values_list("updated_at", flat=True)
            .first()
        )
        return saved.isoformat() if saved else ""

    def _keep_foreign_keys(self):
        for name, field in self.fields.items():
            if isinstance(field, forms.ModelChoiceField) and not isinstance(
                field, forms.ModelMultipleChoiceField
            ):
                current = getattr(self.instance, f"{name}_id", None)
                rows = field.queryset
                if current and not rows.filter(pk=current).exists():
                    field.queryset = rows.model._default_manager.filter(
                        Q(pk__in=rows.values("pk")) | Q(pk=current)
                    )

    def clean(self):
        cleaned = super().clean()
        if self.instance.pk:
            self._refuse_if_stale()
            self._keep_hidden_choices(cleaned)
        return cleaned

    def _post_clean(self):
        """As Django's; a slug that was another record's is taken when its check box in the message is ticked."""
        if isinstance(self.instance, Record):
            self.instance.confirmed_slug = self.data.get(CONFIRMED_SLUG, "")
        super()._post_clean()
        for error in self.errors.as_data().get("slug", []) if self.errors else []:
            if error.code == "former_address":
                self.errors["slug"] = self.error_class(
                    [
                        format_html(
                            '{} <label><input type="checkbox" name="{}" value="{}"> {}</label>',
                            error.messages[0],
                            CONFIRMED_SLUG,
                            self.instance.slug,
                            _("Take it nevertheless."),
                        )
                    ]
                )

    def _refuse_if_stale(self):
        row = lock_row(type(self.instance)._base_manager.only("updated_at"), pk=self.instance.pk)
        saved = row.updated_at.isoformat() if row else ""
        if not saved:
            raise ValidationError(_("Somebody deleted this since you opened it. Nothing was saved."))
        name = self.add_prefix("token")
        if self.data.get(name) != saved:
            data = cast(QueryDict, self.data).copy()
            data[name] = saved
            self.data = data
            raise ValidationError(
                _(
                    "Somebody changed this since you opened it, so nothing was saved. What you typed is "
                    "still here. Look at the history to see the change; saving again replaces it."
                ),
                code="stale",
            )

    def _keep_hidden_choices(self, cleaned):
        for name, field in self.fields.items():
            if isinstance(field, forms.ModelMultipleChoiceField) and name in cleaned:
                current = getattr(self.instance, name).all()
                hidden = current.exclude(pk__in=field.queryset.values("pk"))
                chosen = [row.pk for row in cleaned[name]] + [row.pk for row in hidden]
                cleaned[name] = field.queryset.model._default_manager.filter(pk__in=chosen)


class Choices(BaseModelAdmin):
    """For admins and their inlines: fields offer what the user may use."""

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if isinstance(db_field, models.URLField):
            kwargs.setdefault("assume_scheme", "https")
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        kwargs.setdefault("queryset", usable(db_field, request.user))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        kwargs.setdefault("queryset", usable(db_field, request.user))
        return super().formfield_for_manytomany(db_field, request, **kwargs)


class OwnDropdownForm(AutocompleteDropdownForm):
    def __init__(self, request, name, *args, field, **kwargs):
        super().__init__(request, name, *args, field=field, **kwargs)
        self.fields[name].queryset = usable(field, request.user)


class OwnFilter(AutocompleteSelectFilter):
    """A filter by a related row that names only rows which the user may use."""

    form_class = OwnDropdownForm


class Rows(ChangeList):
    """A change list whose page of rows the admin may complete in one go."""

    def get_results(self, request):
        super().get_results(request)
        if hasattr(self.model_admin, "complete"):
            self.result_list: list = list(self.result_list)
            self.model_admin.complete(self.result_list)


class OrganiserAdmin(Choices, ModelAdmin):
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
        field = autocompleted(request)
        if field is not None:
            return usable(field, request.user)
        rows: Any = super().get_queryset(request)
        rows = getattr(rows, "listed_for", rows.editable_by)(request.user)
        match = request.resolver_match
        is_list = match and match.url_name and match.url_name.endswith("_changelist")
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

    @transaction.atomic
    def history_form_view(self, request, object_id, version_id, extra_context=None):
        return super().history_form_view(request, object_id, version_id, extra_context)

    def set_history_delta_changes(self, request, historical_records, **options):
        super().set_history_delta_changes(request, historical_records, **options)
        for record in historical_records:  # the page would write None
            record.history_change_reason = record.history_change_reason or ""


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


class Table(ModelResource):
    """A table in or out: rows that are checked like any other, and only the user's own may change."""

    def __init__(self, user=None, **kwargs):
        super().__init__(**kwargs)
        self.user = user

    def get_queryset(self):
        return super().get_queryset().editable_by(self.user) if self.user else super().get_queryset()

    def before_save_instance(self, instance, row, **kwargs):
        if instance._state.adding and hasattr(instance, "created_by_id"):
            instance.created_by = self.user

    class Meta:
        clean_model_instances = True
        skip_unchanged = True
        report_skipped = True
        use_transactions = True


class ExportAdmin(ExportMixin):
    export_form_class = ExportForm
    formats = export_formats = [CSV, XLSX, JSON]

    def has_export_permission(self, request):
        return is_organiser(request.user)

    def get_export_resource_kwargs(self, request, *args, **kwargs):
        return super().get_export_resource_kwargs(request, *args, **kwargs) | {"user": request.user}


class TableAdmin(ImportMixin, ExportAdmin):
    """Tables in, with a preview, and out."""

    import_export_change_list_template = "admin/import_export/change_list_import_export.html"
    import_form_class = ImportForm
    import_formats = [CSV, XLSX, JSON]

    def has_import_permission(self, request):
        return is_organiser(request.user)

    def get_import_resource_kwargs(self, request, *args, **kwargs):
        return super().get_import_resource_kwargs(request, *args, **kwargs) | {"user": request.user}
