"""The schedule board by form and by request: every change, what undoes it, stale views, rights."""

import datetime as dt

import pytest
from django.urls import reverse

from events.models import AcceptedClash, Slot, Talk
from tests import factories

pytestmark = pytest.mark.django_db
JSON = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture
def event(client):
    """An event in Kolkata, on 6 and 7 October 2030, whose organiser is signed in; `hall` is its room."""
    user = factories.Organiser()
    client.force_login(user)
    event = factories.Event(organisers=[user], ends_on=dt.date(2030, 10, 7))
    event.hall = factories.Room(name="Hall")
    event.event_rooms.create(room=event.hall)
    return event


@pytest.fixture
def slot(event):
    """10:00 to 10:30 in the hall, on the first day."""
    talk = factories.Talk(event=event, title="The talk", speakers=[factories.Speaker(name="Ada")])
    return factories.Slot(talk=talk, room=event.hall, starts_at=at("10:00"))


def at(time, day=6):
    """That time of day in Kolkata, in October 2030."""
    zone = dt.timezone(dt.timedelta(hours=5, minutes=30))
    return dt.datetime.combine(dt.date(2030, 10, day), dt.time.fromisoformat(time), zone)


def board(event, page="board", **query):
    name = "board" if page == "board" else f"board_{page}"
    return reverse(f"admin:events_event_{name}", args=[event.pk], query=query)


def change(client, event, **values):
    values = {name: value for name, value in values.items() if value is not None}
    return client.post(board(event, "change"), values | {"shown": "2030-10-06"}, **JSON)


def moved(slot, **values):
    """What a board sends to move `slot`."""
    return {
        "op": "schedule",
        "slot": slot.guid,
        "seen": slot.updated_at.isoformat(),
        "room": slot.room.guid,
    } | values


def test_the_board_shows_the_plan_the_rest_and_the_conflicts(client, event, slot):
    factories.Talk(event=event, title="Not placed yet", state="draft")
    factories.Talk(event=event, title="Withdrawn", state="withdrawn")
    page = client.get(board(event)).content.decode()
    for words in ("The talk", "Ada", "10:00", "Hall", "Not placed yet", "2030-10-07"):
        assert words in page
    assert "Withdrawn" not in page
    assert 'data-title="The talk"' not in client.get(board(event, day="2030-10-07")).content.decode()


def test_a_talk_after_midnight_belongs_to_the_day_before(client, event):
    factories.Slot(talk__event=event, talk__title="Late", room=event.hall, starts_at=at("01:00", 7))
    assert 'data-title="Late"' in client.get(board(event, day="2030-10-06")).content.decode()
    assert 'data-title="Late"' not in client.get(board(event, day="2030-10-07")).content.decode()


def test_a_talk_is_placed_by_a_form_in_the_event_s_time(client, event):
    talk = factories.Talk(event=event)
    assert str(talk) in client.get(board(event, talk=talk.pk)).content.decode()
    form = {
        "op": "schedule",
        "talk": talk.pk,
        "day": "2030-10-07",
        "time": "14:15",
        "minutes": 45,
        "room": event.hall.guid,
    }
    response = client.post(board(event, "change"), form)
    assert response.status_code == 302
    assert response.url == board(event, day="2030-10-07")
    slot = Slot.objects.get()
    assert (slot.starts_at, slot.ends_at, slot.room) == (at("14:15", 7), at("15:00", 7), event.hall)


def test_a_time_before_the_day_changes_is_of_the_next_date(client, event, slot):
    change(client, event, **moved(slot, day="2030-10-06", time="00:30"))
    slot.refresh_from_db()
    assert slot.starts_at == at("00:30", 7)


def test_a_slot_keeps_its_identity_when_it_moves(client, event, slot):
    response = change(client, event, **moved(slot, start=at("11:00").isoformat(), minutes=50, room=""))
    assert response.status_code == 200
    fresh = Slot.objects.get(guid=slot.guid)
    assert (fresh.starts_at, fresh.minutes, fresh.room, fresh.number) == (at("11:00"), 50, None, slot.number)
    assert "is on Sun 6 Oct at 11:00–11:50, no room" in response.json()["message"]
    assert fresh.history.first().history_user.is_staff


