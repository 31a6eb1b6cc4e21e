"""Every query that a page runs, and how the database carries it out: none may read through a table that grows."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.core.cache import cache
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from .pages import Page

GROWN = 1_000  # rows of a table that grows
SHARE = 0.1  # of a table's rows: who reads more reads through it


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
    sql: str
    milliseconds: float
    reads: list[Access]

    @property
    def rows(self) -> int:
        return sum(access.rows for access in self.reads)

    @property
    def scans(self) -> list[Access]:
        return [access for access in self.reads if access.is_scan]

    @property
    def short(self) -> str:
        """The statement without its columns, for reading."""
        return re.sub(r'SELECT .*? FROM "', 'SELECT … FROM "', self.sql, count=1, flags=re.DOTALL)[:200]


def statements(page: Page) -> list[str]:
    """What a page asks the database for when nothing is kept."""
    cache.clear()
    with override_settings(KEEP_ANSWERS=False), CaptureQueriesContext(connection) as captured:
        answer = Client(SERVER_NAME="127.0.0.1").get(page.path)
    assert answer.status_code == 200, page.path
    return [query["sql"] for query in captured]


def queries(page: Page) -> list[Query]:
    """Those statements, carried out once more and watched."""
    sizes = table_sizes()
    return [watched(sql, sizes) for sql in statements(page) if sql.startswith(("SELECT", "(SELECT", "WITH"))]


def watched(sql: str, sizes: dict[str, int]) -> Query:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql.replace('%', '%%')}", [])
        (found,) = cursor.fetchone()
    (found,) = json.loads(found) if isinstance(found, str) else found
    return Query(sql, found["Execution Time"], list(accesses(found["Plan"], sizes)))


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


def told(page: Page, found: list[Query]) -> str:
    """A page's queries in lines to read; what reads through a table is marked."""
    lines = [f"\n{page.name}  {page.path}"]
    for query in found:
        lines.append(f"  {query.milliseconds:.1f} ms  {query.short}")
        lines += [f"    {'SCAN ' if access.is_scan else ''}{access}" for access in query.reads]
    return "\n".join(lines)
