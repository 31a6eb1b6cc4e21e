"""Rows that are near a place."""

from django.db.models import F, Q, Value
from django.db.models.functions import ASin, Cos, Least, Power, Radians, Sin, Sqrt
from django.db.models.lookups import LessThanOrEqual
from django.utils.translation import gettext_lazy as _
from django_filters import Filter

from .kinds import NumberFilter
from .values import PlaceField

EARTH_KM = 6371.0


class NearFilter(Filter):
    """Rows whose place (`field_name` leads to a venue) is at most `within` kilometres away."""

    field_class = PlaceField

    def filter(self, rows, value):
        if value is None:
            return rows
        kilometres = self.parent.form.cleaned_data.get("within") or 50
        return rows.filter(is_near(f"{self.field_name}__" if self.field_name else "", *value, kilometres))

    def schema(self) -> dict:
        pattern = f"^{PlaceField.pattern}$"
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
