"""Queries whose SQL is compiled once per process, and planned once per connection: both take longer than running.

    @compiled_query
    def find_links(user, talk):
        return TalkLink.objects.filter(talk=talk).order_by("position")

    find_links(request.user, talk=row.pk)  # a list
    find_links(request.user, talk=row.pk, page=slice(30, 60))

Arguments are values, not rows, and are sent with the statement. Everything else has to be the same whenever the
function is called: today's date, for example, is an argument. For organisers who do not see everything the QuerySet is
built each time, because what they see is a query of its own for each.
"""

import copy
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

from django.db import connections
from django.db.models import F, Field, Func, Lookup, Model, QuerySet, Value, prefetch_related_objects
from django.http import Http404

from .access import can_see_all, is_organiser
from .prepared_statements import open_cursor

Row = TypeVar("Row", bound=Model)
EVERYTHING = slice(None)


class Parameter(Value):
    """The place of an argument in a compiled statement."""

    def as_sql(self, compiler, connection):
        return "%s", [self]


@Field.register_lookup
class EqualsAny(Lookup):
    """`pk__any=[1, 2]`: like `in`, as one parameter, so that the statement is the same for any number of values."""

    lookup_name = "any"
    prepare_rhs = False

    def get_db_prep_lookup(self, value, connection):
        return "%s", [list(value)]

    def as_sql(self, compiler, connection):
        left, left_parameters = self.process_lhs(compiler, connection)
        right, right_parameters = self.process_rhs(compiler, connection)
        return f"{left} = ANY({right})", [*left_parameters, *right_parameters]


def compiled_query(build: Callable[..., QuerySet[Row]]) -> Callable[..., list[Row]]:
    """Decorator: the rows of a function of a user and of values by name, as a list."""
    return _compile_once(build, is_prepared=True)


def replanned_query(build: Callable[..., QuerySet[Row]]) -> Callable[..., list[Row]]:
    """The same for a query whose best plan depends on the values: the database plans it each time."""
    return _compile_once(build, is_prepared=False)


def _compile_once(build: Callable[..., QuerySet[Row]], *, is_prepared: bool) -> Callable[..., list[Row]]:
    querysets: dict[tuple, QuerySet] = {}  # by whether the user sees everything, and names of arguments
    statements: dict[tuple, tuple[Any, str, list]] = {}  # by the same and the database

    @wraps(build)
    def load(user, *, page: slice = EVERYTHING, **values) -> list[Row]:
        if is_organiser(user) and not can_see_all(user):
            return list(build(user, **values)[page])
        shape = (can_see_all(user), *values)
        if shape not in querysets:
            querysets[shape] = build(user, **{name: Parameter(name) for name in values})
        rows = querysets[shape]
        if (rows.db, shape) not in statements:
            statements[rows.db, shape] = compile_statement(rows)
        compiler, sql, parameters = statements[rows.db, shape]
        if page is not EVERYTHING:
            sql += f" LIMIT {page.stop - page.start:d} OFFSET {page.start:d}"
        bound = [values[one.value] for one in parameters]
        iterate: Any = rows._iterable_class
        lookups = rows._prefetch_related_lookups  # type: ignore[attr-defined]  # of QuerySets
        found = list(iterate(_BoundRows(rows, compiler, sql, bound, is_prepared=is_prepared)))
        prefetch_related_objects(found, *lookups)
        return found

    return load


def compile_statement(rows: QuerySet) -> tuple[Any, str, list[Parameter]]:
    """The compiler of a QuerySet, and its SQL with everything in it but the parameters, which the planner likes."""
    compiler = rows.query.get_compiler(using=rows.db)
    sql, values = compiler.as_sql()
    remaining, parameters = iter(values), []

    def write(match: re.Match) -> str:
        if match[0] == "%%":
            return match[0]
        value = next(remaining)
        if isinstance(value, Parameter):
            parameters.append(value)
            return match[0]
        return compiler.connection.ops.compose_sql("%s", [value]).replace("%", "%%")

    return compiler, re.sub("%[%s]", write, sql), parameters


class _Stand:
    """Stands in for an object, with some attributes of its own."""

    def __init__(self, original: Any, **own: Any):
        self._original = original
        self.__dict__ |= own

    def __getattr__(self, name):
        return getattr(self._original, name)


class _BoundRows(_Stand):
    """A QuerySet for Django's iterables whose query has been compiled, with the values of this run."""

    def __init__(self, rows: QuerySet, compiler, sql: str, parameters: list, *, is_prepared: bool):
        super().__init__(rows)
        run = copy.copy(compiler)
        connection: Any = connections[rows.db]  # this thread's
        if is_prepared:
            connection = _Stand(connection, cursor=lambda: open_cursor(connections[rows.db]))
        run.connection = connection
        run.as_sql = lambda *_arguments, **_options: (sql, parameters)
        self.query = _Stand(rows.query, get_compiler=lambda *_arguments, **_options: run)


def first_or_404(rows: list[Row]) -> Row:
    """The first of the rows; raises Http404 when there is none."""
    if not rows:
        raise Http404
    return rows[0]


@dataclass(frozen=True)
class PagedRows:
    """A list for a paginator whose rows are loaded by compiled queries: their number, and a slice of them."""

    count: Callable[[], int]
    load: Callable[[slice], list]

    def __getitem__(self, page: slice) -> list:
        return self.load(page)


def count_rows(rows: QuerySet) -> QuerySet:
    """The number of different rows, as the only row of a query, or as a part of another one."""
    number = Func(F("pk"), function="count", template="%(function)s(DISTINCT %(expressions)s)")
    return rows.order_by().annotate(number=number).values_list("number", flat=True)
