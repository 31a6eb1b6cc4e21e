"""A portal of any size: conferences in bulk, the same ones at every run.

Of every 540 events the first is a conference of 1,100 talks in 35 rooms on two days; the others have 44 or 45
talks in 3 rooms on one day. Together they have 25,000 talks.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from random import Random
from uuid import UUID

from django.db import ProgrammingError, connection, transaction
from tqdm import tqdm

from events import models as events
from resources import models as resources
from roadshow.core.url_normalization import compute_url_key
from speakers import models as speakers

from . import words
from .bulk import Planned, copy, loaded, release_all, reserve

BLOCK = 540  # events
TALKS = 25_000  # of a block
BIG_TALKS, BIG_ROOMS, SMALL_ROOMS = 1_100, 35, 3
SPEAKERS = 12_000  # of a block; who speaks at an event follows those of the event before
VENUES, SERIES, TOPICS, RESOURCES = 60, 30, 200, 1_000  # of a block; topics are of the whole portal
COLLECTIONS = 60  # of a block
FIRST_DAY = dt.date(2005, 1, 1)
SPREAD = 5_400  # events have that many different days, two days apart, in no order
RELEASED = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
LINK_KINDS = ("slides", "recording", "paper", "code", "web")
TOGETHER = 40  # events made in one transaction


def size(number: int) -> int:
    """How many talks an event has."""
    within = number % BLOCK
    rest = TALKS - BIG_TALKS - 44 * (BLOCK - 1)
    return BIG_TALKS if within == 0 else 44 + (within <= rest)


def tracks(number: int) -> int:
    return max(2, size(number) // 25)


def slug(number: int) -> str:
    return f"conference-{number}"


def load(stop: int) -> str:
    """Make the events from the first that is missing to `stop` (not included); the address of the big one."""
    start = events.Event.objects.filter(slug__startswith="conference-").count()
    sizes = [size(number) for number in range(start, stop)]
    with tqdm(total=sum(sizes), unit=" talks", disable=None if sizes else True) as bar, without_triggers():
        for number in range(start, stop, TOGETHER):
            if number == start or number % BLOCK < TOGETHER:
                block = Block(number // BLOCK)
            for part in split(number, min(number + TOGETHER, stop)):
                if part.start // BLOCK != block.number:
                    block = Block(part.start // BLOCK)
                block.make(part)
                bar.update(sum(size(one) for one in part))
    if sizes:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    return slug(0)


def split(start: int, stop: int) -> list[range]:
    """A range of events, cut where a block ends."""
    cut = -(-start // BLOCK) * BLOCK
    return [range(start, cut), range(cut, stop)] if start < cut < stop else [range(start, stop)]


@contextmanager
def without_triggers() -> Iterator[None]:
    """Load without triggers where the database lets us: rows are consistent by construction.

    The feed of changes is written by triggers, so it gets its rows afterwards.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
        try:
            cursor.execute("SET session_replication_role = replica")
        except ProgrammingError:  # not a superuser
            yield
            return
        try:
            yield
        finally:
            cursor.execute("RESET session_replication_role")
            cursor.execute(
                """INSERT INTO api_change (kind, guid, operation, public, event)
                SELECT 'talks', guid, 'create', state IN ('confirmed', 'cancelled'), event_id
                FROM events_talk t WHERE NOT EXISTS
                  (SELECT FROM api_change c WHERE c.kind = 'talks' AND c.guid = t.guid)"""
            )


