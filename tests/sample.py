"""A small portal with a record of every kind, and the addresses of its pages, for tests that look at all of them."""

import datetime as dt
import uuid

from events import actions
from tests import factories

ROOM = uuid.UUID("0f3b5f0e-6f0a-4ac0-9c64-0d0a3c7f2a11")
VENUE = uuid.UUID("6f1d6f5c-35f6-4f6e-8a4b-5b1d0e9c7d22")
LONG = "Rindfleischetikettierungsueberwachungsaufgabenuebertragungsg"  # 60 letters without a blank


def make_portal():
    """An event that is told, one that is planned, and whatever belongs to them; some words are long."""
    series = factories.Series(slug="tour", name="The tour", tagline="From town to town")
    event = factories.Event(
        slug="stop",
        name="First stop",
        series=series,
        feedback_open=True,
        notice="Times are **illustrative**.",
        starts_on=dt.date(2018, 10, 6),
        city="Zurich",
        latitude=47.37,
        longitude=8.54,
    )
    factories.Event(slug="next", name="Next stop", series=series, state="postponed")
    venue = factories.Venue(guid=VENUE, name=f"House {LONG}", city=LONG, accessibility=f"Step-free: {LONG}")
    room = factories.Room(
        guid=ROOM, venue=venue, name="Main hall", building=LONG, directions=LONG, capacity=90
    )
    event.event_rooms.create(room=room)
    topic = factories.Topic(name="Maps", slug="maps")
    people = [
        factories.Speaker(slug="zoe", name="Zoë Quist"),
        factories.Speaker(slug="leila", name="ليلى حداد", headline=LONG),
    ]
    begin = dt.datetime(2018, 10, 6, 4, tzinfo=dt.UTC)
    for number in range(4):
        talk = factories.Talk(
            event=event,
            slug=f"talk-{number}",
            title=[
                "Opening",
                "关于地图",
                f"كتابة C++ من 10:00 {LONG}",
                "Closing",
            ][number],
            speakers=people[: number % 2 + 1],
            topics=[topic],
            track=factories.Track(event=event, color=["#ffee00", "#0b6e4f", "#888888", ""][number]),
            level="beginner",
        )
        factories.Slot(
            talk=talk,
            room=room,
            starts_at=begin + dt.timedelta(minutes=40 * number),
            ends_at=begin + dt.timedelta(minutes=40 * number + 30),
        )
    resource = factories.Resource(slug="link", note="Worth it.")
    resource.talks.add(talk)
    resource.topics.add(topic)
    factories.Collection(slug="path", is_path=True).items.create(resource=resource, heading="Begin")
    factories.Recap(
        event=event, text="## Morning\n\nIt began.\n\n## Noon\n\nA meal.\n\n## Night\n\nIt ended."
    )
    actions.release(event=event, by=None, note="First")
    talk.state = "cancelled"
    talk.save()
    actions.release(event=event, by=None, note="One less")
    return event


PATHS = [
    "/",
    "/events/",
    "/series/tour/",
    "/series/tour/talks/",
    "/events/stop/",
    "/events/next/schedule/",
    "/events/stop/schedule/",
    "/events/stop/schedule/?view=grid",
    "/events/stop/schedule/?q=opening",
    "/events/stop/talks/",
    "/events/stop/talks/talk-2/",
    "/events/stop/talks/talk-3/",
    "/events/stop/speakers/",
    "/events/stop/rooms/",
    f"/events/stop/rooms/{ROOM}/",
    f"/venues/{VENUE}/",
    "/events/stop/now/?at=2018-10-06T06:10",
    "/events/stop/my/",
    "/events/stop/display/?at=2018-10-06T06:10",
    "/events/stop/changes/",
    "/events/stop/embed/",
    "/events/stop/embed/schedule/",
    "/events/stop/embed/speakers/",
    "/events/stop/embed/next/?at=2018-10-01T00:00",
    "/speakers/",
    "/speakers/zoe/",
    "/speakers/leila/",
    "/resources/",
    "/resources/link/",
    "/collections/",
    "/collections/path/",
    "/topics/",
    "/topics/maps/",
    "/search/?q=tour",
    "/search/?q=nothing+of+the+kind",
    "/privacy/",
]
