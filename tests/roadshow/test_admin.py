"""The whole admin: who gets in, who sees what, and that no list asks more the longer it is."""

import datetime as dt

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils import translation

from events import models as events
from events.models import Invitation, Role
from roadshow.models import ApiToken
from tests import factories

pytestmark = pytest.mark.django_db
SECRET = "Kept among us"


@pytest.fixture
def own(client):
    """A signed-in organiser's event, with one of everything."""
    user = factories.Organiser()
    client.force_login(user)
    event = factories.Event(organisers=[user], name="Own event")
    event.user = user
    return event


@pytest.fixture
def foreign():
    """Somebody else's draft event, with one of everything that belongs to it."""
    event = factories.Event(state="draft", name=SECRET)
    speaker = factories.Speaker(state="draft", name=f"{SECRET} speaker")
    track = factories.Track(event=event, name=f"{SECRET} track")
    talk = factories.Talk(event=event, title=f"{SECRET} talk", speakers=[speaker], track=track)
    factories.Slot(talk=talk)
    series = factories.Series(state="draft", name=f"{SECRET} series")
    feedback = events.Feedback.objects.create(event=event, talk=talk, rating=5, comment=f"{SECRET} words")
    release = events.Release.objects.create(
        event=event, number=1, note=f"{SECRET} note", document="{}", created_at=event.created_at
    )
    return [event, speaker, track, talk, series, feedback, release]


def address(row, page="change"):
    opts = row._meta
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_{page}", args=[row.pk])


def change_list(model, **filters):
    opts = model._meta
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist", query=filters)


OWNERS_ONLY = (Invitation, Role)  # of curators


def registered():
    return [model for model in admin.site._registry if model._meta.app_label in PORTAL]


PORTAL = ("events", "speakers", "resources", "roadshow")


@pytest.mark.parametrize("model", registered(), ids=lambda model: model._meta.label)
def test_anonymous_people_are_asked_to_sign_in(client, model):
    response = client.get(change_list(model))
    assert response.status_code == 302
    assert response.url.startswith(reverse("admin:login"))


def test_attendees_with_an_account_do_not_get_in(client):
    client.force_login(factories.User())
    assert client.get(reverse("admin:index")).status_code == 302


@pytest.mark.parametrize("model", registered(), ids=lambda model: model._meta.label)
def test_lists_of_another_organiser_name_nothing_of_a_draft(client, own, foreign, model):
    response = client.get(change_list(model))
    assert response.status_code == (403 if model in OWNERS_ONLY else 200)
    assert SECRET not in response.content.decode()


def test_another_organiser_opens_changes_and_deletes_nothing(client, own, foreign):
    for row in foreign:
        before = type(row).objects.filter(pk=row.pk).values().get()
        for page in ("change", "delete", "history"):
            for send in (client.get, client.post):
                assert send(address(row, page), {"post": "yes"}).status_code in (302, 403, 404), (row, page)
                assert SECRET not in client.get(address(row, page)).content.decode()
        assert type(row).objects.filter(pk=row.pk).values().get() == before
    event = foreign[0]
    for send in (client.get, client.post):
        assert send(address(event, "release_plan")).status_code in (403, 404)
    assert event.releases.count() == 1


def test_a_superuser_sees_everything(client, foreign):
    client.force_login(factories.Organiser(is_superuser=True))
    for row in foreign:
        assert SECRET in client.get(change_list(type(row))).content.decode()
        assert SECRET in client.get(address(row), follow=True).content.decode()
    for model in registered():
        assert client.get(change_list(model, q="nothing")).status_code == 200
    assert client.get(change_list(get_user_model())).status_code == 200


def test_organisers_do_not_administer_people(client, own):
    user = factories.User()
    assert client.get(change_list(get_user_model())).status_code == 403
    assert client.get(address(user)).status_code == 403


