"""The API as everybody reads it."""

import datetime as dt
from uuid import uuid4

import pytest
from django.utils import timezone

from events.actions import release
from events.models import TalkLink
from roadshow.api.authentication import PROCESS_CACHE, AddressThrottle
from tests import factories as make

pytestmark = pytest.mark.django_db
LISTS = {
    # endpoint: queries for a list, plain
    "series": 3,
    "events": 3,
    "venues": 3,
    "rooms": 3,
    "tracks": 3,
    "topics": 3,
    "talks": 3,
    "slots": 3,
    "releases": 3,
    "speakers": 3,
    "resources": 3,
    "collections": 3,
}
EXPANDED = {
    "events": ("series,venue,rooms", 6),
    "rooms": ("venue", 4),
    "tracks": ("event.series", 5),
    "talks": ("speakers,event.series,track,topics", 9),
    "slots": ("talk.speakers,talk.event,event,room.venue", 11),
    "releases": ("event.venue", 5),
    "resources": ("talks.event,topics,speakers,events", 8),
    "collections": ("items.topics", 6),
}


def portal(count: int):
    """`count` of everything, all tied to one another and released."""
    for _ in range(count):
        series = make.Series()
        room = make.Room()
        event = make.Event(series=series, venue=room.venue)
        speakers = [make.Speaker(), make.Speaker()]
        topic = make.Topic()
        talk = make.Talk(event=event, speakers=speakers, topics=[topic], track=make.Track(event=event))
        TalkLink.objects.create(talk=talk, url="https://example.org/slides", kind="slides")
        make.Slot(talk=talk, room=room)
        release(event=event, by=None)
        link = make.Resource()
        link.topics.add(topic)
        link.talks.add(talk)
        make.Collection().items.create(resource=link)


@pytest.mark.parametrize("count", [1, 3])
def test_lists_take_three_queries_however_long(client, count, django_assert_num_queries):
    portal(count)
    for endpoint, queries in LISTS.items():
        with django_assert_num_queries(queries):
            answer = client.get(f"/api/v1/{endpoint}/").json()
        assert answer["count"] >= count, endpoint
        assert answer["next"] is None, endpoint


@pytest.mark.parametrize("count", [1, 3])
def test_expanding_takes_one_query_for_each_kind_of_record(client, count, django_assert_num_queries):
    portal(count)
    for endpoint, (expand, queries) in EXPANDED.items():
        with django_assert_num_queries(queries):
            answer = client.get(f"/api/v1/{endpoint}/", {"expand": expand})
        assert answer.status_code == 200, answer.content
        assert answer.json()["count"] >= count, endpoint


def test_a_talk_is_complete_and_refers_by_slug_and_guid(client):
    room, topic, speaker = make.Room(), make.Topic(slug="art"), make.Speaker(name="Ada Lovelace")
    event = make.Event(slug="bangalore", timezone="Asia/Kolkata", starts_on=dt.date(2018, 10, 6))
    track = make.Track(event=event)
    talk = make.Talk(event=event, title="Engines", speakers=[speaker], topics=[topic], track=track)
    slot = make.Slot(talk=talk, room=room)
    release(event=event, by=None)
    record = client.get(f"/api/v1/talks/{talk.guid}/").json()
    assert record["url"] == "http://testserver/events/bangalore/talks/engines/"
    assert (record["event"], record["track"], record["topics"]) == ("bangalore", str(track.guid), ["art"])
    assert (record["speakers"], record["roles"]) == (["ada-lovelace"], {"ada-lovelace": "speaker"})
    assert record["slots"] == [
        {
            "guid": str(slot.guid),
            "room": str(room.guid),
            "starts_at": "2018-10-06T15:30:00+05:30",
            "ends_at": "2018-10-06T16:00:00+05:30",
        }
    ]
    assert "notes" not in record
    record = client.get(
        f"/api/v1/talks/{talk.guid}/?expand=speakers,event&fields=title,speakers.name,event"
    ).json()
    assert set(record) == {"title", "speakers", "event"}
    assert record["speakers"] == [{"name": "Ada Lovelace", "role": "speaker"}]
    assert record["event"]["slug"] == "bangalore"


