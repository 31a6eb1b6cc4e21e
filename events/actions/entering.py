"""Enter talks with their speakers, times and rooms, as a table gives them."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain

from django.contrib.auth.models import User
from django.db import transaction

from speakers.models import Speaker

from ..models import Event, Room, Talk, TalkSpeaker, Track
from .planning import schedule_slot

PERSON = re.compile(r"^(?P<name>[^<>]*?)\s*<?(?P<email>[^\s<>@]+@[^\s<>@]+)?>?$")


@dataclass(frozen=True, slots=True)
class NamedPerson:
    name: str
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTalk:
    """A row of the table. With `starts_at` (aware) it also gets a slot."""

    title: str
    speakers: list[NamedPerson] = field(default_factory=list)
    kind: str = Talk.Kind.TALK
    state: str = Talk.State.CONFIRMED
    minutes: int | None = None
    track: Track | None = None
    starts_at: datetime | None = None
    room: Room | None = None


@dataclass(slots=True)
class Entered:
    talks: list[Talk] = field(default_factory=list)
    new_speakers: list[Speaker] = field(default_factory=list)


def parse_people(text: str) -> list[NamedPerson]:
    """The people of a text such as "Ada Lovelace <ada@example.org>; Bob bob@example.org".

    Semicolons, commas and line breaks separate them. A person without a name gets the part of the address before the @.
    """
    people = []
    for part in re.split(r"[;,\n]", text):
        match = PERSON.match(part.strip())
        name, email = (match["name"], match["email"] or "") if match else (part.strip(), "")
        name = name or email.partition("@")[0]
        if name:
            people.append(NamedPerson(name, email))
    return people


@transaction.atomic
def enter_talks(*, event: Event, talks: Iterable[NewTalk], by: User) -> Entered:
    """Create talks of an event, all or none.

    A speaker is found by e-mail among those whom `by` may change, else by name among those and published
    ones, if exactly one has it; others are created. Raises ValidationError.
    """
    talks = list(talks)
    people = _PeopleFinder(by, list(chain.from_iterable(talk.speakers for talk in talks)))
    entered = Entered()
    for new in talks:
        talk = Talk(
            event=event,
            title=new.title,
            kind=new.kind,
            state=new.state,
            duration=new.minutes,
            track=new.track,
        )
        talk.full_clean(exclude=["slug"])
        talk.save()
        speakers = list(dict.fromkeys(people.get_or_create(person) for person in new.speakers))
        TalkSpeaker.objects.replace({talk: [TalkSpeaker(speaker=speaker) for speaker in speakers]})
        if new.starts_at is not None:
            schedule_slot(talk=talk, starts_at=new.starts_at, room=new.room)
        entered.talks.append(talk)
    entered.new_speakers = people.created
    return entered


class _PeopleFinder:
    """Finds the speakers of a table in three queries, and creates the others."""

    def __init__(self, user: User, people: list[NamedPerson]):
        self.user = user
        self.created: list[Speaker] = []
        names = {person.name for person in people}
        emails = {person.email.lower() for person in people if person.email}
        own = Speaker.objects.editable_by(user).for_cards()
        self.by_email = {row.email.lower(): row for row in own.filter(email__in=emails)} if emails else {}
        self.own_by_name = self._group(own.filter(name__in=names))
        self.by_name = self._group(Speaker.objects.visible_to(user).for_cards().filter(name__in=names))

    @staticmethod
    def _group(rows) -> dict[str, list[Speaker]]:
        found = defaultdict(list)
        for row in rows:
            found[row.name].append(row)
        return found

    def get_or_create(self, person: NamedPerson) -> Speaker:
        """Raises ValidationError."""
        email = person.email.lower()
        if email in self.by_email:
            return self.by_email[email]
        for known in (self.own_by_name, self.by_name):
            found = [row for row in known.get(person.name, []) if not (email and row.email)]
            if len(found) == 1:
                return found[0]
        speaker = Speaker(name=person.name, email=person.email, created_by=self.user)
        speaker.full_clean(exclude=["slug"])
        speaker.save()
        self.created.append(speaker)
        self.own_by_name[speaker.name] = [*self.own_by_name.get(speaker.name, []), speaker]
        if email:
            self.by_email[email] = speaker
        return speaker
