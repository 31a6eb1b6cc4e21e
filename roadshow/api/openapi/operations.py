"""What every operation reads, responds with and fails with."""

import re

from .shapes import (
    add_shaped_records,
    join_optional_strings,
    name_types,
    reference,
    resolve_shaped,
    shape_response,
)

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
    "415": "The body is not of the type that is read here.",
    "429": "Too many requests. `Retry-After` says how many seconds to wait.",
    "503": "All places are taken. `Retry-After` says how many seconds to wait.",
}
HEADERS = {
    "ETag": ("Names this state; send it back in `If-None-Match` or `If-Match`.", "string"),
    "Last-Modified": ("When something here last changed.", "string"),
    "Location": ("The address to ask how far it is.", "string"),
    "Retry-After": ("Seconds to wait.", "integer"),
}
# Operations that a key makes safe to repeat: new records, and what makes many at once.
IDEMPOTENT = re.compile(
    r"(?!imports|suggestions|tokens)[a-z]+_create|(talks_bulk|events_plan|events_release)_create"
)


def complete(result, generator, request, public):
    """The last step: named types, expanded records, and what every operation reads, responds with and fails with."""
    named: dict[str, dict] = {}
    result = name_types(result, named)
    components = result["components"]
    components["schemas"] |= named
    join_optional_strings(result)
    add_shaped_records(components["schemas"])
    components["schemas"]["Error"] = ERROR
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    components["responses"] = {
        f"Error{status}": {"description": text, "content": content} for status, text in STATUSES.items()
    }
    for status in ("429", "503"):
        components["responses"][f"Error{status}"]["headers"] = {"Retry-After": _header("Retry-After")}
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
            ("Prefer", "Prefer", "`respond-async`: answer 202 at once, and go on in the background."),
        ]
    }
    components["parameters"]["IdempotencyKey"]["schema"] = {"type": "string", "maxLength": 100}
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            _complete(path, method, operation)
            _complete_schemas(method, operation, components["schemas"])
    for name, schema in components["schemas"].items():
        schema.pop("x-expanded", None)
        if name.endswith("Request"):  # generators take what has a default for required
            for one in schema.get("properties", {}).values():
                one.pop("default", None)
    resolve_shaped(result, components["schemas"])
    components["schemas"] = dict(sorted(components["schemas"].items()))
    return result


def _complete_schemas(method: str, operation: dict, schemas: dict) -> None:
    """Responses may be shaped by `fields` and `expand`; a PUT takes its slug from the address."""
    if any(one.get("name") == "fields" for one in operation.get("parameters", [])):
        for status in ("200", "201"):
            content = operation["responses"].get(status, {}).get("content", {}).get("application/json")
            if content:
                content["schema"] = shape_response(content["schema"], schemas)
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if method == "put" and content and "$ref" in content["schema"]:
        name = content["schema"]["$ref"].rpartition("/")[2]
        required = schemas[name].get("required", [])
        if "slug" in required:
            replacing = f"{name.removesuffix('Request')}PutRequest"
            schemas[replacing] = schemas[name] | {"required": [one for one in required if one != "slug"]}
            content["schema"] = reference(replacing)


def _complete(path: str, method: str, operation: dict) -> None:
    responses = operation["responses"]
    for parameter in operation.get("parameters", []):
        if parameter.get("in") == "path":
            parameter.setdefault("description", PATH_PARAMETERS[parameter["name"]])
    if path.endswith(ANYBODY) or (method == "get" and not path.endswith(ORGANISERS_ONLY)):
        operation["security"].append({})
    for status in _failures(path, method, operation):
        responses.setdefault(status, {"$ref": f"#/components/responses/Error{status}"})
    if method == "put" and "/plan/" not in path:
        responses["201"] = responses["200"]
    if headers := _request_headers(path, method, operation):
        references = [{"$ref": f"#/components/parameters/{name}"} for name in headers]
        operation.setdefault("parameters", []).extend(references)
    operation["responses"] = dict(sorted(responses.items()))


def _request_headers(path: str, method: str, operation: dict) -> list[str]:
    """Names of the headers that an operation understands; where it compares entity tags, 304 is added."""
    responses, found = operation["responses"], []
    if method == "get" and "200" in responses and not path.endswith(UNVERSIONED):
        responses["304"] = {"$ref": "#/components/responses/NotModified"}
        responses["200"]["headers"] = _validators()
        found.append("IfNoneMatch")
    if method in ("put", "patch", "delete"):
        found.append("IfMatch")
    if {"200", "202"} <= responses.keys():
        found.append("Prefer")
    if "202" in responses and path.startswith(("/api/v1/imports/", "/api/v1/events/")):
        responses["202"]["headers"] = {name: _header(name) for name in ("Location", "Retry-After")}
    if IDEMPOTENT.fullmatch(operation["operationId"]):
        found.append("IdempotencyKey")
    return found


PATH_PARAMETERS = {
    "slug": "The slug, as in the page's address.",
    "guid": "The GUID, which never changes.",
    "delivery": "The GUID of the message.",
    "speaker": "The slug of a speaker of the event.",
    "token": "The `id` of a token.",
}
ORGANISERS_ONLY = (
    "/plan/",
    "/plan/{guid}/",
    "/conflicts/",
    "/people/",
    "/people/{speaker}/",
    "/document/",
    "/webhooks/",
    "/webhooks/{guid}/",
    "/deliveries/",
    "/me/",
    "/imports/{guid}/",
    "/tokens/",
)  # what even reading needs an account for
UNVERSIONED = (
    "/schema/",
    "/deliveries/",
    "/me/",
    "/stream/",
    "/conflicts/",
    "/differences/",
    "/imports/{guid}/",
    "/tokens/",
    "/v1/feedback/",
)  # responses without an entity tag
ONE_TYPE = (["application/json"], ["multipart/form-data"])  # another body is a 415
ANYBODY = ("/feedback/", "/suggestions/")  # what even writing needs none for


def _failures(path: str, method: str, operation: dict) -> list[str]:
    found = ["400", "401", "406", "429"]
    if "{" in path or method == "get":
        found.append("404")
    if method == "get":
        found.append("412")
        if path.endswith(ORGANISERS_ONLY):
            found.append("403")
        if path.endswith(("/changes/", "/stream/")):
            found.append("410")
        if path.endswith("/stream/"):
            found.append("503")
    else:
        found += ["403", "409", "412"]
    if list(operation.get("requestBody", {}).get("content", ())) in ONE_TYPE:
        found.append("415")
    return sorted(found)


def _header(name: str) -> dict:
    text, kind = HEADERS[name]
    return {"description": text, "schema": {"type": kind}}


def _validators() -> dict:
    return {name: _header(name) for name in ("ETag", "Last-Modified")}