@pytest.mark.parametrize(
    ("field", "offered"), [("event", {"Own event"}), ("track", {"Own track"}), ("topics", {"Own topic"})]
)
def test_autocompletes_offer_what_the_organiser_may_use(client, own, foreign, field, offered):
    factories.Track(event=own, name="Own track")
    factories.Topic(name="Own topic")
    answer = client.get(
        reverse("admin:autocomplete"), {"app_label": "events", "model_name": "talk", "field_name": field}
    )
    assert {row["text"] for row in answer.json()["results"]} == offered


def test_a_published_speaker_of_others_may_be_credited_but_not_changed(client, own):
    speaker = factories.PublicSpeaker(name="Somebody known")
    query = {"app_label": "events", "model_name": "talkspeaker", "field_name": "speaker", "term": "known"}
    answer = client.get(reverse("admin:autocomplete"), query)
    assert [row["id"] for row in answer.json()["results"]] == [str(speaker.pk)]
    assert client.get(address(speaker)).status_code in (302, 403)


def test_the_search_box_finds_what_is_the_organiser_s(client, own, foreign):
    factories.Talk(event=own, title="Seldom heard")
    address = reverse("admin:search")
    found = client.get(address, {"s": "seldom", "extended": "1"}).content.decode()
    assert "Seldom heard" in found
    assert SECRET not in client.get(address, {"s": "kept among", "extended": "1"}).content.decode()


def test_the_first_page_says_what_needs_doing(client, own, foreign):
    factories.Talk(event=own, title="Waits for a room")
    factories.Resource(state="suggested", title="A suggested link")
    events.Feedback.objects.create(event=own, comment="It was loud")
    factories.Event(organisers=[own.user], name="Held before", starts_on=dt.date(2020, 2, 6))
    page = client.get(reverse("admin:index")).content.decode()
    for words in (
        "Own event",
        "Held before",
        "write one",
        "Waits for a room",
        "A suggested link",
        "It was loud",
    ):
        assert words in page
    assert SECRET not in page


@pytest.mark.parametrize("count", [1, 3])
def test_the_first_page_takes_as_many_queries_however_much_there_is(
    client, own, count, django_assert_num_queries
):
    for number in range(count):
        event = factories.Event(organisers=[own.user])
        talk = factories.Talk(event=event, speakers=[factories.Speaker()])
        factories.Slot(talk=talk)
        factories.Talk(event=event)
        factories.Resource(state="suggested", url_key=f"example.org/{number}")
        events.Feedback.objects.create(event=event, rating=4)
    client.get(reverse("admin:index"))
    with django_assert_num_queries(17):
        client.get(reverse("admin:index"))


@pytest.mark.parametrize("path", ["/admin/", "/zh-hans/admin/"])
def test_the_admin_speaks_both_languages(client, own, path):
    with translation.override("en"):  # the language of the last request stays active
        assert client.get(path).status_code == 200


def test_a_token_is_for_every_event_or_for_chosen_ones(client, own):
    def problems(**data):
        page = client.post(
            reverse("admin:roadshow_apitoken_add"), {"name": "Video team", "days": "90"} | data
        )
        return page.context["adminform"].form.errors.keys() if "adminform" in page.context else None

    assert problems(every_event="on", events=[own.pk]) == {"events"}
    assert problems() == {"events"}
    assert problems(events=[own.pk]) is None
    assert problems(every_event="on") is None
    assert sorted(ApiToken.objects.values_list("every_event", "events__slug"), key=str) == [
        (False, own.slug), (True, None),
    ]  # fmt: skip


def test_a_token_is_shown_once_and_works_for_its_owner_only(client, own):
    data = {"name": "Video team", "days": "90", "every_event": "on"}
    page = client.post(reverse("admin:roadshow_apitoken_add"), data)
    token = ApiToken.objects.get()
    secret = page.context["token"]
    assert secret in page.content.decode()
    assert (token.name, token.user) == ("Video team", own.user)
    assert secret not in client.get(change_list(ApiToken)).content.decode()
    chinese = client.get("/zh-hans" + change_list(ApiToken)).text
    assert all(heading in chinese for heading in ("用户", "创建时间", "到期时间"))
    client.force_login(factories.Organiser())
    assert "Video team" not in client.get(change_list(ApiToken)).content.decode()