def test_the_schedule_nests_days_rooms_and_slots(client):
    event = make.Event(slug="day")
    assert client.get("/api/v1/events/day/schedule/").status_code == 404
    slot = make.Slot(talk=make.Talk(event=event, speakers=[make.Speaker(name="Grace")]))
    release(event=event, by=None, note="First")
    schedule = client.get("/api/v1/events/day/schedule/").json()
    assert (schedule["event"], schedule["release"], schedule["note"]) == ("day", 1, "First")
    (room,) = schedule["days"][0]["rooms"]
    assert (room["name"], room["guid"]) == (slot.room.name, str(slot.room.guid))
    assert room["slots"][0]["guid"] == str(slot.guid)
    assert room["slots"][0]["talk"]["speakers"][0]["name"] == "Grace"


def test_older_releases_and_differences(client):
    event = make.Event(slug="moving")
    slot = make.Slot(talk=make.Talk(event=event, title="Moved"))
    first = release(event=event, by=None)
    slot.starts_at += dt.timedelta(hours=1)
    slot.ends_at += dt.timedelta(hours=1)
    slot.save()
    second = release(event=event, by=None)
    assert client.get("/api/v1/releases/?event=moving&current=true").json()["results"][0]["number"] == 2
    old = client.get(f"/api/v1/releases/{first.guid}/schedule/").json()
    assert old["days"][0]["rooms"][0]["slots"][0]["starts_at"].startswith("2030-10-06T15:30")
    told = client.get(f"/api/v1/releases/{second.guid}/differences/?since=1").json()
    assert (told["from"], told["to"]) == (1, 2)
    assert [(one["kind"], one["talk"]["title"]) for one in told["changes"]] == [("moved", "Moved")]
    assert client.get(f"/api/v1/releases/{second.guid}/differences/?since=7").status_code == 400


@pytest.mark.parametrize(
    ("endpoint", "query", "attr"),
    [
        ("talks", "colour=red", "colour"),
        ("talks", "kind=party", "kind"),
        ("talks", "ordering=notes", "ordering"),
        ("talks", "expand=notes", "expand"),
        ("talks", "expand=event.series.x", "expand"),
        ("talks", "fields=search", "fields"),
        ("talks", "page_size=201", "page_size"),
        ("talks", "page=0", "page"),
        ("talks", "at=tomorrow", "at"),
        ("talks", "updated_since=2025-01-01T00:00:00", "updated_since"),
        ("talks", "updated_since=0001-01-01T00:00:00%2B14:00", "updated_since"),
        ("talks", "near=here", "near"),
        ("talks", "near=91,0", "near"),
        ("talks", "updated_since=", "updated_since"),
        ("talks", "kind=" + ",".join(["talk"] * 101), "kind"),
        ("talks", "room=1", "room"),
        ("events", "since=1.1.2020", "since"),
        ("speakers", "q=%00", "q"),
        ("search", "", "q"),
        ("search", "q=a&kind=users", "kind"),
        ("changes", "cursor=1", "cursor"),
        ("changes", "kind=users", "kind"),
    ],
)
def test_what_is_not_understood_is_a_400_that_says_so(client, endpoint, query, attr):
    answer = client.get(f"/api/v1/{endpoint}/?{query}")
    assert answer.status_code == 400
    assert answer.json()["type"] == "validation_error"
    (error,) = answer.json()["errors"]
    assert error["attr"] == attr
    assert error["detail"].endswith(".")


def test_no_page_after_the_last(client):
    assert client.get("/api/v1/talks/?page=2").status_code == 404


def test_pages_hold_every_record_once(client):
    event = make.Event()
    wanted = {str(make.Talk(event=event, title="The same").guid) for _ in range(7)}
    found, address = [], "/api/v1/talks/?page_size=3&ordering=title&fields=guid"
    while address:
        answer = client.get(address).json()
        assert answer["count"] == 7
        found += [record["guid"] for record in answer["results"]]
        address = answer["next"]
    assert len(found) == 7
    assert set(found) == wanted


def titles(client, query: str) -> list[str]:
    answer = client.get(f"/api/v1/talks/?ordering=title&{query}")
    assert answer.status_code == 200, answer.content
    return [record["title"] for record in answer.json()["results"]]


