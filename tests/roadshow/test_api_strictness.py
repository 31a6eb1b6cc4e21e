"""Writing by the API: what differs is stored, and nothing is accepted that is not understood."""

import datetime as dt

import pytest

from events.models import Slot, Talk
from roadshow.api.feed import Change
from speakers.models import Speaker
from tests import factories as make

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def client(client, admin_user):
    client.force_login(admin_user)
    return client


def send(client, method, address, data):
    return getattr(client, method)(address, data, content_type="application/json")


def talk_address(talk):
    return f"/api/v1/talks/{talk.guid}/"


@pytest.fixture
def talk():
    talk = make.Talk(speakers=[make.Speaker(), make.Speaker()])
    talk.topics.add(make.Topic())
    talk.links.create(url="https://example.org/", title="Slides", position=0)
    return talk


def written(talk):
    """What a write leaves behind on a talk: time and history."""
    fresh = Talk.objects.get(pk=talk.pk)
    return fresh.updated_at, fresh.history.count()


WRITABLE = ("event", "title", "kind", "topics", "speakers", "roles", "links", "language", "state", "abstract")


class TestNothingChanged:
    def test_a_talk_by_put_patch_and_bulk(self, client, talk):
        address = talk_address(talk)
        record = client.get(address).json()
        before = written(talk)
        Change.objects.all().delete()
        for method, data in [
            ("put", record),
            ("patch", {}),
            ("patch", {"title": record["title"]}),
            ("patch", {name: record[name] for name in WRITABLE}),
        ]:
            response = send(client, method, address, data)
            assert response.status_code == 200, response.content
            assert response.json() == record
            assert written(talk) == before, (method, data)
        response = send(client, "post", "/api/v1/talks/bulk/", {"talks": [record]})
        assert response.status_code == 200, response.content
        assert written(talk) == before
        assert not Change.objects.exists()

    @pytest.mark.parametrize(
        ("kind", "row"),
        [
            ("speakers", lambda: make.PublicSpeaker()),
            ("events", lambda: make.Event()),
            ("resources", lambda: make.Resource()),
            ("collections", lambda: make.Collection()),
            ("rooms", lambda: make.Room()),
            ("topics", lambda: make.Topic()),
        ],
    )
    def test_other_records(self, client, kind, row):
        row = row()
        address = f"/api/v1/{kind}/{row.guid if kind == 'rooms' else row.slug}/"
        record = client.get(address).json()
        before = type(row).objects.get(pk=row.pk).updated_at
        Change.objects.all().delete()
        for method, data in [("put", record), ("patch", {}), ("patch", record)]:
            response = send(client, method, address, data)
            assert (response.status_code, response.json()) == (200, record), method
            fresh = type(row).objects.get(pk=row.pk)
            assert fresh.updated_at == before, method
            assert not Change.objects.exists(), method

    def test_a_slot_of_the_plan(self, client):
        slot = make.Slot()
        address = f"/api/v1/events/{slot.event.slug}/plan/{slot.guid}/"
        record = client.get(address).json()
        before = slot.history.count(), Slot.objects.get(pk=slot.pk).updated_at
        assert send(client, "put", address, record).status_code == 200
        assert send(client, "patch", address, {}).status_code == 200
        assert (slot.history.count(), Slot.objects.get(pk=slot.pk).updated_at) == before

    def test_what_belongs_to_a_talk_changes_the_talk(self, client, talk):
        address, before = talk_address(talk), written(talk)
        assert send(client, "patch", address, {"links": []}).status_code == 200
        between = written(talk)
        assert all(new != old for new, old in zip(between, before, strict=True))
        data = {"talks": [{"guid": str(talk.guid), "topics": []}]}
        assert send(client, "post", "/api/v1/talks/bulk/", data).status_code == 200
        assert all(new != old for new, old in zip(written(talk), between, strict=True))


