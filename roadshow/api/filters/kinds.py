"""Kinds of filters: each knows its part of the OpenAPI schema."""

import re
from collections.abc import Callable

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_filters import Filter, FilterSet

from roadshow.api.models import Change
from roadshow.core.models import FormerAddress

from .values import LIMIT, InstantField, ListField

UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
ARRAY = {"style": "form", "explode": False}


class DescribedFilter(Filter):
    """Base of all filters: `describe()` is a sentence and `schema()` the schema of the parameter in OpenAPI."""

    def describe(self) -> str:
        return f"{self.label}."

    def schema(self) -> dict:
        raise NotImplementedError


class ListFilter(DescribedFilter):
    """Rows whose column is one of the values; `through` turns values into a condition of its own."""

    field_class = ListField

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

    def describe(self) -> str:
        return f"{self.label}: one of these, separated by commas."

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
    """Rows that refer to visible rows of another model, named by slug or GUID, or with `by="guid"` by GUID alone.

    `rows` is that model's manager. `field_name` leads to it, or `through(filterset, keys)` makes the condition of
    the primary keys found. Rows that the user may not see do not exist.
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

    def keys(self, values: list[str]) -> list[int]:
        """Primary keys of the visible rows that the values name."""
        return [key for key, _names in self._find(values)]

    def missing(self, values: list[str]) -> list[str]:
        """The values that name no visible row."""
        named = {name for _key, names in self._find(values) for name in names}
        return [value for value in values if value not in named and value.lower() not in named]

    def gone(self, values: list[str]) -> dict[str, int]:
        """Those among values that name events which everybody could see once, with the primary key that it had."""
        if self.rows.model.address_kind != "events":
            return {}
        slugs = self._find_guids(values)
        guids = {value: slugs.get(value, value.lower()) for value in values}
        asked = [guid for guid in guids.values() if re.fullmatch(UUID, guid)]
        public = Change.objects.was_public("events", asked).values_list("guid", "event")
        keys = {str(guid): key for guid, key in public}
        return {value: keys[guid] for value, guid in guids.items() if guid in keys}

    def _find_guids(self, slugs: list[str]) -> dict[str, str]:
        """The GUID of each row that has or had one of these slugs, visible or not."""
        rows, records = self.rows.model._base_manager, self._find_records(slugs)
        former = dict(rows.filter(pk__in=records.values()).values_list("pk", "guid"))
        found = {slug: former[key] for slug, key in records.items() if key in former}
        found |= dict(rows.filter(slug__in=slugs).values_list("slug", "guid"))
        return {slug: str(guid) for slug, guid in found.items()}

    def _find(self, values: list[str]) -> list[tuple[int, tuple[str, ...]]]:
        """Primary key and names of the visible rows that the values name; one query for the same values."""
        known = self.__dict__.setdefault("_found", {})
        if tuple(values) not in known:
            guids = [value for value in values if re.fullmatch(UUID, value, re.I)]
            condition = Q(guid__in=guids) if self.by == "guid" else Q(slug__in=values)
            if guids and self.by == "slug":
                condition |= Q(guid__in=guids)
            names = {"guid", self.by}
            rows = (
                self.rows.visible_to(self.parent.user).filter(condition).order_by().values_list("pk", *names)
            )
            found = [(key, tuple(map(str, names))) for key, *names in rows]
            known[tuple(values)] = [*found, *self._find_former(values, found)]
        return known[tuple(values)]

    def _find_former(self, values: list[str], found: list[tuple[int, tuple[str, ...]]]) -> list[tuple]:
        """Primary key and former slug of visible rows, for slugs that no row has."""
        known = {name for _key, names in found for name in names}
        unknown = [value for value in values if value not in known and value.lower() not in known]
        if self.by == "guid" or not self.rows.model.address_kind or not unknown:
            return []
        records = self._find_records(unknown)
        visible = self.rows.visible_to(self.parent.user).filter(pk__in=records.values())
        keys = set(visible.order_by().values_list("pk", flat=True))
        return [(key, (slug,)) for slug, key in records.items() if key in keys]

    def _find_records(self, slugs: list[str]) -> dict[str, int]:
        """Primary keys of the rows that had these slugs."""
        former = FormerAddress.objects.filter(
            kind=self.rows.model.address_kind,
            scope=0,
            address__in=[slug for slug in slugs if "\0" not in slug],
        )
        return dict(former.values_list("address", "record"))

    def describe(self) -> str:
        names = "GUIDs" if self.by == "guid" else "slugs or GUIDs"
        return f"{self.label}: only records that refer to one of these, {names} separated by commas."

    def schema(self) -> dict:
        if self.by != "guid":
            return super().schema()
        item = {"type": "string", "format": "uuid"}
        return {"schema": {"type": "array", "items": item, "maxItems": LIMIT}, **ARRAY}


class SearchFilter(DescribedFilter):
    """Text to search for."""

    field_class = forms.CharField

    def __init__(self, *args, **options):
        super().__init__(*args, max_length=200, **options)

    def filter(self, rows, value):
        return self.parent.by_text(rows, value) if value else rows

    def schema(self) -> dict:
        return {"schema": {"type": "string", "maxLength": 200, "pattern": "^[^\\x00]*$"}}


class TextFilter(DescribedFilter):
    """Text that a column equals, whatever the case."""

    field_class = forms.CharField

    def __init__(self, *args, **options):
        options.setdefault("lookup_expr", "iexact")
        super().__init__(*args, max_length=200, **options)

    def describe(self) -> str:
        return f"{self.label}, in upper or lower case."

    def schema(self) -> dict:
        return {"schema": {"type": "string", "maxLength": 200, "pattern": "^[^\\x00]*$"}}


class InstantFilter(DescribedFilter):
    field_class = InstantField

    def describe(self) -> str:
        return f"{self.label}: a time with its offset, or now."

    def schema(self) -> dict:
        return {"schema": {"anyOf": [{"type": "string", "format": "date-time"}, {"const": "now"}]}}


class DateFilter(DescribedFilter):
    """A day, compared with the column by `lookup_expr`."""

    field_class = forms.DateField

    def __init__(self, *args, **options):
        messages = {"invalid": _("Give a date such as 2025-02-01.")}
        options |= {"input_formats": ["%Y-%m-%d"], "error_messages": messages}
        super().__init__(*args, widget=forms.DateInput(attrs={"type": "date"}), **options)

    def describe(self) -> str:
        return f"{self.label}: a date such as 2025-02-01."

    def schema(self) -> dict:
        return {"schema": {"type": "string", "format": "date"}}


class NumberFilter(DescribedFilter):
    """A whole number from `min_value` to `max_value`, compared with the column by `lookup_expr`."""

    field_class = forms.IntegerField

    def __init__(self, *args, min_value=0, max_value=2_000_000_000, **options):
        super().__init__(*args, min_value=min_value, max_value=max_value, **options)

    def describe(self) -> str:
        return f"{self.label}: a whole number."

    def schema(self) -> dict:
        limits = {"minimum": self.extra["min_value"], "maximum": self.extra["max_value"]}
        return {"schema": {"type": "integer", **limits}}


class YesNoFilter(DescribedFilter):
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

    def describe(self) -> str:
        return f"{self.label}: true or false."

    def schema(self) -> dict:
        return {"schema": {"type": "boolean"}}
