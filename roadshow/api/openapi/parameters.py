"""Parameters of operations."""

from django.utils.encoding import force_str
from drf_spectacular.utils import OpenApiParameter


def list_parameter(name: str, description, words) -> dict:
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
