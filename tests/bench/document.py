"""The tables of docs/performance.md, written from the results that are kept."""

import re
from collections.abc import Iterable
from pathlib import Path

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "performance.md"
PART = r"(<!-- {} -->\n).*?(<!-- end -->)"


def refresh(results: dict) -> None:
    """Write every part that there are results of between its marks."""
    text = DOCUMENT.read_text()
    for name, write in PARTS.items():
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
    head = (
        "page|limit|units|bytes alone|304|signed in|signed in, 304|p50 ms|p99 ms|kB|kB gzip|queries|made ms|first ms"
        "|made anew|its limit|with writers"
    )
    rows = (
        (
            row["name"], row["limit"], over(row["cost"], row["limit"]), row["bytes_alone"],
            over(row["not_modified"], 2.5), over(row["signed_in"], 2 * row["limit"]),
            over(row["signed_in_not_modified"], 5), row["p50"], row["p99"], round(row["plain"] / 1000),
            round(row["compressed"] / 1000), row["queries"], round(row["made"]), round(row["first"]) or None,
            row.get("anew") and over(row["anew"], row["anew_limit"] or row["anew"]), row.get("anew_limit"),
            row.get("writers"),
        )
        for row in result["rows"]
    )  # fmt: skip
    return f"{result['machine']}; control {result['control']:.0f} requests/s; {memory(result)}.\n\n{table(head, rows)}"


# Units that the same page takes pretalx, measured once beside an early version of this portal.
PRETALX = {
    "event": "145", "schedule, list": "283", "talk": "212 to 224", "speakers": "4,900", "speaker": "230",
    "API: 50 talks": "481", "API: 50 talks, expanded": "730",
}  # fmt: skip


def anew(result: dict) -> str:
    head = "page|units|limit|pretalx, units"
    rows = (
        (name, over(units, limit or units), limit and round(limit), PRETALX.get(name))
        for name, units, limit in result["rows"]
    )
    return f"{result['machine']}; one unit {result['unit']:.2f} ms of processor time.\n\n{table(head, rows)}"


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


def writers(result: dict) -> str:
    head = "|".join(result["rows"][0])
    return f"{result['machine']}.\n\n{table(head, (row.values() for row in result['rows']))}"


def lists(result: dict) -> str:
    """A row for each list and reader: its pages, and its dearest filter or order."""
    by_list: dict[tuple[str, str], list[dict]] = {}
    for row in result["rows"]:
        by_list.setdefault((row["path"].partition("/")[0], row["who"]), []).append(row)
    head = "list|who|rows|queries|first page ms|middle|last|dearest filter or order|its ms|counting ms"
    shown = (list_row(*key, found, result["limit"]) for key, found in by_list.items())
    missed = [
        f"- `{row['path']}`, {row['who']}: {row['milliseconds']} ms {', '.join(row['scans'])}".rstrip()
        for row in result["rows"]
        if row["milliseconds"] > result["limit"] or row["scans"]
    ]
    told = "Above the limit, or reading through a table for a few of its rows:\n\n" + "\n".join(missed)
    return (
        f"{result['machine']}; {len(result['rows'])} pages, filters and orders; limit {result['limit']} ms."
        f"\n\n{table(head, shown)}\n\n{told if missed else ''}"
    ).rstrip()


def list_row(name: str, who: str, found: list[dict], limit: int) -> tuple:
    pages = [row for row in found if row["path"].startswith(f"{name}/?page=")] or found[:1]
    dearest = max((row for row in found if row not in pages), key=milliseconds, default=pages[0])
    ends = (pages[0], pages[len(pages) // 2], pages[-1])
    return (
        name, who, pages[0]["rows"], max(row["queries"] for row in found), *map(milliseconds, ends),
        f"`{dearest['path'].partition('?')[2][:40]}`", over(milliseconds(dearest), limit),
        max(row["counting"] for row in found),
    )  # fmt: skip


def milliseconds(row: dict) -> float:
    return row["milliseconds"]


def search(result: dict) -> str:
    rows = ((row["search"], row["results"], row["suggestions"]) for row in result["rows"])
    return f"{result['machine']}.\n\n{table('search for|results ms|suggestions ms', rows)}"


def library(result: dict) -> str:
    rows = ((name, queries, over(ms, 40)) for name, (queries, ms) in result["pages"].items())
    check = result["check"]
    return (
        f"{result['machine']}.\n\n{table('page|queries|ms in the database', rows)}\n\n"
        f"{check['links']} links, each answered after {check['ms']} ms, were checked in {check['seconds']} s, "
        f"{check['in_flight']} at once at most. {result['guard']['addresses']} hostile addresses: "
        f"{result['guard']['connections']} connected to."
    )


PARTS = {
    "pages": pages, "anew": anew, "growth": growth, "crowd": crowd, "writers": writers, "lists": lists,
    "search": search, "library": library,
}  # fmt: skip
