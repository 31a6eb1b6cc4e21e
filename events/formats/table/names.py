"""Several names in one cell. A name may contain a comma ("Smith, John"), so a comma divides only by evidence."""

import re
from collections.abc import Iterable

from ..text import clean_line

_SEVERAL = re.compile("[;\n；、|]")
_AND = re.compile(r"\s+(?:&|\+|and|und|et|y|e|og|och|与|和)\s+|\s*&\s*", re.IGNORECASE)
_WORD = r"[^\W\d_][\w'’.-]*"
_NAME = re.compile(rf"{_WORD}(?:\s+{_WORD}){{1,4}}")
_LONGEST = 300  # characters of a cell that is taken apart at "and"


class Names:
    """The names that stand alone in a column: evidence that a comma beside one of them divides."""

    def __init__(self, cells: Iterable[str]) -> None:
        self.alone = set()
        for cell in cells:
            for part in _SEVERAL.split(cell):
                name = clean_line(part)
                if name and "," not in name and not _AND.search(name):
                    self.alone.add(name.casefold())

    def divides(self, parts: list[str]) -> bool:
        """Whether commas between these parts divide persons: all look like full names, one is known as one."""
        return all(map(is_full_name, parts)) and any(part.casefold() in self.alone for part in parts)


def is_full_name(text: str) -> bool:
    """Whether a text looks like a given name and a surname."""
    return len(text) <= 60 and _NAME.fullmatch(text) is not None


def split_names(cell: str, names: Names, *, comma: bool) -> list[str]:
    """The names in a cell; `comma` says that the program that wrote it separates them by commas."""
    found: list[str] = []
    for part in _SEVERAL.split(cell):
        found += _split_part(clean_line(part), names, comma=comma)
    return found


def _split_part(text: str, names: Names, *, comma: bool) -> list[str]:
    if not text:
        return []
    pieces = [piece.strip() for piece in text.split(",") if piece.strip()]
    if len(pieces) > 1 and (comma or names.divides(pieces)):
        return pieces
    pieces = (
        [piece.strip() for piece in _AND.split(text) if piece.strip()] if len(text) <= _LONGEST else [text]
    )
    return pieces if len(pieces) > 1 and all(map(is_full_name, pieces)) else [text]
