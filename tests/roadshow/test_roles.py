"""What each role may do, on every surface: a new surface of the admin fails the test until it is in the table."""

import json
import re

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.core import mail
from django.test import Client
from django.urls import reverse

from events import models as events
from events.actions import release
from roadshow.core.roles import EVENT_ROLES, ROLE_PERMISSIONS, Permission
from tests import factories

pytestmark = pytest.mark.django_db
SECRET = "Kept among us"
OWNER, STRANGER, SERIES_ORGANISER = "owner", "stranger", "organiser of the series"
PEOPLE = [OWNER, SERIES_ORGANISER, *map(str, EVENT_ROLES), STRANGER]

# Admin pages of one object, by the name of their URL: the permission that opens them.
EVENT_PAGES = {
    "events_event_overview": Permission.VIEW,
    "events_event_setup": Permission.EDIT_EVENT,
    "events_event_enter_talks": Permission.EDIT_TALKS,
    "events_event_duplicates": Permission.EDIT_SPEAKERS,
    "events_event_quality": Permission.EDIT_TALKS,
    "events_event_recap": Permission.EDIT_EVENT,
    "events_event_statistics": Permission.MODERATE,
    "events_event_publish": Permission.EDIT_EVENT,
    "events_event_people": Permission.MANAGE_PEOPLE,
    "events_event_board": Permission.SCHEDULE,
    "events_event_board_state": Permission.SCHEDULE,
    "events_event_import_schedule": Permission.EDIT_EVENT,
    "events_event_release_plan": Permission.RELEASE,
    "events_event_activity": Permission.VIEW,
    "events_event_prints": Permission.EDIT_SPEAKERS,
    "events_event_mail": Permission.EDIT_SPEAKERS,
    "events_event_material": Permission.EDIT_TALKS,
    "events_event_history": Permission.VIEW,
    "events_event_change": Permission.VIEW,
    "events_event_delete": Permission.MANAGE_PEOPLE,
}
OBJECT_PAGES = {
    "events_talk_change": Permission.VIEW,
    "events_talk_history": Permission.VIEW,
    "events_talk_delete": Permission.EDIT_TALKS,
    "events_track_change": Permission.VIEW,
    "events_track_history": Permission.VIEW,
    "events_track_delete": Permission.EDIT_EVENT,
    "events_release_change": Permission.VIEW,
    "events_release_load": Permission.RELEASE,
    "events_feedback_change": Permission.MODERATE,
    "events_feedback_delete": Permission.MODERATE,
    "events_eventspeaker_change": Permission.EDIT_SPEAKERS,
    "events_eventspeaker_history": Permission.EDIT_SPEAKERS,
    "events_eventspeaker_private_link": Permission.EDIT_SPEAKERS,
    "events_eventspeaker_delete": Permission.EDIT_SPEAKERS,
    "speakers_speaker_change": Permission.EDIT_SPEAKERS,
    "speakers_speaker_history": Permission.EDIT_SPEAKERS,
    "speakers_speaker_delete": Permission.EDIT_SPEAKERS,
}
# Pages that are refused to everybody, write only, lead to another of these, or need more than a role.
OTHER_PAGES = {
    "events_event_board_change",
    "events_event_print_file",
    "events_event_mailing",
    "events_event_mail_write",
    "events_event_plan",
    "events_event_clone",
    "events_eventspeaker_open_private_link",
    "events_release_delete",
    "events_release_history",
    "events_feedback_history",
    "speakers_speaker_access",
}
SCOPED = re.compile(r"^(events_(event|talk|track|release|feedback|eventspeaker)|speakers_speaker)_")
API_WRITES = {  # method and what it writes to: the permission
    ("PATCH", "event"): Permission.EDIT_EVENT,
    ("PATCH", "talk"): Permission.EDIT_TALKS,
    ("PATCH", "track"): Permission.EDIT_EVENT,
    ("PATCH", "slot"): Permission.SCHEDULE,
    ("GET", "plan"): Permission.VIEW,
    ("GET", "conflicts"): Permission.VIEW,
    ("GET", "document"): Permission.VIEW,
    ("PUT", "document?dry_run=true"): Permission.EDIT_EVENT,
    ("POST", "release"): Permission.RELEASE,
    ("POST", "webhooks"): Permission.EDIT_EVENT,
    ("PATCH", "speaker"): Permission.EDIT_SPEAKERS,
    ("POST", "talks"): Permission.EDIT_TALKS,
    ("DELETE", "event"): Permission.MANAGE_PEOPLE,
}


