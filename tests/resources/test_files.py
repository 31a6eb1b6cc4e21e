"""The library as files, for every filter of its page."""

import pytest

from resources.formats import WRITERS, read_links
from tests import factories
from tests.roadshow.counting import count_queries

pytestmark = pytest.mark.django_db

PATHS = ["/resources/feed/", *(f"/resources.{name}" for name in WRITERS if name != "atom")]


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("path", PATHS)
def test_a_file_takes_four_queries_however_long(client, path, count):
    collection = factories.Collection()
    for _ in range(count):
        resource = factories.Resource()
        resource.topics.add(factories.Topic())
        collection.items.create(resource=resource)
    assert count_queries(client, path) == 4


@pytest.mark.parametrize("path", PATHS)
def test_a_file_holds_what_the_page_shows_and_can_be_read_again(client, path):
    shown = factories.Resource(title="A demo", kind="demo")
    factories.Resource(title="A paper", kind="paper")
    data = client.get(path, {"kind": "demo"}).content
    links = read_links(data, name=path).links.links
    assert [(link.title, link.url) for link in links] == [("A demo", shown.url)]


@pytest.mark.parametrize("path", PATHS)
def test_who_has_a_file_is_told_so(client, path):
    factories.Resource()
    etag = client.get(path)["ETag"]
    assert client.get(path, headers={"if-none-match": etag}).status_code == 304
    factories.Resource()
    assert client.get(path, headers={"if-none-match": etag}).status_code == 200


def test_a_parameter_that_means_nothing_is_refused(client):
    answer = client.get("/resources.json?colour=red")
    assert answer.status_code == 400
    assert "colour" in answer.text
