"""The OpenAPI schema: what the framework cannot see of our records, references, errors and headers."""

import re
from functools import cache
from typing import Any

from django.utils.encoding import force_str
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import append_meta
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers, viewsets

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
        found = [_listed("fields", _("Only these keys."), cls.Meta.fields)]
        if cls.Meta.expandable:
            found.append(_listed("expand", _("References as whole records."), _paths(cls)))
        return found

    def _process_override_parameters(self, direction="request"):
        found = {(one["name"], one["in"]): one for one in self._shaping()}
        return super()._process_override_parameters(direction) | found

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
    """The last step: named types, expanded records, and what every operation reads, responds with and fails with."""
    named: dict[str, dict] = {}
    result = _name_types(result, named)
    components = result["components"]
    components["schemas"] |= named
    _join_optional_strings(result)
    _add_shaped_records(components["schemas"])
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
            _complete_schemas(method, operation, components["schemas"])
    for schema in components["schemas"].values():
        schema.pop("x-expanded", None)
    _resolve_shaped(result, components["schemas"])
    components["schemas"] = dict(sorted(components["schemas"].items()))
    return result


def _reference(name: str) -> dict:
    return {"$ref": f"#/components/schemas/{name}"}


def _name_types(part, schemas: dict):
    """A copy of `part` that refers to every schema with an `x-name`; these are added to `schemas` by their names."""
    if isinstance(part, list):
        return [_name_types(value, schemas) for value in part]
    if not isinstance(part, dict):
        return part
    copy = {key: _name_types(value, schemas) for key, value in part.items()}
    if "x-name" not in copy:
        return copy
    name = copy.pop("x-name")
    schemas[name] = copy
    return _reference(name)


def _join_optional_strings(part) -> None:
    """Replace `oneOf` of a string and the empty string by one string: "" is of both."""
    for value in part.values() if isinstance(part, dict) else part:
        if isinstance(value, dict | list):
            _join_optional_strings(value)
    options = part.get("oneOf") if isinstance(part, dict) else None
    if options and {"type": "string", "maxLength": 0} in options:
        (string,) = (one for one in options if one.get("maxLength") != 0)
        string = {key: text for key, text in string.items() if key not in ("format", "minLength")}
        if "pattern" in string:
            string["pattern"] = f"^$|{string['pattern']}"
        del part["oneOf"]
        part |= string


def _add_shaped_records(schemas: dict) -> None:
    """Add the types that `expand` and `fields` make of each record: all of it with references, or some of its keys."""
    for name, schema in list(schemas.items()):
        if "x-expanded" not in schema:
            continue
        properties = dict(schema["properties"])
        for key, whole in schema["x-expanded"].items():
            properties[key] = _allow_record(properties[key], whole)
        if schema["x-expanded"]:
            description = f"A {name} whose references are whole records, where `expand` asks for them."
            schemas[f"{name}Expanded"] = {
                "type": "object",
                "description": description,
                "properties": properties,
                "required": schema["required"],
            }
        description = f"The keys of a {name} that `fields` asks for."
        schemas[f"{name}Part"] = {"type": "object", "description": description, "properties": properties}


def _allow_record(schema: dict, record: dict) -> dict:
    """A reference, or a list of them, that may be a whole record."""
    if schema.get("type") == "array":
        return schema | {"items": {"anyOf": [schema["items"], record]}}
    return {"anyOf": [*schema.get("anyOf", [schema]), record]}


def _resolve_shaped(part, schemas: dict) -> None:
    """Replace `x-shaped` by the types that a record may have: whole, with whole references, or some of its keys."""
    for value in part.values() if isinstance(part, dict) else part:
        if isinstance(value, dict | list):
            _resolve_shaped(value, schemas)
    if isinstance(part, dict) and "x-shaped" in part:
        name = part.pop("x-shaped")
        names = [name, f"{name}Expanded", f"{name}Part"]
        part["anyOf"] = [_reference(one) for one in names if one in schemas]


def _complete_schemas(method: str, operation: dict, schemas: dict) -> None:
    """Responses may be shaped by `fields` and `expand`; a PUT takes its slug from the address."""
    if any(one.get("name") == "fields" for one in operation.get("parameters", [])):
        for status in ("200", "201"):
            content = operation["responses"].get(status, {}).get("content", {}).get("application/json")
            if content:
                content["schema"] = _shape_response(content["schema"], schemas)
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if method == "put" and content and "$ref" in content["schema"]:
        name = content["schema"]["$ref"].rpartition("/")[2]
        required = schemas[name].get("required", [])
        if "slug" in required:
            replacing = f"{name.removesuffix('Request')}PutRequest"
            schemas[replacing] = schemas[name] | {"required": [one for one in required if one != "slug"]}
            content["schema"] = _reference(replacing)


def _shape_response(schema: dict, schemas: dict) -> dict:
    name = schema.get("$ref", "").rpartition("/")[2]
    if "x-expanded" in schemas.get(name, {}):
        return {"x-shaped": name}
    results = schemas.get(name, {}).get("properties", {}).get("results", {})
    if "$ref" in results.get("items", {}):
        results["items"] = {"x-shaped": results["items"]["$ref"].rpartition("/")[2]}
    return schema


def _complete(path: str, method: str, operation: dict) -> None:
    responses, added = operation["responses"], []
    for parameter in operation.get("parameters", []):
        if parameter.get("in") == "path":
            parameter.setdefault("description", PATH_PARAMETERS[parameter["name"]])
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


PATH_PARAMETERS = {"slug": "The slug, as in the page's address.", "guid": "The GUID, which never changes."}
ORGANISERS_ONLY = (
    "/plan/",
    "/plan/{guid}/",
    "/conflicts/",
    "/document/",
)  # what even reading needs an account for
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
