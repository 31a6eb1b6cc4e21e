"""Factories of valid, published rows, all with names of their own.

The numbers in those names begin anywhere: a test that needs a certain name or number gives it.
"""

import datetime as dt
import random

import factory
from django.contrib.auth import get_user_model

from events import models as events
from resources import models as resources
from speakers import models as speakers

PASSWORD = "a long enough password"  # of all users


class Factory(factory.django.DjangoModelFactory):
    class Meta:
        abstract = True
        skip_postgeneration_save = True


def restart_sequences() -> None:
    """Let the numbers in names begin anywhere, by pytest-randomly's seed."""
    for model_factory in Factory.__subclasses__():
        model_factory.reset_sequence(random.randrange(1000), force=True)


class User(Factory):
    class Meta:
        model = get_user_model()

    username = factory.Sequence("person{}".format)
    password = factory.django.Password(PASSWORD)


class Organiser(User):
    """Somebody who may sign in to the admin; make events theirs with `Event(organisers=[...])`."""

    is_staff = True


class Series(Factory):
    class Meta:
        model = events.Series

    name = factory.Sequence("Series {}".format)
    slug = factory.Sequence("series-{}".format)
    state = "published"

    @factory.post_generation
    def organisers(self, create, extracted):
        self.organisers.set(extracted or [])


class Venue(Factory):
    class Meta:
        model = events.Venue

    name = factory.Sequence("Venue {}".format)
    city = "Bengaluru"
    country = "India"


class Room(Factory):
    class Meta:
        model = events.Room

    venue = factory.SubFactory(Venue)
    name = factory.Sequence("Room {}".format)


class Event(Factory):
    class Meta:
        model = events.Event

    name = factory.Sequence("Event {}".format)
    slug = factory.Sequence("event-{}".format)
    state = "published"
    starts_on = dt.date(2030, 10, 6)
    ends_on = factory.LazyAttribute(lambda event: event.starts_on)
    timezone = "Asia/Kolkata"

    @factory.post_generation
    def organisers(self, create, extracted):
        self.organisers.set(extracted or [])


class Topic(Factory):
    class Meta:
        model = events.Topic

    name = factory.Sequence("Topic {}".format)
    slug = factory.Sequence("topic-{}".format)


class Track(Factory):
    class Meta:
        model = events.Track

    event = factory.SubFactory(Event)
    name = factory.Sequence("Track {}".format)
    color = "#0b6e4f"


class Speaker(Factory):
    class Meta:
        model = speakers.Speaker

    name = factory.Sequence("Speaker {}".format)


class PublicSpeaker(Speaker):
    """With a talk, so that everybody sees them."""

    @factory.post_generation
    def talk(self, create, extracted):
        Talk(speakers=[self])
        self.refresh_from_db()


class Talk(Factory):
    """Give it speakers, in order, with `Talk(speakers=[...])` and topics with `topics=[...]`.

    The first event that credits a speaker whom nobody entered may edit the profile, as after an import.
    """

    class Meta:
        model = events.Talk

    event = factory.SubFactory(Event)
    title = factory.Sequence("Talk {}".format)
    abstract = "What it is about."
    state = "confirmed"

    @factory.post_generation
    def speakers(self, create, extracted):
        for position, speaker in enumerate(extracted or []):
            events.TalkSpeaker.objects.create(talk=self, speaker=speaker, position=position)
            if not speaker.created_by_id and not speaker.event_speakers.exists():
                events.EventSpeaker.objects.grant(self.event, [speaker])

    @factory.post_generation
    def topics(self, create, extracted):
        self.topics.set(extracted or [])


class Slot(Factory):
    """A slot of the plan: by default 10:00 UTC on the first day, for 30 minutes, in a room of its own."""

    class Meta:
        model = events.Slot

    talk = factory.SubFactory(Talk)
    room = factory.SubFactory(Room)
    starts_at = factory.LazyAttribute(
        lambda slot: dt.datetime.combine(slot.talk.event.starts_on, dt.time(10), dt.UTC)
    )
    ends_at = factory.LazyAttribute(lambda slot: slot.starts_at + dt.timedelta(minutes=30))

    @factory.post_generation
    def room_of_event(self, create, extracted):
        if self.room:
            events.EventRoom.objects.get_or_create(event=self.event, room=self.room)


class Recap(Factory):
    class Meta:
        model = events.Recap

    event = factory.SubFactory(Event)
    title = factory.Sequence("Recap {}".format)
    text = "It was good."


class Resource(Factory):
    class Meta:
        model = resources.Resource

    title = factory.Sequence("Resource {}".format)
    url = factory.Sequence("https://example.org/{}".format)
    state = "published"


class Collection(Factory):
    class Meta:
        model = resources.Collection

    title = factory.Sequence("Collection {}".format)
    state = "published"
