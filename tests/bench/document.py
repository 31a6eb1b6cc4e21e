"""The tables of docs/performance.md, written from the results that are kept."""

import re
from collections.abc import Iterable
from pathlib import Path

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "performance.md"
PART = r"(<!-- {} -->\n).*?(<!-- end -->)"


def refresh(results: dict) -> None:
    """Write every part that there are results of between its marks."""
    text = DOCUMENT.read_text()
    for name, write in {"pages": pages, "growth": growth, "crowd": crowd}.items():
        if name in results:
            table = write(results[name])
            text = re.sub(
                PART.format(name), lambda found, new=table: f"{found[1]}{new}\n{found[2]}", text, flags=re.S
            )
    DOCUMENT.write_text(text)


def table(head: str, rows: Iterable[Iterable]) -> str:
    """A table in Markdown; `head` has the names of its columns, of which all but the first hold numbers."""
    names = head.split("|")
    lines = [f"| {' | '.join(names)} |", "|---" + "|--:" * (len(names) - 1) + "|"]
    return "\n".join(lines + [f"| {' | '.join(map(cell, row))} |" for row in rows])


def cell(value) -> str:
    if value is None:
        return "–"
    if isinstance(value, list):
        return ", ".join(map(cell, value)) or "none"
    return f"{value:.2f}" if isinstance(value, float) else f"{value}"


def memory(result: dict) -> str:
    whole, own = result["megabytes"]
    return f"largest worker {whole} MB, of which {own} MB it shares with nobody"


def pages(result: dict) -> str:
    head = "page|limit|units|bytes alone|304|signed in|signed in, 304|p50 ms|p99 ms|kB|kB gzip|queries|made ms|first ms"
    rows = (
        (
            row["name"], row["limit"], over(row["cost"], row["limit"]), row["bytes_alone"],
            over(row["not_modified"], 2.5), over(row["signed_in"], 2 * row["limit"]),
            over(row["signed_in_not_modified"], 5), row["p50"], row["p99"], round(row["plain"] / 1000),
            round(row["compressed"] / 1000), row["queries"], round(row["made"]), round(row["first"]) or None,
        )
        for row in result["rows"]
    )  # fmt: skip
    return f"{result['machine']}; control {result['control']:.0f} requests/s; {memory(result)}.\n\n{table(head, rows)}"


def over(value: float, limit: float) -> str:
    """A cost; in bold above its limit."""
    return f"**{value:.2f}**" if value > limit else f"{value:.2f}"


def growth(result: dict) -> str:
    (few, small), (many, large) = sorted(result["sizes"].items(), key=lambda size: int(size[0]))
    head = (
        f"page|units, {few}|units, {many}|×|made ms, {few}|made ms, {many}|rows read, {few}|rows read, {many}"
    )
    rows = (
        (
            one["name"], one["cost"], other["cost"], over(other["cost"] / one["cost"], 1.5),
            round(one["made"]), round(other["made"]), one["read"], other["read"],
        )
        for one, other in zip(small["rows"], large["rows"], strict=True)
    )  # fmt: skip
    loaded = "; ".join(
        f"{talks} talks loaded in {size['seconds']} s, {memory(size)}"
        for talks, size in ((few, small), (many, large))
    )
    scans = [f"- {row['name']}: {scan}" for row in large["rows"] for scan in row["scans"]]
    told = "Read through whenever the page is made:\n\n" + "\n".join(scans) if scans else ""
    return f"{result['machine']}. {loaded}.\n\n{table(head, rows)}\n\n{told}".rstrip()


def crowd(result: dict) -> str:
    shown = {name: value for name, value in result.items() if name not in ("machine", "megabytes")}
    return f"{result['machine']}; {memory(result)}.\n\n{table('what|', shown.items())}"
