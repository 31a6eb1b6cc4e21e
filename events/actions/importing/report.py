"""What an import did, or would do."""

from dataclasses import dataclass, field

from ...formats.document import Problem


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of a talk. `by_hand` says that an organiser had edited it since the last import."""

    name: str
    before: object
    after: object
    by_hand: bool = False


@dataclass(frozen=True, slots=True)
class ChangedTalk:
    title: str
    fields: list[FieldChange]


@dataclass(slots=True)
class Report:
    """Titles and names in the order of the file. `kept`: what organisers edited and the file leaves."""

    event: str = ""  # its slug
    event_name: str = ""
    event_is_new: bool = False
    talks: int = 0
    slots: int = 0
    persons: int = 0
    links: int = 0
    new: list[str] = field(default_factory=list)
    changed: list[ChangedTalk] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    kept: list[ChangedTalk] = field(default_factory=list)
    unchanged: int = 0
    new_speakers: list[str] = field(default_factory=list)
    changed_speakers: list[str] = field(default_factory=list)
    new_rooms: list[str] = field(default_factory=list)
    new_tracks: list[str] = field(default_factory=list)
    new_topics: list[str] = field(default_factory=list)
    duplicates: list[list[str]] = field(default_factory=list)  # slugs of speakers who may be one person
    problems: list[Problem] = field(default_factory=list)
    release: int | None = None
    dry_run: bool = False

    @property
    def changes(self) -> int:
        """How many things would be different afterwards: 0 when the same file is imported again."""
        lists = (self.new, self.changed, self.gone, self.new_speakers, self.changed_speakers)
        return sum(map(len, (*lists, self.new_rooms, self.new_tracks, self.new_topics))) + self.event_is_new

    def problem(self, place: str, message: str, severity: str = "warning") -> None:
        self.problems.append(Problem(place=place, message=message, severity=severity))
