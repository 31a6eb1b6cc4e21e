"""The API as organisers write it."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from events.actions import release
from events.models import Event, EventRoom, Slot, Talk
from resources.models import Resource
from speakers.models import Speaker
from tests import factories as make

pytestmark = pytest.mark.django_db
JSON = {"content_type": "application/json"}


@pytest.fixture
def organiser():
    return make.Organiser()


@pytest.fixture
def api(client, organiser):
    client.force_login(organiser)
    return client


@pytest.fixture
def event(organiser):
    return make.Event(organisers=[organiser], slug="mine")


def errors(answer) -> dict:
    return {error["attr"]: error["detail"] for error in answer.json()["errors"]}


def test_a_talk_is_created_changed_and_deleted(api, event):
    ada, eve = make.PublicSpeaker(name="Ada"), make.PublicSpeaker(name="Eve")
    topic, track = make.Topic(slug="art"), make.Track(event=event)
    data = {
        "event": "mine", "title": "Engines", "state": "confirmed", "track": str(track.guid),
        "topics": ["art"],
        "speakers": [eve.slug, ada.slug], "roles": {"eve": "moderator"}, "notes": "Bring an engine.",
        "links": [{"url": "https://example.org/slides", "title": "Slides", "kind": "slides"}],
    }  # fmt: skip
    answer = api.post("/api/v1/talks/", data, **JSON)
    assert answer.status_code == 201, answer.content
    record = answer.json()
    assert record["speakers"] == ["eve", "ada"]
    assert record["roles"] == {"eve": "moderator", "ada": "speaker"}
    assert (record["slug"], record["topics"], record["notes"]) == ("engines", ["art"], "Bring an engine.")
    address = f"/api/v1/talks/{record['guid']}/"
    record = api.patch(address, {"speakers": ["ada", "eve"], "title": "Engine"}, **JSON).json()
    assert (record["title"], record["speakers"]) == ("Engine", ["ada", "eve"])
    assert record["roles"]["eve"] == "moderator"
    assert record["topics"] == [topic.slug]
    assert api.delete(address).status_code == 204
    assert api.get(address).status_code == 404


def test_put_creates_replaces_and_may_be_repeated(api, event):
    address = f"/api/v1/talks/{uuid4()}/"
    data = {
        "event": "mine",
        "title": "Once",
        "subtitle": "Or twice",
        "links": [{"url": "https://example.org/"}],
    }
    assert api.put(address, data, **JSON).status_code == 201
    again = api.put(address, data, **JSON)
    assert again.status_code == 200
    assert again.json()["guid"] in address
    assert Talk.objects.count() == 1
    record = api.put(address, {"event": "mine", "title": "Other"}, **JSON).json()
    assert (record["title"], record["subtitle"], record["links"]) == ("Other", "", [])
    assert record["slug"] == "once"
    for status in (201, 200):
        answer = api.put("/api/v1/topics/art/", {"name": "Art"}, **JSON)
        assert (answer.status_code, answer.json()["slug"]) == (status, "art")
    assert errors(api.put("/api/v1/topics/art-2/", {"name": "Two", "slug": "3"}, **JSON)).keys() == {"slug"}
    assert api.put("/api/v1/talks/no-guid/", data, **JSON).status_code == 404


def test_what_was_read_can_be_put_back(api, event):
    talk = make.Talk(event=event, speakers=[make.Speaker()], topics=[make.Topic()])
    for address in (f"/api/v1/talks/{talk.guid}/", "/api/v1/events/mine/"):
        before = api.get(address).json()
        answer = api.put(address, before, **JSON)
        assert answer.status_code == 200, answer.content
        assert answer.json() | {"updated_at": ""} == before | {"updated_at": ""}


def test_the_models_own_sentences(api, event):
    other = make.Track()
    for data, told in [
        ({"title": ""}, {"title"}),
        ({"track": str(other.guid)}, {"track"}),
        ({"event": "nowhere"}, {"event"}),
        ({"speakers": ["nobody"]}, {"speakers"}),
        ({"roles": {"nobody": "host"}}, {"roles"}),
        ({"kind": "party"}, {"kind"}),
        ({"code": "x"}, {"code"}),
    ]:
        answer = api.post("/api/v1/talks/", {"event": "mine", "title": "Talk"} | data, **JSON)
        assert answer.status_code == 400
        assert errors(answer).keys() == told
    make.Talk(event=event, slug="taken")
    answer = api.post("/api/v1/talks/", {"event": "mine", "title": "Talk", "slug": "taken"}, **JSON)
    assert "has a talk with that address already" in " ".join(errors(answer).values())
    answer = api.post("/api/v1/resources/", {"title": "A link", "link": "ftp://example.org"}, **JSON)
    assert errors(answer).keys() == {"link"}
    assert not Talk.objects.exclude(slug="taken").exists()
    answer = api.post("/api/v1/topics/", {"name": "Sent as a form"})
    assert (answer.status_code, "application/json" in errors(answer)[None]) == (415, True)


def test_who_may_write_what(client, event):
    """Anonymous 401, not an organiser 403; what they cannot see 404, what they see and may not change 403."""
    talk = make.Talk(event=event)
    draft = make.Talk(event=make.Event(state="draft"))
    data = {"event": "mine", "title": "Taken over"}
    guid = uuid4()

    def statuses():
        return [
            client.post("/api/v1/talks/", data, **JSON).status_code,
            client.patch(f"/api/v1/talks/{talk.guid}/", {"title": "Taken over"}, **JSON).status_code,
            client.put(f"/api/v1/talks/{guid}/", data, **JSON).status_code,
            client.delete(f"/api/v1/talks/{talk.guid}/").status_code,
            client.patch(f"/api/v1/talks/{draft.guid}/", {"title": "Taken over"}, **JSON).status_code,
            client.put(f"/api/v1/talks/{draft.guid}/", data, **JSON).status_code,
        ]

    assert statuses() == [401] * 6
    asked = client.post("/api/v1/talks/", data, **JSON)
    assert (asked["WWW-Authenticate"], "Authorization: Token" in errors(asked)[None]) == ("Token", True)
    client.force_login(make.User())
    assert statuses() == [403] * 6
    client.force_login(make.Organiser())
    assert statuses() == [403, 403, 403, 403, 404, 404]
    assert not Talk.objects.filter(title="Taken over").exists()


def test_nothing_is_moved_into_somebody_elses_event(api, event):
    make.Event(slug="theirs")
    talk = make.Talk(event=event)
    assert api.patch(f"/api/v1/talks/{talk.guid}/", {"event": "theirs"}, **JSON).status_code == 403
    talk.refresh_from_db()
    assert talk.event == event


def test_only_its_organisers_put_events_into_a_series(api, organiser, event):
    theirs, mine = make.Series(slug="theirs"), make.Series(slug="my-own", organisers=[organiser])
    answer = api.patch("/api/v1/events/mine/", {"series": "theirs"}, **JSON)
    assert answer.status_code == 400
    assert errors(answer).keys() == {"series"}
    assert api.patch("/api/v1/events/mine/", {"series": "my-own"}, **JSON).status_code == 200
    mine.organisers.clear()
    theirs.organisers.add(organiser)
    assert api.patch("/api/v1/events/mine/", {"series": "my-own", "city": "Basel"}, **JSON).status_code == 200
    assert api.patch("/api/v1/events/mine/", {"series": "theirs"}, **JSON).status_code == 200


def test_who_makes_an_event_organises_it(api, organiser):
    data = {
        "slug": "new",
        "name": "New",
        "starts_on": "2030-01-01",
        "ends_on": "2030-01-02",
        "timezone": "Asia/Tokyo",
    }
    room = make.Room()
    answer = api.post("/api/v1/events/", data | {"rooms": [str(room.guid)]}, **JSON)
    assert answer.status_code == 201, answer.content
    assert answer.json()["rooms"] == [str(room.guid)]
    assert Event.objects.editable_by(organiser).get().state == "draft"
    answer = api.patch("/api/v1/events/new/", {"ends_on": "2029-12-31", "timezone": "Mars/Base"}, **JSON)
    assert "Asia" not in str(errors(answer))
    assert errors(answer).keys() == {"timezone"}


def test_what_an_event_knows_of_a_person_is_read_and_written_by_its_people_alone(api, event):
    person = make.Speaker(name="Ada", slug="ada-at-two")
    make.Talk(event=event, speakers=[person])
    other = make.Talk(speakers=[person]).event
    mine, theirs = (f"/api/v1/events/{one.slug}/people/" for one in (event, other))
    values = {
        "email": "ada@example.org",
        "availability": [["2030-10-06T09:00:00Z", "2030-10-06T12:00:00+05:30"]],
    }
    assert errors(api.patch(f"{mine}ada-at-two/", values, **JSON)).keys() == {"availability"}
    values["availability"] = [["2030-10-06T04:00:00Z", "2030-10-06T12:00:00+05:30"]]
    written = api.patch(f"{mine}ada-at-two/", values, **JSON).json()
    assert written["email"] == "ada@example.org" and len(written["availability"]) == 1
    assert api.get(f"{mine}ada-at-two/").json()["email"] == "ada@example.org"
    assert [row["speaker"] for row in api.get(mine).json()["results"]] == ["ada-at-two"]
    for address in (theirs, f"{theirs}ada-at-two/"):
        assert api.get(address).status_code == 404
    assert api.patch(f"{theirs}ada-at-two/", values, **JSON).status_code == 404
    assert Client().get(mine).status_code == 401


def test_draft_speakers_stay_when_somebody_who_does_not_see_them_writes(api, event):
    hidden, shown = make.Speaker(state="draft"), make.Speaker()
    talk = make.Talk(event=make.Event(), speakers=[hidden, shown])
    talk.event.organisers.set(event.organisers.all())
    api.patch(f"/api/v1/talks/{talk.guid}/", {"speakers": [shown.slug]}, **JSON)
    assert set(talk.speakers.all()) == {shown}  # an organiser sees those of their own talks


def test_the_plan_is_written_and_released(api, event):
    talk, room = make.Talk(event=event, duration=45), make.Room()
    EventRoom.objects.create(event=event, room=room)
    plan = "/api/v1/events/mine/plan/"
    answer = api.post(
        plan, {"talk": str(talk.guid), "room": str(room.guid), "starts_at": "2030-10-06T10:00:00Z"}, **JSON
    )
    assert answer.status_code == 201, answer.content
    record = answer.json()
    assert record["ends_at"] == "2030-10-06T16:15:00+05:30"
    moved = api.patch(f"{plan}{record['guid']}/", {"starts_at": "2030-10-06T11:00:00Z"}, **JSON).json()
    assert (moved["guid"], moved["ends_at"]) == (record["guid"], "2030-10-06T17:15:00+05:30")
    late = {"starts_at": "2030-10-06T12:00:00Z", "seen": record["updated_at"]}
    answer = api.patch(f"{plan}{record['guid']}/", late, **JSON)
    assert (answer.status_code, answer.json()["fresh"]) == (409, moved)
    assert "Somebody changed this" in answer.json()["errors"][0]["detail"]
    again = api.patch(f"{plan}{record['guid']}/", {"room": None, "seen": moved["updated_at"]}, **JSON)
    assert (again.status_code, again.json()["starts_at"]) == (200, moved["starts_at"])
    assert api.get("/api/v1/events/mine/conflicts/").json()["conflicts"][0]["kind"] == "no_room"
    answer = api.post("/api/v1/events/mine/release/", {"note": "Here it is"}, **JSON)
    assert answer.status_code == 201, answer.content
    assert (answer.json()["number"], answer.json()["current"]) == (1, True)
    assert api.get(f"/api/v1/slots/{record['guid']}/").json()["starts_at"] == "2030-10-06T16:30:00+05:30"
    assert api.delete(f"{plan}{record['guid']}/").status_code == 204
    assert api.get(f"/api/v1/slots/{record['guid']}/").status_code == 200
    foreign = make.Talk()
    answer = api.post(plan, {"talk": str(foreign.guid), "starts_at": "2030-10-06T10:00:00Z"}, **JSON)
    assert errors(answer).keys() == {"talk"}


def test_a_clash_is_409_and_names_both(api, event):
    room = make.Room()
    for title in ("One", "Two"):
        make.Slot(talk=make.Talk(event=event, title=title), room=room)
    answer = api.post("/api/v1/events/mine/release/", {}, **JSON)
    assert answer.status_code == 409
    assert all(title in answer.json()["errors"][0]["detail"] for title in ("“One”", "“Two”"))
    assert not event.releases.exists()


def test_what_was_released_cannot_be_deleted(api, event):
    talk = make.Slot(talk=make.Talk(event=event)).talk
    release(event=event, by=None)
    answer = api.delete(f"/api/v1/talks/{talk.guid}/")
    assert (answer.status_code, "(slots" in errors(answer)[None]) == (409, True), answer.content
    assert Talk.objects.exists()


@pytest.mark.django_db(transaction=True)
class TestLostUpdates:
    def test_if_match_guards_a_change(self, api, event):
        address = f"/api/v1/talks/{make.Talk(event=event).guid}/"
        tag = api.get(address)["ETag"]
        first = api.patch(address, {"title": "First"}, headers={"If-Match": tag}, **JSON)
        assert first.status_code == 200
        late = api.patch(address, {"title": "Late"}, headers={"If-Match": tag}, **JSON)
        assert (late.status_code, late.json()["errors"][0]["code"]) == (412, "precondition_failed")
        assert api.delete(address, headers={"If-Match": tag}).status_code == 412
        assert (
            api.patch(address, {"title": "Next"}, headers={"If-Match": first["ETag"]}, **JSON).status_code
            == 200
        )
        there = api.put(address, {}, headers={"If-None-Match": "*"}, **JSON)
        assert (there.status_code, "already" in errors(there)[None]) == (412, True)
        nothing = api.put(f"/api/v1/talks/{uuid4()}/", {}, headers={"If-Match": tag}, **JSON)
        assert (nothing.status_code, "nothing at this address" in errors(nothing)[None]) == (412, True)

    def test_slots_of_a_plan_too(self, api, event):
        slot = make.Slot(talk=make.Talk(event=event))
        address = f"/api/v1/events/mine/plan/{slot.guid}/"
        tag = api.get(address)["ETag"]
        slot.save()
        answer = api.patch(address, {"room": None}, headers={"If-Match": tag}, **JSON)
        assert answer.status_code == 412
        assert Slot.objects.get().room

    def test_a_post_with_a_key_is_done_once(self, api, event):
        data = {"event": "mine", "title": "Once"}
        key = {"Idempotency-Key": "7a1e"}
        first = api.post("/api/v1/talks/", data, headers=key, **JSON)
        again = api.post("/api/v1/talks/", data, headers=key, **JSON)
        assert (first.status_code, again.status_code) == (201, 201)
        assert first.json() == again.json()
        assert again["Idempotent-Replayed"] == "true"
        assert Talk.objects.count() == 1
        other = api.post("/api/v1/talks/", data | {"title": "Other"}, headers=key, **JSON)
        assert other.status_code == 400
        bad = {"Idempotency-Key": "bad"}
        assert api.post("/api/v1/talks/", {"event": "mine"}, headers=bad, **JSON).status_code == 400
        assert api.post("/api/v1/talks/", data, headers=bad, **JSON).status_code == 201


def test_links_and_collections(api):
    answer = api.post(
        "/api/v1/resources/",
        {
            "title": "Paper",
            "link": "https://example.org/paper",
            "state": "published",
            "topics": [make.Topic().slug],
        },
        **JSON,
    )
    assert answer.status_code == 201, answer.content
    slug = answer.json()["slug"]
    answer = api.post(
        "/api/v1/collections/",
        {"title": "Path", "state": "published", "items": [{"resource": slug, "heading": "Begin"}]},
        **JSON,
    )
    assert answer.status_code == 201, answer.content
    assert answer.json()["items"] == [{"resource": slug, "heading": "Begin", "note": ""}]
    path = api.get(f"/api/v1/collections/{answer.json()['slug']}/?expand=items").json()
    assert path["items"][0]["resource"]["title"] == "Paper"
    answer = api.post(
        "/api/v1/resources/", {"title": "Again", "link": "https://example.org/paper#top"}, **JSON
    )
    assert errors(answer).keys() == {"link"}
    assert Resource.objects.count() == 1


def test_links_are_whole_also_in_a_part_of_a_record(api, event):
    talk, speaker = make.Talk(event=event), make.Speaker()
    make.Talk(event=event, speakers=[speaker])
    collection = make.Collection()
    for address, name, one, missing in [
        (f"talks/{talk.guid}", "links", {"title": "Slides"}, "url"),
        (f"speakers/{speaker.slug}", "links", {"title": "Home"}, "url"),
        (f"collections/{collection.slug}", "items", {"note": "Which?"}, "resource"),
    ]:
        answer = api.patch(f"/api/v1/{address}/", {name: [one]}, **JSON)
        assert answer.status_code == 400, answer.content
        assert errors(answer).keys() == {f"{name}.0.{missing}"}
    answer = api.post("/api/v1/talks/bulk/", {"talks": [{"guid": str(talk.guid), "links": [{}]}]}, **JSON)
    assert errors(answer).keys() == {"talks.0.links.0.url"}
    assert not talk.links.exists()


def test_speakers_have_links_in_order(api):
    links = [{"url": "https://b.example/", "title": "B"}, {"url": "https://a.example/", "title": ""}]
    answer = api.post("/api/v1/speakers/", {"name": "Ada", "links": links}, **JSON)
    assert answer.status_code == 201, answer.content
    assert answer.json()["links"] == links
    assert errors(api.patch("/api/v1/speakers/ada/", {"links": [links[0]] * 2}, **JSON)).keys() == {"links"}
    assert Speaker.objects.get().links.count() == 2


def test_dates_at_the_edge_of_what_is_possible(api, event):
    talk = str(make.Talk(event=event).guid)
    for start in [
        "9999-12-31T23:59:59Z",
        "0001-01-01T00:00:00+14:00",
        "2030-10-06T10:00:00",
        "soon",
        None,
        7,
    ]:
        answer = api.post("/api/v1/events/mine/plan/", {"talk": talk, "starts_at": start}, **JSON)
        assert errors(answer).keys() == {"starts_at"}, start


def test_writing_a_collection_takes_as_many_queries_however_many_links_it_has(api):
    collection = make.Collection()

    def count_queries(links: int) -> int:
        items = [{"resource": make.Resource().slug, "note": "Read it."} for _ in range(links)]
        with CaptureQueriesContext(connection) as queries:
            answer = api.patch(f"/api/v1/collections/{collection.slug}/", {"items": items}, **JSON)
        assert [item["resource"] for item in answer.json()["items"]] == [item["resource"] for item in items]
        return len(queries)

    count_queries(1)  # from now on there are rows to replace
    assert count_queries(1) == count_queries(3)
