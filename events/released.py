"""What a release shows now. A release is immutable; talks, people and the event may have changed since.

Talks that are withdrawn and people who are hidden are left out, addresses are the present ones, and a talk or an event
that was cancelled is shown so. Everything that shows a release calls this module instead of decoding the document.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from typing import cast
from uuid import UUID

from django.urls import reverse

from speakers.models import Speaker

from .formats import document as doc
from .live import LiveState, load_live_state
from .models import Event, Release, Talk
from .schedule import ScheduleChange, compare_documents


@dataclass(frozen=True)
class PresentState:
    """What everybody may know now of an event, its talks and its people, and what the day changed (`live`).

    `talks` maps the GUID of each public talk to (slug, state, sequence), `people` that of each public person to
    their slug. `changed_at` is when one of them changed last.
    """

    slug: str
    state: str
    sequence: int
    talks: dict[UUID, tuple[str, str, int]]
    people: dict[UUID, str]
    changed_at: datetime
    live: LiveState = field(default_factory=LiveState)

    def without_live(self) -> "PresentState":
        """The same without what changed on the day."""
        return replace(self, live=LiveState())

    @cached_property
    def digest(self) -> str:
        """Identifies this state, for entity tags and cache keys."""
        values = (
            self.live.values(),
            self.slug,
            self.state,
            self.sequence,
            sorted(self.talks.items()),
            sorted(self.people.items()),
        )
        return sha256(repr(values).encode()).hexdigest()[:12]

    def apply_to(self, document: doc.Document) -> doc.Document:
        """The document without what is not public, with present addresses and states."""
        public = self.restrict(document)
        talks = self.live.apply_to(self._set_state(talk) for talk in public.talks)
        return replace(public, state=self.state, talks=talks)

    def restrict(self, document: doc.Document) -> doc.Document:
        """The document without what is not public, with present addresses; each state is the released one.

        For comparing releases: with present states, a talk that is cancelled now was so in both.
        """
        return replace(
            document,
            slug=self.slug,
            url=reverse("events:event", args=[self.slug]),
            talks=[self._restrict_talk(talk) for talk in document.talks if talk.guid in self.talks],
        )

    def _restrict_talk(self, talk: doc.Talk) -> doc.Talk:
        slug = self.talks[cast(UUID, talk.guid)][0]
        return replace(
            talk,
            slug=slug,
            url=reverse("events:talk", args=[self.slug, slug]),
            persons=[
                replace(one, slug=present, url=reverse("speakers:speaker", args=[present]))
                for one in talk.persons
                if one.guid and (present := self.people.get(one.guid))
            ],
        )

    def _set_state(self, talk: doc.Talk) -> doc.Talk:
        _slug, state, sequence = self.talks[cast(UUID, talk.guid)]
        if self.state in Event.OFF:
            state = Talk.State.CANCELLED
        sequence += self.sequence
        slots = [replace(slot, sequence=slot.sequence + sequence) for slot in talk.slots]
        return replace(talk, state=str(state), slots=slots)


def load_present_state(event: Event) -> PresentState:
    """The present state of an event that was just loaded; 4 queries."""
    talks = Talk.objects.filter(event=event, state__in=Talk.PUBLIC)
    people = Speaker.objects.filter(state=Speaker.State.PUBLISHED, talks__event=event).order_by().distinct()
    rows = list(talks.order_by().values_list("guid", "slug", "state", "sequence", "updated_at"))
    persons = list(people.values_list("guid", "slug", "updated_at"))
    live = load_live_state(event)
    moments = [event.updated_at, *(row[-1] for row in rows), *(row[-1] for row in persons)]
    return PresentState(
        slug=event.slug,
        state=event.state,
        sequence=event.sequence,
        talks={guid: (slug, state, sequence) for guid, slug, state, sequence, _at in rows},
        people={guid: slug for guid, slug, _at in persons},
        changed_at=max([*moments, live.changed_at] if live.changed_at else moments),
        live=live,
    )


def load_shown_document(release: int, present: PresentState) -> doc.Document:
    """The document of the release with this primary key, as everybody may see it now; 1 query."""
    return present.apply_to(_load_document(release))


def load_comparable_document(release: int, present: PresentState) -> doc.Document:
    """The document of the release with this primary key, of what is public, with its own states; 1 query."""
    return present.restrict(_load_document(release))


def compare_releases(old: int | None, new: int, present: PresentState) -> list[ScheduleChange]:
    """What changed between two releases, given by their primary keys, of what is public now; at most 2 queries."""
    before = load_comparable_document(old, present) if old else None
    return compare_documents(before, load_comparable_document(new, present))


def _load_document(release: int) -> doc.Document:
    return doc.decode(Release.objects.values_list("document", flat=True).get(pk=release))
