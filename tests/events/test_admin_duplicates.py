"""Speakers that are probably entered twice, and the next stop of a series."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from events.models import EventSpeaker
from roadshow.journal.models import Activity
from speakers.models import Speaker
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def event(client):
    user = factories.Organiser()
    client.force_login(user)
    return factories.Event(organisers=[user])


@pytest.fixture
def page(event):
    return reverse("admin:events_event_duplicates", args=[event.pk])


def add(event, name, email=""):
    """A speaker whom the event's people may edit."""
    speaker = factories.Speaker(name=name)
    factories.Talk(event=event, speakers=[speaker])
    values = {"email": email, "profile_access": "granted"}
    EventSpeaker.objects.update_or_create(event=event, speaker=speaker, defaults=values)
    return speaker


def test_names_and_addresses_find_them_and_a_merge_is_undone(client, event, page):
    ada = add(event, "Ada M. Lovelace")
    other = add(event, "Lovelace, Áda")
    add(event, "Grace Hopper", "grace@example.org")
    add(event, "Rear Admiral Hopper", "Grace@example.org")
    add(event, "Somebody Else")
    groups = client.get(page).context["groups"]
    assert [[one.name for one in group.speakers] for group in groups] == [
        ["Ada M. Lovelace", "Lovelace, Áda"],
        ["Grace Hopper", "Rear Admiral Hopper"],
    ]
    assert client.post(page, {"into": ada.pk, "others": [ada.pk, other.pk]}).status_code == 302
    assert ada.talks.count() == 2
    assert not Speaker.objects.filter(pk=other.pk).exists()
    log = reverse("admin:events_event_activity", args=[event.pk])
    client.post(log, {"undo": Activity.objects.filter(kind="merge").first().pk})
    assert Speaker.objects.get(pk=other.pk).talks.count() == 1
    assert ada.talks.count() == 1


def test_records_of_others_are_neither_shown_nor_merged(client, event, page):
    ada = add(event, "Ada Lovelace")
    foreign = add(factories.Event(organisers=[factories.Organiser()]), "Ada Lovelace")
    assert client.get(page).context["groups"] == []
    client.post(page, {"into": ada.pk, "others": [foreign.pk]})
    assert Speaker.objects.filter(pk=foreign.pk).exists()


def test_the_page_takes_as_many_queries_however_many_people(client, event, page):
    queries = []
    for count in (1, 3):
        for number in range(count):
            add(event, f"Person Number{number}{count}")
            add(event, f"Number{number}{count} Person")
        with CaptureQueriesContext(connection) as captured:
            client.get(page)
        queries.append(len(captured))
    assert queries[0] == queries[1]


def test_the_next_stop_of_a_series_is_a_copy_of_its_last(client, event):
    user = event.organisers.get()
    series = factories.Series(organisers=[user])
    address = reverse("admin:events_series_next_stop", args=[series.pk])
    assert client.get(address).url.startswith(reverse("admin:events_event_new"))
    type(event).objects.filter(pk=event.pk).update(series=series)
    response = client.get(address)
    assert response.url == reverse("admin:events_event_clone", args=[event.pk])
    data = {"name": "Next", "starts_on": "2031-01-01", "city": "Pune"}
    assert client.post(response.url, data).status_code == 302
    assert series.events.get(name="Next").city == "Pune"
