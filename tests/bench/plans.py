"""Every query that a page runs, and how the database carries it out: none may read through a table that grows."""

import json
import re
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from unittest import mock

from django.contrib.auth.models import AbstractBaseUser
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from roadshow.http import caching

from .pages import Page

GROWN = 1_000  # rows of a table that grows
SHARE = 0.3  # of a table's rows: who reads more reads through it


@dataclass(frozen=True)
class Access:
    """How a query reaches one table: `kind` as the database calls it, `rows` that it read, of `whole`."""

    kind: str
    table: str
    index: str
    rows: int
    whole: int

    @property
    def is_scan(self) -> bool:
        return self.whole >= GROWN and self.rows >= self.whole * SHARE

    def __str__(self):
        by = f" by {self.index}" if self.index else ""
        return f"{self.kind} of {self.table}{by}: {self.rows} of {self.whole} rows"


@dataclass(frozen=True)
class Query:
    """`by_cost` says that `roadshow.http.caching.cache_by_cost` sends it: less often the longer it takes."""

    sql: str
    by_cost: bool
    milliseconds: float
    reads: list[Access]

    @property
    def rows(self) -> int:
        return sum(access.rows for access in self.reads)

    @property
    def scans(self) -> list[Access]:
        """Tables that the page reads through whenever it is made."""
        return [access for access in self.reads if access.is_scan and not self.by_cost]

    @property
    def short(self) -> str:
        """The statement without its columns, for reading."""
        return re.sub(r'SELECT .*? FROM "', 'SELECT … FROM "', self.sql, count=1, flags=re.DOTALL)[:200]


def reader(user: AbstractBaseUser | None = None) -> Client:
    """A browser of `user`, or of nobody."""
    client = Client(SERVER_NAME="127.0.0.1")
    if user:
        client.force_login(user)
    return client


def statements(page: Page, client: Client) -> list[tuple[str, bool]]:
    """What a page asks the database for when nothing is kept, and whether it caches that by its cost."""
    cache.clear()
    lately: set[int] = set()

    def cache_by_cost(rows, read=list):
        before = len(connection.queries_log)
        result = read(rows)
        lately.update(range(before, len(connection.queries_log)))
        return result

    off, watched = override_settings(CACHE_RESPONSES=False), CaptureQueriesContext(connection)
    with off, watched as captured, patch_everywhere(caching.cache_by_cost, cache_by_cost):
        answer = client.get(page.path)
    assert answer.status_code == 200, page.path
    first = captured.initial_queries
    return [(query["sql"], first + place in lately) for place, query in enumerate(captured)]


@contextmanager
def patch_everywhere(old, new) -> Iterator[None]:
    """`new` in place of the function `old`, in every module that has it."""
    name = old.__name__
    modules = [module for module in list(sys.modules.values()) if getattr(module, name, None) is old]
    with ExitStack() as stack:
        for module in modules:
            stack.enter_context(mock.patch.object(module, name, new))
        yield


def queries(page: Page, client: Client | None = None) -> list[Query]:
    """Those statements, carried out once more and watched."""
    sizes, found = table_sizes(), []
    with transaction.atomic():  # one statement may set what the next one reads
        for sent, by_cost in statements(page, client or reader()):
            for sql in map(str.strip, sent.split(";\n")):
                if sql.startswith(("SELECT", "(SELECT", "WITH")):
                    found.append(explain_statement(sql, by_cost, sizes))
    return found


def explain_statement(sql: str, by_cost: bool, sizes: dict[str, int]) -> Query:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {sql.replace('%', '%%')}", [])
        (found,) = cursor.fetchone()
    (found,) = json.loads(found) if isinstance(found, str) else found
    return Query(sql, by_cost, found["Execution Time"], list(accesses(found["Plan"], sizes)))


def accesses(node: dict, sizes: dict[str, int]) -> Iterator[Access]:
    """The reading ends of a plan; rows are those of all its turns, with those that a condition then dropped."""
    if table := node.get("Relation Name"):
        dropped = (f"Rows Removed by {what}" for what in ("Filter", "Index Recheck"))
        per_turn = node["Actual Rows"] + sum(node.get(name, 0) for name in dropped)
        bitmaps = list(bitmaps_of(node))
        per_turn = max(per_turn, *(bitmap["Actual Rows"] for bitmap in bitmaps), 0)
        index = node.get("Index Name") or ", ".join(bitmap["Index Name"] for bitmap in bitmaps)
        yield Access(
            node["Node Type"], table, index, round(per_turn * node["Actual Loops"]), sizes.get(table, 0)
        )
    for child in node.get("Plans", ()):
        yield from accesses(child, sizes)


def bitmaps_of(node: dict) -> Iterator[dict]:
    """The index scans whose finds a bitmap joins: each is read whole, however few rows are wanted."""
    for child in node.get("Plans", ()):
        if child["Node Type"] == "Bitmap Index Scan":
            yield child
        elif child["Node Type"].startswith("Bitmap"):
            yield from bitmaps_of(child)


def table_sizes() -> dict[str, int]:
    """Rows of every table, as the database last counted them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname, reltuples::bigint FROM pg_class WHERE relkind = 'r'")
        return dict(cursor.fetchall())


def describe_queries(page: Page, found: list[Query]) -> str:
    """A page's queries in lines to read; what reads through a table is marked."""
    lines = [f"\n{page.name}  {page.path}"]
    for query in found:
        lines.append(f"  {query.milliseconds:.1f} ms{', seldom' if query.by_cost else ''}  {query.short}")
        lines += [f"    {'SCAN ' if access in query.scans else ''}{access}" for access in query.reads]
    return "\n".join(lines)
