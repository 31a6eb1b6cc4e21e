"""What a release shows now. A release is immutable; talks, people and the event may have changed since.

Talks that are withdrawn and people who are hidden are left out, addresses are the present ones, and a talk or an event
that was cancelled is shown so. Everything that shows a release calls this module instead of decoding the document.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from uuid import UUID

from django.urls import reverse

from speakers.models import Speaker

from .formats import document as doc
from .models import Event, Release, Talk


@dataclass(frozen=True)
class PresentState:
    """What everybody may know now of an event, its talks and its people.

    `talks` maps the GUID of each public talk to (slug, state, sequence), `people` that of each public person to
    their slug. `changed_at` is when one of them changed last.
    """

    slug: str
    state: str
    sequence: int
    talks: dict[UUID, tuple[str, str, int]]
    people: dict[UUID, str]
    changed_at: datetime

    @cached_property
    def digest(self) -> str:
        """Identifies this state, for entity tags and cache keys."""
        values = (
            self.slug,
            self.state,
            self.sequence,
            sorted(self.talks.items()),
            sorted(self.people.items()),
        )
        return sha256(repr(values).encode()).hexdigest()[:12]

    def apply_to(self, document: doc.Document) -> doc.Document:
        """The document without what is not public, with present addresses and states."""
        talks = (self._apply_to_talk(talk) for talk in document.talks)
        return replace(
            document,
            slug=self.slug,
            url=reverse("events:event", args=[self.slug]),
            state=self.state,
            talks=[talk for talk in talks if talk],
        )

    def _apply_to_talk(self, talk: doc.Talk) -> doc.Talk | None:
        if talk.guid is None or talk.guid not in self.talks:
            return None
        slug, state, sequence = self.talks[talk.guid]
        if self.state in Event.OFF:
            state = Talk.State.CANCELLED
        sequence += self.sequence
        return replace(
            talk,
            slug=slug,
            url=reverse("events:talk", args=[self.slug, slug]),
            state=str(state),
            persons=[
                replace(one, slug=present, url=reverse("speakers:speaker", args=[present]))
                for one in talk.persons
                if one.guid and (present := self.people.get(one.guid))
            ],
            slots=[replace(slot, sequence=slot.sequence + sequence) for slot in talk.slots],
        )


def load_present_state(event: Event) -> PresentState:
    """The present state of an event that was just loaded; 2 queries."""
    talks = Talk.objects.filter(event=event, state__in=Talk.PUBLIC)
    people = Speaker.objects.filter(state=Speaker.State.PUBLISHED, talks__event=event).order_by().distinct()
    rows = list(talks.order_by().values_list("guid", "slug", "state", "sequence", "updated_at"))
    persons = list(people.values_list("guid", "slug", "updated_at"))
    return PresentState(
        slug=event.slug,
        state=event.state,
        sequence=event.sequence,
        talks={guid: (slug, state, sequence) for guid, slug, state, sequence, _at in rows},
        people={guid: slug for guid, slug, _at in persons},
        changed_at=max([event.updated_at, *(row[-1] for row in rows), *(row[-1] for row in persons)]),
    )


def load_shown_document(release: int, present: PresentState) -> doc.Document:
    """The document of the release with this primary key, as everybody may see it now; 1 query."""
    text = Release.objects.values_list("document", flat=True).get(pk=release)
    return present.apply_to(doc.decode(text))
