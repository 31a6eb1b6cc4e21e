"""The workspace of an event: overview, set-up, the table of talks, lists within it."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from events.models import Event, EventSpeaker, Slot, Talk
from speakers.models import Speaker
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def event(client):
    user = factories.Organiser()
    client.force_login(user)
    return factories.Event(
        name="Own event",
        organisers=[user],
        starts_on=dt.date(2030, 10, 6),
        ends_on=dt.date(2030, 10, 7),
        timezone="Asia/Kolkata",
    )


def page(event, name):
    return reverse(f"admin:events_event_{name}", args=[event.pk])


@pytest.mark.parametrize("name", ["overview", "setup", "enter_talks"])
def test_only_organisers_open_the_workspace(client, event, name):
    assert client.get(page(event, name)).status_code == 200
    assert client.get(page(factories.Event(), name)).status_code == 404
    client.force_login(factories.User())
    assert client.get(page(event, name)).status_code == 302


def test_the_overview_counts_what_is_missing_and_links_to_it(client, event):
    factories.Talk(event=event, title="Bare", abstract="", speakers=[])
    factories.Talk(event=event, title="Whole", abstract="Text", speakers=[factories.Speaker()])
    content = client.get(page(event, "overview")).content.decode()
    assert "Talks without an abstract" in content
    listed = client.get(
        reverse("admin:events_talk_changelist", query={"event__id__exact": event.pk, "missing": "abstract"})
    ).content.decode()
    assert "Bare" in listed
    assert "Whole" not in listed


def test_the_overview_takes_as_many_queries_however_many_talks(client, event):
    queries = []
    for _number in range(2):
        factories.Slot(talk__event=event, talk__speakers=[factories.Speaker()])
        client.get(page(event, "overview"))
        with CaptureQueriesContext(connection) as captured:
            client.get(page(event, "overview"))
        queries.append(len(captured))
    assert queries[0] == queries[1]


def setup_values(**values):
    return {
        "name": "New event",
        "starts_on": "2031-05-01",
        "ends_on": "",
        "timezone": "Europe/Rome",
        "state": "draft",
        "city": "Milano",
        "rooms": "Main hall, 300\nSala 2\n\nSala 2",
        "tracks": "Data, #0b6e4f\nWeb",
    } | values


def test_an_event_is_set_up_on_one_page(client, event):
    response = client.post(reverse("admin:events_event_new"), setup_values())
    made = Event.objects.get(name="New event")
    assert response.url == page(made, "overview")
    assert made.ends_on == dt.date(2031, 5, 1)
    assert made.venue.city == "Milano"
    rooms = made.rooms.order_by("event_rooms__position").values_list("name", "capacity")
    assert list(rooms) == [("Main hall", 300), ("Sala 2", None)]
    assert list(made.tracks.values_list("name", "color")) == [("Data", "#0b6e4f"), ("Web", "")]
    assert made in Event.objects.editable_by(made.organisers.get())


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"name": ""}, "This field is required"),
        ({"ends_on": "2031-04-30"}, "The last day is before the first"),
        ({"tracks": "Data, #nothing"}, "Use a colour such as"),
        ({"rooms": "Hall, 0\nSala 2"}, "give a number of seats"),
        ({"timezone": "Mars/Base"}, "Select a valid choice"),
    ],
)
def test_a_set_up_that_is_refused_keeps_what_was_typed(client, event, values, message):
    response = client.post(reverse("admin:events_event_new"), setup_values(**values))
    assert response.status_code == 422
    content = response.content.decode()
    assert message in content
    assert "Sala 2" in content
    assert not Event.objects.filter(city="Milano").exists()


def test_a_series_of_others_is_not_offered(client, event):
    other = factories.Series(name="Theirs")
    response = client.post(reverse("admin:events_event_new"), setup_values(series=other.pk))
    assert response.status_code == 422


def test_the_plan_moves_with_the_first_day(client, event):
    slot = factories.Slot(talk__event=event, starts_at=dt.datetime(2030, 10, 6, 4, 30, tzinfo=dt.UTC))
    token = client.get(page(event, "setup")).context["form"]["token"].value()
    values = setup_values(
        starts_on="2030-10-13", ends_on="2030-10-14", timezone="Asia/Kolkata", rooms="", tracks=""
    )
    client.post(page(event, "setup"), values | {"token": token, "move_plan": "on"})
    slot.refresh_from_db()
    assert slot.starts_at == dt.datetime(2030, 10, 13, 4, 30, tzinfo=dt.UTC)
    assert slot.history.count() == 2


def test_a_moved_plan_keeps_its_time_of_day_across_a_clock_change(client, event):
    event.timezone, event.starts_on, event.ends_on = "Europe/Rome", dt.date(2030, 3, 30), dt.date(2030, 3, 30)
    event.save()
    slot = factories.Slot(talk__event=event, starts_at=dt.datetime(2030, 3, 30, 9, tzinfo=dt.UTC))
    token = client.get(page(event, "setup")).context["form"]["token"].value()
    values = setup_values(starts_on="2030-03-31", rooms="", tracks="")
    client.post(page(event, "setup"), values | {"token": token, "move_plan": "on"})
    slot.refresh_from_db()
    assert slot.starts_at == dt.datetime(2030, 3, 31, 8, tzinfo=dt.UTC)


def rows(*filled, total=8):
    data = {"talks-TOTAL_FORMS": total, "talks-INITIAL_FORMS": 0}
    for number, row in enumerate(filled):
        data |= {f"talks-{number}-{name}": value for name, value in row.items()}
    return data


def test_talks_are_entered_with_speakers_times_and_rooms(client, event):
    known = factories.Speaker(name="Grace Hopper", created_by=event.organisers.get())
    room = factories.Room(name="Hall")
    event.event_rooms.create(room=room)
    track = factories.Track(event=event, name="Data")
    row = {
        "title": "Compilers",
        "speakers": "Grace Hopper; Ada Lovelace <ada@example.org>",
        "kind": "keynote",
        "minutes": "40",
        "track": track.pk,
        "day": "2030-10-07",
        "time": "10:30",
        "room": room.pk,
        "state": "confirmed",
    }
    response = client.post(page(event, "enter_talks"), rows(row, {"title": "Later", "state": "draft"}))
    assert response.status_code == 302
    talk = event.talks.get(title="Compilers")
    assert list(talk.speakers.order_by("talk_speakers__position")) == [
        known,
        Speaker.objects.get(event_speakers__email="ada@example.org"),
    ]
    slot = talk.slots.get()
    assert slot.starts_at == dt.datetime(2030, 10, 7, 5, tzinfo=dt.UTC)
    assert slot.minutes == 40
    assert slot.room == room
    assert (talk.kind, talk.state, talk.track) == ("keynote", "confirmed", track)
    assert event.talks.get(title="Later").state == "draft"


def test_one_speaker_of_two_rows_is_one_record(client, event):
    client.post(
        page(event, "enter_talks"),
        rows({"title": "One", "speakers": "Ada Lovelace"}, {"title": "Two", "speakers": "Ada Lovelace"}),
    )
    assert Speaker.objects.get(name="Ada Lovelace").talks.count() == 2


def test_a_speaker_of_others_is_not_found_by_a_guessed_address(client, event):
    theirs = factories.PublicSpeaker(name="Somebody")
    EventSpeaker.objects.update(email="secret@example.org")
    client.post(page(event, "enter_talks"), rows({"title": "One", "speakers": "X secret@example.org"}))
    assert event.talks.get().speakers.get() != theirs


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"speakers": "Ada"}, "A talk needs a title"),
        ({"title": "One", "time": "soon"}, "Give a time such as 14:30"),
        ({"title": "One", "minutes": "0"}, "greater than or equal to 1"),
        ({"title": "One", "day": "2030-10-09", "time": "10:00"}, "Select a valid choice"),
    ],
)
def test_a_row_that_is_refused_keeps_all_rows_and_enters_none(client, event, row, message):
    response = client.post(page(event, "enter_talks"), rows(row, {"title": "Fine one"}))
    assert response.status_code == 422
    content = response.content.decode()
    assert message in content
    assert "Fine one" in content
    assert not Talk.objects.exists()
    assert not Slot.objects.exists()


def test_a_form_that_is_opened_from_a_list_starts_with_its_event(client, event):
    address = reverse("admin:events_talk_add", query={"_changelist_filters": f"event__id__exact={event.pk}"})
    assert client.get(address).context["adminform"].form.initial["event"] == event.pk
    foreign = factories.Event()
    address = reverse(
        "admin:events_talk_add", query={"_changelist_filters": f"event__id__exact={foreign.pk}"}
    )
    assert "event" not in client.get(address).context["adminform"].form.initial


def test_save_and_add_another_keeps_the_event(client, event):
    values = {"title": "One", "event": event.pk, "kind": "talk", "state": "draft", "_addanother": "1"}
    for name in ("talk_speakers", "slots", "links"):
        values |= {f"{name}-TOTAL_FORMS": 0, f"{name}-INITIAL_FORMS": 0}
    response = client.post(reverse("admin:events_talk_add"), values)
    assert response.url.endswith(f"?event={event.pk}")


@pytest.mark.parametrize(
    ("model", "lookup"),
    [
        ("events_talk", "event__id__exact"),
        ("events_track", "event__id__exact"),
        ("events_release", "event__id__exact"),
        ("events_feedback", "event__id__exact"),
        ("speakers_speaker", "talks__event__id__exact"),
    ],
)
def test_a_list_of_an_event_shows_its_navigation(client, event, model, lookup):
    address = reverse(f"admin:{model}_changelist", query={lookup: event.pk})
    assert page(event, "overview") in client.get(address).content.decode()
    foreign = factories.Event(name="Foreign event", state="draft")
    address = reverse(f"admin:{model}_changelist", query={lookup: foreign.pk})
    content = client.get(address, follow=True).content.decode()
    assert "Foreign event" not in content


def test_an_event_is_copied_with_its_settings_rooms_tracks_and_people(client, event):
    venue = factories.Venue()
    event.venue, event.slot_minutes, event.state = venue, 20, "published"
    event.save()
    room = factories.Room(venue=venue)
    event.event_rooms.create(room=room, opens_at=dt.time(9), closes_at=dt.time(18))
    track = factories.Track(event=event, name="Data", color="#0b6e4f")
    colleague = factories.Organiser()
    event.organisers.add(colleague)
    talk = factories.Talk(event=event, title="Again", track=track, state="confirmed")
    factories.Slot(talk=talk)
    values = {"name": "Next stop", "starts_on": "2031-01-01", "venue": venue.pk, "with_talks": "on"}
    response = client.post(page(event, "clone"), values)
    copy = Event.objects.get(name="Next stop")
    assert response.url == page(copy, "overview")
    assert (copy.state, copy.ends_on, copy.slot_minutes) == ("draft", dt.date(2031, 1, 2), 20)
    assert copy.event_rooms.get(room=room).opens_at == dt.time(9)
    assert set(copy.organisers.all()) == set(event.organisers.all())
    again = copy.talks.get()
    assert (again.title, again.state, again.repeats, again.track.name) == ("Again", "draft", talk, "Data")
    assert again.track.event == copy
    assert not copy.slots.exists()


def test_only_organisers_copy_an_event(client, event):
    assert client.get(page(event, "clone")).status_code == 200
    assert client.post(page(factories.Event(), "clone"), {"name": "X"}).status_code == 404
