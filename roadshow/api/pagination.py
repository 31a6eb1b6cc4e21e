"""Pages of the API's lists: `{count, next, previous, results}`, by number or by cursor (keyset)."""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from typing import Any

import orjson
from django.core.exceptions import ValidationError as ModelError
from django.db.models import F, Q, QuerySet
from django.db.models.expressions import OrderBy
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

from roadshow.http.caching import cached_count

PAGE_SIZE = 50
MAX_PAGE_SIZE = 200
MAX_PAGE = 10_000_000


def integer_parameter(request, name: str, default: int, highest: int) -> int:
    """An integer parameter from 1 to `highest`. Raises ValidationError."""
    text = request.query_params.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= highest):
        raise ValidationError({name: _("Give a whole number from 1 to %(highest)s.") % {"highest": highest}})
    return int(text)


class NumberedPages(BasePagination):
    """`?page=` from 1, `?page_size=` from 1 to 200. The last page needs no count."""

    def parse(self, request) -> None:
        """Set `number` and `size` from the parameters. Raises ValidationError."""
        self.request = request
        self.number = integer_parameter(request, "page", 1, MAX_PAGE)
        self.size = integer_parameter(request, "page_size", PAGE_SIZE, MAX_PAGE_SIZE)

    def paginate_queryset(self, rows, request, view=None) -> list:
        """The rows of the page. Raises ValidationError and NotFound."""
        self.parse(request)
        start = (self.number - 1) * self.size
        found = list(rows[start : start + self.size + 1])
        self.more = len(found) > self.size
        is_last = not self.more and (found or self.number == 1)
        self.count = start + len(found) if is_last else max(cached_count(rows), start + len(found))
        if not found and self.number > 1:
            raise NotFound(_("There is no page %(number)s.") % {"number": self.number})
        return found[: self.size]

    def next_link(self) -> str | None:
        return self._page_link(self.number + 1) if self.more else None

    def previous_link(self) -> str | None:
        return self._page_link(self.number - 1) if self.number > 1 else None

    def get_paginated_response(self, data):
        links = {"next": self.next_link(), "previous": self.previous_link()}
        return Response({"count": self.count, **links, "results": data})

    def _page_link(self, number: int) -> str:
        address = self.request.build_absolute_uri()
        if number == 1:
            return remove_query_param(address, "page")
        return replace_query_param(address, "page", number)

    def get_paginated_response_schema(self, schema):
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["count", "next", "previous", "results"],
            "properties": {
                "count": {"type": "integer", "minimum": 0, "description": _("Of all pages.")},
                "next": link | {"description": _("Address of the next page.")},
                "previous": link | {"description": _("Address of the page before.")},
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, view):
        return [
            _parameter("page", _("Number of the page, from 1."), 1, MAX_PAGE),
            _parameter("page_size", _("How many there are on a page."), PAGE_SIZE, MAX_PAGE_SIZE),
        ]


def _parameter(name: str, description: str, default: int, highest: int) -> dict:
    schema = {"type": "integer", "minimum": 1, "maximum": highest, "default": default}
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}


@dataclass(frozen=True)
class SortKey:
    """A key of a list's order. `name` is the annotation that has its value."""

    name: str
    expression: Any  # an Expression, F or Subquery
    descending: bool
    nulls_first: bool

    def order(self, reverse: bool) -> OrderBy:
        first = self.nulls_first != reverse
        return OrderBy(
            F(self.name),
            descending=self.descending != reverse,
            nulls_first=first or None,
            nulls_last=not first or None,
        )

    def equals(self, value) -> Q:
        return Q(**{f"{self.name}__isnull": True}) if value is None else Q(**{self.name: value})

    def follows(self, value, reverse: bool, *, or_equals: bool = False) -> Q | None:
        """The condition that a row's key comes after `value`; None when none can."""
        nulls_first = self.nulls_first != reverse
        if value is None:
            return Q(**{f"{self.name}__isnull": False}) if nulls_first else None
        lookup = ("lt" if self.descending != reverse else "gt") + ("e" if or_equals else "")
        condition = Q(**{f"{self.name}__{lookup}": value})
        return condition if nulls_first else condition | Q(**{f"{self.name}__isnull": True})


def sort_keys(rows: QuerySet) -> list[SortKey]:
    """The keys that `rows` are ordered by, completed to a total order by the primary key."""
    ordering = [*(rows.query.order_by or rows.model._meta.ordering)]
    if not any(isinstance(one, str) and one.lstrip("-") in ("pk", "id") for one in ordering):
        ordering.append("pk")
    return [_sort_key(rows, f"_sort{number}", one) for number, one in enumerate(ordering)]


def _sort_key(rows: QuerySet, name: str, one) -> SortKey:
    if isinstance(one, str):
        column = one.removeprefix("-")
        field = None if column in rows.query.annotations or "__" in column else _field(rows, column)
        return SortKey(name, F(field.attname if field else column), one[0] == "-", one[0] == "-")
    if isinstance(one, OrderBy):
        nulls_first = bool(one.nulls_first) or (one.descending and not one.nulls_last)
        return SortKey(name, one.expression, one.descending, nulls_first)
    return SortKey(name, one, False, False)


