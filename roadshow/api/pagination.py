"""Numbered pages for the API: `{count, next, previous, results}`."""

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
    """`?page=` from 1, `?page_size=` from 1 to 200.

    It pages primary keys, so that a far page costs no joins of the rows before it; the rows of the page are loaded
    afterwards. The last page needs no count.
    """

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

    def get_paginated_response(self, data):
        return Response(
            {
                "count": self.count,
                "next": self._link(self.number + 1) if self.more else None,
                "previous": self._link(self.number - 1) if self.number > 1 else None,
                "results": data,
            }
        )

    def _link(self, number: int) -> str:
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
