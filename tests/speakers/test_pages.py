"""Pages of speakers."""

import pytest

from events.models import EventSpeaker
from tests import factories
from tests.roadshow.counting import count_queries

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_two_queries_however_long(client, count):
    factories.PublicSpeaker.create_batch(count)
    assert count_queries(client, "/speakers/") == 2


@pytest.mark.parametrize("count", [1, 3])
def test_a_speaker_takes_eight_queries_however_many_talks(client, count):
    speaker = factories.PublicSpeaker(slug="zoe")
    for _ in range(count):
        factories.Talk(speakers=[speaker])
        resource = factories.Resource()
        resource.speakers.add(speaker)
        resource.topics.add(factories.Topic())
    assert count_queries(client, "/speakers/zoe/") == 8


def test_a_speaker_has_all_talks_of_all_events_newest_first(client):
    speaker = factories.PublicSpeaker()
    old = factories.Talk(speakers=[speaker], event__starts_on="2018-10-06", event__ends_on="2018-10-06")
    new = factories.Talk(speakers=[speaker], event__starts_on="2020-10-06", event__ends_on="2020-10-06")
    page = client.get(speaker.get_absolute_url()).text
    assert page.index(new.title) < page.index(old.title)
    assert old.event.name in page


def test_a_search_in_the_list_finds_nearly_right_names(client):
    factories.PublicSpeaker(name="Dushyantsinh Jadeja")
    factories.PublicSpeaker(name="Priya Gupta")
    page = client.get("/speakers/?q=dushyansinh").text
    assert "Jadeja" in page
    assert "Priya" not in page


def test_nobody_sees_what_only_organisers_note(client):
    speaker = factories.PublicSpeaker()
    EventSpeaker.objects.update(email="private@example.org", notes="Needs a lift")
    page = client.get(speaker.get_absolute_url()).text
    assert "private@example.org" not in page
    assert "Needs a lift" not in page
