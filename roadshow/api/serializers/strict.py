"""Fields that take JSON's own types, and serializers made of them."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

JSON_TYPES = {str: _("text"), int: _("a whole number"), bool: _("true or false")}


def strict(field: type[serializers.Field], kind: type) -> type[serializers.Field]:
    """A field that takes JSON's own type and nothing that merely looks like it: 1 is no text, "1" no number."""

    class Strict(field):
        def run_validation(self, data=serializers.empty):
            if data is not serializers.empty and data is not None and type(data) is not kind:
                raise ValidationError(_("This has to be %(kind)s.") % {"kind": JSON_TYPES[kind]}, "invalid")
            return super().run_validation(data)

    Strict.__name__ = field.__name__
    return Strict


STRICT = {
    one: strict(one, str)
    for one in (
        serializers.CharField,
        serializers.EmailField,
        serializers.SlugField,
        serializers.URLField,
        serializers.ChoiceField,
        serializers.DateField,
        serializers.DateTimeField,
        serializers.TimeField,
    )
} | {
    serializers.IntegerField: strict(serializers.IntegerField, int),
    serializers.BooleanField: strict(serializers.BooleanField, bool),
}


class StrictSerializer(serializers.ModelSerializer):
    """A model's keys, each of which takes its own JSON type only."""

    serializer_field_mapping = {
        column: STRICT.get(one, one)
        for column, one in serializers.ModelSerializer.serializer_field_mapping.items()
    }
    serializer_choice_field = STRICT[serializers.ChoiceField]
