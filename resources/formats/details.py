"""Fields that a format has no place for, as a small JSON object beside each link."""

import json
from datetime import datetime

from roadshow.core.text import render_plain_lines

from .document import Link

FIELDS = ("note", "kind", "level", "language", "authors", "year", "topics", "collections", "free", "added_at")


def collect_details(link: Link, *, without: tuple[str, ...] = ()) -> dict[str, object]:
    """The fields that have a value, except those that the format writes itself."""
    found = {name: getattr(link, name) for name in FIELDS if name not in without}
    found = {name: value for name, value in found.items() if value not in ("", None, [])}
    if isinstance(found.get("added_at"), datetime):
        found["added_at"] = found["added_at"].isoformat()
    return found


def collect_details_with_note(link: Link, *, without: tuple[str, ...] = ()) -> tuple[dict[str, object], str]:
    """The details, and the note as plain text; the Markdown note is among the details when it says more."""
    found = collect_details(link, without=without)
    plain = render_plain_lines(link.note)
    if found.get("note") == plain:
        found.pop("note")
    return found, plain


def dump_details(found: dict[str, object]) -> str:
    return json.dumps(found, ensure_ascii=False, separators=(", ", ": "))


def load_details(text: str | None) -> dict[str, object]:
    """Parse what `dump_details` wrote; an empty dictionary for anything else."""
    try:
        found = json.loads(text or "")
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {name: value for name, value in found.items() if name in (*FIELDS, "title", "text")}
