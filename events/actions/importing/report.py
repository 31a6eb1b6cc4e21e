"""What an import did, or would do."""

from collections.abc import Sized
from dataclasses import asdict, dataclass, field
from datetime import date

from django.utils.translation import gettext_lazy

from ...formats.document import Problem, Severity

FIELD_NAMES = {
    "title": gettext_lazy("title"),
    "subtitle": gettext_lazy("subtitle"),
    "abstract": gettext_lazy("abstract"),
    "description": gettext_lazy("description"),
    "kind": gettext_lazy("kind"),
    "type_label": gettext_lazy("the event's word for the kind"),
    "level": gettext_lazy("level"),
    "language": gettext_lazy("language"),
    "state": gettext_lazy("state"),
    "code": gettext_lazy("code"),
    "recording_license": gettext_lazy("licence of the recording"),
    "do_not_record": gettext_lazy("do not record"),
    "origin_url": gettext_lazy("page elsewhere"),
    "feedback_url": gettext_lazy("page for feedback elsewhere"),
    "track": gettext_lazy("track"),
    "topics": gettext_lazy("topics"),
    "persons": gettext_lazy("speakers"),
    "links": gettext_lazy("links"),
    "slots": gettext_lazy("time and room"),
}
CHANGES = {
    "new": gettext_lazy("new"),
    "changed": gettext_lazy("changed"),
    "unchanged": gettext_lazy("unchanged"),
    "cancelled": gettext_lazy("cancelled"),
    "kept": gettext_lazy("kept as edited by hand"),
}


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of a talk. `by_hand` says that an organiser had edited it since the last import."""

    name: str
    before: object
    after: object
    by_hand: bool = False

    @property
    def label(self) -> str:
        """The field's name for people."""
        return str(FIELD_NAMES.get(self.name, self.name))


@dataclass(frozen=True, slots=True)
class ChangedTalk:
    title: str
    fields: list[FieldChange]


@dataclass(frozen=True, slots=True)
class Concern:
    """A reason to ask before importing. `kind` is a word for programs, `text` a sentence with the numbers."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewRow:
    """A talk as it will be, in words. `change` is "new", "changed", "unchanged", "cancelled" or "kept"."""

    title: str
    when: str = ""
    where: str = ""
    who: str = ""
    state: str = ""
    track: str = ""
    change: str = "unchanged"
    details: list[str] = field(default_factory=list)
    doubtful: bool = False

    @property
    def change_label(self) -> str:
        return str(CHANGES[self.change])


@dataclass(frozen=True, slots=True)
class Wish:
    """A picture that a row is to have: "speaker", "talk" or "event", the row's primary key, and the address."""

    kind: str
    key: int
    url: str


@dataclass(slots=True)
class Report:
    """Titles and names in the order of the file. `kept`: what organisers edited and the file leaves."""

    event: str = ""  # its slug
    event_name: str = ""
    event_is_new: bool = False
    kind: str = ""  # of file
    mode: str = ""
    talks: int = 0
    slots: int = 0
    persons: int = 0
    links: int = 0
    new: list[str] = field(default_factory=list)
    changed: list[ChangedTalk] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    kept: list[ChangedTalk] = field(default_factory=list)
    absent: int = 0  # imported talks that the file does not have, and that stay
    unchanged: int = 0
    new_speakers: list[str] = field(default_factory=list)
    changed_speakers: list[str] = field(default_factory=list)
    new_rooms: list[str] = field(default_factory=list)
    new_tracks: list[str] = field(default_factory=list)
    new_topics: list[str] = field(default_factory=list)
    renamed: list[str] = field(default_factory=list)  # rooms and tracks, as "Hall → Main hall"
    duplicates: list[list[str]] = field(default_factory=list)  # slugs of speakers who may be one person
    problems: list[Problem] = field(default_factory=list)
    concerns: list[Concern] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)  # of the file, counted without understanding it
    days_before: tuple[date, date] | None = None
    days_after: tuple[date, date] | None = None
    rows: list[PreviewRow] = field(default_factory=list)  # of a dry run
    wishes: list[Wish] = field(default_factory=list)  # pictures to fetch
    entry: int | None = None  # primary key of the Import
    release: int | None = None
    dry_run: bool = False

    @property
    def changes(self) -> int:
        """How many things would be different afterwards: 0 when the same file is imported again."""
        lists: tuple[Sized, ...] = (
            self.new,
            self.changed,
            self.gone,
            self.new_speakers,
            self.changed_speakers,
        )
        lists += (self.renamed, self.new_rooms, self.new_tracks, self.new_topics)
        dates = self.days_before is not None and self.days_before != self.days_after
        return sum(map(len, lists)) + self.event_is_new + dates

    def add_problem(self, place: str, message: str, severity: Severity = "warning") -> None:
        self.problems.append(Problem(place=place, message=message, severity=severity))

    def numbers(self) -> dict[str, int]:
        """The counts alone."""
        return {
            "talks": self.talks,
            "slots": self.slots,
            "persons": self.persons,
            "links": self.links,
            "new": len(self.new),
            "changed": len(self.changed),
            "gone": len(self.gone),
            "kept": len(self.kept),
            "absent": self.absent,
            "unchanged": self.unchanged,
            "new_speakers": len(self.new_speakers),
            "problems": len(self.problems),
        }

    def as_dict(self) -> dict:
        """For JSON, without the rows of the preview."""
        hidden = ("rows", "wishes", "counts", "days_before", "days_after")
        return {name: value for name, value in asdict(self).items() if name not in hidden}
