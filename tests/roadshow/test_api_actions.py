"""What the API does beyond single records: bulk, import, merge, feedback, suggestions, tokens."""

import json
import time
from datetime import timedelta
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from knox.models import get_digest_token

from events.models import Feedback, Talk
from resources.models import Resource
from roadshow.models import ApiToken
from speakers.models import Speaker
from tests import factories as make

pytestmark = pytest.mark.django_db
JSON = {"content_type": "application/json"}
CALENDAR = b"""BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
UID:1@example.org
DTSTART:20301006T100000Z
DTEND:20301006T103000Z
SUMMARY:From a calendar
LOCATION:Hall
END:VEVENT
END:VCALENDAR
"""


@pytest.fixture(autouse=True)
def no_limits_from_other_tests():
    cache.clear()


@pytest.fixture
def organiser():
    return make.Organiser()


@pytest.fixture
def api(client, organiser):
    client.force_login(organiser)
    return client


@pytest.fixture
def event(organiser):
    return make.Event(organisers=[organiser], slug="mine", feedback_open=True)


def token(user, **options) -> dict:
    """A new token of `user`, as the headers of a request."""
    events = options.pop("events", [])
    digest, secret = get_digest_token()
    made = ApiToken(user=user, digest=digest, token_key=secret[:15], name="test", **options)
    made.save()
    made.events.set(events)
    return {"Authorization": f"Token {secret}"}