def test_every_change_can_be_undone_and_done_again(client, event, slot):
    def plan():
        rows = Slot.objects.filter(event=event).order_by("number")
        return list(rows.values_list("guid", "number", "starts_at", "ends_at", "room"))

    def talk_and_plan():
        return Talk.objects.filter(event=event).count(), len(plan())

    before = plan()
    for values in (
        moved(slot, start=at("15:00").isoformat(), minutes=20),
        {"op": "unschedule", "slot": slot.guid},
    ):
        values["seen"] = Slot.objects.get().updated_at.isoformat()
        there = change(client, event, **values).json()
        after = plan()
        assert after != before
        back = change(client, event, **there["undo"]).json()
        assert plan() == before
        again = change(client, event, **back["undo"]).json()
        assert plan() == after
        change(client, event, **again["undo"])
        assert plan() == before
    before = talk_and_plan()
    added = {
        "op": "add_break",
        "title": "Tea",
        "start": at("12:00").isoformat(),
        "minutes": 30,
        "room": "all",
    }
    there = change(client, event, **added).json()
    assert talk_and_plan() == (before[0] + 1, before[1] + 1)
    back = change(client, event, **there["undo"]).json()
    assert talk_and_plan() == before
    change(client, event, **back["undo"])
    assert Talk.objects.get(kind="break").slots.get().starts_at == at("12:00")


def test_a_stale_change_is_refused_with_the_fresh_board(client, event, slot):
    seen = slot.updated_at.isoformat()
    change(client, event, **moved(slot, start=at("11:00").isoformat()))
    response = change(client, event, **moved(slot, start=at("16:00").isoformat(), seen=seen))
    assert response.status_code == 409
    assert "Somebody changed this" in response.json()["message"]
    assert "11:00" in response.json()["grid"]
    slot.refresh_from_db()
    assert slot.starts_at == at("11:00")


def test_a_stale_form_is_refused_with_a_message(client, event, slot):
    seen = slot.updated_at.isoformat()
    change(client, event, **moved(slot, start=at("11:00").isoformat()))
    form = moved(slot, day="2030-10-06", time="16:00", minutes=30, seen=seen)
    page = client.post(board(event, "change"), form, follow=True)
    assert "Somebody changed this" in page.content.decode()
    slot.refresh_from_db()
    assert slot.starts_at == at("11:00")


def test_two_organisers_do_not_place_a_talk_twice(client, event):
    talk = factories.Talk(event=event)
    values = {"op": "schedule", "talk": talk.pk, "start": at("10:00").isoformat(), "room": event.hall.guid}
    assert change(client, event, **values).status_code == 200
    assert change(client, event, **values).status_code == 409
    assert talk.slots.count() == 1


def test_a_slot_that_is_gone_is_a_stale_view(client, event, slot):
    values = moved(slot, start=at("11:00").isoformat())
    slot.delete()
    assert change(client, event, **values).status_code == 409


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"op": "schedule"}, "Say when it begins"),
        ({"op": "dance"}, "Select a valid choice"),
        ({"op": "add_break", "start": "yesterday"}, "Say when it begins"),
        ({"op": "add_break", "start": "2030-10-06T10:00:00Z", "room": "no-room"}, "There is no such room"),
        ({"op": "add_break", "day": "2030-10-06", "time": "25:00"}, "Give a time such as 14:30"),
        ({"op": "add_break", "day": "9999-12-31", "time": "03:00"}, "Say when it begins"),
        ({"op": "add_break", "start": "9999-12-31T23:59:00Z", "minutes": "60"}, "Say when it begins"),
        ({"op": "unschedule"}, "Say which slot"),
        ({"op": "remove_break"}, "Only a break"),
        ({"op": "accept_clash"}, "Nobody of that name"),
    ],
)
def test_nonsense_is_refused_with_a_sentence(client, event, values, words):
    response = change(client, event, **values)
    assert response.status_code == 400
    assert words in response.json()["message"]


def test_a_day_beyond_all_events_is_the_first(client, event, slot):
    assert client.get(board(event, day="9999-12-31")).context["board"].day == event.starts_on


def test_both_sides_of_a_conflict_are_marked_and_named(client, event, slot):
    other = factories.Talk(event=event, title="The other")
    values = {"op": "schedule", "talk": other.pk, "start": at("10:15").isoformat(), "room": event.hall.guid}
    answer = change(client, event, **values).json()
    assert answer["levels"] == {str(slot.guid): "block", str(other.slots.get().guid): "block"}
    for words in ("Room taken twice", "The talk", "The other", f"?slot={slot.guid}"):
        assert words in answer["conflicts"]


def test_what_blocks_is_listed_before_hundreds_of_warnings(client, event, slot, monkeypatch):
    monkeypatch.setattr("events.admin.board.state.MAX_LISTED", 1)
    early = factories.Talk(event=event, title="Nobody gives it")
    factories.Slot(talk=early, room=event.hall, starts_at=at("08:00"))
    factories.Slot(talk=factories.Talk(event=event), room=event.hall, starts_at=at("10:15"))
    listed = client.get(board(event, "state")).json()["conflicts"]
    assert "Room taken twice" in listed and "Nobody gives it" not in listed
    assert "2 more" in listed


