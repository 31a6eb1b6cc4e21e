"""Searching for talks: by their own words and their speakers' names, also by both at once."""

import pytest

from speakers.models import Speaker
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return factories.Speaker(name="Ada Lovelace")


@pytest.fixture
def talk(ada):
    return factories.Talk(title="Weaving patterns", speakers=[ada])


def found(client, text: str) -> list[str]:
    """Titles that the API finds."""
    return [one["title"] for one in client.get("/api/v1/talks/", {"q": text}).json()["results"]]


def test_a_talk_is_found_by_a_word_of_its_title_and_a_name_together(client, talk):
    factories.Talk(title="Weaving", speakers=[factories.Speaker(name="Grace Hopper")])
    assert found(client, "lovelace weaving")[0] == talk.title


def test_a_renamed_speaker_is_found_by_the_new_name_only(client, talk, ada):
    ada.name = "Augusta King"
    ada.save()
    assert (found(client, "augusta"), found(client, "lovelace")) == ([talk.title], [])


def test_whose_speaker_is_hidden_is_not_found_by_the_name(client, talk, ada):
    ada.state = Speaker.State.DRAFT
    ada.save()
    assert found(client, "lovelace") == []


def test_whose_speaker_was_taken_away_is_not_found_by_the_name(client, talk, ada):
    talk.talk_speakers.all().delete()
    assert found(client, "lovelace") == []


def test_saving_a_talk_that_was_read_before_its_speaker_came_loses_no_name(client, talk):
    talk.talk_speakers.create(speaker=factories.Speaker(name="Grace Hopper"))
    talk.title = "Weaving again"
    talk.save()
    assert found(client, "hopper") == found(client, "lovelace") == ["Weaving again"]


def test_a_biography_does_not_find_the_talk(client, talk, ada):
    ada.biography = "Wrote notes on an engine."
    ada.save()
    assert found(client, "engine") == []
