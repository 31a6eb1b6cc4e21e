"""What a parameter's value may look like: each field says in a sentence what is wrong with it."""

import datetime as dt
import re

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

LIMIT = 100  # values in one parameter


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
        self.widget = ListSelect(choices=[("", _("any")), *self.words]) if self.words else ListInput()
        super().__init__(**options)

    def to_python(self, value):
        if len(value or []) > LIMIT:
            raise ValidationError(_("At most %(limit)s values."), params={"limit": LIMIT})
        return list(dict.fromkeys(value or []))

    def validate(self, value):
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
    pattern = (
        r"-?(90(\.0+)?|[1-8]?[0-9](\.[0-9]+)?),"
        r"-?(180(\.0+)?|(1[0-7][0-9]|[1-9]?[0-9])(\.[0-9]+)?)"
    )

    def to_python(self, value):
        if not value:
            return None
        text = value.replace(" ", "")
        if not re.fullmatch(self.pattern, text):
            raise ValidationError(_("Give latitude and longitude in degrees, such as 12.97,77.59."))
        latitude, longitude = text.split(",")
        return float(latitude), float(longitude)
