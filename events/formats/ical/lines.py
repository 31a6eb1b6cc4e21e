"""Content lines: unfolding and taking apart, escaping and folding."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from ..writing import remove_illegal

_PARAMETER = re.compile(r';([A-Za-z0-9-]+)=((?:"[^"]*"|[^;:,"]*)(?:,(?:"[^"]*"|[^;:,"]*))*)')
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
OCTETS = 75


@dataclass(frozen=True, slots=True)
class Line:
    """One property: its name in capitals, its parameters, its value as it stands (escaped)."""

    name: str
    value: str
    parameters: dict[str, str]
    number: int

    @property
    def text(self) -> str:
        return unescape(self.value)


@dataclass(slots=True)
class Component:
    """VCALENDAR, VEVENT and the like, with their properties and what is inside."""

    name: str
    number: int
    lines: list[Line] = field(default_factory=list)
    inside: list["Component"] = field(default_factory=list)

    def first(self, *names: str) -> Line | None:
        """The first property of the first of these names that there is."""
        for name in names:
            for line in self.lines:
                if line.name == name:
                    return line
        return None

    def text(self, *names: str) -> str:
        line = self.first(*names)
        return line.text if line else ""

    def all(self, name: str) -> list[Line]:
        return [line for line in self.lines if line.name == name]


def unescape(value: str) -> str:
    return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], value)


def split_values(value: str) -> list[str]:
    """The parts of a list value, at commas that are not escaped."""
    return [unescape(part) for part in re.split(r"(?<!\\),", value)]


def unfold(data: bytes) -> list[tuple[int, bytes]]:
    """Logical lines with the number of their first physical one. Bytes: folding may split a character."""
    found: list[tuple[int, bytearray]] = []
    for number, line in enumerate(data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n"), 1):
        if line[:1] in (b" ", b"\t") and found:
            found[-1][1].extend(line[1:])
        elif line.strip():
            found.append((number, bytearray(line)))
    return [(number, bytes(line)) for number, line in found]


def parse_line(number: int, text: str) -> Line | None:
    """A logical line taken apart, or None if it is none."""
    name = re.match(r"(?:[A-Za-z0-9-]+\.)?([A-Za-z0-9-]+)", text)
    if not name:
        return None
    position, parameters = name.end(), {}
    while found := _PARAMETER.match(text, position):
        parameters[found[1].upper()] = found[2].strip('"')
        position = found.end()
    if text[position : position + 1] != ":":
        colon = text.find(":", position)
        if colon < 0:
            return None
        position = colon
    return Line(name[1].upper(), text[position + 1 :], parameters, number)


def escape(text: str) -> str:
    text = remove_illegal(text).replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return text.replace("\n", "\\n")


def fold(line: str) -> bytes:
    """The line in UTF-8, at most 75 octets a piece, never inside a character or an escape."""
    data = line.encode()
    if len(data) <= OCTETS:
        return data + b"\r\n"
    parts, start, room = [], 0, OCTETS
    while start < len(data):
        end = min(start + room, len(data))
        while end < len(data) and data[end] & 0xC0 == 0x80:
            end -= 1
        if end < len(data) and _odd_backslashes(data, start, end):
            end -= 1
        parts.append(data[start:end])
        start, room = end, OCTETS - 1
    return b"\r\n ".join(parts) + b"\r\n"


def _odd_backslashes(data: bytes, start: int, end: int) -> bool:
    """Whether the piece would end with a backslash that belongs to what follows."""
    piece = data[start:end]
    return (len(piece) - len(piece.rstrip(b"\\"))) % 2 == 1


def join_lines(lines: Iterable[str]) -> bytes:
    return b"".join(map(fold, lines))
