"""Serializers of records: `fields.py` has fields and the columns they are read from, `records.py` the base class."""

from .fields import (
    Column,
    Links,
    PageUrl,
    PictureUrl,
    Reference,
    References,
    Rows,
    json_rows,
    key_array,
    local_time,
)
from .records import (
    RecordSerializer,
    Shape,
    StrictSerializer,
    StrictTypes,
    column_values,
    replace_rows,
    require_can_edit,
)

__all__ = [
    "Column",
    "Links",
    "PageUrl",
    "PictureUrl",
    "RecordSerializer",
    "Reference",
    "References",
    "Rows",
    "Shape",
    "StrictSerializer",
    "StrictTypes",
    "column_values",
    "json_rows",
    "key_array",
    "local_time",
    "replace_rows",
    "require_can_edit",
]
