"""The OpenAPI schema: what the framework cannot see of our records, references, errors and headers."""

import re
from functools import cache

from django.utils.encoding import force_str
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import append_meta
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from roadshow.api import serializers as ours

KEY: dict[str, dict] = {
    "slug": {"type": "string", "minLength": 1, "maxLength": 80},
    "guid": {"type": "string", "format": "uuid"},
}
ERROR = {
    "type": "object",
    "required": ["type", "errors"],
    "properties": {
        "type": {"type": "string", "enum": ["validation_error", "client_error", "server_error"]},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["code", "detail", "attr"],
                "properties": {
                    "code": {"type": "string", "description": "A word for programs."},
                    "detail": {"type": "string", "description": "A sentence for people."},
                    "attr": {
                        "type": ["string", "null"],
                        "description": "The key or parameter it is about; `talks.12.title` in a list.",
                    },
                },
            },
        },
    },
    "example": {
        "type": "validation_error",
        "errors": [{"code": "required", "detail": "This field is required.", "attr": "title"}],
    },
}
STATUSES = {
    "400": "A parameter, a key or a file is not understood; nothing was changed.",
    "401": "There is no token or session, or it is not valid.",
    "403": "You see this and may not change it.",
    "404": "There is nothing here that you may see.",
    "406": "Only application/json is answered.",
    "409": "Somebody else was faster, or other records stand against it; nothing was changed.",
    "410": "The cursor is of another database. Begin again with `cursor=now` and a full read.",
    "412": "The record is not in the state that `If-Match` names; nothing was changed.",
    "415": "Only application/json is read.",
    "429": "Too many requests. `Retry-After` says how many seconds to wait.",
}
HEADERS = {
    "ETag": ("Names this state; send it back in `If-None-Match` or `If-Match`.", "string"),
    "Last-Modified": ("When something here last changed.", "string"),
    "Retry-After": ("Seconds to wait.", "integer"),
}
# Operations that a key makes safe to repeat: new records, and what makes many at once.
IDEMPOTENT = re.compile(
    r"(?!imports|suggestions)[a-z]+_create|(talks_bulk|events_plan|events_release)_create"
)
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
        found = [_listed("fields", _("Only these keys."), cls.Meta.fields)]
        if cls.Meta.expandable:
            found.append(_listed("expand", _("References as whole records."), _paths(cls)))
        return found

    def _process_override_parameters(self, direction="request"):
        found = {(one["name"], one["in"]): one for one in self._shaping()}
        return super()._process_override_parameters(direction) | found

    def _map_serializer(self, serializer, direction, bypass_extensions=False):
        schema = super()._map_serializer(serializer, direction, bypass_extensions)
        one = serializer() if isinstance(serializer, type) else serializer
        if not type(one).__doc__:
            schema.pop("description", None)  # a base class's is about our code
        if isinstance(one, ours.RecordSerializer) and direction == "response":
            schema.pop("required", None)  # `fields` may leave any of them out
            for name in one.Meta.private:  # null for those who may not change the record
                schema["properties"][name] = {"anyOf": [schema["properties"][name], {"type": "null"}]}
        for name, field in one.fields.items():
            if isinstance(field, serializers.SlugField):  # letters of any script, which no pattern can say
                kept = {key: text for key, text in schema["properties"][name].items() if key != "oneOf"}
                kept.pop("pattern", None)
                schema["properties"][name] = {"type": "string", "maxLength": field.max_length} | kept
        for name, nested in getattr(one, "whole", {}).items():  # where the record around it is expanded
            if direction == "response":
                record = self.resolve_serializer(nested(), "response").ref
                schema["properties"][name] = {"anyOf": [schema["properties"][name], record]}
        if example := getattr(getattr(one, "Meta", None), "example", None):
            schema["example"] = example
        return schema

    def _map_serializer_field(self, field, direction, bypass_extensions=False):
        schema = self._plain(field)
        if schema is None:
            return super()._map_serializer_field(field, direction, bypass_extensions)
        if direction == "response" and isinstance(field.parent, ours.RecordSerializer):
            schema = self._expandable(field.parent, field.field_name, schema)
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

    def _expandable(self, parent, name: str, schema: dict) -> dict:
        if name not in parent.Meta.expandable:
            return schema
        if hasattr(parent, f"extend_{name}"):
            whole = {"type": "object"}
        else:
            whole = self.resolve_serializer(parent.nested(name)(), "response").ref
        if schema.get("type") != "array":
            return {"anyOf": [schema, whole]}
        return schema | {"items": {"anyOf": [schema["items"], whole]}}