def test_the_other_end_of_the_earth_is_not_near(client):
    make.Event(venue=make.Venue(latitude=-12.55, longitude=117.53))  # exactly, for a rounding error's sake
    assert client.get("/api/v1/events/?near=12.55,-62.47&within=20000").json()["results"] == []


def test_an_event_is_where_its_venue_is_or_else_where_it_says_itself(client):
    town = {"latitude": 47.37, "longitude": 8.54}
    events = {
        "zurich": [
            make.Event(slug="no-venue", **town),
            make.Event(slug="unlocated", venue=make.Venue(), **town),
        ],
        "bengaluru": [make.Event(venue=make.Venue(latitude=12.97, longitude=77.59), **town)],
        "nowhere": [make.Event()],
    }
    for rows in events.values():
        for event in rows:
            make.Slot(talk=make.Talk(event=event))
            release(event=event, by=None)
    for town, place in [("zurich", "47.4,8.5"), ("bengaluru", "13,77.6")]:
        near = {event.slug for event in events[town]}
        for endpoint, key in [("events", "slug"), ("talks", "event"), ("slots", "event")]:
            found = client.get(f"/api/v1/{endpoint}/?near={place}&within=20").json()["results"]
            assert [record[key] for record in found if record[key] not in near] == [], endpoint
            assert len(found) == len(near), endpoint


def test_talks_are_filtered_by_all_that_belongs_to_them(client):
    near, far = make.Venue(latitude=12.97, longitude=77.59), make.Venue(latitude=47.37, longitude=8.54)
    series, speaker, topic = make.Series(), make.Speaker(), make.Topic()
    event = make.Event(series=series, venue=near, timezone="Asia/Kolkata", starts_on=dt.date(2018, 10, 6))
    track = make.Track(event=event)
    one = make.Talk(
        event=event, title="One", kind="keynote", level="beginner", language="en", track=track,
        speakers=[speaker], topics=[topic], code="ABC123",
    )  # fmt: skip
    make.Talk(event=make.Event(venue=far), title="Two")
    TalkLink.objects.create(talk=one, url="https://example.org/", kind="slides")
    room = make.Room()
    make.Slot(talk=one, room=room)  # 10:00 UTC is 15:30 in Kolkata
    release(event=event, by=None)
    assert titles(client, "") == ["One", "Two"]
    for query in [
        f"event={event.slug}", f"series={series.slug}", f"speaker={speaker.slug}",
        f"topic={topic.slug}",
        f"track={track.slug}", f"room={room.guid}", "kind=keynote,panel", "kind=keynote&kind=panel",
        "level=beginner", "language=en", "date=2018-10-06", "at=2018-10-06T10:15:00Z",
        "at=2018-10-06T15:45:00+05:30", "starts_after=2018-10-06T10:00:00Z",
        "starts_before=2018-10-06T10:00:01Z", "near=13,77.6&within=20", "link=slides", "scheduled=true",
        "code=ABC123", "q=one",
    ]:  # fmt: skip
        assert titles(client, query) == ["One"], query
    for query in ["scheduled=false", "near=47,8.5&within=60", "level=any", "q=two"]:
        assert titles(client, query) == ["Two"], query
    for query in ["date=2018-10-07", "at=2018-10-06T10:30:00Z", "near=13,77.6&within=1", "at=now"]:
        assert titles(client, query) == [], query


def test_the_day_of_a_talk_is_the_one_of_its_event(client):
    """A talk after midnight belongs to the day before, in the event's own zone."""
    event = make.Event(timezone="America/New_York", starts_on=dt.date(2030, 6, 1))
    talk = make.Talk(event=event, title="Late")
    start = dt.datetime(2030, 6, 2, 5, 30, tzinfo=dt.UTC)  # half past one at night
    make.Slot(talk=talk, starts_at=start, ends_at=start + dt.timedelta(minutes=30))
    release(event=event, by=None)
    assert titles(client, "date=2030-06-01") == ["Late"]
    assert titles(client, "date=2030-06-02") == []


def test_slots_on_at_an_instant_with_talk_and_room(client):
    slot = make.Slot(talk=make.Talk(title="Now on", speakers=[make.Speaker(name="Eve")]))
    release(event=slot.event, by=None)
    answer = client.get("/api/v1/slots/?at=2030-10-06T10:05:00Z&expand=talk.speakers,room").json()
    (record,) = answer["results"]
    assert (record["talk"]["title"], record["talk"]["speakers"][0]["name"]) == ("Now on", "Eve")
    assert record["room"]["name"] == slot.room.name


