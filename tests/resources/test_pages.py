"""Pages of the library."""

import pytest

from resources.models import CollectionItem
from tests import factories
from tests.roadshow.counting import count_queries

pytestmark = pytest.mark.django_db


def fill(count: int) -> None:
    collection = factories.Collection(slug="path", is_path=True)
    for number in range(count):
        resource = factories.Resource(slug=f"link-{number}")
        resource.topics.add(factories.Topic())
        resource.talks.add(factories.Talk(speakers=[factories.Speaker()]))
        resource.speakers.add(factories.PublicSpeaker())
        resource.events.add(factories.Event())
        CollectionItem.objects.create(collection=collection, resource=resource, position=number)
        factories.Collection()


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    ("path", "queries"),
    [
        ("/resources/", 7),
        ("/resources/link-0/", 9),
        ("/collections/", 4),
        ("/collections/path/", 4),
    ],
)
def test_a_page_takes_as_many_queries_however_much_there_is(client, path, queries, count):
    fill(count)
    assert count_queries(client, path) == queries


def test_a_link_leads_to_its_talks_people_and_events(client):
    resource = factories.Resource()
    talk, speaker, event = factories.Talk(), factories.PublicSpeaker(), factories.Event()
    resource.talks.add(talk)
    resource.speakers.add(speaker)
    resource.events.add(event)
    page = client.get(resource.get_absolute_url()).text
    assert all(shown in page for shown in (resource.url, talk.title, speaker.name, event.name))


def test_a_retired_link_keeps_its_page_and_is_on_no_list(client):
    resource = factories.Resource(state="retired")
    assert "No longer recommended" in client.get(resource.get_absolute_url()).text
    assert resource.title not in client.get("/resources/").text


def test_the_steps_of_a_learning_path_are_in_their_order(client):
    fill(3)
    page = client.get("/collections/path/").text
    places = [page.index(f"/resources/link-{number}/") for number in range(3)]
    assert places == sorted(places)