def _field(rows: QuerySet, column: str):
    meta = rows.model._meta
    return meta.pk if column == "pk" else meta.get_field(column)


class CursorPages(NumberedPages):
    """`?page=` as above, and `?cursor=`, which `next` and `previous` use: pages after or before a row.

    A cursor has the values of the sort keys of the last row that was read, so rows that come and go meanwhile
    neither hide others nor show them twice. It pages primary keys, so that a far page costs no joins of the rows
    before it; the rows of the page are loaded afterwards.
    """

    def parse(self, request) -> None:
        super().parse(request)
        text = request.query_params.get("cursor")
        self.cursor = text if text is None else self._decode(text)
        if self.cursor and "page" in request.query_params:
            raise ValidationError({"cursor": _("Give a page or a cursor, not both.")})

    def paginate_queryset(self, rows, request, view=None) -> list:
        """Primary keys of the page's rows. Raises ValidationError and NotFound."""
        self.parse(request)
        keys = sort_keys(rows)
        names = [key.name for key in keys]
        self.digest = hashlib.md5(repr(rows.query.order_by).encode(), usedforsecurity=False).hexdigest()[:6]
        sorted_rows = rows.annotate(**{key.name: key.expression for key in keys})
        if self.cursor is None:
            ordered = sorted_rows.order_by(*(key.order(False) for key in keys)).values_list("pk", *names)
            self.found = super().paginate_queryset(ordered, request)
            return [key for key, *_values in self.found]
        backwards, values = self._cursor_values(sorted_rows, names)
        after = sorted_rows.filter(_rows_after(keys, values, backwards))
        ordered = after.order_by(*(key.order(backwards) for key in keys)).values_list("pk", *names)
        found = list(ordered[: self.size + 1])
        self.more = True if backwards else len(found) > self.size
        self.has_previous = len(found) > self.size if backwards else True
        self.found = found[: self.size][:: -1 if backwards else 1]
        self.count = cached_count(rows)
        return [key for key, *_values in self.found]

    def next_link(self) -> str | None:
        return self._cursor_link(self.found[-1], backwards=False) if self.found and self.more else None

    def previous_link(self) -> str | None:
        if self.cursor is None:
            return super().previous_link()
        return self._cursor_link(self.found[0], backwards=True) if self.found and self.has_previous else None

    def _cursor_link(self, row: tuple, *, backwards: bool) -> str:
        content = orjson.dumps([self.digest, backwards, *row[1:]])
        cursor = base64.urlsafe_b64encode(content).decode().rstrip("=")
        address = remove_query_param(self.request.build_absolute_uri(), "page")
        return replace_query_param(address, "cursor", cursor)

    def _decode(self, text: str) -> list:
        try:
            cursor = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        except (ValueError, binascii.Error):
            cursor = None
        if not (isinstance(cursor, list) and len(cursor) > 2 and isinstance(cursor[1], bool)):
            raise _not_a_cursor()
        return cursor

    def _cursor_values(self, rows: QuerySet, names: list[str]) -> tuple[bool, list]:
        """Whether the cursor points backwards, and the values of its row. Raises ValidationError."""
        digest, backwards, *texts = self.cursor or [None, False]
        if digest != self.digest or len(texts) != len(names):
            raise _not_a_cursor()
        fields = [rows.query.annotations[name].output_field for name in names]
        try:
            values = [field.to_python(text) for field, text in zip(fields, texts, strict=True)]
        except (ModelError, TypeError, ValueError, OverflowError):
            raise _not_a_cursor() from None
        return backwards, values

    def get_paginated_response_schema(self, schema):
        page = super().get_paginated_response_schema(schema)
        guids = {"type": "array", "items": {"type": "string", "format": "uuid"}}
        page["properties"]["gone"] = guids | {
            "description": "On the first page with `updated_since`: what changed and is not in this list now."
        }
        return page

    def get_schema_operation_parameters(self, view):
        cursor = {
            "name": "cursor",
            "in": "query",
            "required": False,
            "description": _("Where the page begins: taken from `next` or `previous`, for the same order."),
            "schema": {"type": "string", "minLength": 1, "pattern": "^[A-Za-z0-9_-]+$"},
        }
        return [*super().get_schema_operation_parameters(view), cursor]


def _rows_after(keys: list[SortKey], values: list, reverse: bool) -> Q:
    """The condition that a row comes after the one with these values of its sort keys."""
    parts, equal = [], Q()
    for key, value in zip(keys, values, strict=True):
        if (follows := key.follows(value, reverse)) is not None:
            parts.append(equal & follows)
        equal &= key.equals(value)
    condition = parts[0]
    for part in parts[1:]:
        condition |= part
    # Implied by the rest; lets an index on the first key skip what comes before.
    bound = keys[0].follows(values[0], reverse, or_equals=True) if values[0] is not None else None
    return condition if bound is None else bound & condition


def _not_a_cursor() -> ValidationError:
    return ValidationError(
        {"cursor": _("This is not a cursor of this list. Take it from `next` or `previous`.")}
    )