def test_events_are_found_by_time_place_and_subject(client):
    venue = make.Venue(latitude=12.97, longitude=77.59)
    past = make.Event(name="Past", venue=venue, city="Bengaluru", starts_on=dt.date(2018, 10, 6))
    make.Event(name="Next")
    make.Talk(event=past, topics=[make.Topic(slug="art")], speakers=[make.Speaker(name="Ada")])
    for query in [
        "when=past", "until=2020-01-01", "city=bengaluru", f"venue={venue.guid}", "near=13,77.6",
        "topic=art", "speaker=ada", "q=pasd",
    ]:  # fmt: skip
        answer = client.get(f"/api/v1/events/?{query}").json()
        assert [record["name"] for record in answer["results"]] == ["Past"], query
    assert client.get("/api/v1/events/?since=2029-01-01&when=upcoming").json()["count"] == 1


def test_only_what_changed_since(client):
    make.Talk(title="Old")
    since = make.Talk(title="New").updated_at
    assert titles(client, f"updated_since={since.isoformat().replace('+', '%2B')}") == ["New"]


@pytest.mark.django_db(transaction=True)
def test_what_belongs_to_a_record_changes_it_too(client):
    """A release changes the talks that it moves, and those only."""
    event = make.Event()
    stays, moves = (make.Slot(talk=make.Talk(event=event, title=title)) for title in ("Stays", "Moves"))
    release(event=event, by=None)
    since = timezone.now()
    moves.starts_at += dt.timedelta(hours=3)
    moves.ends_at += dt.timedelta(hours=3)
    moves.save()
    release(event=event, by=None)
    assert titles(client, f"updated_since={since.isoformat().replace('+', '%2B')}") == ["Moves"]
    assert stays.talk.title in titles(client, "updated_since=2020-01-01T00:00:00Z")


def test_search_finds_all_kinds_best_first(client):
    make.Talk(title="Quantum", speakers=[make.Speaker(name="Quanta Lee")])
    make.Resource(title="Quantum for all")
    answer = client.get("/api/v1/search/?q=quant").json()
    assert {one["kind"] for one in answer["results"]} == {"talks", "speakers", "resources"}
    assert answer["count"] == 3
    answer = client.get("/api/v1/search/?q=quant&kind=speakers").json()
    assert [one["record"]["name"] for one in answer["results"]] == ["Quanta Lee"]


def test_search_finds_nearly_right_words_where_nothing_has_the_right_ones(client):
    make.Talk(title="TensorFlow for phones")
    make.Talk(title="Another thing")
    answer = client.get("/api/v1/search/?q=tensrflow").json()
    assert [one["record"]["title"] for one in answer["results"]] == ["TensorFlow for phones"]


@pytest.mark.django_db(transaction=True)
class TestCaching:
    def test_the_same_is_not_sent_twice(self, client, django_assert_num_queries):
        talk = make.Talk()
        for address in (f"/api/v1/talks/{talk.guid}/", "/api/v1/talks/", "/api/v1/search/?q=talk"):
            first = client.get(address)
            assert first["ETag"]
            assert ("Last-Modified" in first) or str(talk.guid) not in address
            assert first["Cache-Control"].startswith("public")
            with django_assert_num_queries(2 if "guid" in address or str(talk.guid) in address else 1):
                again = client.get(address, headers={"If-None-Match": first["ETag"]})
            assert (again.status_code, again.content) == (304, b"")
            assert again["ETag"] == first["ETag"]

    def test_every_change_that_shows_has_another_tag(self, client):
        speaker = make.Speaker()
        talk = make.Talk(speakers=[speaker])
        address, seen = f"/api/v1/talks/{talk.guid}/", set()

        def changed():
            tag = client.get(address)["ETag"]
            is_new = tag not in seen
            seen.add(tag)
            return is_new

        assert changed()
        assert not changed()
        talk.links.create(url="https://example.org/")
        assert changed()
        speaker.slug = "renamed"
        speaker.save()
        assert changed()
        talk.topics.add(make.Topic())
        assert changed()
        make.Slot(talk=talk)
        assert not changed()
        release(event=talk.event, by=None)
        assert changed()
        make.Talk()
        assert not changed()

    def test_head_options_and_other_sites(self, client):
        assert client.head("/api/v1/talks/").content == b""
        assert client.get("/api/v1/talks/")["Access-Control-Allow-Origin"] == "*"
        asked = client.options("/api/v1/talks/")
        assert asked.status_code == 204
        assert "GET" in asked["Allow"]
        assert asked["Access-Control-Allow-Origin"] == "*"


