"""Report of an import of links, or of a dry run."""

from dataclasses import dataclass, field

from events.formats.document import Problem, Severity


@dataclass(frozen=True, slots=True)
class ChangedLink:
    """A known link. `fields` maps field names to (before, after); topics are only added."""

    title: str
    url: str
    fields: dict[str, tuple[object, object]]


@dataclass(slots=True)
class Report:
    """Titles and names in the order of the file. `kept`: differences that were not applied."""

    kind: str = ""  # name of the file's format
    links: int = 0  # in the file
    distinct: int = 0  # of them, by URL
    new: list[str] = field(default_factory=list)
    changed: list[ChangedLink] = field(default_factory=list)
    kept: list[ChangedLink] = field(default_factory=list)
    unchanged: int = 0
    new_topics: list[str] = field(default_factory=list)
    new_collections: list[str] = field(default_factory=list)
    collections: list[str] = field(default_factory=list)  # titles of all collections in the file
    placed: int = 0  # links that were added to a collection
    problems: list[Problem] = field(default_factory=list)
    dry_run: bool = False
    entry: int | None = None  # primary key of the LinkImport

    @property
    def changes(self) -> int:
        """Number of changes in the database; 0 when the same file is imported again."""
        lists = (self.new, self.changed, self.new_topics, self.new_collections)
        return sum(len(rows) for rows in lists) + self.placed

    def numbers(self) -> dict[str, int]:
        """The counts alone."""
        return {
            "links": self.links,
            "distinct": self.distinct,
            "new": len(self.new),
            "changed": len(self.changed),
            "kept": len(self.kept),
            "unchanged": self.unchanged,
            "placed": self.placed,
            "problems": len(self.problems),
        }

    def problem(self, place: str, message: str, severity: Severity = "warning") -> None:
        self.problems.append(Problem(place=place, message=message, severity=severity))