class Block:
    """What 540 events share, made (or, when it is there, looked up) at once."""

    def __init__(self, number: int):
        self.number = number
        self.topics = self._topics()
        if not events.Series.objects.filter(slug=f"series-{number}-0").exists():
            with transaction.atomic():
                self._make(Random(f"block {number}"))

    @cached_property
    def texts(self) -> list[str]:
        rng = Random(f"texts {self.number}")
        return [words.paragraphs(rng, rng.randrange(1, 4)) for _ in range(3000)]

    @cached_property
    def speakers(self) -> list[speakers.Speaker]:
        rows = speakers.Speaker.objects.filter(slug__startswith=f"speaker-{self.number}-").defer("search")
        return [loaded(row, links=[]) for row in rows.order_by("pk")]

    @cached_property
    def series(self) -> list[events.Series]:
        return list(events.Series.objects.filter(slug__startswith=f"series-{self.number}-").order_by("pk"))

    @cached_property
    def venues(self) -> list[events.Venue]:
        rows = events.Venue.objects.filter(address=f"Block {self.number}").order_by("pk")
        return list(rows.prefetch_related("rooms"))

    @cached_property
    def resources(self) -> list[resources.Resource]:
        rows = resources.Resource.objects.filter(slug__startswith=f"link-{self.number}-").order_by("pk")
        return list(rows)

    def _topics(self) -> list[events.Topic]:
        rng = Random("topics")
        rows = [
            events.Topic(
                guid=guid(rng),
                name=f"{rng.choice(words.NOUNS)} {n}",
                slug=f"topic-{n}",
                description=words.sentence(rng),
            )
            for n in range(TOPICS)
        ]
        events.Topic.objects.bulk_create(rows, ignore_conflicts=True)
        return list(events.Topic.objects.filter(slug__startswith="topic-").order_by("pk"))

    def _make(self, rng: Random) -> None:
        number = self.number
        copy(
            speakers.Speaker,
            [
                speakers.Speaker(
                    guid=guid(rng),
                    name=words.person(rng),
                    slug=f"speaker-{number}-{n}",
                    headline=words.sentence(rng)[:60],
                    biography=rng.choice(self.texts),
                )
                for n in range(SPEAKERS)
            ],
        )
        events.Series.objects.bulk_create(
            events.Series(
                guid=guid(rng),
                name=f"{words.title(rng)} {number}.{n}",
                slug=f"series-{number}-{n}",
                description=rng.choice(self.texts),
                state="published",
            )
            for n in range(SERIES)
        )
        venues = events.Venue.objects.bulk_create(
            events.Venue(
                guid=guid(rng),
                name=f"{rng.choice(words.NOUNS).capitalize()} hall {number}.{n}",
                address=f"Block {number}",
                city="Ghent",
                country="Belgium",
                latitude=50 + n / 10,
                longitude=3.0,
            )
            for n in range(VENUES)
        )
        events.Room.objects.bulk_create(
            events.Room(guid=guid(rng), venue=venue, name=f"Room {n + 1}", capacity=100, position=n)
            for venue in venues
            for n in range(BIG_ROOMS if venue is venues[0] else SMALL_ROOMS)
        )
        self._make_resources(rng)

    def _make_resources(self, rng: Random) -> None:
        made = resources.Resource.objects.bulk_create(
            resources.Resource(
                guid=guid(rng),
                title=words.title(rng),
                slug=f"link-{self.number}-{n}",
                url=(url := f"https://example.org/{self.number}/{n}"),
                url_key=compute_url_key(url),
                note=words.sentence(rng),
                state="published",
                kind=rng.choice(resources.Resource.Kind.values),
            )
            for n in range(RESOURCES)
        )
        link = resources.Resource.topics.through
        link.objects.bulk_create(
            link(resource=row, topic=topic)
            for row in made
            for topic in rng.sample(self.topics, rng.randrange(1, 3))
        )
        self._make_collections(made)

    def _make_collections(self, links: list) -> None:
        rng = Random(f"collections {self.number}")
        made = resources.Collection.objects.bulk_create(
            resources.Collection(
                guid=guid(rng),
                title=words.title(rng),
                slug=f"collection-{self.number}-{n}",
                state="published",
            )
            for n in range(COLLECTIONS)
        )
        resources.CollectionItem.objects.bulk_create(
            resources.CollectionItem(collection=row, resource=link, position=place)
            for row in made
            for place, link in enumerate(rng.sample(links, 20))
        )

    @transaction.atomic
    def make(self, numbers: range) -> None:
        """Events of this block with everything that belongs to them, each released once."""
        keys = {
            events.Talk: reserve(events.Talk, sum(size(number) for number in numbers)),
            events.Track: reserve(events.Track, sum(tracks(number) for number in numbers)),
        }
        drafts = [
            Draft(self, number, key, keys)
            for number, key in zip(numbers, reserve(events.Event, len(numbers)), strict=True)
        ]
        for model in (
            events.Event, events.EventRoom, events.Recap, events.Track, events.Talk, events.TalkSpeaker,
            events.TalkLink, events.Talk.topics.through, events.Slot, resources.Resource.talks.through,
            resources.Resource.events.through, events.Feedback,
        ):  # fmt: skip
            rows = [row for draft in drafts for row in draft.rows.get(model, ())]
            copy(model, rows)
        plans = [Planned(draft.event, draft.talks, draft.note) for draft in drafts]
        release_all(plans, at=RELEASED)