def test_a_clash_of_a_speaker_is_accepted_with_a_reason(client, event, slot):
    speaker = slot.talk.speakers.get()
    other = factories.Talk(event=event, speakers=[speaker])
    factories.Slot(talk=other, starts_at=at("10:15"))
    page = client.get(board(event, slot=slot.guid)).content.decode()
    assert "Why the clash of Ada is fine" in page
    values = {"op": "accept_clash", "slot": slot.guid, "speaker": speaker.guid}
    assert change(client, event, **values).status_code == 400
    answer = change(client, event, **values, reason="Both by video").json()
    assert not answer["levels"]
    assert AcceptedClash.objects.get().reason == "Both by video"
    change(client, event, **answer["undo"])
    assert not AcceptedClash.objects.exists()


def test_the_board_knows_whether_it_is_fresh(client, event, slot):
    version = client.get(board(event)).context["board"].version
    assert client.get(board(event, "state", since=version)).status_code == 204
    slot.talk.title = "Another title"
    slot.talk.save()
    answer = client.get(board(event, "state", since=version))
    assert "Another title" in answer.json()["grid"]
    version = answer.json()["version"]
    slot.delete()
    assert client.get(board(event, "state", since=version)).status_code == 200


def test_only_the_event_s_organisers_reach_its_board(client, event, slot):
    values = moved(slot, start=at("11:00").isoformat())
    foreign = factories.Talk()
    answer = change(client, event, op="schedule", talk=foreign.pk, start=at("10:00").isoformat())
    assert answer.status_code == 409
    assert not foreign.slots.exists()
    client.force_login(factories.Organiser())
    assert client.get(board(event)).status_code == 404
    assert client.get(board(event, "state")).status_code == 404
    assert change(client, event, **values).status_code == 404
    client.logout()
    assert client.get(board(event)).status_code == 302
    assert change(client, event, **values).status_code == 302


def test_a_forged_request_is_refused(event, slot):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    strict.force_login(event.organisers.get())
    assert strict.post(board(event, "change"), moved(slot)).status_code == 403


@pytest.mark.parametrize("count", [1, 3])
def test_the_board_takes_as_many_queries_however_full(client, event, count, django_assert_num_queries):
    for number in range(count):
        talk = factories.Talk(event=event, speakers=[factories.Speaker(), factories.Speaker()])
        factories.Slot(talk=talk, room=event.hall, starts_at=at(f"{10 + number}:00"))
        factories.Talk(event=event, speakers=[factories.Speaker()])
    client.get(board(event))
    with django_assert_num_queries(19):
        client.get(board(event))


def test_everything_after_a_slot_moves_in_its_room_or_in_all(client, event, slot):
    later = factories.Slot(
        talk__event=event, room=slot.room, starts_at=slot.starts_at + dt.timedelta(hours=2)
    )
    beside = factories.Slot(talk__event=event, starts_at=slot.starts_at + dt.timedelta(hours=1))
    before = factories.Slot(
        talk__event=event, room=slot.room, starts_at=slot.starts_at - dt.timedelta(hours=1)
    )
    next_day = factories.Slot(
        talk__event=event, room=slot.room, starts_at=slot.starts_at + dt.timedelta(days=1)
    )
    slots = [slot, later, beside, before, next_day]

    def moved_minutes():
        found = {one.pk: one.starts_at for one in Slot.objects.all()}
        return [round((found[one.pk] - one.starts_at).total_seconds() / 60) for one in slots]

    answer = change(client, event, op="shift", slot=slot.guid, shift=15, scope="room").json()
    assert moved_minutes() == [15, 15, 0, 0, 0]
    change(client, event, **answer["undo"])
    assert moved_minutes() == [0, 0, 0, 0, 0]
    change(client, event, op="shift", slot=slot.guid, shift=-10, scope="day")
    assert moved_minutes() == [-10, -10, -10, 0, 0]


@pytest.mark.parametrize("minutes", [0, 1441, -1441, ""])
def test_a_shift_by_nothing_or_days_is_refused(client, event, slot, minutes):
    response = change(client, event, op="shift", slot=slot.guid, shift=minutes)
    assert response.status_code == 400


def test_a_break_in_all_rooms_moves_as_one(client, event):
    other = factories.Room(venue=event.hall.venue, name="Other")
    event.event_rooms.create(room=other)
    values = {"op": "add_break", "start": at("12:00").isoformat(), "minutes": 60, "room": "all"}
    change(client, event, **values)
    slots = Slot.objects.filter(talk__kind="break")
    assert slots.count() == 2
    rooms = set(slots.values_list("room", flat=True))
    moved = change(
        client,
        event,
        op="schedule",
        slot=slots[0].guid,
        start=at("13:00").isoformat(),
        minutes=30,
        room=event.hall.guid,
    ).json()
    assert set(slots.values_list("starts_at", flat=True)) == {at("13:00")}
    assert {one.minutes for one in slots} == {30}
    assert set(slots.values_list("room", flat=True)) == rooms
    change(client, event, **moved["undo"])
    assert set(slots.values_list("starts_at", flat=True)) == {at("12:00")}
