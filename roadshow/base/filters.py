"""The query parameters that pages and API share: one FilterSet for each model, on `RecordFilter`.

A FilterSet is told who asks (`request=`), because a filter must not say more than the rows themselves: what
`speaker=` or `series=` names has to be visible too. `problems()` says in sentences what is wrong with the
parameters: the API answers 400 with them, a page shows them and ignores the parameter.
"""

import datetime as dt
import re
from collections.abc import Callable

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator
from django.db.models import F, Q, Value
from django.db.models.functions import ASin, Cos, Least, Power, Radians, Sin, Sqrt
from django.db.models.lookups import LessThanOrEqual
from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from django_filters import Filter, FilterSet

EARTH_KM = 6371.0
LIMIT = 100  # values in one parameter
UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"


# --- what a parameter's value may look like ------------------------------------------------------
class _Listed:
    """Reads `?a=x&a=y` and `?a=x,y` alike."""

    def value_from_datadict(self, data, files, name):
        values = data.getlist(name) if hasattr(data, "getlist") else [data.get(name) or ""]
        return [part.strip() for value in values for part in value.split(",") if part.strip()]


class ListInput(_Listed, forms.TextInput):
    def format_value(self, value):
        return ",".join(value or [])


class ListSelect(_Listed, forms.Select):
    """A drop-down of which the address may name several."""


class ListField(forms.Field):
    """Several words; each one of `choices` (value, label) where there are any, or matching `pattern`."""

    def __init__(self, *, choices=None, pattern: str | None = None, example: str = "", **options):
        self.words = [(value or "any", label) for value, label in choices] if choices else None
        self.pattern, self.example = pattern and re.compile(pattern, re.I), example
        self.widget = ListSelect(choices=[("", _("any")), *self.words]) if choices else ListInput()
        super().__init__(**options)

    def to_python(self, value):
        return list(dict.fromkeys(value or []))

    def validate(self, value):
        if len(value) > LIMIT:
            raise ValidationError(_("At most %(limit)s values."), params={"limit": LIMIT})
        for word in value:
            ProhibitNullCharactersValidator()(word)
            if self.words and word not in dict(self.words):
                allowed = ", ".join(known for known, label in self.words)
                raise ValidationError(
                    _("“%(word)s” is not one of: %(allowed)s."), params={"word": word, "allowed": allowed}
                )
            if self.pattern and not self.pattern.fullmatch(word):
                raise ValidationError(
                    _("“%(word)s” does not look like %(example)s."),
                    params={"word": word, "example": self.example},
                )


class InstantField(forms.Field):
    """A time with its offset, or "now"."""

    widget = forms.TextInput

    def to_python(self, value):
        if not value:
            return None
        if value == "now":
            return timezone.now()
        # A plus sign that was not escaped arrives as a blank.
        text = re.sub(r" (?=\d\d:?\d\d$)", "+", value.strip())
        try:
            instant = parse_datetime(text)
            # The database knows fewer offsets than ISO 8601 does.
            instant = instant.astimezone(dt.UTC) if instant and timezone.is_aware(instant) else None
        except (ValueError, OverflowError):
            instant = None
        if instant is None:
            raise ValidationError(_("Give a time with its offset, such as 2025-02-01T10:00:00Z, or “now”."))
        return instant


class PlaceField(forms.Field):
    """Latitude and longitude in degrees: `12.97,77.59`."""

    widget = forms.TextInput

    def to_python(self, value):
        if not value:
            return None
        try:
            latitude, longitude = (float(part) for part in value.split(","))
        except ValueError:
            latitude = longitude = 999.0
        if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
            raise ValidationError(_("Give latitude and longitude in degrees, such as 12.97,77.59."))
        return latitude, longitude


# --- filters: each knows its part of the OpenAPI schema ------------------------------------------
ARRAY = {"style": "form", "explode": False}


class ListFilter(Filter):
    """Rows whose column is one of the values; `through` turns values into a condition of its own."""

    field_class = ListField

    def __init__(self, *args, through: Callable[[FilterSet, list[str]], Q] | None = None, **options):
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
        item = {"type": "string"}
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

    def __init__(self, *args, **options):
        super().__init__(*args, max_length=200, **options)

    def filter(self, rows, value):
        return self.parent.by_text(rows, value) if value else rows

    def schema(self) -> dict:
        return {"schema": {"type": "string", "maxLength": 200, "pattern": "^[^\\x00]*$"}}


