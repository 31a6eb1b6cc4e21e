"""People are public when a talk of theirs is, on every surface, and not from the moment they are typed."""

import pytest

from events.models import Event, Talk, TalkSpeaker
from roadshow.api.models import Change
from tests import factories as make

pytestmark = pytest.mark.django_db
SURFACES = [
    "/speakers/",
    "/speakers/?q=Zylophant",
    "/search/?q=Zylophant",
    "/search/suggest/?q=Zylophant",
    "/api/v1/speakers/",
    "/api/v1/search/?q=Zylophant",
    "/sitemap-speakers.xml",
]


@pytest.fixture
def speaker():
    return make.Speaker(name="Zylophant", slug="zylo-phant")


def shown_at(client, speaker) -> set[str]:
    found = {url for url in SURFACES if "zylo-phant" in client.get(url).text}
    own = [speaker.get_absolute_url(), f"/api/v1/speakers/{speaker.slug}/"]
    return found | {url for url in own if client.get(url).status_code == 200}


def test_a_person_without_a_talk_is_nowhere(client, speaker):
    assert shown_at(client, speaker) == set()


def test_a_person_is_public_while_a_talk_is(client, speaker):
    event = make.Event(state="draft")
    talk = make.Talk(event=event, speakers=[speaker], state="draft")
    steps = [
        (Event.objects.filter(pk=event.pk), "published", False),
        (Talk.objects.filter(pk=talk.pk), "confirmed", True),
        (Talk.objects.filter(pk=talk.pk), "withdrawn", False),
        (Talk.objects.filter(pk=talk.pk), "cancelled", True),
        (Event.objects.filter(pk=event.pk), "draft", False),
        (Event.objects.filter(pk=event.pk), "postponed", True),
        (type(speaker).objects.filter(pk=speaker.pk), "draft", False),
        (type(speaker).objects.filter(pk=speaker.pk), "published", True),
    ]
    for rows, state, is_public in steps:
        rows.update(state=state)
        assert len(shown_at(client, speaker)) == (len(SURFACES) + 2 if is_public else 0), state
    TalkSpeaker.objects.all().delete()
    assert shown_at(client, speaker) == set()


def test_becoming_public_is_a_public_change(speaker):
    Change.objects.all().delete()
    make.Talk(speakers=[speaker])
    assert Change.objects.get(kind="speakers", guid=speaker.guid).public


def test_a_cached_list_names_somebody_as_soon_as_they_are_public(client, speaker):
    assert "Zylophant" not in client.get("/speakers/").text
    make.Talk(speakers=[speaker])
    assert "Zylophant" in client.get("/speakers/").text


def test_organisers_see_whom_they_typed_and_nobody_else_does(client, speaker):
    typist, other = make.Organiser(), make.Organiser()
    type(speaker).objects.update(created_by=typist)
    for user, status in ((typist, 200), (other, 404)):
        client.force_login(user)
        assert client.get(speaker.get_absolute_url()).status_code == status
