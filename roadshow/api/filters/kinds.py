"""Kinds of filters: each knows its part of the OpenAPI schema."""

from collections.abc import Callable

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_filters import Filter, FilterSet

from .values import LIMIT, InstantField, ListField

UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
ARRAY = {"style": "form", "explode": False}


class ListFilter(Filter):
    """Rows whose column is one of the values; `through` turns values into a condition of its own."""

    field_class = ListField
    may_be_empty = True

    def __init__(self, *args, through: Callable[[FilterSet, list], Q] | None = None, **options):
        self.through = through
        super().__init__(*args, **options)

    def filter(self, rows, value):
        if not value:
            return rows
        if self.through:
            return rows.filter(self.through(self.parent, value))
        words = ["" if word == "any" and self.field.words else word for word in value]
        return rows.filter(**{f"{self.field_name}__in": words})

    def schema(self) -> dict:
        item: dict[str, object] = {"type": "string"}
        if self.field.words:
            item["enum"] = [word for word, label in self.field.words]
        elif self.field.pattern:
            item["pattern"] = f"^{self.field.pattern.pattern}$"
        else:
            item |= {"minLength": 1, "pattern": "^[^\\x00,]+$"}
        return {"schema": {"type": "array", "items": item, "maxItems": LIMIT}, **ARRAY}


class ReferenceFilter(ListFilter):
    """Rows that refer to visible rows of another model, named by slug or GUID.

    `rows` is that model's manager, or a callable that returns it. `field_name` leads to it, or
    `through(filterset, keys)` makes the condition of the primary keys found. What the asking user may
    not see matches nothing, as if it did not exist.
    """

    def __init__(self, *args, rows, by: str = "slug", **options):
        self.rows, self.by = rows, by
        if by == "guid":
            options |= {"pattern": UUID, "example": _("a GUID")}
        super().__init__(*args, **options)

    def filter(self, rows, value):
        if not value:
            return rows
        keys = self.keys(value)
        if self.through:
            return rows.filter(self.through(self.parent, keys))
        return rows.filter(**{f"{self.field_name}__in": keys})

    def keys(self, value) -> list[int]:
        """Primary keys of the visible rows that are named; asked once, however often the filter is used."""
        known = self.__dict__.setdefault("_keys", {})
        if tuple(value) not in known:
            manager = self.rows() if callable(self.rows) else self.rows
            named = manager.visible_to(self.parent.user).filter(**{f"{self.by}__in": value})
            known[tuple(value)] = list(named.order_by().values_list("pk", flat=True))
        return known[tuple(value)]

    def schema(self) -> dict:
        if self.by != "guid":
            return super().schema()
        item = {"type": "string", "format": "uuid"}
        return {"schema": {"type": "array", "items": item, "maxItems": LIMIT}, **ARRAY}


class SearchFilter(Filter):
    """Text to search for."""

    field_class = forms.CharField
    may_be_empty = True

    def __init__(self, *args, **options):
        super().__init__(*args, max_length=200, **options)

    def filter(self, rows, value):
        return self.parent.by_text(rows, value) if value else rows

    def schema(self) -> dict:
        return {"schema": {"type": "string", "maxLength": 200, "pattern": "^[^\\x00]*$"}}


class TextFilter(Filter):
    """Text that a column equals, whatever the case."""

    field_class = forms.CharField
    may_be_empty = True

    def __init__(self, *args, **options):
        options.setdefault("lookup_expr", "iexact")
        super().__init__(*args, max_length=200, **options)

    def schema(self) -> dict:
        return {"schema": {"type": "string", "maxLength": 200, "pattern": "^[^\\x00]*$"}}


class InstantFilter(Filter):
    field_class = InstantField

    def schema(self) -> dict:
        return {"schema": {"anyOf": [{"type": "string", "format": "date-time"}, {"const": "now"}]}}


class DateFilter(Filter):
    """A day, compared with the column by `lookup_expr`."""

    field_class = forms.DateField

    def __init__(self, *args, **options):
        messages = {"invalid": _("Give a date such as 2025-02-01.")}
        options |= {"input_formats": ["%Y-%m-%d"], "error_messages": messages}
        super().__init__(*args, widget=forms.DateInput(attrs={"type": "date"}), **options)

    def schema(self) -> dict:
        return {"schema": {"type": "string", "format": "date"}}


class NumberFilter(Filter):
    """A whole number from `min_value` to `max_value`, compared with the column by `lookup_expr`."""

    field_class = forms.IntegerField

    def __init__(self, *args, min_value=0, max_value=2_000_000_000, **options):
        super().__init__(*args, min_value=min_value, max_value=max_value, **options)

    def schema(self) -> dict:
        limits = {"minimum": self.extra["min_value"], "maximum": self.extra["max_value"]}
        return {"schema": {"type": "integer", **limits}}


class YesNoFilter(Filter):
    """`true` or `false`, where `condition` (a Q or a callable that makes one) says what true means."""

    field_class = forms.TypedChoiceField

    def __init__(self, *args, condition=None, **options):
        self.condition = condition
        super().__init__(
            *args,
            choices=[("", _("any")), ("true", _("yes")), ("false", _("no"))],
            coerce=lambda word: word == "true",
            empty_value=None,
            error_messages={"invalid_choice": _("Use true or false.")},
            **options,
        )

    def filter(self, rows, value):
        if value is None:
            return rows
        if self.condition is None:
            return rows.filter(**{self.field_name: value})
        condition = self.condition(self.parent) if callable(self.condition) else self.condition
        return rows.filter(condition if value else ~condition)

    def schema(self) -> dict:
        return {"schema": {"type": "boolean"}}
