"""What changed from one release to the next."""

from dataclasses import dataclass
from itertools import chain
from typing import Literal

from ..formats.document import Document, Slot, Talk

ChangeKind = Literal[
    "new", "moved", "room", "length", "cancelled", "restored", "retitled", "speakers", "gone"
]
KINDS: tuple[str, ...] = ChangeKind.__args__


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that happened to a talk. `before` and `after` are slots for times and rooms, else None."""

    kind: ChangeKind
    talk: Talk  # as it is now; as it was, when it is gone
    before: Slot | None = None
    after: Slot | None = None
    old: str = ""  # the title or the names before
    new: str = ""


def differences(old: Document | None, new: Document) -> list[Change]:
    """The changes from `old` (None: nothing was released yet) to `new`, in the order of the new schedule."""
    before = {talk.guid: talk for talk in (old.talks if old else [])}
    after = {talk.guid: talk for talk in new.talks}
    changes = chain.from_iterable(
        _of_talk(before[talk.guid], talk) if talk.guid in before else _added(talk) for talk in new.talks
    )
    gone = (
        Change("gone", talk, before=slot)
        for talk in before.values()
        if talk.guid not in after
        for slot in talk.slots
    )
    return [*changes, *gone]


def names_of(talk: Talk) -> str:
    return ", ".join(person.name for person in talk.persons)


def _added(talk: Talk) -> list[Change]:
    return [
        Change("cancelled" if talk.state == "cancelled" else "new", talk, after=slot) for slot in talk.slots
    ]


def _of_talk(old: Talk, new: Talk) -> list[Change]:
    changes = []
    if old.state != new.state and "cancelled" in (old.state, new.state):
        changes.append(Change("cancelled" if new.state == "cancelled" else "restored", new))
    if old.title != new.title:
        changes.append(Change("retitled", new, old=old.title, new=new.title))
    if [person.guid for person in old.persons] != [person.guid for person in new.persons]:
        changes.append(Change("speakers", new, old=names_of(old), new=names_of(new)))
    before = {slot.guid: slot for slot in old.slots}
    after = {slot.guid: slot for slot in new.slots}
    for guid, slot in after.items():
        changes += _of_slot(new, before[guid], slot) if guid in before else [Change("new", new, after=slot)]
    return changes + [Change("gone", new, before=slot) for guid, slot in before.items() if guid not in after]


def _of_slot(talk: Talk, before: Slot, after: Slot) -> list[Change]:
    changes = []
    if before.starts_at != after.starts_at:
        changes.append(Change("moved", talk, before, after))
    elif before.ends_at != after.ends_at:
        changes.append(Change("length", talk, before, after))
    if before.room != after.room:
        changes.append(Change("room", talk, before, after))
    return changes
