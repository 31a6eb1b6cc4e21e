"""What an import of links did, or would do."""

from dataclasses import dataclass, field

from events.formats.document import Problem


@dataclass(frozen=True, slots=True)
class ChangedLink:
    """A link that was there. `fields` maps a field's name to what it was and is; topics are only added."""

    title: str
    url: str
    fields: dict[str, tuple[object, object]]


@dataclass(slots=True)
class Report:
    """Titles and names in the order of the file. `kept`: what the file says otherwise and the library keeps."""

    kind: str = ""  # what the file is
    links: int = 0  # in the file
    distinct: int = 0  # of them, by address
    new: list[str] = field(default_factory=list)
    changed: list[ChangedLink] = field(default_factory=list)
    kept: list[ChangedLink] = field(default_factory=list)
    unchanged: int = 0
    new_topics: list[str] = field(default_factory=list)
    new_collections: list[str] = field(default_factory=list)
    collections: list[str] = field(default_factory=list)  # titles of all that the file fills
    placed: int = 0  # links that are in a collection now and were not before
    problems: list[Problem] = field(default_factory=list)
    dry_run: bool = False

    @property
    def changes(self) -> int:
        """How many things would be different afterwards: 0 when the same file is imported again."""
        lists = (self.new, self.changed, self.new_topics, self.new_collections)
        return sum(map(len, lists)) + self.placed

    def problem(self, place: str, message: str, severity: str = "warning") -> None:
        self.problems.append(Problem(place=place, message=message, severity=severity))
