"""Results as a table, as JSON, and beside those of the last time."""

import json
import os
import platform
from pathlib import Path
from statistics import median

import psutil

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


def table(rows: list[Row], before: dict[str, dict]) -> str:
    """`before` has the rows of the last time, by name."""
    head = (
        f"{'page':<28} {'req/s':>7} {'units':>6} {'limit':>5} {'bytes':>5} {'×last':>5} {'p50':>6} {'p99':>7} {'304':>5} "
        f"{'own':>5} {'own304':>6} {'plain':>9} {'gzip':>8} {'queries':>7} {'made':>6} {'first':>6}  missed"
    )
    lines = [head]
    for row in rows:
        last = before.get(row.name, {}).get("cost")
        change = f"{row.cost / last:.2f}" if last else "-"
        lines.append(
            f"{row.name:<28} {row.rate:>7.0f} {row.cost:>6.2f} {row.limit:>5g} {row.bytes_alone or '-':>5} {change:>5} {row.p50:>6.1f} "
            f"{row.p99:>7.1f} {row.not_modified:>5.2f} {row.signed_in:>5.2f} {row.signed_in_not_modified:>6.2f} "
            f"{row.plain:>9} {row.compressed:>8} {row.queries:>7} {row.made:>6.0f} {row.first:>6.0f}  "
            f"{', '.join(row.missed())}"
        )
    return "\n".join(line.rstrip() for line in lines)


LEGEND = """units: requests a second of the control (a Django view of two bytes, no middleware) ÷ those of the page;
limit: units it may cost; bytes: units of the control sending as many bytes, above 100 kB; ×last: beside the results
in the repository; p50, p99: ms with 16 connections; 304: units when nothing is new; own: signed in; plain, gzip:
bytes; queries and made (ms): when nothing is kept; first (ms): after a release."""


def kept() -> dict:
    """What the repository has of the last time."""
    return json.loads(KEPT.read_text()) if KEPT.exists() else {}


def keep(part: str, **result) -> None:
    """Write one part of the results: `pages`, `growth` or `crowd`."""
    whole = kept() | {part: {"machine": machine(), **result}}
    KEPT.write_text(json.dumps(whole, indent=1, ensure_ascii=False, sort_keys=True) + "\n")


def summary(controls: list[float], memory: float) -> str:
    return f"{machine()}; control {median(controls):.0f} requests/s; largest worker {memory:.0f} MB"
