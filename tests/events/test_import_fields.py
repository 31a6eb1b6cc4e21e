"""Everything that a document can say is stored, derived, or reported."""

import datetime as dt
from dataclasses import fields
from io import BytesIO
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from PIL import Image

from events import actions
from events.actions.importing.leftovers import NOT_STORED
from events.formats import document as doc
from events.models import Import
from events.models import Talk as TalkRow
from roadshow.http.guard import FetchedResponse
from roadshow.jobs.models import Job
from speakers.models import Speaker
from tests import factories
from tests.events.test_import_safety import START, digest, load, talk, the_event

CLASSES = ("Document", "Talk", "Person", "Room", "Track", "Slot", "Link", "Venue")
STORED = {  # field of the document: where it is
    "Document": {"title", "url", "timezone", "starts_on", "ends_on", "language", "description", "color", "venue",
                 "logo", "rooms", "tracks", "days", "talks"},
    "Talk": {"title", "guid", "code", "slug", "subtitle", "abstract", "description", "kind", "type_label", "level",
             "language", "state", "track", "topics", "persons", "links", "recording_license",
             "recording_optout", "slots", "origin_url", "feedback_url", "logo"},
    "Person": {"name", "guid", "role", "headline", "biography", "url", "links", "picture"},
    "Room": {"name", "guid", "description", "capacity", "shared"},
    "Track": {"name", "color", "slug"},
    "Slot": {"starts_at", "ends_at", "room", "guid", "number"},
    "Link": {"url", "title", "kind"},
    "Venue": {"name", "address", "city", "country", "latitude", "longitude", "online_url"},
}  # fmt: skip


@pytest.mark.parametrize("name", CLASSES)
def test_every_field_has_a_place_or_is_named_as_having_none(name):
    known = {field.name for field in fields(getattr(doc, name))}
    assert known == STORED[name] | NOT_STORED[name]
    assert not STORED[name] & NOT_STORED[name]


FULL = talk(
    "One", subtitle="Sub", abstract="Abs", description="Desc", kind="workshop", type_label="Lab", level="advanced",
    language="de", track="Core", topics=["Rare topic"], code="ABC123", recording_license="CC0", recording_optout=True,
    origin_url="https://c.example/talks/1", feedback_url="https://c.example/f", logo="https://c.example/l.png",
    guid=UUID(int=1), slug="one-of-all", state="cancelled",
    persons=[
        doc.Person(
            name="Ada", role="moderator", headline="Analyst", biography="Her bio", url="https://ada.example",
            picture="https://c.example/ada.png", guid=UUID(int=2),
            links=[doc.Link(url="https://x.example/a", title="Her page")],
        )
    ],
    links=[doc.Link(url="https://x.example/s", title="Deck", kind="slides")],
    slots=[doc.Slot(starts_at=START, ends_at=START + dt.timedelta(hours=1), room="Hall", guid=UUID(int=3), number=77)],
)  # fmt: skip
WHOLE = {
    "title": "All of it", "url": "https://c.example/", "language": "fr", "description": "About it", "color": "#123456",
    "logo": "https://c.example/logo.png", "starts_on": START.date(), "ends_on": START.date(),
    "venue": doc.Venue(
        name="House", address="Road 1", city="Ghent", country="Belgium", latitude=51.05, longitude=3.72,
        online_url="https://live.example/",
    ),
    "rooms": [doc.Room(name="Hall", guid=UUID(int=4), description="Big", capacity=42, shared=True)],
    "tracks": [doc.Track(name="Core", color="#654321", slug="the-core")],
}  # fmt: skip


def read_everything(client, staff) -> str:
    """All that the API tells of the event."""
    client.force_login(staff)
    paths = ["events", "talks", "speakers", "rooms", "tracks", "venues", "topics", "slots"]
    return "\n".join(client.get(f"/api/v1/{path}/").content.decode() for path in paths)


@pytest.mark.django_db
def test_every_field_comes_back_through_the_api(client, django_capture_on_commit_callbacks, serve_pictures):
    """Each field of each dataclass that has a place, with a value that occurs nowhere else."""
    with django_capture_on_commit_callbacks(execute=True):
        load(FULL, release=True, **WHOLE)
    text = read_everything(client, factories.User(is_staff=True, is_superuser=True))
    rows = {"Document": doc.Document(**WHOLE, talks=[FULL]), "Talk": FULL, "Person": FULL.persons[0],
            "Room": WHOLE["rooms"][0], "Track": WHOLE["tracks"][0], "Slot": FULL.slots[0],
            "Link": FULL.links[0], "Venue": WHOLE["venue"]}  # fmt: skip
    for name, row in rows.items():
        for field in sorted(STORED[name]):
            value = getattr(row, field)
            if not isinstance(value, (list, doc.Venue)):
                assert spelled(field, value) in text, f"{name}.{field}: {value}"
    assert sorted(serve_pictures) == [
        "https://c.example/ada.png",
        "https://c.example/l.png",
        "https://c.example/logo.png",
    ]