class TestBulk:
    def test_many_talks_at_once_made_and_changed(self, api, event):
        old = make.Talk(event=event, title="Old", abstract="Stays")
        guid = str(uuid4())
        data = [
            {"guid": str(old.guid), "title": "Changed"},
            {"guid": guid, "event": "mine", "title": "With a GUID"},
        ]
        data += [{"event": "mine", "title": f"Talk {number}"} for number in range(20)]
        answer = api.post("/api/v1/talks/bulk/", {"talks": data}, **JSON)
        assert answer.status_code == 200, answer.content
        made = answer.json()["talks"]
        assert [talk["title"] for talk in made[:3]] == ["Changed", "With a GUID", "Talk 0"]
        assert (made[0]["abstract"], made[1]["guid"]) == ("Stays", guid)
        assert Talk.objects.count() == 22

    def test_all_or_none_and_each_error_has_its_number(self, api, event):
        data = [{"event": "mine", "title": "Good"}, {"event": "mine"}, {"event": "nowhere", "title": "Lost"}]
        answer = api.post("/api/v1/talks/bulk/", {"talks": data}, **JSON)
        assert answer.status_code == 400
        assert {error["attr"] for error in answer.json()["errors"]} == {"talks.1.title", "talks.2.event"}
        assert not Talk.objects.exists()

    def test_nobody_elses(self, api, event):
        theirs = make.Talk()
        answer = api.post(
            "/api/v1/talks/bulk/", {"talks": [{"guid": str(theirs.guid), "title": "Mine"}]}, **JSON
        )
        assert answer.status_code == 403
        data = [{"event": theirs.event.slug, "title": "Mine"}]
        assert api.post("/api/v1/talks/bulk/", {"talks": data}, **JSON).status_code == 403
        hidden = make.Talk(event=make.Event(state="draft"))
        data = [{"guid": str(hidden.guid), "event": "mine", "title": "Mine"}]
        assert api.post("/api/v1/talks/bulk/", {"talks": data}, **JSON).status_code == 400
        assert not Talk.objects.filter(title="Mine").exists()

    @pytest.mark.parametrize("count", [2, 30])
    def test_it_takes_as_many_statements_however_many_talks(
        self, api, event, count, django_assert_num_queries
    ):
        people = [make.PublicSpeaker().slug for _ in range(3)]
        topics = [make.Topic().slug for _ in range(2)]
        links = [{"url": "https://example.org/", "title": "Slides", "kind": "slides"}]
        there = [str(make.Talk(event=event, speakers=[make.Speaker()]).guid) for _ in range(count // 2)]
        data = [{"guid": guid, "title": "Changed", "topics": topics} for guid in there]
        data += [
            {"event": "mine", "title": "New", "speakers": people, "topics": topics, "links": links}
            for _ in range(count // 2)
        ]
        with django_assert_num_queries(28):
            answer = api.post("/api/v1/talks/bulk/", {"talks": data}, **JSON)
        made = answer.json()["talks"]
        assert (made[-1]["speakers"], made[-1]["topics"], made[-1]["links"]) == (people, topics, links)
        assert len({talk["slug"] for talk in made}) == count
        assert Talk.history.filter(title="Changed").count() == count // 2

    def test_what_the_database_refuses_has_its_number_too(self, api, event):
        make.Talk(event=event, slug="taken")
        data = [
            {"event": "mine", "title": "Good"},
            {"event": "mine", "title": "One", "code": "ABC123"},
            {"event": "mine", "title": "Two", "code": "ABC123"},
            {"event": "mine", "title": "Three", "slug": "taken"},
        ]
        answer = api.post("/api/v1/talks/bulk/", {"talks": data}, **JSON)
        assert answer.status_code == 400
        assert [(error["attr"], error["detail"]) for error in answer.json()["errors"]] == [
            ("talks.2.non_field_errors", "The event has a talk with that code already."),
            (
                "talks.3.non_field_errors",
                "The event has a talk with that address already. Change the address.",
            ),
        ]
        assert Talk.objects.count() == 1

    def test_a_role_of_nobody_has_its_number(self, api, event):
        data = [{"event": "mine", "title": "Good"}, {"event": "mine", "title": "Bad", "roles": {"x": "host"}}]
        answer = api.post("/api/v1/talks/bulk/", {"talks": data}, **JSON)
        assert [error["attr"] for error in answer.json()["errors"]] == ["talks.1.roles"]
        assert not Talk.objects.exists()

    @pytest.mark.parametrize("talks", [None, [], {}, ["a"], [{}] * 1001, [{"guid": 1}], [{"guid": "x"}]])
    def test_nonsense(self, api, talks):
        assert api.post("/api/v1/talks/bulk/", {"talks": talks}, **JSON).status_code == 400


class TestImport:
    def test_a_file_is_previewed_and_applied(self, api, event):
        address = "/api/v1/events/mine/import/"
        report = api.post(address, CALENDAR, content_type="text/calendar").json()
        assert (report["new"], report["dry_run"]) == (["From a calendar"], True)
        assert not Talk.objects.exists()
        file = SimpleUploadedFile("plan.ics", CALENDAR)
        report = api.post(f"{address}?apply=true&release=true", {"file": file}).json()
        assert (report["new"], report["dry_run"], report["release"]) == (["From a calendar"], False, 1)
        assert api.get("/api/v1/slots/?event=mine").json()["count"] == 1
        report = api.post(f"{address}?apply=true", CALENDAR, content_type="text/calendar").json()
        assert report["changes"] == 0

    def test_a_table_is_read_as_the_request_says(self, api, event):
        address = "/api/v1/events/mine/import/"
        table = "Thing,Start,Mood\nŽluťoučký,2030-10-06 10:00,good\n".encode("cp1250")
        options = {"encoding": "cp1250", "columns": json.dumps({"Thing": "title", "Mood": ""})}
        query = urlencode(options)
        report = api.post(f"{address}?{query}", table, content_type="text/csv").json()
        assert report["new"] == ["Žluťoučký"]
        for bad in ({"columns": "[]"}, {"columns": '{"a": "nonsense"}'}, {"columns": "{"}):
            answer = api.post(f"{address}?{urlencode(bad)}", table, content_type="text/csv")
            assert answer.status_code == 400

    def test_into_a_new_event(self, api):
        answer = api.post(
            "/api/v1/imports/?event=fresh&apply=true&timezone=Asia/Tokyo", CALENDAR, content_type="text/plain"
        )
        assert answer.status_code == 200, answer.content
        assert api.get("/api/v1/events/fresh/").json()["timezone"] == "Asia/Tokyo"

    def test_what_cannot_be_imported(self, api, event):
        assert api.post("/api/v1/events/mine/import/", b"hello", content_type="text/plain").status_code == 400
        assert api.post("/api/v1/events/mine/import/", b"", content_type="text/plain").status_code == 400
        assert (
            api.post(
                "/api/v1/events/mine/import/?timezone=Mars", CALENDAR, content_type="text/plain"
            ).status_code
            == 400
        )
        theirs = make.Event()
        assert (
            api.post(f"/api/v1/events/{theirs.slug}/import/", CALENDAR, content_type="text/plain").status_code
            == 403
        )
        assert (
            api.post("/api/v1/events/nowhere/import/", CALENDAR, content_type="text/plain").status_code == 404
        )


def test_two_records_of_one_person_become_one(api, event):
    one, other = make.Speaker(name="Ada"), make.Speaker(name="Ada L", headline="Countess")
    make.Talk(event=event, speakers=[one])
    talk = make.Talk(event=event, speakers=[other])
    assert api.post("/api/v1/speakers/ada/merge/", {"other": "ada-l"}, **JSON).json() == {"speaker": "ada"}
    assert list(talk.speakers.all()) == [one]
    assert Speaker.objects.get().headline == "Countess"
    assert api.post("/api/v1/speakers/ada/merge/", {"other": "ada"}, **JSON).status_code == 409
    theirs = make.PublicSpeaker()
    assert api.post("/api/v1/speakers/ada/merge/", {"other": theirs.slug}, **JSON).status_code == 403


class TestWithoutAnAccount:
    def test_feedback_while_it_is_open(self, client, event):
        talk = make.Talk(event=event)
        answer = client.post(f"/api/v1/talks/{talk.guid}/feedback/", {"rating": 5, "comment": "Good"}, **JSON)
        assert answer.status_code == 201, answer.content
        assert (
            client.post("/api/v1/events/mine/feedback/", {"comment": "All good"}, **JSON).status_code == 201
        )
        assert [one.target for one in Feedback.objects.order_by("pk")] == [talk, event]
        assert client.post("/api/v1/events/mine/feedback/", {}, **JSON).status_code == 400
        assert client.post("/api/v1/events/mine/feedback/", {"rating": 9}, **JSON).status_code == 400
        closed = make.Event()
        assert (
            client.post(f"/api/v1/events/{closed.slug}/feedback/", {"rating": 1}, **JSON).status_code == 404
        )

    def test_not_without_end(self, client, event):
        said = [client.post("/api/v1/events/mine/feedback/", {"rating": 1}, **JSON) for _ in range(11)]
        assert [answer.status_code for answer in said] == [201] * 10 + [429]
        assert abs(int(said[-1]["Retry-After"]) - (3600 - time.time() % 3600)) < 5

    def test_a_link_is_suggested(self, client):
        data = {
            "title": "Good",
            "link": "https://example.org/good",
            "note": "Read it.",
            "topics": [make.Topic().slug],
        }
        answer = client.post("/api/v1/suggestions/", data, **JSON)
        assert (answer.status_code, answer.json()["state"]) == (201, "suggested")
        assert client.get("/api/v1/resources/").json()["count"] == 0
        assert client.post("/api/v1/suggestions/", data, **JSON).status_code == 400
        long = data | {"link": "https://example.org/long", "note": "x" * 4001}
        assert client.post("/api/v1/suggestions/", long, **JSON).status_code == 400
        assert (
            client.post("/api/v1/suggestions/", {"title": "x", "link": "javascript:1"}, **JSON).status_code
            == 400
        )
        assert Resource.objects.count() == 1


class TestTokens:
    def test_a_token_reads_or_writes_as_it_may(self, client, organiser, event):
        talk = make.Talk(event=event, state="draft")
        address, data = f"/api/v1/talks/{talk.guid}/", {"title": "Renamed"}
        reads, writes = token(organiser), token(organiser, may_write=True)
        assert client.get(address).status_code == 404
        assert client.get(address, headers=reads).status_code == 200
        refused = client.patch(address, data, headers=reads, **JSON)
        assert (refused.status_code, refused.json()["errors"][0]["detail"][:25]) == (
            403,
            "This token may only read.",
        )
        assert client.patch(address, data, headers=writes, **JSON).status_code == 200
        expired = token(organiser, may_write=True, expiry=timezone.now() - timedelta(days=1))
        for wrong in (expired, {"Authorization": "Token nonsense"}, {"Authorization": "Token é"}):
            refused = client.get(address, headers=wrong)
            assert (refused.status_code, "expired" in refused.json()["errors"][0]["detail"]) == (401, True)

    @pytest.mark.parametrize("superuser", [False, True])
    def test_a_token_for_an_event_is_for_nothing_else(self, client, organiser, event, superuser):
        organiser.is_superuser = superuser
        organiser.save()
        other = make.Event(organisers=[organiser], state="draft")
        mine, theirs = (
            make.Talk(event=row, state="draft", speakers=[make.Speaker(state="draft")])
            for row in (event, other)
        )
        limited = token(organiser, may_write=True, every_event=False, events=[event])

        def status(address, method="get", data=None):
            return getattr(client, method)(f"/api/v1/{address}", data, headers=limited, **JSON).status_code

        assert status(f"talks/{mine.guid}/") == 200
        assert status(f"speakers/{mine.speakers.get().slug}/") == 200
        assert status(f"talks/{mine.guid}/", "patch", {"title": "Mine"}) == 200
        for address in [
            f"talks/{theirs.guid}/",
            f"events/{other.slug}/",
            f"speakers/{theirs.speakers.get().slug}/",
        ]:
            assert status(address) == 404, address
        assert status("topics/", "post", {"name": "Art", "slug": "art"}) == 403
        assert (
            status(
                "events/",
                "post",
                {"name": "New", "slug": "new", "starts_on": "2030-01-01", "ends_on": "2030-01-01"},
            )
            == 403
        )
        made = {"name": "New here"}
        assert status("speakers/", "post", made) == 201
        assert status("speakers/new-here/", "patch", {"headline": "Not on stage yet"}) == 200
        elsewhere = make.Speaker(created_by=organiser)
        make.Talk(event=make.Event(organisers=[organiser]), speakers=[elsewhere])
        assert status(f"speakers/{elsewhere.slug}/", "patch", {"headline": "Mine?"}) == 403
        assert status("speakers/new-here/merge/", "post", {"other": elsewhere.slug}) == 403
        event.delete()
        assert status(f"talks/{theirs.guid}/") == 404
