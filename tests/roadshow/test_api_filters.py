"""Query parameters of the API's lists: what is read is accepted, what means nothing is refused."""

import pytest

from events import actions
from roadshow.api.filters import ReferenceFilter
from roadshow.api.router import VIEWSETS
from tests import factories as make

pytestmark = pytest.mark.django_db
SINGULAR = {"topics": "topic", "speakers": "speaker", "rooms": "room", "talks": "talk", "events": "event"}


@pytest.fixture
def event():
    """A released event that refers to a row of every kind."""
    event = make.Event(series=make.Series(), venue=make.Venue())
    room = make.Room(venue=event.venue)
    event.event_rooms.create(room=room)
    track, topic, speaker = make.Track(event=event), make.Topic(), make.Speaker()
    talk = make.Talk(event=event, track=track, speakers=[speaker])
    talk.topics.add(topic)
    make.Slot(talk=talk, room=room)
    link = make.Resource()
    for manager, row in [
        (link.topics, topic),
        (link.talks, talk),
        (link.speakers, speaker),
        (link.events, event),
    ]:
        manager.add(row)
    actions.release(event=event, by=None)
    return event


def references(record, filters):
    """(parameter, value) for every value of a record that names another record."""
    for key, value in record.items():
        parameter = SINGULAR.get(key, key)
        if isinstance(filters.get(parameter), ReferenceFilter) and value:
            for one in value if isinstance(value, list) else [value]:
                yield parameter, one


def test_every_reference_that_is_read_finds_its_record(client, event):
    tried = 0
    for kind, viewset in VIEWSETS.items():
        filters = viewset.filterset_class.base_filters
        for record in client.get(f"/api/v1/{kind}/").json()["results"]:
            for parameter, value in references(record, filters):
                response = client.get(f"/api/v1/{kind}/", {parameter: value})
                assert response.status_code == 200, (kind, parameter, response.content)
                assert record in response.json()["results"], (kind, parameter)
                tried += 1
    assert tried >= 17


def test_a_record_is_named_by_slug_or_guid(client, event):
    track = event.tracks.get()
    for kind in ("talks", "slots"):
        for value in (track.slug, track.guid, str(track.guid).upper()):
            assert client.get(f"/api/v1/{kind}/", {"track": value}).json()["count"] == 1, (kind, value)
    assert client.get("/api/v1/talks/", {"event": event.guid}).json()["count"] == 1


def test_a_reference_that_does_not_exist_is_400(client, event):
    make.Event(slug="secret", state="draft")
    for query, name in [
        ("talks/?event=nothing", "nothing"),
        ("talks/?event=secret", "secret"),
        (f"talks/?event={event.slug},nothing", "nothing"),
        ("talks/?track=0b2f1f0e-0000-4000-8000-000000000000", "0b2f1f0e-0000-4000-8000-000000000000"),
        ("rooms/?venue=0b2f1f0e-0000-4000-8000-000000000000", "0b2f1f0e-0000-4000-8000-000000000000"),
        ("speakers/?series=nothing", "nothing"),
    ]:
        response = client.get(f"/api/v1/{query}")
        assert response.status_code == 400, query
        assert response.json()["errors"][0]["detail"] == f"There is no “{name}”."


@pytest.mark.parametrize("kind", VIEWSETS)
def test_an_empty_value_is_400(client, kind):
    parameters = [*VIEWSETS[kind].filterset_class.base_filters, "fields", "expand", "page", "page_size"]
    for parameter in parameters:
        response = client.get(f"/api/v1/{kind}/?{parameter}=")
        assert response.status_code == 400, parameter
        assert response.json()["errors"][0]["attr"] == parameter


def test_empty_values_elsewhere_are_400(client, event):
    for query in ("search/?q=", "search/?q=a&kind=", "changes/?kind=", "changes/?event=", "changes/?cursor="):
        assert client.get(f"/api/v1/{query}").status_code == 400, query
