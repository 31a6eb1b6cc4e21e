"""Results as a table, as JSON, and beside those of the last time."""

import json
import os
import platform
from pathlib import Path
from statistics import median

import psutil

from . import document
from .measure import Row

KEPT = Path(__file__).parent / "results.json"


def machine() -> str:
    """What it ran on, in a few words."""
    names = [
        line.split(":", 1)[1].strip()
        for line in (Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else [])
        if line.startswith("model name")
    ]
    memory = psutil.virtual_memory().total / 1024**3
    name = names[0] if names else platform.processor()
    return f"{os.cpu_count()} × {name}, {memory:.0f} GB, Python {platform.python_version()}"


COLUMNS = {  # heading: width and format of a value
    "req/s": "7.0f", "units": "6.2f", "limit": "5g", "bytes": "5.1f", "×last": "5.2f", "p50": "6.1f", "p99": "6.1f",
    "304": "5.2f", "own": "6.2f", "own304": "6.2f", "plain": "9d", "gzip": "8d", "queries": "7d", "made": "6.0f",
    "first": "6.0f", "anew": "6.0f", "limit²": "6g", "writers": "7.2f",
}  # fmt: skip


def table(rows: list[Row], before: dict[str, dict]) -> str:
    """`before` has the rows of the last time, by name."""
    widths = [int(shape.rstrip("dfg").split(".")[0]) for shape in COLUMNS.values()]
    head = " ".join(f"{name:>{width}}" for name, width in zip(COLUMNS, widths, strict=True))
    lines = [f"{'page':<26} {head}  missed"]
    for row in rows:
        cells = [
            " " * (width - 1) + "-" if value is None else f"{value:{shape}}"
            for value, width, shape in zip(
                cells_of(row, before.get(row.name, {})), widths, COLUMNS.values(), strict=True
            )
        ]
        lines.append(f"{row.name:<26} {' '.join(cells)}  {', '.join(row.missed())}".rstrip())
    return "\n".join(lines)


def cells_of(row: Row, before: dict) -> list:
    change = row.cost / before["cost"] if before else None
    return [
        row.rate, row.cost, row.limit, row.bytes_alone, change, row.p50, row.p99, row.not_modified, row.signed_in,
        row.signed_in_not_modified, row.plain, row.compressed, row.queries, row.made, row.first or None,
        row.anew, row.anew_limit, row.writers,
    ]  # fmt: skip


def growth(small: list[dict], large: list[dict]) -> str:
    """Rows of the same pages in a small portal and in a large one."""
    lines = [
        f"\n{'page':<28} {'units':>13} {'×':>5} {'made, ms':>13} {'×':>5} {'rows read':>15}  read through"
    ]
    for one, other in zip(small, large, strict=True):
        lines.append(
            f"{one['name']:<28} {one['cost']:>6.2f} {other['cost']:>6.2f} {other['cost'] / one['cost']:>5.2f} "
            f"{one['made']:>6.0f} {other['made']:>6.0f} {other['made'] / one['made']:>5.2f} "
            f"{one['read']:>7} {other['read']:>7}  {'; '.join(other['scans'])}".rstrip()
        )
    return "\n".join(lines)


LEGEND = """units: requests a second of the control (a Django view of two bytes, no middleware) ÷ those of the page;
limit: units it may cost; bytes: units of the control sending as many bytes, above 100 kB; ×last: beside the results
in the repository; p50, p99: ms with 16 connections; 304: units when nothing is new; own: signed in; plain, gzip:
bytes; queries and made (ms): when nothing is kept; first (ms): after a release; anew: units when nothing is kept, by
processor time of workers and database, and limit² of that; writers: units while others write what is private."""


def load_results() -> dict:
    """What the repository has of the last time."""
    return json.loads(KEPT.read_text()) if KEPT.exists() else {}


def store_results(part: str, **result) -> None:
    """Write one part of the results, `pages`, `growth` or `crowd`, also into the document that shows them."""
    if os.environ.get("PAGES"):  # some pages are no result
        return
    whole = load_results() | {part: {"machine": machine(), **result}}
    KEPT.write_text(json.dumps(whole, indent=1, ensure_ascii=False, sort_keys=True) + "\n")
    document.refresh(whole)


def summary(controls: list[float], memory: tuple[int, int]) -> str:
    whole, own = memory
    return (
        f"{machine()}; control {median(controls):.0f} requests/s; "
        f"largest worker {whole} MB, of which {own} MB shared with nobody"
    )