@pytest.fixture
def portal():
    """A draft event with one of everything, released."""
    series = factories.Series(state="draft")
    event = factories.Event(
        state="draft", name=SECRET, slug="secret", series=series, organisers=[factories.Organiser()]
    )
    event.speaker = factories.Speaker(state="draft", name=f"{SECRET} speaker", slug="secret")
    event.track = factories.Track(event=event, name=f"{SECRET} track")
    event.talk = factories.Talk(
        event=event, title=f"{SECRET} talk", speakers=[event.speaker], track=event.track, state="confirmed"
    )
    event.slot = factories.Slot(talk=event.talk)
    event.comment = events.Feedback.objects.create(event=event, rating=5, comment=f"{SECRET} words")
    event.made = release(event=event, by=None)
    return event


def sign_in(portal, person) -> Client:
    """A client of somebody with a role at the event; a stranger has one at another event."""
    client = Client(raise_request_exception=True)
    user = factories.User()
    if person == OWNER:
        user = factories.Organiser()
        portal.organisers.add(user)
    elif person == SERIES_ORGANISER:
        events.Role.objects.create(user=user, series=portal.series, name="organiser")
    elif person == STRANGER:
        events.Role.objects.create(user=user, event=factories.Event(), name="organiser")
    else:
        events.Role.objects.create(user=user, event=portal, name=person)
    client.force_login(user)
    client.user = user
    return client


def permissions_of(person) -> frozenset:
    if person == OWNER:
        return frozenset(Permission)
    if person == SERIES_ORGANISER:
        return ROLE_PERMISSIONS["organiser"]
    return ROLE_PERMISSIONS.get(person, frozenset())


def scoped_pages() -> set[str]:
    """Names of the admin's URLs that take an object of an event or a speaker."""
    names = set()
    for pattern in admin.site.get_urls():
        for inner in getattr(pattern, "url_patterns", [pattern]):
            name = getattr(inner, "name", None) or ""
            if SCOPED.match(name) and inner.pattern.converters:
                names.add(name)
    return names


def test_every_page_of_an_object_is_in_the_table():
    assert scoped_pages() == EVENT_PAGES.keys() | OBJECT_PAGES.keys() | OTHER_PAGES


def address(portal, name: str) -> str:
    objects = {
        "events_event": portal,
        "events_talk": portal.talk,
        "events_track": portal.track,
        "events_release": portal.made,
        "events_feedback": portal.comment,
        "events_eventspeaker": portal.speaker.event_speakers.get(),
        "speakers_speaker": portal.speaker,
    }
    model = SCOPED.match(name).group(1)
    return reverse(f"admin:{name}", args=[objects[model].pk])


@pytest.mark.parametrize("person", PEOPLE)
def test_a_page_opens_for_who_has_its_permission(portal, person):
    client, granted = sign_in(portal, person), permissions_of(person)
    wrong = []
    for name, permission in (EVENT_PAGES | OBJECT_PAGES).items():
        response = client.get(address(portal, name))
        is_open = response.status_code == 200
        if is_open != (permission in granted):
            wrong.append((name, permission, response.status_code))
        if not is_open and SECRET in response.content.decode():
            wrong.append((name, "leaks"))
    assert wrong == []


