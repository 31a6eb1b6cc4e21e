"""Base classes of the admin of every app.

Permissions by row come from each model's QuerySet (`visible_to`, `editable_by`), not from Django's model permissions.
"""

from .base import (
    CardInline,
    InlineRights,
    OrderedInline,
    OrganiserAdmin,
    RecordAdmin,
    Rows,
    TableInline,
)
from .choices import OwnFilter, autocomplete_field, selectable_rows
from .forms import FreshForm
from .tables import ExportAdmin, Table, TableAdmin

__all__ = [
    "CardInline",
    "ExportAdmin",
    "FreshForm",
    "InlineRights",
    "OrderedInline",
    "OrganiserAdmin",
    "OwnFilter",
    "RecordAdmin",
    "Rows",
    "Table",
    "TableAdmin",
    "TableInline",
    "autocomplete_field",
    "selectable_rows",
]