class TestSecrets:
    """Nobody is told of drafts: not in lists, counts, references, expansions, search, filters or the feed."""

    def test_drafts_are_nowhere(self, client):
        series = make.Series(state="draft", slug="secret-series")
        event = make.Event(state="draft", slug="secret-event", series=series)
        talk = make.Talk(event=event, title="Secretive", slug="secret-talk")
        open_event = make.Event(slug="open-event", series=series)
        ghost = make.Speaker(name="Secret Ghost", state="draft")
        shown = make.Talk(event=open_event, title="Open", speakers=[ghost], notes="Secret note")
        draft = make.Talk(event=open_event, title="Secret draft", state="draft")
        link = make.Resource(title="Open link")
        link.talks.add(talk, draft)
        link.events.add(event)
        hidden = make.Resource(title="Secret link", state="suggested")
        make.Collection(title="Open list").items.create(resource=hidden)
        make.Collection(title="Secret list", state="draft")
        secrets = [str(row.guid) for row in (series, event, talk, draft, ghost, hidden)]
        for address in [
            *(f"{endpoint}/" for endpoint in LISTS),
            *(f"{endpoint}/?expand={expand}" for endpoint, (expand, _) in EXPANDED.items()),
            f"talks/{shown.guid}/?expand=speakers,event.series",
            "search/?q=secret",
            "changes/",
        ]:
            text = client.get(f"/api/v1/{address}").content.decode()
            assert "ecret" not in text, address
            assert not [guid for guid in secrets if guid in text], address
        for address in [
            "series/secret-series", "events/secret-event", f"talks/{talk.guid}", f"talks/{draft.guid}",
            f"speakers/{ghost.slug}", f"resources/{hidden.slug}", "events/secret-event/schedule",
            "events/secret-event/plan", f"talks/{uuid4()}", "talks/nonsense", "talks/%00",
        ]:  # fmt: skip
            assert client.get(f"/api/v1/{address}/").status_code == 404, address
        for query in [
            "talks/?speaker=secret-ghost",
            "events/?series=secret-series",
            "talks/?series=secret-series",
        ]:
            assert client.get(f"/api/v1/{query}").status_code == 400, query

    def test_a_plan_is_for_its_organisers(self, client):
        slot = make.Slot()
        assert client.get(f"/api/v1/events/{slot.event.slug}/plan/").status_code == 401
        client.force_login(make.Organiser())
        assert client.get(f"/api/v1/events/{slot.event.slug}/plan/").status_code == 403
        assert client.get(f"/api/v1/slots/{slot.guid}/").status_code == 404


def test_too_many_requests_are_refused_with_retry_after(client, monkeypatch):
    monkeypatch.setattr(AddressThrottle, "THROTTLE_RATES", {"anon": "3/min"})
    PROCESS_CACHE.clear()
    assert [client.get("/api/v1/topics/").status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = client.get("/api/v1/topics/")
    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= 61
    assert refused.json()["errors"][0]["code"] == "throttled"
    monkeypatch.setattr(AddressThrottle, "THROTTLE_RATES", {"anon": None})
    assert client.get("/api/v1/topics/").status_code == 200


def test_the_schema_and_the_list_of_endpoints_are_for_other_sites_and_sent_once(client):
    for address in ("/api/v1/", "/api/v1/schema/", "/api/v1/schema/?format=json"):
        answer = client.get(address)
        assert answer["Access-Control-Allow-Origin"] == "*"
        assert client.get(address, headers={"If-None-Match": answer["ETag"]}).status_code == 304
    json = {"Accept": "application/vnd.oai.openapi+json"}
    assert client.get("/api/v1/schema/")["ETag"] != client.get("/api/v1/schema/", headers=json)["ETag"]