@pytest.mark.parametrize("person", PEOPLE)
def test_lists_and_exports_name_only_what_the_role_sees(portal, person):
    client, granted = sign_in(portal, person), permissions_of(person)
    wrong = []
    for model, permission in {
        "events_event": Permission.VIEW,
        "events_talk": Permission.VIEW,
        "events_track": Permission.VIEW,
        "events_release": Permission.VIEW,
        "events_feedback": Permission.MODERATE,
        "events_eventspeaker": Permission.EDIT_SPEAKERS,
        "speakers_speaker": Permission.EDIT_SPEAKERS,
    }.items():
        content = client.get(reverse(f"admin:{model}_changelist")).content.decode()
        if (SECRET in content) and permission not in granted:
            wrong.append(model)
    assert wrong == []


def api_request(client, portal, method: str, what: str):
    root = "/api/v1"
    calls = {
        "event": (f"{root}/events/{portal.slug}/", {"tagline": "New"}),
        "talk": (f"{root}/talks/{portal.talk.guid}/", {"subtitle": "New"}),
        "track": (f"{root}/tracks/{portal.track.guid}/", {"description": "New"}),
        "slot": (f"{root}/events/{portal.slug}/plan/{portal.slot.guid}/", {"room": None}),
        "plan": (f"{root}/events/{portal.slug}/plan/", {}),
        "conflicts": (f"{root}/events/{portal.slug}/conflicts/", {}),
        "release": (f"{root}/events/{portal.slug}/release/", {"note": "New"}),
        "webhooks": (f"{root}/webhooks/", {"name": "x", "url": "https://example.org/", "event": portal.slug}),
        "speaker": (f"{root}/speakers/{portal.speaker.slug}/", {"headline": "New"}),
        "talks": (f"{root}/talks/", {"event": portal.slug, "title": "New"}),
    }
    for query in ("", "?dry_run=true"):
        calls[f"document{query}"] = (f"{root}/events/{portal.slug}/document/{query}", {"days": []})
    url, data = calls[what]
    if method == "GET":
        return client.get(url)
    return client.generic(method, url, json.dumps(data), content_type="application/json")


@pytest.mark.parametrize("person", PEOPLE)
def test_the_api_does_what_the_role_says(portal, person):
    client, granted = sign_in(portal, person), permissions_of(person)
    wrong = []
    for (method, what), permission in API_WRITES.items():
        if method == "DELETE":
            continue
        status = api_request(client, portal, method, what).status_code
        if (status < 300) != (permission in granted) or (status >= 300 and status not in (400, 403, 404)):
            wrong.append((method, what, permission, status))
    assert wrong == []


@pytest.mark.parametrize("person", [person for person in PEOPLE if person != OWNER])
def test_only_owners_delete_an_event(portal, person):
    client = sign_in(portal, person)
    assert api_request(client, portal, "DELETE", "event").status_code in (403, 404)
    client.post(address(portal, "events_event_delete"), {"post": "yes"})
    assert events.Event.objects.filter(pk=portal.pk).exists()


@pytest.mark.parametrize("person", list(map(str, EVENT_ROLES)))
def test_people_with_a_role_add_no_events_and_change_nothing_shared(portal, person):
    client = sign_in(portal, person)
    topic = factories.Topic(name="Shared")
    new = {"name": "Mine", "slug": "mine", "starts_on": "2031-01-01", "ends_on": "2031-01-01"}
    assert client.post("/api/v1/events/", new, content_type="application/json").status_code == 403
    assert client.put("/api/v1/events/mine/", new, content_type="application/json").status_code == 403
    assert client.get(reverse("admin:events_event_new")).status_code == 403
    assert client.get(reverse("admin:events_event_add")).status_code == 403
    for address_, status in (
        (reverse("admin:events_topic_change", args=[topic.pk]), (302, 403)),
        (f"/api/v1/topics/{topic.slug}/", (403, 404)),
    ):
        send = client.get if address_.startswith("/admin") else client.delete
        assert send(address_).status_code in status
    assert not events.Event.objects.filter(slug="mine").exists()


