"""What an admin's list shows, as a table: the same filters, chosen columns, CSV or XLSX."""

from html import unescape
from typing import Any, cast

import tablib
from django.contrib.admin.utils import label_for_field, lookup_field
from django.core.exceptions import PermissionDenied
from django.db.models import Manager, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from .spreadsheets import CSV, XLSX, quote_formula

FORMATS = {"csv": CSV, "xlsx": XLSX}
MAX_ROWS = 30_000
COLUMN = "column"


class ListExportMixin:
    """For admins: `list_display` can be exported, and the columns that `export_columns` names besides."""

    # Of the admin that it is mixed into
    opts: Any
    model: Any
    admin_site: Any
    has_view_permission: Any
    get_list_display: Any
    get_changelist_instance: Any

    list_after_template = "admin/partials/export_link.html"
    export_columns: list[str] = []

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}_export_list"
        return [
            path("export-list/", self.admin_site.admin_view(self.export_list), name=name),
            *cast(Any, super()).get_urls(),
        ]

    def export_list(self, request: HttpRequest) -> HttpResponse:
        """Ask for columns and format; with a format, the rows of the list that the query filters."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        columns = self._list_columns(request)
        form = request.GET.get("export_as", "")
        if form in FORMATS:
            chosen = [name for name in request.GET.getlist(COLUMN) if name in columns] or list(columns)
            return self._build_export(request, form, {name: columns[name] for name in chosen})
        context = {
            **self.admin_site.each_context(request),
            "title": _("Export: %(list)s") % {"list": self.opts.verbose_name_plural},
            "opts": self.opts,
            "columns": columns.items(),
            "filters": [(key, value) for key, values in request.GET.lists() for value in values],
        }
        return TemplateResponse(request, "admin/export_list.html", context)

    def _list_columns(self, request) -> dict[str, str]:
        names = [*self.get_list_display(request), *self.export_columns]
        labels = {}
        for name in dict.fromkeys(map(str, names)):
            label = label_for_field(name, self.model, cast(Any, self))
            labels[name] = str(label)[:1].upper() + str(label)[1:]
        return labels

    def _build_export(self, request, form: str, columns: dict[str, str]) -> HttpResponse:
        query = request.GET.copy()
        for name in ("export_as", COLUMN, "p", "all"):
            query.pop(name, None)
        request.GET = query
        rows = list(self.load_export(self.get_changelist_instance(request).get_queryset(request)[:MAX_ROWS]))
        if hasattr(self, "complete"):
            self.complete(rows)
        table = tablib.Dataset(headers=list(columns.values()))
        for row in rows:
            table.append([quote_formula(self._read_cell(name, row)) for name in columns])
        writer = FORMATS[form]()
        response = HttpResponse(writer.export_data(table), content_type=writer.get_content_type())
        name = f"{self.opts.model_name}-{timezone.localdate()}.{writer.get_extension()}"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        response["Cache-Control"] = "no-store"
        return response

    def load_export(self, rows: QuerySet) -> QuerySet:
        """The rows with what `export_columns` need."""
        return rows

    def _read_cell(self, name: str, row) -> Any:
        """The text or number that the list shows."""
        field, _attribute, value = lookup_field(name, row, cast(Any, self))
        if field is not None and field.choices:
            value = getattr(row, f"get_{field.name}_display")()
        if isinstance(value, tuple):  # a badge: its kind and its text
            value = value[1]
        if isinstance(value, Manager) or value is None:
            return ""
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if isinstance(value, int | float):
            return value
        if hasattr(value, "tzinfo"):
            return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
        return unescape(strip_tags(value)) if isinstance(value, SafeString) else str(value)
