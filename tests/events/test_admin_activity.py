"""The log of activities: what it says, who reads it, undo, and restoring what was deleted."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from events.actions import merge_speakers, release
from events.models import Event, Role, Slot, Talk
from roadshow.core.models import FormerAddress
from roadshow.journal.actor import acting
from roadshow.journal.models import Activity
from speakers.models import Speaker
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def user(client):
    user = factories.Organiser(username="olga")
    client.force_login(user)
    return user


@pytest.fixture
def event(user):
    return factories.Event(name="Own event", organisers=[user], timezone="Asia/Kolkata")


def log(event):
    return reverse("admin:events_event_activity", args=[event.pk])


def last():
    return Activity.objects.first()


def as_user(user):
    return acting(lambda: user and user.pk)


def undo(client, event, activity=None):
    return client.post(log(event), {"undo": (activity or last()).pk}, follow=True).content.decode()


def change_talk(client, talk, **values):
    """Save the talk's form in the admin with other values."""
    address = reverse("admin:events_talk_change", args=[talk.pk])
    page = client.get(address)
    initial = page.context["adminform"].form.initial
    data = {name: value for name, value in initial.items() if value is not None and name != "picture"}
    data["topics"] = []
    for formset in page.context["inline_admin_formsets"]:
        data |= {f"{formset.formset.prefix}-{name}": 0 for name in ("TOTAL_FORMS", "INITIAL_FORMS")}
    assert client.post(address, data | values).status_code == 302


def test_a_change_is_an_entry_with_who_and_what(client, event):
    talk = factories.Talk(event=event, title="Old title", notes="")
    change_talk(client, talk, title="New title", notes="secret word")
    content = client.get(log(event)).content.decode()
    assert "“New title” changed" in content
    assert "olga" in content
    assert "Old title" in content
    assert "secret word" not in content
    entry = last()
    assert entry.by.username == "olga"
    assert entry.events == [event.pk]


def test_a_change_is_undone_and_the_undo_too(client, event):
    talk = factories.Talk(event=event, title="Old title")
    change_talk(client, talk, title="New title")
    first = last()
    assert "Undone" in undo(client, event)
    talk.refresh_from_db()
    assert talk.title == "Old title"
    first.refresh_from_db()
    assert first.undone_by == last()
    undo(client, event)
    talk.refresh_from_db()
    assert talk.title == "New title"


def test_what_was_changed_again_since_is_not_undone(client, event):
    talk = factories.Talk(event=event, title="One")
    change_talk(client, talk, title="Two")
    first = last()
    with as_user(None):
        Talk.objects.filter(pk=talk.pk).update(title="Three")
    assert "Changed again since then: “Two”" in undo(client, event, first)
    talk.refresh_from_db()
    assert talk.title == "Three"


def test_other_fields_that_changed_since_stay(client, event):
    talk = factories.Talk(event=event, title="One", abstract="Before")
    change_talk(client, talk, title="Two")
    first = last()
    with as_user(None):
        Talk.objects.filter(pk=talk.pk).update(abstract="After")
    undo(client, event, first)
    talk.refresh_from_db()
    assert (talk.title, talk.abstract) == ("One", "After")


def delete(client, row):
    name = f"admin:{row._meta.app_label}_{row._meta.model_name}_delete"
    response = client.post(reverse(name, args=[row.pk]), {"post": "yes"})
    assert response.status_code == 302


def test_a_deleted_talk_is_restored_with_all_that_belonged_to_it(client, event):
    speaker, topic = factories.Speaker(), factories.Topic()
    talk = factories.Talk(event=event, title="Gone", speakers=[speaker], topics=[topic], slug="first")
    talk.slug = "second"
    talk.save()
    slot = factories.Slot(talk=talk)
    talk.links.create(url="https://example.org/slides")
    delete(client, talk)
    assert not Talk.objects.filter(pk=talk.pk).exists()
    content = client.get(log(event), {"kind": "deleted"}).content.decode()
    assert "Gone" in content
    assert "Restore" in content
    undo(client, event)
    restored = Talk.objects.get(pk=talk.pk)
    assert restored.guid == talk.guid
    assert list(restored.speakers.all()) == [speaker]
    assert list(restored.topics.all()) == [topic]
    assert restored.slots.get().guid == slot.guid
    assert restored.links.get().url == "https://example.org/slides"
    assert FormerAddress.find("talks", "first", event.pk) == talk.pk
    assert client.get(f"/events/{event.slug}/talks/first/").status_code == 301


def test_a_deleted_event_is_restored(client, user, event):
    slot = factories.Slot(talk__event=event, talk__speakers=[factories.Speaker()])
    delete(client, event)
    assert not Event.objects.filter(pk=event.pk).exists()
    address = reverse("admin:journal_activity_changelist")
    assert "Own event" in client.get(address, {"kind": "deleted"}).content.decode()
    client.post(address, {"undo": last().pk})
    restored = Event.objects.get(pk=event.pk)
    assert restored.slots.get().guid == slot.guid
    assert list(restored.organisers.all()) == [user]
    assert list(restored.rooms.all()) == [slot.room]


def test_what_was_released_is_withdrawn_instead_of_deleted(client, user, event):
    talk = factories.Slot(talk__event=event).talk
    release(event=event, by=user)
    for row, state in ((talk, "withdrawn"), (event, "draft")):
        address = reverse(f"admin:events_{row._meta.model_name}_delete", args=[row.pk])
        assert "cannot be deleted" in client.get(address).content.decode()
        assert client.post(address, {"post": "yes"}).status_code == 200
        assert client.post(address, {"state": state}).status_code == 302
        row.refresh_from_db()
        assert row.state == state


