"""Private links of speakers, and what speakers change on their own page."""

from dataclasses import dataclass, field

from django.contrib.auth.models import User
from django.db import transaction

from roadshow.journal.actor import name_activity
from roadshow.journal.models import Activity
from speakers.models import PROFILE_GRANTED, Speaker

from ..models import Confirmation, EventSpeaker, SpeakerPass, Talk
from .material import load_material, save_material

PROFILE = ("name", "pronouns", "headline")  # of the portal's profile alone
SHOWN = ("biography", "picture")  # which an event can have of its own
PRIVATE = ("phone", "requirements", "arrival", "availability")


def create_pass(*, person: EventSpeaker, by: User | None) -> str:
    """Create a private link to the person's own page; returns its token, which is not stored."""
    made, token = SpeakerPass.build(person, by)
    made.save()
    return token


@transaction.atomic
def revoke_passes(*, person: EventSpeaker) -> int:
    """End all private links of a person at an event; returns how many."""
    return person.passes.all().delete()[0]


@dataclass(slots=True)
class OwnTalk:
    """A talk of a person: what they answered (None: nothing yet), its links by kind, and when it is."""

    talk: Talk
    answer: bool | None = None
    links: dict[str, str] = field(default_factory=dict)
    slots: list = field(default_factory=list)

    @property
    def is_cancelled(self) -> bool:
        return self.talk.state == Talk.State.CANCELLED


def load_own_talks(person: EventSpeaker) -> list[OwnTalk]:
    """The person's talks at the event that are not withdrawn, with their released slots; 4 queries."""
    event, speaker = person.event, person.speaker
    rows = event.talks.filter(speakers=speaker).exclude(state=Talk.State.WITHDRAWN)
    talks = list(rows.defer("search", "description", "imported", "notes").order_by("title"))
    answered = Confirmation.objects.filter(speaker=speaker, talk__in=talks)
    answers = dict(answered.values_list("talk", "accepted"))
    slots: dict[int, list] = {talk.pk: [] for talk in talks}
    if event.current_release:
        released = event.current_release.slots.filter(talk__in=talks).select_related("room")
        for slot in released.order_by("starts_at"):
            slots[slot.talk_id].append(slot)
    links = load_material(slots)
    return [OwnTalk(talk, answers.get(talk.pk), links[talk.pk], slots[talk.pk]) for talk in talks]


@transaction.atomic
def answer_talk(*, talk: Talk, speaker: Speaker, accepted: bool) -> None:
    """Store whether the person gives the talk; organisers decide what follows."""
    Confirmation.objects.update_or_create(talk=talk, speaker=speaker, defaults={"accepted": accepted})
    name_activity(Activity.Kind.SPEAKER, speaker)


@transaction.atomic
def save_links(*, talk: Talk, speaker: Speaker, links: dict[str, str]) -> None:
    """Set the addresses of slides and recording; an empty one removes the link."""
    save_material(event=talk.event, links={talk.pk: links})
    name_activity(Activity.Kind.SPEAKER, speaker)


def may_edit_profile(link: SpeakerPass) -> bool:
    """Whether the link's holder edits the portal's profile, which all events show; else only what this event shows.

    A link lends what its event or the account that made it may do: otherwise organisers who credit somebody could
    change that person's profile by a link.
    """
    if link.person.profile_access == PROFILE_GRANTED:
        return True
    maker = link.created_by
    return maker is not None and Speaker.objects.editable_by(maker).filter(pk=link.person.speaker_id).exists()


@transaction.atomic
def save_profile(*, link: SpeakerPass, values: dict) -> None:
    """Save what the person says about themselves: the profile, and what only this event knows.

    `values` has fields of PROFILE, SHOWN and PRIVATE. Raises ValidationError, with the names of the fields.
    """
    person = EventSpeaker.objects.select_for_update(of=("self",)).get(pk=link.person_id)
    speaker = Speaker.objects.select_for_update().get(pk=person.speaker_id)
    is_profile = may_edit_profile(link)
    shown = speaker if is_profile else person
    for name, value in values.items():
        if name in PRIVATE:
            setattr(person, name, value)
        elif name in SHOWN:
            setattr(shown, name, value)
        elif is_profile:
            setattr(speaker, name, value)
    if is_profile:
        speaker.full_clean()
        speaker.save()
    person.full_clean()
    person.save()
    name_activity(Activity.Kind.SPEAKER, speaker)
