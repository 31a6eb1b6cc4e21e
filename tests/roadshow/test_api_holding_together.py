"""What a write through the API must not tear apart, nor a validator call unchanged."""

import pytest
from django.db import connection

from events.actions import release
from events.models import Event, Talk
from tests import factories as make
from tests.roadshow.test_api_actions import token
from tests.roadshow.test_api_writing import JSON, api, errors, event, organiser  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db


def test_a_talk_always_has_an_address(api, event):  # noqa: F811
    one, two = make.Talk(event=event, title="Engines"), make.Talk(event=event, title="Engines, again")
    changes = [{"guid": str(talk.guid), "slug": ""} for talk in (one, two)]
    answer = api.post("/api/v1/talks/bulk/", {"talks": changes}, **JSON)
    assert answer.status_code == 200, answer.content
    assert [talk["slug"] for talk in answer.json()["talks"]] == ["engines", "engines-again"]
    assert api.get(f"/events/mine/talks/{Talk.objects.get(pk=one.pk).slug}/").status_code == 200


def test_a_talk_with_a_place_in_the_schedule_stays_with_its_event(api, event, organiser):  # noqa: F811
    talk = make.Talk(event=event)
    make.Slot(talk=talk)
    make.Event(organisers=[organiser], slug="another")
    answer = api.patch(f"/api/v1/talks/{talk.guid}/", {"event": "another"}, **JSON)
    assert answer.status_code == 400, answer.content
    assert errors(answer).keys() == {"event"}
    answer = api.post(
        "/api/v1/talks/bulk/", {"talks": [{"guid": str(talk.guid), "event": "another"}]}, **JSON
    )
    assert answer.status_code == 400, answer.content
    assert errors(answer).keys() == {"talks.0.event"}
    talk.slots.all().delete()
    assert api.patch(f"/api/v1/talks/{talk.guid}/", {"event": "another"}, **JSON).json()["event"] == "another"


def test_a_track_stays_with_the_event_of_its_talks(api, event, organiser):  # noqa: F811
    track = make.Track(event=event)
    make.Talk(event=event, track=track)
    make.Event(organisers=[organiser], slug="another")
    answer = api.patch(f"/api/v1/tracks/{track.guid}/", {"event": "another"}, **JSON)
    assert answer.status_code == 400, answer.content


def test_a_slot_keeps_its_talk(api, event):  # noqa: F811
    slot, other = make.Slot(talk=make.Talk(event=event)), make.Talk(event=event)
    answer = api.patch(f"/api/v1/events/mine/plan/{slot.guid}/", {"talk": str(other.guid)}, **JSON)
    assert (answer.status_code, errors(answer).keys()) == (400, {"talk"}), answer.content


def test_a_venue_that_an_event_uses_is_not_deleted(api):  # noqa: F811
    venue = make.Venue()
    theirs = make.Event(organisers=[make.Organiser()], venue=venue)
    assert api.delete(f"/api/v1/venues/{venue.guid}/").status_code == 409
    assert Event.objects.get(pk=theirs.pk).venue == venue


def test_a_series_that_the_writer_cannot_see_stays(api, event):  # noqa: F811
    event.series = make.Series(state="draft")
    event.save()
    record = api.get("/api/v1/events/mine/").json()
    assert record["series"] is None
    written = {name: record[name] for name in ("name", "slug", "starts_on", "ends_on", "series")}
    assert api.put("/api/v1/events/mine/", written, **JSON).status_code == 200
    event.refresh_from_db()
    assert event.series


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("change", ["talk", "zone"])
def test_a_slot_of_the_plan_is_not_called_unchanged_when_it_reads_differently(api, event, change):  # noqa: F811
    talk = make.Talk(event=event)
    slot = make.Slot(talk=talk)
    address = f"/api/v1/events/mine/plan/{slot.guid}/" + "?expand=talk" * (change == "talk")
    before = api.get(address)
    if change == "talk":
        talk.title = "Another title"
        talk.save()
    else:
        event.timezone = "UTC"
        event.save()
    after = api.get(address, headers={"if-none-match": before["ETag"]})
    assert after.status_code == 200
    assert after.json() != before.json()