class Draft:
    """One event with all that belongs to it, not stored yet: `rows` by model."""

    def __init__(self, block: Block, number: int, key: int, keys: dict[type, Iterator[int]]):
        """`key` is the event's primary key, `keys` are those of its talks and tracks."""
        self.block, self.number, self.within = block, number, number % BLOCK
        self.key, self.keys = key, keys
        self.rng = rng = Random(f"event {number}")
        self.note = words.sentence(rng)
        self.venue = block.venues[1 + self.within % (VENUES - 1) if self.within else 0]
        self.event = self._event(rng)
        self.talks = self._talks(rng)
        self.rows = {
            events.Event: [self.event],
            events.EventRoom: list(self.event.event_rooms.all()),
            events.Recap: [
                events.Recap(
                    event=self.event, language="en", title="How it went", text=rng.choice(block.texts)
                )
            ],
            events.Track: self.event.tracks.all(),
            events.Talk: self.talks,
            events.TalkSpeaker: [row for talk in self.talks for row in talk.talk_speakers.all()],
            events.TalkLink: [row for talk in self.talks for row in talk.links.all()],
            events.Slot: [row for talk in self.talks for row in talk.slots.all()],
        }
        self._tie(rng)

    def _event(self, rng: Random) -> events.Event:
        big = self.within == 0
        first = FIRST_DAY + dt.timedelta(days=2 * ((self.number * 2477) % SPREAD))
        event = events.Event(
            pk=self.key,
            guid=guid(rng),
            name=f"{words.title(rng)} {self.number}",
            slug=slug(self.number),
            series=self.block.series[self.within % SERIES],
            tagline=words.sentence(rng)[:120],
            description=rng.choice(self.block.texts),
            starts_on=first,
            ends_on=first + dt.timedelta(days=int(big)),
            timezone="Europe/Brussels",
            venue=self.venue,
            city="Ghent",
            country="Belgium",
            state="published",
            language="en",
        )
        strands = [
            events.Track(
                pk=next(self.keys[events.Track]),
                guid=guid(rng),
                event=event,
                name=f"{rng.choice(words.NOUNS).capitalize()} {n + 1}",
                slug=f"track-{n + 1}",
                position=n,
            )
            for n in range(tracks(self.number))
        ]
        rooms = [
            events.EventRoom(event=event, room=room, position=room.position)
            for room in self.venue.rooms.all()
        ]
        return loaded(event, tracks=strands, event_rooms=Rows(rooms), slots=Rows())

    def _talks(self, rng: Random) -> list[events.Talk]:
        strands = self.event.tracks.all()
        people = iter(range(self.within * 50 + (BIG_TALKS if self.within else 0), 10**9))
        times = places(self.event, [row.room for row in self.event.event_rooms.all()])
        return [
            self._talk(rng, n, strands[n % len(strands)], people, times) for n in range(size(self.number))
        ]

    def _talk(self, rng: Random, n: int, track: events.Track, people, times) -> events.Talk:
        """A talk with a speaker or two, whom nobody else at this event has."""
        talk = events.Talk(
            pk=next(self.keys[events.Talk]),
            guid=guid(rng),
            event=self.event,
            title=words.title(rng),
            slug=f"talk-{n + 1}",
            code=f"T{self.within:03d}{n % 100:02d}" if self.within else "",
            abstract=rng.choice(self.block.texts),
            track=track,
            kind=rng.choices(("talk", "workshop", "lightning", "panel"), (80, 8, 8, 4))[0],
            level=rng.choice(("", "beginner", "intermediate", "advanced")),
            language="en",
            state="cancelled" if rng.random() < 0.01 else "confirmed",
        )
        start, room = next(times)
        slot = events.Slot(
            guid=guid(rng),
            event=self.event,
            talk=talk,
            room=room,
            number=n + 1,
            starts_at=start,
            ends_at=start + dt.timedelta(minutes=25),
        )
        credits = [
            events.TalkSpeaker(
                talk=talk, speaker=self.block.speakers[next(people) % SPEAKERS], position=place
            )
            for place in range(2 if rng.random() < 0.15 else 1)
        ]
        links = [
            events.TalkLink(
                talk=talk,
                url=f"https://example.org/{talk.guid}/{place}",
                title=kind,
                kind=kind,
                position=place,
            )
            for place, kind in enumerate(rng.sample(LINK_KINDS, 3))
        ]
        topics = sorted(rng.sample(self.block.topics, rng.randrange(1, 3)), key=lambda topic: topic.name)
        return loaded(talk, slots=[slot], talk_speakers=credits, links=links, topics=topics)

    def _tie(self, rng: Random) -> None:
        """Topics, what the library has on the talks, and a little feedback."""
        link = events.Talk.topics.through
        self.rows[link] = [link(talk=talk, topic=topic) for talk in self.talks for topic in talk.topics.all()]
        cited = list(zip(rng.sample(self.block.resources, 5), rng.sample(self.talks, 5), strict=True))
        link = resources.Resource.talks.through
        self.rows[link] = [link(resource=resource, talk=talk) for resource, talk in cited]
        link = resources.Resource.events.through
        self.rows[link] = [link(resource=resource, event=self.event) for resource, _ in cited]
        self.rows[events.Feedback] = [
            events.Feedback(event=self.event, talk=talk, rating=rng.randrange(3, 6), state="shown")
            for talk in rng.sample(self.talks, 5)
        ]


class Rows(list):
    """Rows that are known already, where the code expects a QuerySet."""

    def select_related(self, *names):
        return self

    def all(self):
        return self


def places(event: events.Event, rooms: list[events.Room]) -> Iterator[tuple[dt.datetime, events.Room]]:
    """Half hours from nine in the morning, on every day in every room."""
    for half in range(16):
        for day in range((event.ends_on - event.starts_on).days + 1):
            begin = dt.datetime.combine(event.starts_on, dt.time(9), event.zone)
            for room in rooms:
                yield (begin + dt.timedelta(days=day, minutes=30 * half)).astimezone(dt.UTC), room


def guid(rng: Random) -> UUID:
    return UUID(int=rng.getrandbits(128), version=4)