class TextFilter(Filter):
    """Text that a column equals, whatever the case."""

    field_class = forms.CharField

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


class NearFilter(Filter):
    """Rows whose place (`field_name` leads to a venue) is at most `within` kilometres away."""

    field_class = PlaceField

    def filter(self, rows, value):
        if value is None:
            return rows
        kilometres = self.parent.form.cleaned_data.get("within") or 50
        return rows.filter(is_near(f"{self.field_name}__" if self.field_name else "", *value, kilometres))

    def schema(self) -> dict:
        pattern = r"^-?\d{1,2}(\.\d+)?,-?\d{1,3}(\.\d+)?$"
        return {"schema": {"type": "string", "pattern": pattern}, "example": "12.97,77.59"}


class WithinFilter(NumberFilter):
    """How many kilometres `near` means."""

    def __init__(self, **options):
        super().__init__(
            min_value=1,
            max_value=20_000,
            label=_("Kilometres that “near” means; 50 when not given"),
            **options,
        )

    def filter(self, rows, value):
        return rows


def is_near(prefix: str, latitude: float, longitude: float, kilometres: float) -> Q:
    """The condition that a venue (columns behind `prefix`) is within a great-circle distance."""
    lat, lng = F(f"{prefix}latitude"), F(f"{prefix}longitude")
    half_chord = Power(Sin(Radians(lat - latitude) / 2.0), 2) + Cos(Radians(lat)) * Cos(
        Radians(Value(latitude))
    ) * Power(Sin(Radians(lng - longitude) / 2.0), 2)
    distance = 2 * EARTH_KM * ASin(Sqrt(Least(half_chord, 1.0)))  # the antipode, a rounding error away
    degrees = kilometres / 111.0 + 0.01
    box = Q(**{f"{prefix}latitude__range": (latitude - degrees, latitude + degrees)})
    return box & Q(LessThanOrEqual(distance, float(kilometres)))


class OrderingFilter(Filter):
    """`ordering=-starts_on,name`: words of the FilterSet's `orderings`, always completed to a total order."""

    def __init__(self, names, **options):
        choices = [(sign + name, sign + name) for name in names for sign in ("", "-")]
        self.field_class = ListField
        super().__init__(choices=choices, label=_("Order; a minus reverses it"), **options)

    def filter(self, rows, value):
        if not value:
            return rows
        keys = []
        for word in value:
            for key in self.parent.orderings[word.removeprefix("-")]:
                keys.append(f"-{key}" if word.startswith("-") else key)
        return rows.order_by(*keys, "-pk" if keys[0].startswith("-") else "pk")

    schema = ListFilter.schema


class RecordFilter(FilterSet):
    """What every list understands: `q`, `updated_since` and `ordering`.

    `orderings` maps the words of `ordering` to columns. `also` are parameters that somebody else reads,
    such as `page`.
    """

    orderings: dict[str, tuple[str, ...]] = {}

    q = SearchFilter(label=_("Words to search for"))
    updated_since = InstantFilter(
        field_name="updated_at", lookup_expr="gte", label=_("Changed at or after this time")
    )

    def __init__(self, data=None, queryset=None, *, request=None, prefix=None, also=("page",)):
        super().__init__(data, queryset, request=request, prefix=prefix)
        self.also = frozenset(also)
        self.user = getattr(request, "user", None)

    @classmethod
    def get_filters(cls):
        filters = super().get_filters()
        if cls.orderings:
            filters["ordering"] = OrderingFilter(cls.orderings)
        return filters

    def by_text(self, rows, text: str):
        return rows.search(text)

    def unknown(self) -> list[str]:
        """Parameters that mean nothing here, in the order given."""
        data = self.data if isinstance(self.data, QueryDict) else QueryDict()
        return [name for name in data if name not in self.filters and name not in self.also]

    def problems(self) -> dict[str, list[str]]:
        """For each parameter that cannot be used: why, in sentences. Empty when all is well."""
        found = {} if self.is_valid() or not self.is_bound else dict(self.form.errors.items())
        allowed = ", ".join(sorted({*self.filters, *self.also}))
        for name in self.unknown():
            found[name] = [
                _("There is no parameter “%(name)s”. These are known: %(allowed)s.")
                % {"name": name[:80], "allowed": allowed}
            ]
        return found
