"""Lists by cursor: complete and without doubles while rows come and go, in every order."""

import datetime as dt
import random

import pytest

from events.models import Talk
from roadshow.api.router import VIEWSETS
from tests import factories as make

pytestmark = pytest.mark.django_db


def follow(client, address, between=lambda page: None):
    """All records of a list, page by page along `next`; `between` is called after each page."""
    records = []
    while address:
        page = client.get(address).json()
        records += page["results"]
        address = page["next"]
        between(page)
    return records


def guids(records):
    return [record["guid"] for record in records]


@pytest.fixture
def rows():
    """Rows with ties and nulls in what lists are ordered by."""
    chance = random.Random(1)
    events = [make.Event(city="", starts_on=dt.date(2030, 1, 1 + number % 3)) for number in range(4)]
    people = [make.Speaker(name=f"Same {number % 3}") for number in range(7)]
    for number in range(11):
        talk = make.Talk(
            event=chance.choice(events), title=f"Same talk {number % 4}", speakers=[people[number % 7]]
        )
        make.Resource(year=chance.choice([None, 2020, 2021]), title=f"Same link {number % 3}")
        make.Room(capacity=chance.choice([None, 10, 20]))
        make.Track(event=talk.event)
        make.Topic()


@pytest.mark.parametrize("kind", [kind for kind in VIEWSETS if kind not in ("slots", "releases")])
def test_every_order_is_the_same_forwards_backwards_and_at_once(client, rows, kind):
    orders = [sign + name for name in VIEWSETS[kind].filterset_class.orderings for sign in ("", "-")]
    searches = ["&q=same"] if kind in ("talks", "speakers", "resources") else []
    for query in [*(f"&ordering={order}" for order in orders), *searches, ""]:
        whole = client.get(f"/api/v1/{kind}/?page_size=200{query}").json()["results"]
        pages = []
        parts = follow(client, f"/api/v1/{kind}/?page_size=3{query}", pages.append)
        assert guids(parts) == guids(whole), query
        assert {page["count"] for page in pages} == {len(whole)}
        address, back = pages[-1]["previous"], pages[-1]["results"]
        while address and len(pages) > 1:
            page = client.get(address).json()
            back, address = page["results"] + back, page["previous"]
        assert guids(back) == guids(whole), query


def test_nothing_is_lost_while_rows_are_deleted_and_created(client):
    event = make.Event()
    talks = [make.Talk(event=event, title=f"T{number:03}") for number in range(40)]
    live = set(map(str, (talk.guid for talk in talks)))

    def change(page):
        for record in page["results"][:3]:
            Talk.objects.get(guid=record["guid"]).delete()
        make.Talk(event=event, title="T000 before all others")

    found = guids(follow(client, "/api/v1/talks/?page_size=7&ordering=title", change))
    assert live <= set(found)
    assert len(set(found)) == len(found)


def test_what_is_no_cursor_of_the_list_is_400(client, rows):
    cursor = client.get("/api/v1/talks/?page_size=3&ordering=title").json()["next"].partition("cursor=")[2]
    cursor = cursor.partition("&")[0]
    for query in (
        "cursor=nonsense",
        "cursor=%00",
        f"cursor={cursor}",
        f"cursor={cursor}&ordering=title&page=2",
    ):
        response = client.get(f"/api/v1/talks/?{query}")
        assert response.status_code == 400, query
        assert response.json()["errors"][0]["attr"] == "cursor"
    assert client.get(f"/api/v1/talks/?cursor={cursor}&ordering=title").status_code == 200