def test_a_curator_changes_what_is_shared_and_sees_no_draft(portal):
    user = factories.User()
    events.Role.objects.create(user=user, name="curator")
    client = Client()
    client.force_login(user)
    topic = factories.Topic()
    assert client.get(reverse("admin:events_topic_change", args=[topic.pk])).status_code == 200
    assert client.get(f"/api/v1/events/{portal.slug}/").status_code == 404
    assert SECRET not in client.get(reverse("admin:events_talk_changelist")).content.decode()


def test_who_sees_a_talk_by_a_role_does_not_see_its_notes(portal):
    portal.talk.notes = "Only for us"
    portal.talk.save()
    for person, sees in (("reader", False), ("scheduler", False), ("speaker_manager", True)):
        client = sign_in(portal, person)
        page = client.get(address(portal, "events_talk_change")).content.decode()
        assert ("Only for us" in page) is sees
        assert ("Only for us" in client.get(f"/api/v1/talks/{portal.talk.guid}/").text) is sees


def test_an_organiser_by_role_does_not_make_organisers(portal):
    client = sign_in(portal, "organiser")
    form = client.get(address(portal, "events_event_change")).context["adminform"].form
    assert "organisers" not in form.fields


# --- invitations ---


def invite(client, portal, **values):
    data = {"do": "invite", "email": "new@example.org", "role": "scheduler"} | values
    return client.post(reverse("admin:events_event_people", args=[portal.pk]), data)


def invitation_link() -> str:
    return re.search(r"/invitations/\S+", mail.outbox[-1].body).group(0)


def test_somebody_is_invited_by_mail_and_makes_an_account(portal, client):
    owner = sign_in(portal, OWNER)
    assert invite(owner, portal).status_code == 302
    assert mail.outbox[-1].to == ["new@example.org"]
    link = invitation_link()
    assert "new" in client.get(link).content.decode()
    values = {"username": "newcomer", "name": "New Comer", "password": "a long enough password"}
    response = client.post(link, values)
    user = get_user_model().objects.get(username="newcomer")
    assert response.url == reverse("admin:events_event_overview", args=[portal.pk])
    assert (user.email, user.is_staff, user.first_name) == ("new@example.org", False, "New Comer")
    assert user.roles.get().name == "scheduler"
    assert client.get(reverse("admin:events_event_board", args=[portal.pk])).status_code == 200
    assert client.post(link, values).status_code == 404  # it works once


def test_somebody_with_an_account_accepts_with_it(portal):
    invite(sign_in(portal, OWNER), portal, role="reader")
    client = Client()
    user = factories.User()
    client.force_login(user)
    client.post(invitation_link())
    assert user.roles.get().event == portal


def test_who_signs_in_with_a_role_gets_into_the_admin(portal, client):
    user = factories.User(username="helper")
    events.Role.objects.create(user=user, event=portal, name="reader")
    data = {"username": "helper", "password": "a long enough password", "next": "/admin/"}
    assert client.post(reverse("admin:login"), data).status_code == 302
    assert client.get(reverse("admin:index")).status_code == 200


@pytest.mark.parametrize("end", ["expired", "revoked", "replaced"])
def test_an_old_link_says_what_to_do(portal, client, end):
    owner = sign_in(portal, OWNER)
    invite(owner, portal)
    link = invitation_link()
    row = events.Invitation.objects.get()
    if end == "expired":
        events.Invitation.objects.update(expires_at=row.created_at)
    elif end == "revoked":
        owner.post(reverse("admin:events_event_people", args=[portal.pk]), {"do": "revoke", "key": row.pk})
    else:
        owner.post(reverse("admin:events_event_people", args=[portal.pk]), {"do": "resend", "key": row.pk})
    response = client.get(link)
    assert response.status_code == 404
    assert "expired or was used" in response.content.decode()
    assert client.post(link, {"username": "x", "password": "a long enough password"}).status_code == 404


