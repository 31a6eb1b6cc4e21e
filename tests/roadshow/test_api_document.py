"""A whole event in one document: what is put comes back, all or nothing, and is reported."""

import copy
import datetime as dt
import os

import orjson
import pytest

from events.actions import release, undo_import
from events.models import Event, Import, Slot, Talk
from roadshow.api.models import Change
from speakers.models import Speaker
from tests import factories as make
from tests.roadshow.test_api_schema import named

pytestmark = pytest.mark.django_db
MANY = int(os.environ.get("DOCUMENT_TALKS", "0"))


@pytest.fixture
def organiser():
    return make.Organiser()


@pytest.fixture
def portal(client, organiser):
    client.force_login(organiser)
    return client


@pytest.fixture
def event(organiser):
    room = make.Room(name="Hall", capacity=300)
    event = make.Event(slug="roadshow", organisers=[organiser], venue=room.venue)
    track = make.Track(event=event, name="Systems")
    speaker = make.Speaker(name="Ada", created_by=organiser, biography="She *wrote*.")
    speaker.links.create(url="https://example.org/ada")
    for hour, title in ((10, "One"), (11, "Two")):
        talk = make.Talk(event=event, title=title, speakers=[speaker], topics=[make.Topic()], track=track)
        talk.links.create(url="https://example.org/slides", kind="slides")
        start = dt.datetime(2030, 10, 6, hour, tzinfo=dt.UTC)
        make.Slot(talk=talk, room=room, starts_at=start)
    make.Talk(event=event, title="Perhaps", state="draft", notes="Ask her.")
    release(event=event, by=organiser)
    return event


def address(slug: str = "roadshow", query: str = "") -> str:
    return f"/api/v1/events/{slug}/document/{query}"


def put(portal, document, slug="roadshow", query="", **headers):
    data = document if isinstance(document, bytes) else orjson.dumps(document)
    return portal.put(address(slug, query), data, content_type="application/json", headers=headers)


def read(portal, slug="roadshow") -> dict:
    return orjson.loads(portal.get(address(slug)).content)


def slots_of(document: dict) -> list[dict]:
    return [slot for day in document["days"] for room in day["rooms"] for slot in room["slots"]]


def test_what_was_read_is_put_back_and_changes_nothing(portal, event):
    before, changes = portal.get(address()), Change.objects.count()
    named("EventDocument").validate(before.json())
    named("EventDocumentRequest").validate(before.json())
    done = put(portal, before.content, **{"If-Match": before["ETag"]})
    assert (done.status_code, done.json()["changes"]) == (200, 0)
    named("DocumentReport").validate(done.json())
    assert portal.get(address()).content == before.content
    assert Change.objects.count() == changes
    assert not Import.objects.exists()


def test_an_edited_document_comes_back_byte_by_byte(portal, event):
    document = read(portal)
    document["title"] = "Another name"
    document["rooms"][0]["capacity"] = 20
    document["tracks"][0]["color"] = "#123456"
    document["speakers"][0]["biography"] = "Longer."
    document["unscheduled"][0]["title"] = "Perhaps not"
    for slot in slots_of(document):
        slot["talk"]["links"] = []
        slot["ends_at"] = slot["ends_at"].replace(":00:00+", ":10:00+")
    done = put(portal, document)
    assert done.status_code == 200, done.content
    report = done.json()
    assert report["event_keys"] == ["title"]
    assert (report["changed_rooms"], report["changed_tracks"]) == (["Hall"], ["Systems"])
    assert report["changed_speakers"] == ["Ada"]
    assert sorted(report["changed"]) == ["One", "Perhaps not", "Two"]
    assert report["slots"] == {"added": 0, "moved": 2, "removed": 0}
    assert portal.get(address()).content == orjson.dumps(document)
    assert done["ETag"] == portal.get(address())["ETag"]


