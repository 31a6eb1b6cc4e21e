"""What every reader shares: the one exception, and the list of problems it collects."""

from collections import defaultdict

from .document import Problem

EXAMPLES = 5  # places named where one thing is wrong in many


class UnreadableFile(Exception):  # noqa: N818
    """A file that no reader understands, is hostile, or too large. `str()` is one sentence for people."""


MOST_PIECES = 2_000_000  # elements, keys, cells: what a file of 64 MB of text does not reach
MOST_TALKS = 50_000


def check_pieces(data: bytes | str, *marks: bytes | str) -> None:
    """Refuse a file that would fill the memory, though it is not large: one of nothing but tiny pieces."""
    if sum(map(data.count, marks)) > MOST_PIECES:
        raise UnreadableFile("The file consists of too many parts to be a schedule.")


class Report:
    """Problems in the order they were met; what happens many times is said once, with a count.

    `add` is for what concerns one place, `tally` for what may concern every talk of a file.
    """

    def __init__(self) -> None:
        self._single: list[Problem] = []
        self._many: dict[tuple[str, str, str], list[str]] = defaultdict(list)

    def add(self, place: str, message: str, severity: str = "warning") -> None:
        self._single.append(Problem(place=place, message=message, severity=severity))

    def tally(self, message: str, place: str, severity: str = "warning", *, what: str = "") -> None:
        """Count `message` once more; `what` (a name, a value) keeps different cases apart."""
        self._many[message, what, severity].append(place)

    def problems(self) -> list[Problem]:
        return [*self._single, *(self._counted(*key, places) for key, places in self._many.items())]

    @staticmethod
    def _counted(message: str, what: str, severity: str, places: list[str]) -> Problem:
        text = f"{message} ({what})" if what else message
        if len(places) == 1:
            return Problem(place=places[0], message=f"{text}.", severity=severity)
        shown = list(dict.fromkeys(places))
        more = ", …" if len(shown) > EXAMPLES else ""
        return Problem(
            place=", ".join(shown[:EXAMPLES]) + more,
            message=f"{text}: {len(places)} times.",
            severity=severity,
        )