def spelled(field: str, value) -> str:
    """How JSON has the value; a picture by where such pictures are."""
    if field in ("logo", "picture"):
        return "/media/"
    if isinstance(value, dt.datetime):
        return value.astimezone(ZoneInfo("Europe/Brussels")).strftime("%H:%M")
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)


@pytest.mark.django_db
def test_pictures_are_fetched_reencoded_and_undone(django_capture_on_commit_callbacks, serve_pictures):
    before = digest()
    with django_capture_on_commit_callbacks(execute=True):
        report = load(FULL, **WHOLE)
    speaker, row, event = Speaker.objects.get(), TalkRow.objects.get(), the_event()
    for picture in (speaker.picture, row.picture, event.picture):
        assert picture.name.endswith(".webp") and picture.storage.exists(picture.name)
    assert Import.objects.get().numbers["pictures"] == 3
    with django_capture_on_commit_callbacks(execute=True):
        again = load(FULL, event=event, **WHOLE)
    assert (again.changes, again.wishes) == (0, [])
    for entry in Import.objects.order_by("-pk"):
        with django_capture_on_commit_callbacks(execute=True):
            actions.undo_import(entry=Import.objects.get(pk=entry.pk), by=None)
    assert digest() == before
    assert not any(one.storage.exists(one.name) for one in (speaker.picture, row.picture, event.picture))
    assert report.wishes


@pytest.mark.django_db
def test_a_picture_of_an_organiser_stays(django_capture_on_commit_callbacks, serve_pictures):
    load(talk("One", persons=[doc.Person(name="Ada")]))
    Speaker.objects.update(picture="speakers/own.webp")
    with django_capture_on_commit_callbacks(execute=True):
        load(
            talk("One", persons=[doc.Person(name="Ada", picture="https://c.example/a.png")]),
            event=the_event(),
        )
    assert Speaker.objects.get().picture.name == "speakers/own.webp"
    assert serve_pictures == []


@pytest.mark.django_db
def test_what_is_no_picture_is_told(django_capture_on_commit_callbacks, monkeypatch):
    answer = FetchedResponse(status=200, url="", headers={}, body=b"<html>")
    monkeypatch.setattr("events.actions.importing.pictures.fetch_url", lambda url: answer)
    with django_capture_on_commit_callbacks(execute=True):
        load(talk("One", logo="https://c.example/l.png"))
    result = Job.objects.get().result
    assert (result["stored"], result["failed"]) == (0, 1)
    assert "not a picture" in result["problems"][0]


@pytest.mark.django_db
def test_pictures_without_a_web_address_are_reported():
    report = load(
        talk("One", logo="logo.png", persons=[doc.Person(name="Ada", picture="data:image/png;base64,AA")])
    )
    said = " ".join(problem.message for problem in report.problems)
    assert "logos of talks (1)" in said and "pictures of persons (1)" in said


@pytest.mark.django_db
def test_new_addresses_of_a_known_person_are_added_and_deleted_ones_stay_away():
    def ada(*urls):
        return talk("One", persons=[doc.Person(name="Ada", links=[doc.Link(url=url) for url in urls])])

    load(ada("https://x.example/1", "https://x.example/2"))
    Speaker.objects.get().links.filter(url="https://x.example/1").delete()
    report = load(ada("https://x.example/1", "https://x.example/2", "https://x.example/3"), event=the_event())
    urls = list(Speaker.objects.get().links.values_list("url", flat=True))
    assert urls == ["https://x.example/2", "https://x.example/3"]
    assert report.changed_speakers == ["Ada"]


@pytest.mark.django_db
def test_the_page_of_a_talk_here_is_no_page_elsewhere():
    load(talk("One", origin_url="https://portal.example/events/conference/talks/one/"), title="Conference")
    assert TalkRow.objects.get().origin_url == ""


@pytest.fixture
def serve_pictures(monkeypatch, settings, tmp_path):
    """A net in which every address is a picture; the addresses that were fetched."""
    fetched: list[str] = []
    data = BytesIO()
    Image.new("RGB", (4, 4), "red").save(data, "PNG")

    def fetch(url):
        fetched.append(url)
        return FetchedResponse(status=200, url=url, headers={}, body=data.getvalue())

    monkeypatch.setattr("events.actions.importing.pictures.fetch_url", fetch)
    return fetched