def test_roles_are_changed_and_removed(portal):
    owner = sign_in(portal, OWNER)
    page = reverse("admin:events_event_people", args=[portal.pk])
    client = sign_in(portal, "reader")
    role = client.user.roles.get()
    owner.post(page, {"do": "change", "key": role.pk, "role": "moderator"})
    role.refresh_from_db()
    assert role.name == "moderator"
    owner.post(page, {"do": "change", "key": role.pk, "role": "curator"})
    role.refresh_from_db()
    assert role.name == "moderator"
    owner.post(page, {"do": "remove", "key": role.pk})
    assert not client.user.roles.exists()
    assert client.get(reverse("admin:index")).status_code == 302


def test_the_last_organiser_stays(portal):
    owner = sign_in(portal, OWNER)
    page = reverse("admin:events_event_people", args=[portal.pk])
    for user in list(portal.organisers.all()):
        owner.post(page, {"do": "remove_organiser", "key": user.pk})
    assert portal.organisers.count() == 1


def test_a_role_of_another_event_is_not_changed_from_here(portal):
    owner = sign_in(portal, OWNER)
    other = events.Role.objects.create(user=factories.User(), event=factories.Event(), name="reader")
    page = reverse("admin:events_event_people", args=[portal.pk])
    assert owner.post(page, {"do": "remove", "key": other.pk}).status_code == 404
    assert events.Role.objects.filter(pk=other.pk).exists()


def test_the_invitation_s_token_is_not_stored(portal):
    invite(sign_in(portal, OWNER), portal)
    token = invitation_link().split("/")[2]
    assert token not in str(events.Invitation.objects.values().get())


# --- a credit is not a key ---


@pytest.fixture
def entered():
    """A published speaker whom another event's organiser entered, with private data."""
    organiser = factories.Organiser()
    event = factories.Event(organisers=[organiser])
    speaker = factories.Speaker(name="Known", created_by=organiser)
    factories.Talk(event=event, speakers=[speaker])
    private = events.EventSpeaker.objects.of(event, speaker)
    private.email, private.notes = "known@example.org", "Private words"
    private.save()
    speaker.event, speaker.organiser = event, organiser
    return speaker


@pytest.fixture
def stranger(entered):
    """A client of somebody who credits that speaker at an event of their own."""
    client, user = Client(), factories.Organiser()
    client.event = factories.Event(name="Elsewhere", organisers=[user])
    factories.Talk(event=client.event, speakers=[entered])
    client.force_login(user)
    client.user = user
    return client


def test_who_credits_a_speaker_neither_reads_private_data_nor_writes(entered, stranger):
    private = entered.event_speakers.get()
    profile = reverse("admin:speakers_speaker_change", args=[entered.pk])
    for address_ in (
        f"/api/v1/speakers/{entered.slug}/",
        profile,
        reverse("admin:speakers_speaker_history", args=[entered.pk]),
        reverse("admin:speakers_speaker_changelist"),
        reverse("admin:events_eventspeaker_changelist"),
        reverse("admin:events_eventspeaker_change", args=[private.pk]),
        reverse("admin:events_eventspeaker_history", args=[private.pk]),
        f"/api/v1/events/{entered.event.slug}/people/{entered.slug}/",
    ):
        shown = stranger.get(address_).text
        assert "known@example.org" not in shown and "Private words" not in shown, address_
    write = {"biography": "Mine"}
    page = f"/api/v1/speakers/{entered.slug}/"
    assert stranger.patch(page, write, content_type="application/json").status_code == 403
    assert stranger.post(profile, {"name": "Mine"}).status_code == 403
    entered.refresh_from_db()
    assert (entered.name, entered.biography) == ("Known", "")


