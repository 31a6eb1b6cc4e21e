"""Changes between two releases."""

from dataclasses import dataclass
from typing import Literal, get_args

from ..formats.document import Document, Slot, Talk

ChangeKind = Literal[
    "new", "moved", "room", "length", "cancelled", "restored", "retitled", "speakers", "gone"
]
KINDS: tuple[str, ...] = get_args(ChangeKind)


@dataclass(frozen=True, slots=True)
class ScheduleChange:
    """One change of a talk. `before` and `after` are slots where times or rooms changed, else None."""

    kind: ChangeKind
    talk: Talk  # its new state; its old one for "gone"
    before: Slot | None = None
    after: Slot | None = None
    old: str = ""  # title or speakers' names before
    new: str = ""

    @property
    def slot(self) -> Slot | None:
        """The slot that it is about: its new form where there is one, else the first of its talk."""
        return self.after or self.before or next(iter(self.talk.slots), None)


def compare_documents(old: Document | None, new: Document) -> list[ScheduleChange]:
    """The changes from `old` (None: nothing was released yet) to `new`, in the order of the new schedule."""
    before = {talk.guid: talk for talk in (old.talks if old else [])}
    after = {talk.guid: talk for talk in new.talks}
    changes: list[ScheduleChange] = []
    for talk in new.talks:
        changes += _compare_talks(before[talk.guid], talk) if talk.guid in before else _describe_added(talk)
    for talk in before.values():
        if talk.guid not in after:
            changes += [ScheduleChange("gone", talk, before=slot) for slot in talk.slots]
    return changes


def join_speaker_names(talk: Talk) -> str:
    return ", ".join(person.name for person in talk.persons)


def _describe_added(talk: Talk) -> list[ScheduleChange]:
    return [
        ScheduleChange("cancelled" if talk.state == "cancelled" else "new", talk, after=slot)
        for slot in talk.slots
    ]


def _compare_talks(old: Talk, new: Talk) -> list[ScheduleChange]:
    changes = []
    if old.state != new.state and "cancelled" in (old.state, new.state):
        changes.append(ScheduleChange("cancelled" if new.state == "cancelled" else "restored", new))
    if old.title != new.title:
        changes.append(ScheduleChange("retitled", new, old=old.title, new=new.title))
    if [person.guid for person in old.persons] != [person.guid for person in new.persons]:
        changes.append(
            ScheduleChange("speakers", new, old=join_speaker_names(old), new=join_speaker_names(new))
        )
    before = {slot.guid: slot for slot in old.slots}
    after = {slot.guid: slot for slot in new.slots}
    for guid, slot in after.items():
        changes += (
            _compare_slots(new, before[guid], slot)
            if guid in before
            else [ScheduleChange("new", new, after=slot)]
        )
    return changes + [
        ScheduleChange("gone", new, before=slot) for guid, slot in before.items() if guid not in after
    ]


def _compare_slots(talk: Talk, before: Slot, after: Slot) -> list[ScheduleChange]:
    changes = []
    if before.starts_at != after.starts_at:
        changes.append(ScheduleChange("moved", talk, before, after))
    elif before.ends_at != after.ends_at:
        changes.append(ScheduleChange("length", talk, before, after))
    if before.room != after.room:
        changes.append(ScheduleChange("room", talk, before, after))
    return changes
