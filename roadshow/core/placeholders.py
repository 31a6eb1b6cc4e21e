"""Texts with placeholders such as `{name}`; `{{` is a brace. What is put in is never read as a template."""

from collections.abc import Container, Mapping
from string import Formatter


def parse_placeholders(text: str) -> list[tuple[str, str | None]]:
    """The parts of a text: (literal, name of the placeholder after it or None). Raises ValueError for odd braces."""
    parts = []
    for literal, name, form, conversion in Formatter().parse(text):
        if name is not None and (form or conversion):
            name = f"{name}!{conversion or ''}:{form}"
        parts.append((literal, name))
    return parts


def find_unknown(text: str, known: Container[str]) -> str:
    """The first placeholder that is not known, or the odd brace; empty when all are."""
    try:
        names = [name for _literal, name in parse_placeholders(text)]
    except ValueError:
        return "…"
    return next((name or " " for name in names if name is not None and name not in known), "")


def fill_placeholders(text: str, values: Mapping[str, str]) -> str:
    """The text with its placeholders replaced; each value as it is. Raises KeyError for one without a value."""
    return "".join(
        literal + ("" if name is None else values[name]) for literal, name in parse_placeholders(text)
    )
