"""The JSON-LD of pages has what schema.org and Google's structured data for Event require.

Rules: https://developers.google.com/search/docs/appearance/structured-data/event and https://schema.org/Event.
"""

import datetime as dt
import json

import lxml.html
import pytest

from events.actions import release
from tests import factories as make

pytestmark = pytest.mark.django_db
STATES = {"EventScheduled", "EventCancelled", "EventPostponed", "EventRescheduled", "EventMovedOnline"}
MODES = {f"{where}EventAttendanceMode" for where in ("Offline", "Online", "Mixed")}
NAMED = {"organizer": {"Organization", "Person"}, "performer": {"Person", "Organization", "PerformingGroup"}}


def is_address(text) -> bool:
    return isinstance(text, str) and text.startswith(("http://", "https://"))


def check_time(text: str) -> None:
    """A day, or a moment with its offset."""
    if len(text) > 10:
        assert dt.datetime.fromisoformat(text).utcoffset() is not None
    else:
        dt.date.fromisoformat(text)


def check_location(location) -> None:
    for one in location if isinstance(location, list) else [location]:
        if one["@type"] == "VirtualLocation":
            assert is_address(one["url"])
        else:
            assert one["@type"] == "Place"
            assert one["name"]
            assert one["address"]


def check_event(event: dict) -> int:
    """Check an event and those inside it; how many there are."""
    assert event["@type"] == "Event"
    assert event["name"]
    check_location(event["location"])
    for name in ("startDate", "endDate", "previousStartDate"):
        if name == "startDate" or name in event:
            check_time(event[name])
    assert event.get("endDate", "9999") >= event["startDate"][:10]
    assert event["eventStatus"].removeprefix("https://schema.org/") in STATES
    assert event["eventAttendanceMode"].removeprefix("https://schema.org/") in MODES
    for name in ("url", "image"):
        assert is_address(event.get(name, "https://")), name
    for name, types in NAMED.items():
        found = event.get(name, [])
        for one in found if isinstance(found, list) else [found]:
            assert one["@type"] in types
            assert one["name"]
    if event["eventStatus"].endswith("EventRescheduled"):
        assert event["previousStartDate"]
    return 1 + sum(map(check_event, event.get("subEvent", [])))


def read(client, address: str) -> dict:
    page = lxml.html.fromstring(client.get(address).content)
    (script,) = page.xpath("//script[@type='application/ld+json']")
    graph = json.loads(script.text_content())
    assert graph["@context"] == "https://schema.org"
    return graph


@pytest.mark.parametrize(
    "place",
    [
        {"venue": {"name": "Hall", "address": "1 Road", "city": "Bengaluru", "country": "India"}},
        {"city": "Bengaluru", "country": "India"},
        {"online_url": "https://stream.example.org/"},
        {"venue": {"name": "Hall"}, "online_url": "https://stream.example.org/"},
    ],
)
@pytest.mark.parametrize("state", ["published", "cancelled", "postponed"])
def test_events_have_all_that_is_required(client, place, state):
    place = dict(place)
    if venue := place.pop("venue", None):
        place["venue"] = make.Venue(**venue)
    event = make.Event(series=make.Series(slug="tour"), organiser_name="The community", **place)
    talk = make.Talk(event=event, speakers=[make.Speaker()])
    make.Slot(talk=talk, room=make.Room(name="Attic"))
    release(event=event, by=None)
    type(event).objects.update(state=state)
    assert check_event(read(client, event.get_absolute_url())) == 2
    assert check_event(read(client, talk.get_absolute_url())) == 1
    series = read(client, "/series/tour/")
    assert (series["@type"], series["name"]) == ("EventSeries", event.series.name)
    assert [check_event(one) for one in series["subEvent"]] == [1]