class TestStrictness:
    def test_unknown_keys_are_refused_with_the_known_ones(self, client, talk):
        for method, address in [
            ("patch", talk_address(talk)),
            ("put", talk_address(talk)),
            ("post", "/api/v1/talks/"),
            ("post", f"/api/v1/events/{talk.event.slug}/release/"),
        ]:
            response = send(client, method, address, {"titel": "Hello"})
            assert response.status_code == 400, (method, address)
            (error,) = response.json()["errors"]
            assert (error["code"], error["attr"]) == ("unknown", "titel")
            assert "title" in error["detail"] or "note" in error["detail"]

    @pytest.mark.parametrize(
        ("kind", "key", "value"),
        [
            ("venues", "longitude", False),
            ("venues", "latitude", "12"),
            ("talks", "title", 1),
            ("talks", "duration", "30"),
            ("talks", "do_not_record", 0),
            ("talks", "topics", [0]),
            ("talks", "topics", 0),
            ("talks", "track", 0),
        ],
    )
    def test_values_have_their_json_type(self, client, kind, key, value):
        make.Topic(slug="0")
        row = make.Venue() if kind == "venues" else make.Talk()
        response = send(client, "patch", f"/api/v1/{kind}/{row.guid}/", {key: value})
        assert response.status_code == 400
        assert response.json()["errors"][0]["attr"].startswith(key)

    def test_read_only_keys_are_accepted_when_equal(self, client, talk):
        address, record = talk_address(talk), client.get(talk_address(talk)).json()
        for name in ("url", "guid", "created_at", "updated_at", "slots"):
            assert send(client, "patch", address, {name: record[name]}).status_code == 200, name
            response = send(client, "patch", address, {name: "something"})
            assert (response.status_code, response.json()["errors"][0]["attr"]) == (400, name)
        assert Talk.objects.get().title == record["title"]

    def test_a_new_record_has_no_read_only_keys(self, client):
        response = send(
            client, "post", "/api/v1/speakers/", {"name": "Ada", "created_at": "2020-01-01T00:00Z"}
        )
        assert response.status_code == 400
        assert not Speaker.objects.exists()


class TestCreated:
    @pytest.mark.parametrize(
        ("kind", "data"),
        [
            ("speakers", {"name": "Ada"}),
            ("series", {"name": "A tour", "slug": "tour"}),
            ("topics", {"name": "Engines", "slug": "engines"}),
            ("venues", {"name": "Hall", "city": "Bengaluru"}),
            ("resources", {"title": "Slides", "link": "https://example.org/", "kind": "article"}),
            ("collections", {"title": "To read"}),
        ],
    )
    def test_it_says_where_the_record_is(self, client, kind, data):
        response = send(client, "post", f"/api/v1/{kind}/", data)
        assert response.status_code == 201, response.content
        assert client.get(response["Location"]).json() == response.json()

    def test_a_slot_of_the_plan_and_a_record_by_put(self, client):
        talk = make.Talk()
        data = {"talk": str(talk.guid), "starts_at": f"{talk.event.starts_on}T10:00:00Z"}
        response = send(client, "post", f"/api/v1/events/{talk.event.slug}/plan/", data)
        assert client.get(response["Location"]).json() == response.json()
        response = send(client, "put", "/api/v1/speakers/ada/", {"name": "Ada"})
        assert (response.status_code, response["Location"]) == (201, "http://testserver/api/v1/speakers/ada/")

    def test_a_replay_has_the_same_headers(self, client):
        keyed = {"content_type": "application/json", "headers": {"Idempotency-Key": "1"}}
        first, second = (client.post("/api/v1/speakers/", {"name": "Ada"}, **keyed) for _ in range(2))
        assert second["Idempotent-Replayed"] == "true"
        assert (second["ETag"], second["Location"]) == (first["ETag"], first["Location"])


def test_a_release_says_what_it_did(client):
    event = make.Event()
    first, second = (make.Slot(talk=make.Talk(event=event)) for _ in range(2))
    make.Slot(talk=make.Talk(event=event, state="draft"))
    address = f"/api/v1/events/{event.slug}/release/"
    response = send(client, "post", address, {})
    assert response.status_code == 201, response.content
    report = response.json()["report"]
    assert (report["slots"], report["new"], report["drafts"]) == (2, 2, 1)
    assert client.get(response["Location"]).status_code == 200
    first.starts_at, first.ends_at = first.starts_at + HOUR, first.ends_at + HOUR
    first.save()
    second.talk.state = "cancelled"
    second.talk.save()
    report = send(client, "post", address, {}).json()["report"]
    assert {kind: count for kind, count in report.items() if count} == {
        "slots": 2, "moved": 1, "cancelled": 1, "drafts": 1,
    }  # fmt: skip


def test_a_list_may_be_sent_as_one_value_or_as_several(client):
    """Generators of clients do either."""
    make.Talk(title="Engines")
    for query in ("fields=title,slug", "fields=title&fields=slug"):
        assert client.get(f"/api/v1/talks/?{query}").json()["results"] == [
            {"slug": "engines", "title": "Engines"}
        ]
    found = client.get("/api/v1/search/?q=Engines&kind=events&kind=talks").json()["results"]
    assert [one["kind"] for one in found] == ["talks"]


@pytest.mark.parametrize(
    "address",
    [
        "talks/?fields=",
        "talks/?fields=nothing",
        "talks/?fields=title&fields=",
        "talks/?expand=,",
        "search/?q=x&kind=",
        "changes/?kind=",
    ],
)
def test_empty_and_unknown_words_are_refused(client, address):
    assert client.get(f"/api/v1/{address}").status_code == 400
