"""Fields of records, and the columns that they are read from.

`reader(context)` of a field returns a function from a loaded row to the value in JSON.
"""

import contextlib
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any, cast
from urllib.parse import quote
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import ValidationError as ModelError
from django.db.models import Exists, Func, JSONField, Model, OuterRef, QuerySet
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

Reader = Callable[[Any], object]  # from a loaded row


def key_array(rows: QuerySet, column: str) -> ArraySubquery:
    """The values of `column` of related rows, in their order, as one column."""
    return ArraySubquery(rows.values_list(column))


def json_rows(rows: QuerySet, **columns: str) -> Func:
    """Related rows as one column: a list of JSON objects."""
    pairs = ArraySubquery(rows.values(pair=JSONObject(**columns)))
    return Func(pairs, function="to_jsonb", output_field=JSONField())


def local_time(text: str, zone: ZoneInfo) -> datetime:
    """A time, as PostgreSQL writes it into JSON, in a time zone."""
    return datetime.fromisoformat(text).astimezone(zone)


def is_editable_by(model: type[Model], user) -> Exists:
    """A column: whether `user` may change the row. Evaluated for each row of a page."""
    rows: Any = model._default_manager
    return Exists(rows.editable_by(user).order_by().filter(pk=OuterRef("pk")))


@cache
def _path_template(name: str, count: int) -> str:
    """The path of a page with a pair of braces for each argument; in the language without a prefix."""
    placeholders = [f"placeholder-{number}-" for number in range(count)]
    with translation.override(settings.LANGUAGE_CODE):
        path = reverse(name, args=placeholders)
    for placeholder in placeholders:
        path = path.replace(placeholder, "{}")
    return path


class PageUrl(serializers.Field):
    """The absolute address of a record's page: `PageUrl("events:talk", "event_key", "slug")`.

    `tail` is what follows the path, with `{}` where further columns go.
    """

    openapi = {"type": "string", "format": "uri"}

    def __init__(self, name: str, *columns: str, tail: str = "", **options):
        self.name, self.columns, self.tail = name, columns, tail
        options |= {"read_only": True, "source": "*", "help_text": _("Address of its page.")}
        super().__init__(**options)

    def reader(self, context) -> Reader:
        site = (
            context["site"] + _path_template(self.name, len(self.columns) - self.tail.count("{}")) + self.tail
        )
        columns = self.columns
        if len(columns) == 1:
            only = columns[0]
            return lambda row: site.format(quote(str(getattr(row, only))))
        return lambda row: site.format(*[quote(str(getattr(row, column))) for column in columns])


class PictureUrl(serializers.Field):
    """The absolute address of a picture, or null."""

    openapi = {"type": ["string", "null"], "format": "uri"}

    def __init__(self, **options):
        super().__init__(read_only=True, **options)

    def reader(self, context) -> Reader:
        site, source = context["site"], self.source

        def read(row):
            picture = getattr(row, str(source))
            return site + picture.url if picture else None

        return read


class Column(serializers.Field):
    """A value that `load` annotates under another name. `openapi` is its schema."""

    def __init__(self, column: str, openapi: dict | None = None, **options):
        self.column, self.openapi = column, openapi or {"type": "string"}
        super().__init__(read_only=True, **options)

    def reader(self, context) -> Reader:
        column = self.column
        return lambda row: getattr(row, column)


class Reference(serializers.SlugRelatedField):
    """Another record by its slug or GUID; only rows that the user can see are accepted.

    Read from the annotation `<name>_key`, which `load` adds.
    """

    default_error_messages = {
        "does_not_exist": _("There is no “{value}”."),
        "invalid": _("Give a slug or GUID."),
    }

    def __init__(self, manager, slug_field: str = "slug", **options):
        self.manager = manager
        super().__init__(slug_field=slug_field, queryset=manager.none(), **options)

    def get_queryset(self):
        return self.manager.visible_to(self.context["request"].user)

    def to_internal_value(self, data):
        if not isinstance(data, str) or "\0" in data:
            self.fail("invalid")
        known = self.context.get("references", {})  # many records in one request refer to the same few
        if (self.field_name, data) not in known:
            try:
                known[self.field_name, data] = super().to_internal_value(data)
            except ModelError:
                self.fail("invalid")
        return known[self.field_name, data]

    def reader(self, context) -> Reader:
        column = f"{self.field_name}_key"
        return lambda row: getattr(row, column)


class References(serializers.ListField):
    """Several other records by slug or GUID, found in one query. Read from the annotation `<name>_keys`."""

    default_error_messages = {
        "does_not_exist": _("There is no “{value}”."),
        "not_a_key": _("Give slugs or GUIDs, as text."),
    }

    def __init__(self, manager, slug_field: str = "slug", **options):
        self.manager, self.slug_field = manager, slug_field
        child = serializers.UUIDField() if slug_field == "guid" else serializers.CharField(max_length=80)
        options.setdefault("max_length", 500)
        super().__init__(child=child, **options)

    def to_internal_value(self, data) -> list[Model]:
        if isinstance(data, list) and not all(isinstance(value, str) for value in data):
            self.fail("not_a_key")
        wanted = list(dict.fromkeys(super().to_internal_value(data)))
        known = self.find(wanted)
        for value in wanted:
            if value not in known:
                self.fail("does_not_exist", value=value)
        return [known[value] for value in wanted]

    def find(self, wanted: list) -> dict[object, Model]:
        """All rows found in this request, by key, after one query for those among `wanted` not asked for before."""
        known = self.context.get("references", {}).setdefault(f"{self.field_name}[]", {})
        if unknown := [value for value in wanted if value not in known]:
            rows = self.manager.visible_to(self.context["request"].user)
            for row in rows.filter(**{f"{self.slug_field}__in": unknown}):
                known[getattr(row, self.slug_field)] = row
        return known

    def prefetch_references(self, many: list) -> None:
        """Find what many records refer to in one query, before each of them is validated."""
        wanted: dict = {}
        for data in many:
            with contextlib.suppress(ValidationError):
                wanted |= dict.fromkeys(super().to_internal_value(data))
        self.find(list(wanted))

    def reader(self, context) -> Reader:
        column = f"{self.field_name}_keys"
        return lambda row: getattr(row, column)


class Rows(serializers.Field):
    """Rows that belong to the record, read from the annotation `<name>_list`. `openapi`: keys of a row."""

    def __init__(self, openapi: dict | None = None, **options):
        self.openapi = {"type": "array", "items": {"type": "object", "properties": openapi or {}}}
        super().__init__(read_only=True, **options)

    def reader(self, context) -> Reader:
        column = f"{self.field_name}_list"
        return lambda row: getattr(row, column)


class Links(serializers.ListSerializer):
    """Links in order, written with the record they belong to. Read from the annotation `<name>_list`."""

    def to_internal_value(self, data):
        """Each link is validated as a whole, also in a PATCH."""
        if self.root.partial:
            child = cast(serializers.BaseSerializer, self.child)
            return type(self)(child=type(child)(), context=self.context).to_internal_value(data)
        return super().to_internal_value(data)

    def reader(self, context) -> Reader:
        column = f"{self.field_name}_list"
        return lambda row: getattr(row, column)