def test_a_speaker_whom_nobody_entered_is_not_for_whoever_credits_them(entered, stranger):
    type(entered).objects.update(created_by=None)
    page = f"/api/v1/speakers/{entered.slug}/"
    assert stranger.patch(page, {"biography": "X"}, content_type="application/json").status_code == 403


def ask(client, speaker, event, do: str):
    page = reverse("admin:speakers_speaker_access", args=[speaker.pk])
    return client.post(page, {"do": do, "event": event.pk})


def test_a_profile_is_edited_after_a_request_that_the_others_see_and_can_undo(entered, stranger):
    page = f"/api/v1/speakers/{entered.slug}/"

    def write() -> int:
        return stranger.patch(page, {"biography": "Mine"}, content_type="application/json").status_code

    owner = Client()
    owner.force_login(entered.organiser)
    assert ask(stranger, entered, stranger.event, "allow").status_code == 404  # nothing was asked
    assert ask(stranger, entered, entered.event, "ask").status_code == 302  # not their event
    ask(stranger, entered, stranger.event, "ask")
    assert write() == 403
    ask(stranger, entered, stranger.event, "allow")
    assert write() == 403
    assert "Elsewhere" in owner.get(reverse("admin:speakers_speaker_change", args=[entered.pk])).text
    assert "asks to edit the profile of Known for Elsewhere" in str(entered.organiser.notices.get())
    ask(owner, entered, stranger.event, "allow")
    assert write() == 200
    assert stranger.user.notices.count() == 1
    ask(owner, entered, stranger.event, "end")
    assert write() == 403


def test_an_event_shows_its_own_biography_and_picture(entered, client):
    events.EventSpeaker.objects.update(biography="Only here", picture="speakers/here.webp")
    factories.Slot(talk=entered.talks.get())
    release(event=entered.event, by=None)
    assert "Only here" in client.get(f"/events/{entered.event.slug}/schedule.json").text
    for address_ in (entered.talks.get().get_absolute_url(), entered.event.get_absolute_url()):
        assert "speakers/here.webp" in client.get(address_).text
    profile = client.get(entered.get_absolute_url()).text
    assert "Only here" not in profile and "here.webp" not in profile


def test_an_import_does_not_rewrite_speakers_of_others(entered):
    from events.actions import import_schedule
    from events.formats.document import Document, Person, Reading, Talk

    stranger = factories.Organiser()
    event = factories.Event(organisers=[stranger])
    person = Person(name="Renamed", guid=entered.guid, biography="Mine")
    reading = Reading(document=Document(title=event.name, talks=[Talk(title="One", persons=[person])]))
    import_schedule(reading=reading, event=event, by=stranger)
    entered.refresh_from_db()
    assert (entered.name, entered.biography) == ("Known", "")
    assert event.talks.get().speakers.get() == entered


def test_colleagues_of_who_entered_a_speaker_change_them(entered):
    colleague = factories.Organiser()
    entered.event.organisers.add(colleague)
    manager = factories.User()
    events.Role.objects.create(user=manager, event=entered.event, name="speaker_manager")
    for user in (colleague, manager):
        client = Client()
        client.force_login(user)
        page = f"/api/v1/events/{entered.event.slug}/people/{entered.slug}/"
        assert "known@example.org" in client.get(page).text
        page = f"/api/v1/speakers/{entered.slug}/"
        assert client.patch(page, {"headline": "X"}, content_type="application/json").status_code == 200


def test_owners_change_whom_a_speaker_manager_entered(portal):
    client = sign_in(portal, "speaker_manager")
    client.post("/api/v1/speakers/", {"name": "New one"}, content_type="application/json")
    speaker = type(portal.speaker).objects.get(name="New one")
    factories.Talk(event=portal, speakers=[speaker])
    owner = sign_in(portal, OWNER)
    page = f"/api/v1/speakers/{speaker.slug}/"
    assert owner.patch(page, {"headline": "X"}, content_type="application/json").status_code == 200