def test_it_makes_a_new_event_from_titles_and_names(portal):
    document = {
        "title": "Made at once",
        "timezone": "Europe/Zurich",
        "starts_on": "2030-05-01",
        "ends_on": "2030-05-01",
        "days": [
            {
                "rooms": [
                    {
                        "name": "Aula",
                        "slots": [
                            {
                                "starts_at": "2030-05-01T10:00:00+02:00",
                                "ends_at": "2030-05-01T10:30:00+02:00",
                                "talk": {
                                    "title": "Engines",
                                    "state": "confirmed",
                                    "track": "History",
                                    "topics": ["Steam"],
                                    "speakers": [{"name": "Ada"}, {"name": "Charles", "role": "host"}],
                                },
                            }
                        ],
                    }
                ]
            }
        ],
    }
    named("EventDocumentRequest").validate(document)
    tried = put(portal, document, "made", "?dry_run=true")
    assert (tried.status_code, tried.json()["dry_run"], tried.json()["new"]) == (200, True, ["Engines"])
    assert not Event.objects.exists()
    assert not Speaker.objects.exists()
    done = put(portal, document, "made")
    assert done.status_code == 201, done.content
    assert done["Location"].endswith(address("made"))
    again = put(portal, document, "made")
    assert (again.status_code, again.json()["changes"]) == (200, 0)
    talk = Talk.objects.get()
    assert [(one.speaker.name, one.role) for one in talk.talk_speakers.all()] == [
        ("Ada", "speaker"),
        ("Charles", "host"),
    ]
    assert (talk.track.name, talk.slots.get().room.name) == ("History", "Aula")
    assert portal.post("/api/v1/events/made/release/", {}, content_type="application/json").status_code == 201


def test_what_is_not_in_it_leaves_and_can_be_brought_back(portal, event, organiser):
    before = portal.get(address()).content
    document = orjson.loads(before)
    document["days"][0]["rooms"][0]["slots"].pop()
    document["unscheduled"] = document["speakers"] = []
    done = put(portal, document)
    assert sorted(done.json()["withdrawn"]) == ["Perhaps", "Two"]
    assert done.json()["slots"]["removed"] == 1
    assert Talk.objects.filter(state="withdrawn").count() == 2
    undo_import(entry=Import.objects.get(), by=organiser)
    assert portal.get(address()).content == before
    assert put(portal, document).status_code == 200
    assert put(portal, before).status_code == 200
    assert portal.get(address()).content == before


def test_lists_that_are_left_out_stay_as_they_are(portal, event):
    schedule = portal.get("/api/v1/events/roadshow/schedule/").json()
    named("EventDocumentRequest").validate(schedule)
    done = put(portal, schedule)
    assert (done.status_code, done.json()["changes"]) == (200, 0), done.content
    assert Talk.objects.get(title="Perhaps").state == "draft"


@pytest.mark.parametrize(
    ("change", "attr"),
    [
        (lambda one: one.update(extra=1), "non_field_errors"),
        (lambda one: one["rooms"][0].update(capacity="20"), "rooms.0.capacity"),
        (lambda one: one["speakers"][0].update(link="x"), "speakers.0"),
        (lambda one: slots_of(one)[1]["talk"].update(kind="opera"), "days.0.rooms.0.slots.1.talk.kind"),
        (lambda one: slots_of(one)[0]["talk"].update(track="None"), "days.0.rooms.0.slots.0.talk.track"),
        (lambda one: slots_of(one)[0].update(ends_at="2030-10-06T00:00:00Z"), "days.0.rooms.0.slots.0.ends_at"),
        (lambda one: slots_of(one)[0].update(starts_at="2030-10-06T00:00:00"), "days.0.rooms.0.slots.0.starts_at"),
        (lambda one: one["days"][0]["rooms"][0].update(guid=None, name="Other"), "days.0.rooms.0.name"),
        (lambda one: one["unscheduled"][0].update(title=""), "unscheduled.0.title"),
        (lambda one: one["unscheduled"].append(slots_of(one)[0]["talk"]), "unscheduled.1"),
        (lambda one: one.update(timezone="Mars/Olympus"), "timezone"),
        (lambda one: one.update(event="other"), "event"),
    ],
)  # fmt: skip
def test_an_error_says_where_it_is_and_nothing_is_written(portal, event, change, attr):
    before = portal.get(address()).content
    document = orjson.loads(before)
    document["title"] = "Not this"
    change(document)
    refused = put(portal, document)
    assert (refused.status_code, refused.json()["errors"][0]["attr"]) == (400, attr), refused.content
    assert portal.get(address()).content == before


