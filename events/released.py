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

from django.db import connections, router
from django.utils import timezone

from roadshow.core.loaded_records import note_moment
from roadshow.core.view_addresses import reverse
from roadshow.http.caching import remember

from .formats import document as doc
from .live import LiveState, load_live_state
from .models import Event, Release, Talk
from .schedule import ScheduleChange, compare_documents

# Of an event: a line for each public talk and for each public person, and when one of them changed last.
STATE = """
SELECT talk.lines, person.lines, greatest(talk.changed_at, person.changed_at) FROM
  (SELECT string_agg(concat_ws(' ', guid, slug, state, sequence), E'\n' ORDER BY guid) AS lines,
          max(updated_at) AS changed_at
   FROM events_talk WHERE event_id = %(event)s AND state IN ('confirmed', 'cancelled')) AS talk,
  (SELECT string_agg(concat_ws(' ', guid, slug), E'\n' ORDER BY guid) AS lines, max(updated_at) AS changed_at
   FROM speakers_speaker WHERE state = 'published' AND id IN (
     SELECT c.speaker_id FROM events_talkspeaker c JOIN events_talk t ON t.id = c.talk_id
     WHERE t.event_id = %(event)s)) AS person"""


@dataclass(frozen=True)
class PresentState:
    """What everybody may know now of an event, its talks and its people, as lines of text, and what the day changed.

    `changed_at` is when one of them changed last.
    """

    slug: str
    state: str
    sequence: int
    talk_lines: str
    person_lines: str
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
            self.talk_lines,
            self.person_lines,
        )
        return sha256(repr(values).encode()).hexdigest()[:12]

    @cached_property
    def talks(self) -> dict[UUID, tuple[str, str, int]]:
        """(slug, state, sequence) of each public talk, by its GUID."""
        lines = (line.split(" ") for line in self.talk_lines.splitlines())
        return {UUID(guid): (slug, state, int(sequence)) for guid, slug, state, sequence in lines}

    @cached_property
    def people(self) -> dict[UUID, str]:
        """The slug of each public person, by their GUID."""
        lines = (line.split(" ") for line in self.person_lines.splitlines())
        return {UUID(guid): slug for guid, slug in lines}

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
    """The present state of an event that was just loaded; 3 queries, none while nothing of the event changes."""
    state = remember(
        f"present:{event.pk}", lambda: _load_present_state(event), events=[event.pk], kinds=["rooms"]
    )
    if state.live.until and state.live.until <= timezone.now():
        state = _load_present_state(event)
    note_moment(state.live.until)
    return state


def _load_present_state(event: Event) -> PresentState:
    with connections[router.db_for_read(Talk)].cursor() as cursor:
        cursor.execute(STATE, {"event": event.pk})
        talks, people, changed_at = cursor.fetchone()
    live = load_live_state(event)
    moments = [event.updated_at, changed_at, live.changed_at]
    return PresentState(
        slug=event.slug,
        state=event.state,
        sequence=event.sequence,
        talk_lines=talks or "",
        person_lines=people or "",
        changed_at=max(moment for moment in moments if moment),
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