def test_a_merge_is_one_entry_and_undone_whole(client, user, event):
    stays, goes = (
        factories.Speaker(name="Ada", created_by=user),
        factories.Speaker(name="A. Ada", created_by=user),
    )
    talk, key = factories.Talk(event=event, speakers=[goes]), goes.pk
    goes.links.create(url="https://ada.example.org")
    with as_user(user):
        merge_speakers(into=stays, other=goes)
    assert last().kind == "merge"
    assert list(talk.speakers.all()) == [stays]
    assert "A. Ada → Ada" in client.get(log(event)).content.decode()
    undo(client, event)
    restored = Speaker.objects.get(pk=key)
    assert list(talk.speakers.all()) == [restored]
    assert restored.links.get().url == "https://ada.example.org"
    assert FormerAddress.find("speakers", goes.slug) is None
    assert client.get(f"/speakers/{goes.slug}/").status_code == 200


def test_a_move_on_the_board_is_one_entry_in_words(client, event):
    slot = factories.Slot(talk__event=event, talk__title="Compilers")
    address = reverse("admin:events_event_board_change", args=[event.pk])
    client.post(
        address,
        {"op": "schedule", "slot": slot.guid, "start": "2030-10-06T12:00:00+00:00", "room": slot.room.guid},
    )
    assert last().kind == "move"
    assert "“Compilers” is at 17:30" in client.get(log(event)).content.decode()
    undo(client, event)
    assert Slot.objects.get(pk=slot.pk).starts_at == slot.starts_at


def test_a_bulk_change_is_one_entry(client, event):
    talks = [factories.Talk(event=event, state="draft") for _number in range(3)]
    client.post(
        reverse("admin:events_talk_changelist"),
        {"action": "confirm", "_selected_action": [talk.pk for talk in talks]},
    )
    assert "3 talks changed" in client.get(log(event)).content.decode()
    undo(client, event)
    assert set(event.talks.values_list("state", flat=True)) == {"draft"}


def test_a_role_is_an_entry(client, user, event):
    helper = factories.User(username="vera")
    role = Role.objects.create(user=helper, name="volunteer", event=event)
    client.post(
        reverse("admin:events_event_people", args=[event.pk]),
        {"do": "change", "key": role.pk, "role": "moderator"},
    )
    assert last().kind == "people"
    assert "vera: moderator" in client.get(log(event)).content.decode()


def test_an_undo_that_takes_what_others_refer_to_is_refused(client, user, event):
    with as_user(user):
        talk = factories.Talk(event=event, title="New")
    first = last()
    with as_user(None):
        factories.Slot(talk=talk)
    assert "refer to this" in undo(client, event, first)
    assert Talk.objects.filter(pk=talk.pk).exists()


def test_only_who_may_change_it_can_undo_it(client, event):
    talk = factories.Talk(event=event, title="One")
    change_talk(client, talk, title="Two")
    entry = last()
    reader = factories.User()
    Role.objects.create(user=reader, name="reader", event=event)
    client.force_login(reader)
    page = client.get(log(event))
    assert "“Two” changed" in page.content.decode()
    assert not page.context["log"].entries[0].may_undo
    assert "Only who may change all of this" in undo(client, event, entry)
    client.force_login(factories.Organiser())
    assert client.get(log(event)).status_code == 404
    assert client.post(reverse("admin:journal_activity_changelist"), {"undo": entry.pk}).status_code == 404
    talk.refresh_from_db()
    assert talk.title == "Two"


def test_after_thirty_days_nothing_is_undone(client, event):
    talk = factories.Talk(event=event, title="One")
    change_talk(client, talk, title="Two")
    Activity.objects.update(at=timezone.now() - dt.timedelta(days=31))
    assert not client.get(log(event)).context["log"].entries[0].may_undo
    assert "cannot be undone any more" in undo(client, event)


def test_the_log_is_filtered_and_paged(client, user, event):
    for number in range(35):
        with as_user(user):
            factories.Talk(event=event, title=f"Talk number {number}")
    assert len(client.get(log(event)).context["log"].entries) == 30
    assert len(client.get(log(event), {"page": 2}).context["log"].entries) >= 5
    assert len(client.get(log(event), {"q": "number 34"}).context["log"].entries) == 1
    assert "Nothing like that" in client.get(log(event), {"q": "nothing such"}).content.decode()
    assert not client.get(log(event), {"kind": "merge"}).context["log"].entries
    assert client.get(log(event), {"by": user.pk}).context["log"].entries


def test_the_log_takes_as_many_queries_however_many_entries(client, user, event):
    queries = []
    for count in (1, 3):
        for _number in range(count):
            with as_user(user):
                factories.Slot(talk__event=event, talk__track=factories.Track(event=event))
        client.get(log(event))
        with CaptureQueriesContext(connection) as captured:
            client.get(log(event))
        queries.append(len(captured))
    assert queries[0] == queries[1]


def test_who_may_see_a_talk_sees_its_history_without_notes(client, event):
    talk = factories.Talk(event=event, title="Talk", notes="first word")
    change_talk(client, talk, title="Talk two", notes="secret word")
    address = reverse("admin:events_talk_history", args=[talk.pk])
    assert "secret word" in client.get(address).content.decode()
    reader = factories.User()
    Role.objects.create(user=reader, name="reader", event=event)
    client.force_login(reader)
    response = client.get(address)
    assert response.status_code == 200
    assert "Talk two" in response.content.decode()
    assert "secret word" not in response.content.decode()
