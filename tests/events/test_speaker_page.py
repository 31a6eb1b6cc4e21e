"""A speaker's own page by a private link."""

import datetime as dt
from importlib import import_module
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from events.actions.merging import merge_speakers
from events.actions.speaker_pages import create_pass, revoke_passes
from events.models import Confirmation, EventSpeaker, SpeakerPass
from roadshow.journal.models import Activity, Change
from roadshow.personal_data import erase_person, export_person
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def event():
    return factories.Event(
        name="Summit", timezone="Asia/Kolkata", state="draft", organisers=[factories.Organiser()]
    )


@pytest.fixture
def talk(event):
    return factories.Talk(event=event, title="Engines", speakers=[factories.Speaker(name="Ada")])


@pytest.fixture
def person(event, talk):
    """At an event whose people entered the person."""
    row = EventSpeaker.objects.of(event, talk.speakers.get())
    EventSpeaker.objects.filter(pk=row.pk).update(profile_access="granted")
    row.refresh_from_db()
    return row


def open_link(person, by=None):
    return f"/my-page/{create_pass(person=person, by=by)}/"


@pytest.fixture
def link(person):
    return open_link(person)


def profile(**values):
    return {"do": "profile", "name": "Ada Lovelace", "biography": "Numbers"} | values


def test_the_link_opens_the_page_without_an_account_and_nothing_else_does(client, link, talk):
    response = client.get(link)
    assert response.status_code == 200
    assert "Engines" in response.content.decode()
    assert response["X-Robots-Tag"] == "noindex"
    assert "no-store" in response["Cache-Control"]
    assert response["Referrer-Policy"] == "strict-origin"  # the token is in the path
    assert client.get("/my-page/guessed/").status_code == 404
    assert "expired or was revoked" in client.get("/my-page/guessed/").content.decode()


def test_a_link_expires_and_is_revoked(client, link, person):
    SpeakerPass.objects.update(expires_at=timezone.now())
    assert client.get(link).status_code == 404
    other = open_link(person)
    assert revoke_passes(person=person) == 2
    assert client.get(other).status_code == 404


def test_the_link_ends_with_the_person_at_the_event(client, link, person):
    person.delete()
    assert client.get(link).status_code == 404


def test_a_link_lends_no_more_than_its_event_or_its_maker_may_do(client, event, talk, person):
    EventSpeaker.objects.update(profile_access="")
    values = profile(biography="Of this event")
    response = client.post(open_link(person, by=event.organisers.get()), values)
    assert response.status_code == 302
    speaker = talk.speakers.get()
    assert (speaker.name, speaker.biography) == ("Ada", "")
    assert EventSpeaker.objects.get().biography == "Of this event"
    assert "Your profile of other events stays" in client.get(open_link(person)).content.decode()
    client.post(open_link(person, by=factories.Organiser(is_superuser=True)), values)
    assert talk.speakers.get().name == "Ada Lovelace"


def test_the_token_is_not_stored(link):
    token = link.split("/")[2]
    assert token not in str(SpeakerPass.objects.values())


@pytest.mark.parametrize(("do", "accepted"), [("accept", True), ("decline", False)])
def test_a_talk_is_confirmed_or_declined(client, link, talk, do, accepted):
    assert client.post(link, {"do": do, "talk": talk.pk}).status_code == 302
    assert Confirmation.objects.get(talk=talk).accepted is accepted
    assert Activity.objects.first().kind == "speaker"


def test_a_sender_of_many_requests_waits(client, link, monkeypatch):
    monkeypatch.setattr(import_module("events.views.speaker_page"), "TIMES", 1)
    assert [client.get(link).status_code for _number in range(2)] == [200, 429]


def test_a_person_gives_what_is_stored_of_them_and_is_erased_with_it(client, link, talk):
    client.post(link, profile(arrival="Friday"))
    client.post(link, {"do": "accept", "talk": talk.pk})
    exported = export_person(talk.speakers.get())
    assert '"arrival": "Friday"' in exported
    assert '"accepted": true' in exported
    erase_person(talk.speakers.get())
    assert not Confirmation.objects.exists()
    assert not Change.objects.filter(table__in=["events_confirmation", "events_eventspeaker"]).exists()
    assert client.get(link).status_code == 404


def test_a_talk_of_others_is_not_touched(client, link, event):
    other = factories.Talk(event=event, speakers=[factories.Speaker()])
    client.post(link, {"do": "accept", "talk": other.pk})
    client.post(link, {"do": "links", "talk": other.pk, f"talk{other.pk}-slides": "https://example.org"})
    assert not Confirmation.objects.exists()
    assert not other.links.exists()


def test_the_profile_is_saved_and_can_be_undone_by_organisers(client, link, event, talk):
    values = profile(requirements="A ramp", arrival="Friday", phone="1")
    values |= {"2030-10-06_from": "10:00", "2030-10-06_until": "12:30"}
    assert client.post(link, values).status_code == 302
    speaker = talk.speakers.get()
    assert (speaker.name, speaker.biography) == ("Ada Lovelace", "Numbers")
    row = EventSpeaker.objects.get(speaker=speaker)
    assert (row.requirements, row.arrival) == ("A ramp", "Friday")
    zone = event.zone
    begin = dt.datetime(2030, 10, 6, 10, tzinfo=zone)
    assert row.is_available(begin, begin + dt.timedelta(hours=2))
    assert not row.is_available(begin, begin + dt.timedelta(hours=3))
    client.force_login(event.organisers.get())
    log = reverse("admin:events_event_activity", args=[event.pk])
    content = client.get(log).content.decode()
    assert "By a speaker: Ada Lovelace" in content
    assert "A ramp" not in content
    assert "Friday" not in content
    client.post(log, {"undo": Activity.objects.first().pk})
    speaker.refresh_from_db()
    assert speaker.name == "Ada"


