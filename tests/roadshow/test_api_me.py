"""Who asks, and what they may do."""

import pytest
from django.test import Client

from tests import factories as make
from tests.roadshow.test_api_contract import token
from tests.roadshow.test_api_schema import named

pytestmark = pytest.mark.django_db


def test_a_token_says_whose_it_is_and_what_it_may_do():
    user = make.Organiser(first_name="Ada", last_name="Lovelace")
    mine, other = make.Event(slug="mine", organisers=[user]), make.Event(slug="other", organisers=[user])
    make.Event(slug="theirs", state="draft")
    told = Client().get("/api/v1/me/", headers=token(user)).json()
    named("Me").validate(told)
    assert (told["name"], told["may_write"], told["may_curate"]) == ("Ada Lovelace", True, True)
    assert told["events"] == [{"event": "mine", "may_edit": True}, {"event": "other", "may_edit": True}]
    limited = Client().get("/api/v1/me/", headers=token(user, mine)).json()
    assert limited["events"] == [{"event": "mine", "may_edit": True}]
    assert (limited["may_curate"], limited["token"]["every_event"]) == (False, False)
    assert other.slug == "other"


def test_a_session_has_no_token_and_visitors_have_nothing(client):
    client.force_login(make.Organiser())
    assert client.get("/api/v1/me/").json()["token"] is None
    assert Client().get("/api/v1/me/").status_code == 401
    client.force_login(make.User())
    assert client.get("/api/v1/me/").status_code == 403


@pytest.mark.parametrize("count", [1, 3])
def test_it_takes_as_many_queries_however_many_events(client, count, django_assert_num_queries):
    user = make.Organiser()
    for _number in range(count):
        make.Event(organisers=[user])
    client.force_login(user)
    with django_assert_num_queries(4):
        assert len(client.get("/api/v1/me/").json()["events"]) == count
