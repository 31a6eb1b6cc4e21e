"""Tables into the admin, with a preview, and out of it."""

from import_export.admin import ExportMixin, ImportMixin
from import_export.resources import ModelResource
from unfold.contrib.import_export.forms import ExportForm, ImportForm

from roadshow.core.access import is_organiser
from roadshow.core.spreadsheets import CSV, JSON, XLSX


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