def test_if_match_and_rights(portal, event, client):
    document = read(portal)
    tag = portal.get(address())["ETag"]
    document["title"] = "Newer"
    assert put(portal, document, **{"If-Match": tag}).status_code == 200
    assert put(portal, document, **{"If-Match": tag}).status_code == 412
    assert portal.get(address(), headers={"If-None-Match": tag}).status_code == 200
    assert portal.get(address("nothing")).status_code == 404
    hidden = make.Event(state="draft")
    assert put(portal, document | {"event": hidden.slug}, hidden.slug).status_code == 404
    others = make.Event()
    assert portal.get(address(others.slug)).status_code == 403
    assert put(portal, document | {"event": others.slug}, others.slug).status_code == 403
    client.logout()
    assert client.get(address()).status_code == 401
    assert put(client, document).status_code == 401


def test_speakers_and_rooms_of_others_are_named_and_not_changed(portal, event):
    other = make.PublicSpeaker(name="Grace", created_by=make.Organiser())
    document = read(portal)
    slot = slots_of(document)[0]
    slot["talk"]["speakers"].append({"guid": str(other.guid), "name": "Somebody"})
    assert put(portal, document).status_code == 200
    other.refresh_from_db()
    assert other.name == "Grace"
    document = read(portal)
    grace = next(one for one in document["speakers"] if one["name"] == "Grace")
    grace["headline"] = "Admiral"
    refused = put(portal, document)
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["attr"].startswith("speakers.")
    slot = Slot.objects.first()
    foreign = make.Slot()
    document = read(portal)
    slots_of(document)[0]["guid"] = str(foreign.guid)
    assert put(portal, document).status_code == 400
    slot.refresh_from_db()


@pytest.mark.parametrize("count", [1, 3])
def test_as_many_statements_however_many_talks(portal, event, count, django_assert_max_num_queries):
    document = read(portal)
    first = slots_of(document)[0]
    for number in range(count):
        slot = copy.deepcopy(first)
        del slot["guid"], slot["number"], slot["talk"]["guid"], slot["talk"]["slug"], slot["talk"]["url"]
        slot["talk"] |= {"title": f"New {number}", "speakers": [{"name": f"Person {number}"}]}
        document["days"][0]["rooms"][0]["slots"].append(slot)
    with django_assert_max_num_queries(85) as counted:
        assert put(portal, document).status_code == 200
    NUMBERS.setdefault(1, len(counted))
    assert len(counted) == NUMBERS[1]
    with django_assert_max_num_queries(25):
        portal.get(address())


NUMBERS: dict[int, int] = {}


@pytest.mark.skipif(not MANY, reason="set DOCUMENT_TALKS=1105 to measure")
def test_many_talks(portal, event):
    document = read(portal)
    document["rooms"] += [{"name": f"Room {n}"} for n in range(35)]
    for number in range(MANY):
        room = {"name": f"Room {number % 35}", "slots": []}
        hour, minute = divmod(number // 35 * 15, 60)
        moment = f"2030-10-06T{hour:02}:{minute:02}"
        room["slots"].append({
            "starts_at": f"{moment}:00Z", "ends_at": f"{moment}:59Z",
            "talk": {
                "title": f"New {number}", "abstract": "About it. " * 60, "state": "confirmed",
                "track": f"Track {number % 60}", "topics": [f"Topic {number % 40}"],
                "speakers": [{"name": f"Person {number}"}, {"name": f"Other {number % 300}"}],
                "links": [{"url": "https://example.org/slides.pdf", "kind": "slides"}],
            },
        })  # fmt: skip
        document["days"][0]["rooms"].append(room)
    del document["tracks"]
    done = put(portal, document)
    assert done.status_code == 200, done.content[:300]
    body = portal.get(address()).content
    assert put(portal, body).json()["changes"] == 0
    assert portal.get(address()).content == body
