"""Enter talks with their speakers, times and rooms, as a table gives them."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models.functions import Lower

from roadshow.journal.actor import name_activity
from roadshow.journal.models import Activity
from speakers.models import Speaker

from ..models import Event, EventSpeaker, Room, Talk, TalkSpeaker, Track
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

    A speaker is found by an e-mail address that `by` may see, else by name among those whom `by` may change and
    public ones, if exactly one has it; others are created, and theirs to edit. Raises ValidationError.
    """
    talks = list(talks)
    people = _PeopleFinder(event, by, list(chain.from_iterable(talk.speakers for talk in talks)))
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
    people.save_event_data()
    titles = ", ".join(talk.title for talk in entered.talks[:3])
    name_activity(Activity.Kind.ENTRY, f"{titles}…" if len(entered.talks) > 3 else titles)
    return entered


class _PeopleFinder:
    """Finds the speakers of a table in three queries, and creates the others."""

    def __init__(self, event: Event, user: User, people: list[NamedPerson]):
        self.event, self.user = event, user
        self.created: list[Speaker] = []
        self.addresses: dict[Speaker, str] = {}  # e-mail of persons here
        names = {person.name for person in people}
        emails = {person.email.lower() for person in people if person.email}
        contacts = EventSpeaker.objects.visible_to(user).exclude(email="").select_related("speaker")
        known = list(contacts.filter(speaker__name__in=names))
        known += contacts.annotate(address=Lower("email")).filter(address__in=emails) if emails else []
        self.by_email = {row.email.lower(): row.speaker for row in known if row.email.lower() in emails}
        self.with_email = {row.speaker_id for row in known}
        self.own_by_name = self._group(Speaker.objects.editable_by(user).for_cards().filter(name__in=names))
        self.by_name = self._group(Speaker.objects.visible_to(user).for_cards().filter(name__in=names))

    @staticmethod
    def _group(rows) -> dict[str, list[Speaker]]:
        found = defaultdict(list)
        for row in rows:
            found[row.name].append(row)
        return found

    def get_or_create(self, person: NamedPerson) -> Speaker:
        """Raises ValidationError."""
        speaker = self._find(person)
        if speaker is None:
            speaker = self._create(person)
        if person.email:
            self.addresses.setdefault(speaker, person.email)
        return speaker

    def _find(self, person: NamedPerson) -> Speaker | None:
        email = person.email.lower()
        if email in self.by_email:
            return self.by_email[email]
        for known in (self.own_by_name, self.by_name):
            found = [row for row in known.get(person.name, []) if not (email and row.pk in self.with_email)]
            if len(found) == 1:
                return found[0]
        return None

    def _create(self, person: NamedPerson) -> Speaker:
        """Raises ValidationError."""
        email = person.email.lower()
        speaker = Speaker(name=person.name, created_by=self.user)
        speaker.full_clean(exclude=["slug"])
        EventSpeaker(event=self.event, email=person.email).clean_fields(exclude=["speaker"])
        speaker.save()
        self.created.append(speaker)
        self.own_by_name[speaker.name] = [*self.own_by_name.get(speaker.name, []), speaker]
        if email:
            self.by_email[email] = speaker
            self.with_email.add(speaker.pk)
        return speaker

    def save_event_data(self) -> None:
        """Give the event the right to edit whom it entered, and the addresses that were typed."""
        EventSpeaker.objects.grant(self.event, self.created)
        for speaker, email in self.addresses.items():
            row = EventSpeaker.objects.of(self.event, speaker)
            if not row.email:
                row.email = email
                row.save(update_fields=["email", "updated_at"])
