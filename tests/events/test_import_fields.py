"""Everything that a document can say is stored, derived, or reported."""

from dataclasses import fields

import pytest

from events.actions.importing.leftovers import NOT_STORED
from events.formats import document as doc
from tests.events.test_import_safety import load, talk, the_event

CLASSES = ("Document", "Talk", "Person", "Room", "Track", "Slot", "Link", "Venue")
STORED = {  # field of the document: where it is
    "Document": {"title", "url", "timezone", "starts_on", "ends_on", "language", "description", "color", "venue",
                 "rooms", "tracks", "days", "talks"},
    "Talk": {"title", "guid", "code", "slug", "subtitle", "abstract", "description", "kind", "type_label", "level",
             "language", "state", "track", "topics", "persons", "links", "recording_license",
             "recording_optout", "slots"},
    "Person": {"name", "guid", "role", "headline", "biography", "url", "links"},
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


@pytest.mark.django_db
def test_what_is_stored_comes_back_through_the_api(client):
    ada = doc.Person(
        name="Ada", role="moderator", headline="Analyst", biography="Bio", url="https://ada.example",
        links=[doc.Link(url="https://x.example/a", title="A")],
    )  # fmt: skip
    load(
        talk(
            "One", subtitle="Sub", abstract="Abs", description="Desc", kind="workshop", type_label="Lab",
            level="advanced",
            language="de", track="Core", topics=["Python"], code="ABC123", recording_license="CC0",
            recording_optout=True,
            persons=[ada], links=[doc.Link(url="https://x.example/s", title="S", kind="slides")],
        ),
        release=True,
    )  # fmt: skip
    row = client.get(f"/api/v1/talks/{the_event().talks.get().guid}/", {"expand": "speakers,track"}).json()
    for name, value in {
        "title": "One", "subtitle": "Sub", "abstract": "Abs", "description": "Desc", "kind": "workshop",
        "type_label": "Lab", "level": "advanced", "language": "de", "code": "ABC123", "recording_license": "CC0",
        "do_not_record": True,
    }.items():  # fmt: skip
        assert row[name] == value, name
    text = client.get(
        f"/api/v1/talks/{the_event().talks.get().guid}/", {"expand": "speakers,track"}
    ).content.decode()
    for part in ("Core", "ython", "Ada", "https://x.example/s"):
        assert part in text
    assert "Hall" in client.get(f"/api/v1/events/{the_event().slug}/schedule/").content.decode()


@pytest.mark.django_db
def test_what_is_not_stored_is_reported():
    report = load(
        talk(
            "One", url="https://c.example/1", logo="https://c.example/l.png", feedback_url="https://c.example/f",
            persons=[doc.Person(name="Ada", picture="https://c.example/a.png")],
        ),
        logo="https://c.example/logo.png",
    )  # fmt: skip
    said = " ".join(problem.message for problem in report.problems)
    for part in ("pages of talks", "logos of talks", "feedback", "logo of the conference", "Pictures of 1"):
        assert part in said