def test_many_talks_of_tracks_take_as_many_statements_as_few(api, event, django_assert_max_num_queries):  # noqa: F811
    track = make.Track(event=event)
    talks = [make.Talk(event=event, track=track) for _ in range(30)]
    changes = [{"guid": str(talk.guid), "title": "Another"} for talk in talks]
    with django_assert_max_num_queries(30):
        answer = api.post("/api/v1/talks/bulk/", {"talks": changes}, **JSON)
    assert answer.status_code == 200, answer.content


def test_a_search_survives_that_what_it_found_is_deleted(client):
    talk = make.Talk(title="Engines")

    def delete(execute, sql, *rest):
        result = execute(sql, *rest)
        if "found_kind" in sql:
            Talk.objects.filter(pk=talk.pk).delete()
        return result

    with connection.execute_wrapper(delete):
        answer = client.get("/api/v1/search/?q=engines")
    assert (answer.status_code, answer.json()["results"]) == (200, [])


@pytest.mark.django_db(transaction=True)
def test_an_expanded_record_says_by_its_tag_what_a_change_is_based_on(api, event):  # noqa: F811
    tag = api.get("/api/v1/events/mine/?expand=rooms")["ETag"]
    assert (
        api.patch("/api/v1/events/mine/", {"name": "A"}, headers={"if-match": tag}, **JSON).status_code == 200
    )
    assert (
        api.patch("/api/v1/events/mine/", {"name": "B"}, headers={"if-match": tag}, **JSON).status_code == 412
    )


def test_a_limited_token_does_not_hear_what_another_was_answered(client, event, organiser):  # noqa: F811
    hidden = make.Event(organisers=[organiser], slug="hidden", state="draft")
    data = {"event": "hidden", "title": "Secret"}
    key = {"idempotency-key": "1"}
    first = client.post("/api/v1/talks/", data, headers=token(organiser, may_write=True) | key, **JSON)
    again = client.post("/api/v1/talks/", data, headers=token(organiser, may_write=True) | key, **JSON)
    assert (first.status_code, again.json()) == (201, first.json())
    limited = token(organiser, may_write=True, every_event=False, events=[event])
    assert client.post("/api/v1/talks/", data, headers=limited | key, **JSON).status_code == 400
    assert hidden.talks.count() == 1


def test_a_clash_with_a_draft_does_not_say_what_is_in_it(api, event):  # noqa: F811
    slot, by = make.Slot(talk=make.Talk(event=event, title="Ours")), make.Organiser()
    draft = make.Event(organisers=[by], state="draft", name="Zanzibar", slug="zanzibar")
    make.Slot(talk=make.Talk(event=draft, title="Zanzibar"), room=slot.room)
    release(event=draft, by=by)
    for answer in (
        api.get("/api/v1/events/mine/conflicts/"),
        api.post("/api/v1/events/mine/release/", {}, **JSON),
    ):
        assert "Ours" in answer.text
        assert "zanzibar" not in answer.text.lower()


@pytest.mark.parametrize("link", [{}, {"title": "Only"}, {"url": "https://example.org/", "title": 1}, 1])
def test_a_link_is_written_whole_or_not_at_all(api, event, organiser, link):  # noqa: F811
    talk, speaker = make.Talk(event=event), make.Speaker(created_by=organiser)
    for address in (f"talks/{talk.guid}", f"speakers/{speaker.slug}"):
        answer = api.patch(f"/api/v1/{address}/", {"links": [link]}, **JSON)
        assert answer.status_code == 400, answer.content


@pytest.mark.parametrize("item", [{}, {"note": "Only"}, {"resource": "x", "note": 0}, 1])
def test_so_is_an_item_of_a_collection(api, item):  # noqa: F811
    collection = make.Collection(slug="path")
    make.Resource(slug="x")
    answer = api.patch(f"/api/v1/collections/{collection.slug}/", {"items": [item]}, **JSON)
    assert answer.status_code == 400, answer.content
