"""Loading the demo: one transaction, once, and only into a portal that has nothing of its own."""

import tomllib
import uuid
from collections.abc import Sized
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from events.actions import release
from events.models import Event, EventRoom, Recap, Room, Series, Slot, Talk, TalkSpeaker, Topic, Track, Venue
from resources.models import Collection, CollectionItem, Resource
from speakers.models import Speaker

from .gallery import Gallery
from .login import USERNAME, ensure_login

CONTENT = Path(__file__).parent / "content"
NAMESPACE = uuid.UUID("5b0f3c3e-7a51-4c62-9d0e-6f4a7d0b2c18")
LOCK = 0x0AD540  # any number that nothing else locks


class NotEmpty(Exception):  # noqa: N818 - it is a refusal, not a mistake
    """The portal has rows of its own; the text says what to do."""


def guid(kind: str, name: str) -> uuid.UUID:
    """The GUID of a row of the demo: the same in every installation, so that calendars recognise it."""
    return uuid.uuid5(NAMESPACE, f"{kind}/{name}")


def read(name: str) -> dict:
    return tomllib.loads((CONTENT / f"{name}.toml").read_text(encoding="utf-8"))


def load() -> dict[str, int] | None:
    """Make the demo and say how many rows of what, or None when it is there already.

    Raises NotEmpty, and changes nothing, when the portal has anything else. Changes that organisers made to a
    loaded demo stay as they are.
    """
    with Gallery() as gallery, transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        if _is_loaded():
            return None
        _refuse_unless_empty()
        return _make(gallery)


def _is_loaded() -> bool:
    stops = [guid("event", stop["slug"]) for stop in read("events")["stops"]]
    return Event.objects.filter(guid__in=stops).exists()


def _refuse_unless_empty() -> None:
    models = (Event, Series, Speaker, Topic, Venue, Resource, Collection)
    if any(model.objects.exists() for model in models) or _users().filter(username=USERNAME).exists():
        raise NotEmpty(
            _("This portal has data of its own, so the demo was not loaded. Use an empty ROADSHOW_DATA.")
        )


def _users():
    return get_user_model().objects


def _make(gallery: Gallery) -> dict[str, int]:
    username, password = ensure_login(settings.DATA_DIR)
    organiser = _users().create_user(username, password=password, is_staff=True)
    content = read("events")
    topics, speakers = _topics(), _speakers(organiser)
    stops = _stops(content, organiser)
    event = stops["bangalore-2018"]
    talks = _talks(event, _room(event, content), topics, speakers)
    resources = _resources(event, talks, topics, speakers, organiser)
    recaps = _recaps(event, content["recaps"])
    photos = gallery.hang(event, talks, read("photos"))
    release(event=event, by=organiser, note=content["release"]["note"])
    rows: dict[str, Sized] = {
        "events": stops,
        "talks": talks,
        "speakers": speakers,
        "topics": topics,
        "resources": resources,
        "recaps": recaps,
        "pictures": photos,
    }
    return {name: len(made) for name, made in rows.items()}


def _topics() -> dict[str, Topic]:
    return {
        row["slug"]: Topic.objects.create(guid=guid("topic", row["slug"]), **row)
        for row in read("topics")["topics"]
    }


def _speakers(organiser) -> dict[str, Speaker]:
    return {
        row["name"]: Speaker.objects.create(
            guid=guid("speaker", slugify(row["name"])), created_by=organiser, **row
        )
        for row in read("speakers")["speakers"]
    }


def _stops(content: dict, organiser) -> dict[str, Event]:
    about = content["series"]
    series = Series.objects.create(guid=guid("series", about["slug"]), state="published", **about)
    series.organisers.add(organiser)
    return {
        stop["slug"]: Event.objects.create(
            guid=guid("event", stop["slug"]),
            series=series,
            state="published",
            ends_on=stop["starts_on"],
            **stop,
        )
        for stop in content["stops"]
    }


def _room(event: Event, content: dict) -> Room:
    venue = Venue.objects.create(guid=guid("venue", event.slug), **content["venue"])
    room = Room.objects.create(guid=guid("room", event.slug), venue=venue, **content["room"])
    EventRoom.objects.create(event=event, room=room)
    return room


def _talks(event: Event, room: Room, topics: dict, speakers: dict) -> dict[str, Talk]:
    content = read("talks")
    tracks = {
        row["name"]: Track.objects.create(
            guid=guid("track", row["name"]), event=event, position=position, **row
        )
        for position, row in enumerate(content["tracks"])
    }
    talks = {}
    for row in content["talks"]:
        talk = Talk.objects.create(
            guid=guid("talk", row["slug"]),
            event=event,
            track=tracks[row["track"]],
            state="confirmed",
            language="en",
            duration=row["minutes"],
            **{name: row[name] for name in ("slug", "title", "kind", "abstract", "description")},
        )
        talk.topics.set(topics[slug] for slug in row["topics"])
        TalkSpeaker.objects.create(talk=talk, speaker=speakers[row["speaker"]])
        starts_at = datetime.combine(event.starts_on, row["at"], event.zone)
        Slot.objects.create(
            guid=guid("slot", row["slug"]),
            talk=talk,
            room=room,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=row["minutes"]),
        )
        talks[row["slug"]] = talk
    return talks


def _resources(event: Event, talks: dict, topics: dict, speakers: dict, organiser) -> list[Resource]:
    content = read("resources")
    about = content["collection"]
    collection = Collection.objects.create(guid=guid("collection", about["slug"]), state="published", **about)
    made = []
    for position, row in reversed(list(enumerate(content["resources"]))):  # so the first is the latest
        ties = {"talks": talks, "topics": topics, "speakers": speakers}
        place = {"heading": row.pop("heading", ""), "note": row.pop("step")}
        chosen = {name: [known[key] for key in row.pop(name)] for name, known in ties.items()}
        resource = Resource.objects.create(
            guid=guid("resource", row["url"]), state="published", created_by=organiser, **row
        )
        resource.events.add(event)
        for name, rows in chosen.items():
            getattr(resource, name).set(rows)
        CollectionItem.objects.create(collection=collection, resource=resource, position=position, **place)
        made.append(resource)
    return made


def _recaps(event: Event, rows: list[dict]) -> list[Recap]:
    return [
        Recap.objects.create(
            guid=guid("recap", row["language"]),
            event=event,
            text=(CONTENT / f"recap.{row['language']}.md").read_text(encoding="utf-8"),
            **row,
        )
        for row in rows
    ]