def test_times_are_shown_as_they_are_known_and_stay_unless_they_are_changed(client, link, person):
    spans = [["2030-10-06T09:00:00+05:30", "2030-10-06T10:00:00+05:30"]]
    spans.append(["2030-10-06T14:00:00+05:30", "2030-10-06T16:00:00+05:30"])
    EventSpeaker.objects.update(availability=spans)
    form = client.get(link).context["form"]
    shown = {f"2030-10-06_{end}": form[f"2030-10-06_{end}"].value() for end in ("from", "until")}
    assert [str(one) for one in shown.values()] == ["09:00:00", "16:00:00"]
    shown = {name: f"{time:%H:%M}" for name, time in shown.items()}
    client.post(link, profile(**shown))
    assert EventSpeaker.objects.get().availability == spans
    client.post(link, profile(**shown | {"2030-10-06_until": "15:00"}))
    assert EventSpeaker.objects.get().availability == [
        ["2030-10-06T09:00:00+05:30", "2030-10-06T15:00:00+05:30"]
    ]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"name": ""}, "This field is required"),
        ({"phone": "1\x07"}, "control character"),
        ({"picture": SimpleUploadedFile("me.jpg", b"no picture", "image/jpeg")}, "valid image"),
        ({"2030-10-06_from": "10:00"}, "Give both times"),
        ({"2030-10-06_from": "10:00", "2030-10-06_until": "09:00"}, "Give both times"),
    ],
)
def test_what_is_refused_keeps_what_was_typed(client, link, values, message):
    response = client.post(link, profile(biography="My long text") | values)
    assert response.status_code == 422
    assert message in response.content.decode()
    assert "My long text" in response.content.decode()


def test_a_picture_is_cut_to_a_square(client, link, talk, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    data = BytesIO()
    Image.new("RGB", (300, 500), "red").save(data, "JPEG")
    picture = SimpleUploadedFile("me.jpg", data.getvalue(), "image/jpeg")
    assert client.post(link, profile(picture=picture)).status_code == 302
    with Image.open(talk.speakers.get().picture) as stored:
        assert stored.size == (300, 300)


def test_slides_are_added_changed_and_removed(client, link, talk):
    prefix = f"talk{talk.pk}"
    for url in ("https://example.org/one.pdf", "https://example.org/two.pdf"):
        client.post(link, {"do": "links", "talk": talk.pk, f"{prefix}-slides": url})
        assert talk.links.get().url == url
    response = client.post(link, {"do": "links", "talk": talk.pk, f"{prefix}-slides": "not an address ://"})
    assert response.status_code == 422
    client.post(link, {"do": "links", "talk": talk.pk, f"{prefix}-slides": ""})
    assert not talk.links.exists()


def test_answers_show_on_the_overview_and_in_the_lists(client, link, event, talk, person):
    client.post(link, {"do": "decline", "talk": talk.pk})
    client.force_login(event.organisers.get())
    overview = client.get(reverse("admin:events_event_overview", args=[event.pk])).content.decode()
    assert "Talks that a speaker declined" in overview
    page = reverse("admin:events_talk_changelist")
    for missing, count in (("answer", 1), ("refusal", 1)):
        response = client.get(page, {"missing": missing, "event__id__exact": event.pk})
        assert response.context["cl"].result_count == count
    private = reverse("admin:events_eventspeaker_private_link", args=[person.pk])
    assert "declined" in client.get(private).content.decode()


def test_organisers_make_a_link_that_is_shown_once_and_revoke_it(client, event, person):
    client.force_login(event.organisers.get())
    page = reverse("admin:events_eventspeaker_private_link", args=[person.pk])
    response = client.post(page, {"do": "create"})
    assert "no-store" in response["Cache-Control"]
    address = response.context["link"]
    assert address.removeprefix("http://testserver") in response.content.decode()
    assert address not in client.get(page).content.decode()
    assert client.get(address).status_code == 200
    client.post(page, {"do": "revoke"})
    assert client.get(address).status_code == 404


def test_a_merged_person_keeps_answers_and_links(client, link, talk, person):
    client.post(link, {"do": "accept", "talk": talk.pk})
    into = factories.Speaker(name="Ada L.")
    merge_speakers(into=into, other=talk.speakers.get())
    assert Confirmation.objects.get().speaker == into
    assert "Ada L." in client.get(link).content.decode()


def test_the_page_takes_as_many_queries_however_many_talks(client, link, event, talk):
    queries = []
    for count in (0, 2):
        for _number in range(count):
            factories.Talk(event=event, speakers=[talk.speakers.get()])
        with CaptureQueriesContext(connection) as captured:
            assert client.get(link).status_code == 200
        queries.append(len(captured))
    assert queries[0] == queries[1]
