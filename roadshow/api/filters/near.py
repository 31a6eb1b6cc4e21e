"""Rows that are near a place."""

from django.db.models import F, Q, Value
from django.db.models.functions import ASin, Cos, Least, Power, Radians, Sin, Sqrt
from django.db.models.lookups import LessThanOrEqual
from django.utils.translation import gettext_lazy as _

from .kinds import DescribedFilter, NumberFilter
from .values import PlaceField

EARTH_KM = 6371.0


class NearFilter(DescribedFilter):
    """Rows whose place is at most `within` kilometres away.

    `places` lead to what may have coordinates, the row itself where empty; the first one that has them counts.
    """

    field_class = PlaceField

    def __init__(self, *places: str, **options):
        self.places = places
        super().__init__(label=_("Near this place: latitude, longitude"), **options)

    def filter(self, rows, value):
        if value is None:
            return rows
        latitude, longitude = value
        kilometres = self.parent.form.cleaned_data.get("within") or 50
        near, elsewhere = Q(), Q()
        for place in self.places:
            prefix = f"{place}__" if place else ""
            near |= elsewhere & is_near(prefix, latitude, longitude, kilometres)
            elsewhere &= Q(**{f"{prefix}latitude__isnull": True})
        return rows.filter(near)

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
    """The condition that a place (columns behind `prefix`) is within a great-circle distance."""
    lat, lng = F(f"{prefix}latitude"), F(f"{prefix}longitude")
    half_chord = Power(Sin(Radians(lat - latitude) / 2.0), 2) + Cos(Radians(lat)) * Cos(
        Radians(Value(latitude))
    ) * Power(Sin(Radians(lng - longitude) / 2.0), 2)
    distance = 2 * EARTH_KM * ASin(Sqrt(Least(half_chord, 1.0)))  # the antipode, a rounding error away
    degrees = kilometres / 111.0 + 0.01
    box = Q(**{f"{prefix}latitude__range": (latitude - degrees, latitude + degrees)})
    return box & Q(LessThanOrEqual(distance, float(kilometres)))
