"""What every reader shares: the one exception, and the list of problems it collects."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import AnyStr

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from .document import Problem, Severity

EXAMPLES = 5  # places named where one thing is wrong in many


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the caller decides where a file may be read in several ways; empty: by the file's own evidence."""

    timezone: str = ""  # IANA zone to read local times in where the file names none
    date_order: str = ""  # "dmy", "mdy" or "ymd", for dates like 3/4/2027
    encoding: str = ""  # of a text file
    days: tuple[date, date] | None = None  # the event's first and last day
    columns: Mapping[str, str] = field(default_factory=dict)  # heading of a table -> field, or "" for none


class UnreadableFile(Exception):  # noqa: N818
    """A file that no reader understands, is hostile, or too large. `str()` is one sentence for people."""


MOST_PIECES = 2_000_000  # elements, keys, cells: what a file of 64 MB of text does not reach
MOST_TALKS = 50_000


def check_pieces(data: AnyStr, *marks: AnyStr) -> None:
    """Refuse a file that would fill the memory, though it is not large: one of nothing but tiny pieces."""
    if sum(data.count(mark) for mark in marks) > MOST_PIECES:
        raise UnreadableFile(_("The file consists of too many parts to be a schedule."))


_LONG_TAG = 5_000  # bytes
_MOST_ATTRIBUTES = 500


def check_tags(data: bytes) -> None:
    """Refuse XML with a tag of so many attributes that comparing them with each other would take seconds."""
    for piece in data.split(b"<"):
        if len(piece) > _LONG_TAG and not piece.startswith((b"!", b"?")):
            tag = piece[: piece.find(b">") if b">" in piece else len(piece)]
            if tag.count(b"=") > _MOST_ATTRIBUTES:
                raise UnreadableFile(_("A tag of the XML has too many attributes."))


def too_many_talks() -> str:
    return _("The file has more than %(count)d talks.") % {"count": MOST_TALKS}


def at_line(number: int | str) -> str:
    return _("line %(number)s") % {"number": number}


def at_row(number: int) -> str:
    return _("row %(number)s") % {"number": number}


def join_names(parts: Iterable[str]) -> str:
    return pgettext("between the parts of a list", ", ").join(parts)


class Report:
    """Problems in the order they were met; what happens many times is said once, with a count.

    `add` is for what concerns one place, `tally` for what may concern every talk of a file. Both take words that
    are translated already; `tally` makes a sentence of its own of them.
    """

    def __init__(self) -> None:
        self._single: list[Problem] = []
        self._many: dict[tuple[str, str, Severity], list[str]] = defaultdict(list)

    def add(self, place: str, message: str, severity: Severity = "warning") -> None:
        self._single.append(Problem(place=place, message=message, severity=severity))

    def tally(self, message: str, place: str, severity: Severity = "warning", *, what: str = "") -> None:
        """Count `message` once more; `what` (a name, a value) keeps different cases apart."""
        self._many[message, what, severity].append(place)

    def problems(self) -> list[Problem]:
        return [*self._single, *(self._counted(*key, places) for key, places in self._many.items())]

    @staticmethod
    def _counted(message: str, what: str, severity: Severity, places: list[str]) -> Problem:
        if what:
            message = _("%(problem)s (%(what)s)") % {"problem": message, "what": what}
        distinct = list(dict.fromkeys(places))
        place = join_names(distinct[:EXAMPLES])
        if len(distinct) > EXAMPLES:
            place = _("%(places)s, …") % {"places": place}
        if len(places) == 1:
            sentence = _("%(problem)s.")
        else:
            sentence = ngettext("%(problem)s: %(count)d time.", "%(problem)s: %(count)d times.", len(places))
        message = sentence % {"problem": message, "count": len(places)}
        return Problem(place=place, message=message, severity=severity)
