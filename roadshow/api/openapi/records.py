"""How the serializers of records, and their fields, are described."""

from functools import cache
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import append_meta
from rest_framework import serializers, viewsets

from roadshow.api import serializers as ours

from .parameters import list_parameter

KEY: dict[str, dict] = {
    "slug": {"type": "string", "minLength": 1, "maxLength": 80},
    "guid": {"type": "string", "format": "uuid"},
}
SUMMARIES = {
    "list": "List %(many)s",
    "retrieve": "Read one of the %(many)s",
    "create": "Create a record of %(many)s",
    "update": "Create or replace one of the %(many)s",
    "partial_update": "Change one of the %(many)s",
    "destroy": "Delete one of the %(many)s",
}
ON_RECORDS = ("list", "retrieve", "create", "update", "partial_update", "destroy")


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = "roadshow.api.authentication.ApiTokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema):
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "A token made in the admin: `Authorization: Token …`.",
        }


class RecordSchema(AutoSchema):
    """Adds `expand` and `fields`, and references that may be whole records."""

    def get_tags(self):
        return [self.path.removeprefix("/api/v1/").partition("/")[0] or "api"]

    def _shaping(self) -> list[dict]:
        """The parameters that choose what of a record is answered."""
        cls = getattr(self.view, "serializer_class", None)
        if not cls or getattr(self.view, "action", "") not in ON_RECORDS or self.method == "DELETE":
            return []
        found = [list_parameter("fields", _("Only these keys."), cls.Meta.fields)]
        if cls.Meta.expandable:
            found.append(list_parameter("expand", _("References as whole records."), list_paths(cls)))
        return found

    def _process_override_parameters(self, direction="request"):
        found = {(one["name"], one["in"]): one for one in self._shaping()}
        return super()._process_override_parameters(direction) | found

    def get_response_serializers(self):
        found = super().get_response_serializers()
        return {200: found} if getattr(self.view, "action", "") == "remove_picture" else found

    def get_summary(self):
        action = getattr(self.view, "action", "")
        if action in SUMMARIES and isinstance(self.view, viewsets.ModelViewSet):
            serializer: Any = self.view.serializer_class
            meta = serializer.Meta.model._meta
            return SUMMARIES[action] % {"one": meta.verbose_name, "many": meta.verbose_name_plural}
        return self.get_description().partition(". ")[0].partition("\n")[0].rstrip(".")

    def _map_serializer(self, serializer, direction, bypass_extensions=False):
        schema = super()._map_serializer(serializer, direction, bypass_extensions)
        one = serializer() if isinstance(serializer, type) else serializer
        if not type(one).__doc__:
            schema.pop("description", None)  # a base class's is about our code
        if isinstance(one, ours.RecordSerializer) and direction == "response":
            self._map_record(one, schema)
        for name, field in one.fields.items():
            if isinstance(field, serializers.SlugField):  # letters of any script, which no pattern can say
                kept = {key: text for key, text in schema["properties"][name].items() if key != "oneOf"}
                kept.pop("pattern", None)
                schema["properties"][name] = {"type": "string", "maxLength": field.max_length} | kept
        if example := getattr(getattr(one, "Meta", None), "example", None):
            schema["example"] = example
        return schema

    def _map_record(self, record: "ours.RecordSerializer", schema: dict) -> None:
        """Say which keys are always there, and leave for `complete` what each reference expands to."""
        properties, private = schema["properties"], record.Meta.private
        schema["required"] = [name for name in properties if name not in private]
        for name in private:  # null for users who may not change the record
            if properties[name].get("type") != ["integer", "null"]:
                properties[name] = {"anyOf": [properties[name], {"type": "null"}]}
        expanded = {}
        for name in record.Meta.expandable:
            nested = {"x-shaped": self.resolve_serializer(record.nested(name)(), "response").name}
            extend = getattr(record, f"schema_{name}", None)
            expanded[name] = extend(nested) if extend else nested
        schema["x-expanded"] = expanded

    def _map_serializer_field(self, field, direction, bypass_extensions=False):
        schema = self._plain(field)
        if schema is None:
            return super()._map_serializer_field(field, direction, bypass_extensions)
        return append_meta(dict(schema), self._get_serializer_field_meta(field, direction))

    def _plain(self, field) -> dict | None:
        """The schema of a field of our own; None for others."""
        if isinstance(field, ours.Reference):
            return KEY[field.slug_field]
        if isinstance(field, ours.References):
            return {"type": "array", "items": KEY[field.slug_field], "maxItems": field.max_length}
        if isinstance(field, serializers.TimeField):
            pattern = r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$"
            return {"type": "string", "pattern": pattern, "example": "04:00:00"}
        return getattr(field, "openapi", None)


@cache
def list_paths(cls) -> tuple[str, ...]:
    """What can be expanded, two levels deep."""
    found = []
    for name in cls.Meta.expandable:
        found += [name, *(f"{name}.{below}" for below in cls.nested(name).Meta.expandable)]
    return tuple(found)