def _listed(name: str, description, words) -> dict:
    return {
        "name": name,
        "in": "query",
        "description": force_str(description),
        "style": "form",
        "explode": False,
        "schema": {"type": "array", "items": {"type": "string", "enum": list(words)}},
    }


def text(name: str, description: str, *, required: bool = False, **schema) -> OpenApiParameter:
    """A parameter that is text; `schema` limits it."""
    return OpenApiParameter(name, {"type": "string"} | schema, required=required, description=description)


def words(name: str, description: str, allowed) -> OpenApiParameter:
    """A parameter that is some of the words allowed, separated by commas."""
    schema = {"type": "array", "items": {"type": "string", "enum": list(allowed)}}
    return OpenApiParameter(name, schema, description=description, style="form", explode=False)


def number(name: str, description: str, default: int, highest: int) -> OpenApiParameter:
    """A parameter that is a whole number from 1."""
    schema = {"type": "integer", "minimum": 1, "maximum": highest, "default": default}
    return OpenApiParameter(name, schema, description=description)


def flag(name: str, description: str) -> OpenApiParameter:
    """A parameter that is true or false."""
    return OpenApiParameter(name, {"type": "boolean", "default": False}, description=description)


@cache
def _paths(cls) -> tuple[str, ...]:
    """What can be expanded, two levels deep."""
    found = []
    for name in cls.Meta.expandable:
        found += [name, *(f"{name}.{below}" for below in cls.nested(name).Meta.expandable)]
    return tuple(found)


def complete(result, generator, request, public):
    """The last step: every operation says how it can fail, which headers it reads and which it answers with."""
    components = result["components"]
    components["schemas"]["Error"] = ERROR
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    components["responses"] = {
        f"Error{status}": {"description": text, "content": content} for status, text in STATUSES.items()
    }
    components["responses"]["Error429"]["headers"] = {"Retry-After": _header("Retry-After")}
    components["responses"]["NotModified"] = {
        "description": "You have this already.",
        "headers": _validators(),
    }
    components["parameters"] = {
        name: {"name": header, "in": "header", "description": text, "schema": {"type": "string"}}
        for name, header, text in [
            ("IfNoneMatch", "If-None-Match", "An ETag: when nothing changed, 304 is answered."),
            ("IfMatch", "If-Match", "An ETag: when the record changed since, 412 is answered."),
            ("IdempotencyKey", "Idempotency-Key", "Makes this safe to repeat for a day."),
        ]
    }
    components["parameters"]["IdempotencyKey"]["schema"] = {"type": "string", "maxLength": 100}
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            _complete(path, method, operation)
    return result


def _complete(path: str, method: str, operation: dict) -> None:
    responses, added = operation["responses"], []
    if path.endswith(ANYBODY) or (method == "get" and not path.endswith(ORGANISERS_ONLY)):
        operation["security"].append({})
    for status in _failures(path, method, operation):
        responses.setdefault(status, {"$ref": f"#/components/responses/Error{status}"})
    if (
        method == "get"
        and "200" in responses
        and not path.endswith(("/schema/", "/conflicts/", "/differences/"))
    ):
        responses["304"] = {"$ref": "#/components/responses/NotModified"}
        responses["200"]["headers"] = _validators()
        added.append("IfNoneMatch")
    if method in ("put", "patch", "delete"):
        added.append("IfMatch")
    if IDEMPOTENT.fullmatch(operation["operationId"]):
        added.append("IdempotencyKey")
    if method == "put" and "/plan/" not in path:
        responses["201"] = responses["200"]
    if added:
        references = [{"$ref": f"#/components/parameters/{name}"} for name in added]
        operation.setdefault("parameters", []).extend(references)
    operation["responses"] = dict(sorted(responses.items()))


ORGANISERS_ONLY = ("/plan/", "/plan/{guid}/", "/conflicts/")  # what even reading needs an account for
ANYBODY = ("/feedback/", "/suggestions/")  # what even writing needs none for


def _failures(path: str, method: str, operation: dict) -> list[str]:
    found = ["400", "401", "406", "429"]
    if "{" in path or method == "get":
        found.append("404")
    if method == "get":
        found.append("412")
        if path.endswith(ORGANISERS_ONLY):
            found.append("403")
        if path.endswith("/changes/"):
            found.append("410")
    else:
        found += ["403", "409", "412"]
    if list(operation.get("requestBody", {}).get("content", ())) == ["application/json"]:
        found.append("415")
    return sorted(found)


def _header(name: str) -> dict:
    text, kind = HEADERS[name]
    return {"description": text, "schema": {"type": kind}}


def _validators() -> dict:
    return {name: _header(name) for name in ("ETag", "Last-Modified")}
