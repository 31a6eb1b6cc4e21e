"""The live layer: what is announced on the day, what everybody sees of it, and how it is taken back."""

import datetime as dt
from uuid import UUID

import pytest
from django.utils import timezone

from events import actions
from events.models import LiveChange, Role
from events.released import load_present_state, load_shown_document
from events.schedule.live import LiveTime, delay_slot, swap_slots
from tests import factories
from tests.roadshow.test_api_actions import token

pytestmark = pytest.mark.django_db

BEGIN = dt.datetime(2030, 10, 6, 8, tzinfo=dt.UTC)
Kind = LiveChange.Kind


def at(minutes):
    return BEGIN + dt.timedelta(minutes=minutes)


def a_time(number, start, end, **options):
    return LiveTime(guid=UUID(int=number), starts_at=at(start), ends_at=at(end), **options)


def moved(effects):
    return {UUID(guid).int: values for guid, values in effects.items()}


def test_a_delay_moves_what_follows_up_to_a_pause():
    times = [a_time(1, 0, 30), a_time(2, 30, 60), a_time(3, 70, 90), a_time(4, 90, 120), a_time(5, 200, 230)]
    assert moved(delay_slot(times, UUID(int=1), 15)) == {
        1: {"starts": 15, "ends": 15},
        2: {"starts": 15, "ends": 15},
        3: {"starts": 5, "ends": 5},
        4: {"starts": 5, "ends": 5},
    }


def test_a_break_takes_up_a_delay_or_is_dropped():
    times = [a_time(1, 0, 30), a_time(2, 30, 50, is_break=True), a_time(3, 50, 80)]
    assert moved(delay_slot(times, UUID(int=1), 15)) == {1: {"starts": 15, "ends": 15}, 2: {"starts": 15}}
    assert moved(delay_slot(times, UUID(int=1), 25)) == {
        1: {"starts": 25, "ends": 25},
        2: {"cancelled": True},
        3: {"starts": 5, "ends": 5},
    }


def test_slots_that_swap_keep_their_lengths():
    one, other = a_time(1, 0, 30, room=UUID(int=8)), a_time(2, 60, 120, room=UUID(int=9))
    assert moved(swap_slots(one, other)) == {
        1: {"starts": 60, "ends": 60, "room": f"{UUID(int=9)}"},
        2: {"starts": -60, "ends": -60, "room": f"{UUID(int=8)}"},
    }


@pytest.fixture
def event():
    """A released day: three talks one after the other in the hall, one in the attic."""
    event = factories.Event(
        slug="stop", starts_on=BEGIN.date(), timezone="UTC", organisers=[factories.Organiser()]
    )
    rooms = [factories.Room(name="Hall"), factories.Room(name="Attic")]
    for number, room in enumerate([0, 0, 0, 1]):
        talk = factories.Talk(event=event, slug=f"talk-{number}", title=f"Talk {number}")
        start = at(30 * (number % 3))
        factories.Slot(talk=talk, room=rooms[room], starts_at=start, ends_at=start + dt.timedelta(minutes=30))
    for position, room in enumerate(rooms):
        event.event_rooms.get_or_create(room=room, defaults={"position": position})
    actions.release(event=event, by=None)
    event.refresh_from_db()
    return event


@pytest.fixture
def organiser(event):
    return event.organisers.get()


def slot_of(event, number):
    return event.slots.get(talk__slug=f"talk-{number}").guid


def announce(event, by, kind, number=None, **values):
    if number is not None:
        values["slot"] = slot_of(event, number)
    return actions.announce(change=LiveChange(event=event, kind=kind, **values), by=by)


def shown(event):
    """Slug -> (start, room, cancelled) as attendees see it."""
    document = load_shown_document(event.current_release_id, load_present_state(event))
    return {
        talk.slug: (slot.starts_at, slot.room, talk.state == "cancelled")
        for talk in document.talks
        for slot in talk.slots
    }


def test_changes_add_up_and_each_is_undone_alone(event, organiser):
    late = announce(event, organiser, Kind.LATE, 0, minutes=15)
    attic = event.event_rooms.get(room__name="Attic").room
    announce(event, organiser, Kind.MOVED, 1, room=attic)
    assert shown(event) == {
        "talk-0": (at(15), "Hall", False),
        "talk-1": (at(45), "Attic", False),
        "talk-2": (at(75), "Hall", False),
        "talk-3": (at(0), "Attic", False),
    }
    announce(event, organiser, Kind.CANCELLED, 3)
    actions.undo_change(change=late, by=organiser)
    assert shown(event) == {
        "talk-0": (at(0), "Hall", False),
        "talk-1": (at(30), "Attic", False),
        "talk-2": (at(60), "Hall", False),
        "talk-3": (at(0), "Attic", True),
    }
    with pytest.raises(actions.LiveRefused, match="undone already"):
        actions.undo_change(change=late, by=organiser)


def test_what_is_on_is_asked_by_present_times(event, organiser, client):
    announce(event, organiser, Kind.LATE, 0, minutes=15)

    def on_at(minutes):
        moment = at(minutes).isoformat().replace("+", "%2B")
        slots = client.get(f"/api/v1/slots/?at={moment}&expand=talk").json()["results"]
        talks = client.get(f"/api/v1/talks/?at={moment}").json()["results"]
        titles = sorted(slot["talk"]["title"] for slot in slots)
        assert sorted(talk["title"] for talk in talks) == titles
        return titles

    assert [on_at(0), on_at(15), on_at(40)] == [["Talk 3"], ["Talk 0", "Talk 3"], ["Talk 0"]]
    assert on_at(100) == ["Talk 2"]


def test_a_calendar_learns_of_a_change_and_of_its_undoing(event, organiser, client):
    def sequence():
        text = client.get("/events/stop/talks/talk-0.ics").text
        return int(text.partition("SEQUENCE:")[2].split()[0])

    before = sequence()
    late = announce(event, organiser, Kind.LATE, 0, minutes=15)
    assert "T081500" in client.get("/events/stop/talks/talk-0.ics").text
    assert sequence() > before
    before = sequence()
    actions.undo_change(change=late, by=organiser)
    assert sequence() > before
    before = sequence()
    announce(event, organiser, Kind.LATE, 0, minutes=5)
    actions.merge_into_plan(event=event, by=organiser)
    actions.release(event=event, by=organiser)
    assert sequence() >= before
    assert "T080500" in client.get("/events/stop/talks/talk-0.ics").text


def test_what_is_merged_leaves_the_layer_with_the_next_release(event, organiser):
    announce(event, organiser, Kind.LATE, 0, minutes=15)
    assert actions.merge_into_plan(event=event, by=organiser) == 1
    assert shown(event)["talk-0"][0] == at(15)
    announce(event, organiser, Kind.LATE, 0, minutes=5)
    actions.release(event=event, by=organiser)
    event.refresh_from_db()
    assert shown(event)["talk-0"][0] == at(20)
    assert [change.minutes for change in event.live_changes.active()] == [5]


def test_a_volunteer_announces_in_their_own_rooms(event):
    helper = factories.User()
    hall, attic = (event.event_rooms.get(room__name=name).room for name in ("Hall", "Attic"))
    with pytest.raises(actions.LiveRefused, match="may not announce"):
        announce(event, helper, Kind.STATUS, room=hall, status="full")
    role = Role.objects.create(user=helper, name="volunteer", event=event)
    role.rooms.add(hall)
    helper = type(helper).objects.get(pk=helper.pk)  # the names of roles are read once in a request
    announce(event, helper, Kind.STATUS, room=hall, status="full")
    announce(event, helper, Kind.LATE, 0, minutes=5)
    for kind, number, values in (
        (Kind.STATUS, None, {"room": attic, "status": "full"}),
        (Kind.LATE, 3, {"minutes": 5}),
        (Kind.NOTICE, None, {"text": "Lunch is served"}),
        (Kind.SWAPPED, 0, {"other": slot_of(event, 3)}),
    ):
        with pytest.raises(actions.LiveRefused, match="own rooms"):
            announce(event, helper, kind, number, **values)
    role.rooms.clear()
    announce(event, helper, Kind.NOTICE, text="Lunch is served")


def test_a_status_is_said_once_and_ends_with_the_day(event, organiser):
    hall = event.event_rooms.get(room__name="Hall").room
    first = announce(event, organiser, Kind.STATUS, room=hall, status="full")
    assert announce(event, organiser, Kind.STATUS, room=hall, status="full") == first
    assert first.expires_at == dt.datetime(2030, 10, 7, 4, tzinfo=dt.UTC)
    assert load_present_state(event).live.statuses == {"Hall": "full"}
    announce(event, organiser, Kind.STATUS, room=hall, status="open")
    assert load_present_state(event).live.statuses == {}
    event.live_changes.update(expires_at=timezone.now())
    assert load_present_state(event).live.statuses == {}


def test_the_second_of_two_volunteers_is_asked_again(event, organiser):
    announce(event, organiser, Kind.LATE, 0, minutes=15)
    change = LiveChange(event=event, kind=Kind.LATE, slot=slot_of(event, 1), minutes=15)
    with pytest.raises(actions.LiveRefused, match="meanwhile"):
        actions.announce(change=change, by=organiser, seen=0)
    assert shown(event)["talk-1"][0] == at(45)


@pytest.mark.parametrize("minutes", [0, 241, -241])
def test_odd_delays_are_refused(event, organiser, minutes):
    with pytest.raises(actions.LiveRefused, match="minutes"):
        announce(event, organiser, Kind.LATE, 0, minutes=minutes)


def test_what_is_cancelled_cannot_be_late(event, organiser):
    announce(event, organiser, Kind.CANCELLED, 0)
    with pytest.raises(actions.LiveRefused, match="cancelled"):
        announce(event, organiser, Kind.LATE, 0, minutes=5)


def test_the_api_and_files_say_what_the_day_changed(event, organiser, client):
    announce(event, organiser, Kind.LATE, 0, minutes=15)
    guid = slot_of(event, 0)
    assert client.get(f"/api/v1/slots/{guid}/").json()["starts_at"] == "2030-10-06T08:15:00+00:00"
    talk = event.talks.get(slug="talk-0")
    assert (
        client.get(f"/api/v1/talks/{talk.guid}/")
        .json()["slots"][0]["starts_at"]
        .startswith("2030-10-06T08:15")
    )
    days = client.get("/api/v1/events/stop/schedule/").json()["days"]
    starts = [slot["starts_at"] for room in days[0]["rooms"] for slot in room["slots"]]
    assert any(start.startswith("2030-10-06T08:15:00") for start in starts)
    assert "<start>08:15</start>" in client.get("/events/stop/schedule.xml").text
    assert "2030-10-06T08:15:00" in client.get("/events/stop/talks/talk-0/").text


@pytest.fixture
def desk(client, event, organiser):
    """`desk(do="announce", …)` sends the desk's form as an organiser, and returns the response."""
    client.force_login(organiser)
    return lambda **values: client.post("/events/stop/live/", values)


def test_a_status_takes_one_form_and_is_on_every_page(event, desk, client):
    hall = event.event_rooms.get(room__name="Hall").room
    assert desk(do="announce", kind="status", room=hall.guid, status="full").status_code == 302
    state = client.get("/events/stop/live.json").json()
    assert state["rooms"] == {"Hall": {"status": "full", "label": "full"}}
    names = {one["roomname"]: one["state"] for one in client.get("/events/stop/rooms.json").json()}
    assert names == {"Hall": "1", "Attic": "0"}
    assert "Undo" in client.get("/events/stop/live/").text


def test_a_delay_is_previewed_and_confirmed(event, desk, client):
    guid = slot_of(event, 0)
    page = client.get(f"/events/stop/live/?kind=late&slot={guid}&minutes=15").text
    assert all(f"Talk {number}" in page for number in (0, 1, 2)) and "Talk 3" not in page
    assert "08:15–08:45" in page and not event.live_changes.exists()
    seen = page.partition('name="seen" value="')[2].partition('"')[0]
    values = {"do": "announce", "kind": "late", "slot": guid, "minutes": 15, "seen": seen}
    assert desk(**values).status_code == 302
    again = desk(**values)
    assert again.status_code == 422 and "meanwhile" in again.text
    slots = client.get("/events/stop/live.json").json()["slots"]
    assert slots[f"{guid}"] | {"room": "Hall", "mark": "15 min later", "start": "08:15"} == slots[f"{guid}"]
    change = event.live_changes.get()
    assert desk(do="undo", change=change.guid).status_code == 302
    assert client.get("/events/stop/live.json").json()["slots"][f"{guid}"]["mark"] == ""


@pytest.mark.parametrize(
    "path",
    [
        "schedule/",
        "schedule/?view=grid",
        "talks/talk-0/",
        "now/?at=2030-10-06T08:00",
        "display/?at=2030-10-06T08:00",
    ],
)
def test_pages_without_javascript_say_what_changed(event, organiser, client, path):
    announce(event, organiser, Kind.LATE, 0, minutes=15)
    announce(event, organiser, Kind.NOTICE, 0, text="Bring a laptop")
    announce(event, organiser, Kind.NOTICE, text="Lunch is served")
    page = client.get(f"/events/stop/{path}").text
    assert "15 min later" in page and "Bring a laptop" in page and "Lunch is served" in page


def test_the_desk_is_for_helpers_only(event, client):
    assert client.get("/events/stop/live/").url == "/admin/login/?next=%2Fevents%2Fstop%2Flive%2F"
    client.force_login(factories.User())
    for path in ("/events/stop/live/", f"/events/stop/live/{event.event_rooms.first().room.guid}/"):
        assert client.get(path).status_code == 404
    assert client.post("/events/stop/live/", {"do": "announce"}).status_code == 404


def test_a_room_has_a_page_with_everything_that_can_be_announced(event, desk, client):
    hall, attic = (event.event_rooms.get(room__name=name).room for name in ("Hall", "Attic"))
    page = client.get(f"/events/stop/live/{hall.guid}/?at=2030-10-06T08:00").text
    assert "Moves there" in page and "Swap" in page and "Attic" in page
    desk(do="announce", kind="moved", slot=slot_of(event, 1), room=attic.guid)
    desk(do="announce", kind="swapped", slot=slot_of(event, 0), other=slot_of(event, 2))
    desk(do="announce", kind="cancelled", slot=slot_of(event, 3))
    assert shown(event) == {
        "talk-0": (at(60), "Hall", False),
        "talk-1": (at(30), "Attic", False),
        "talk-2": (at(0), "Hall", False),
        "talk-3": (at(0), "Attic", True),
    }
    assert desk(do="merge").status_code == 302
    assert event.slots.get(talk__slug="talk-1").room == attic


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "late"},
        {"kind": "late", "slot": "x", "minutes": "5"},
        {"kind": "late", "slot": f"{UUID(int=5)}", "minutes": "5"},
        {"kind": "moved", "room": f"{UUID(int=5)}"},
        {"kind": "notice", "text": " "},
        {"kind": "notice", "text": "x", "slot": f"{UUID(int=5)}"},
        {"kind": "status", "status": "odd"},
        {"kind": "odd"},
        {},
    ],
)
def test_odd_forms_are_refused(event, desk, values):
    response = desk(do="announce", **values)
    assert response.status_code == 422
    assert not event.live_changes.exists()


@pytest.mark.parametrize("count", [1, 3])
def test_the_state_of_the_day_takes_three_queries(event, organiser, client, count, django_assert_num_queries):
    for number in range(count):
        announce(event, organiser, Kind.LATE, number, minutes=5)
        announce(event, organiser, Kind.NOTICE, number, text="Bring a laptop")
    with django_assert_num_queries(3):
        client.get("/events/stop/live.json")


@pytest.fixture
def api(client, event, organiser):
    """`api(method, path, data)` calls the API of the event with an organiser's token."""
    headers = token(organiser, may_write=True)

    def call(method, path, data=None):
        return getattr(client, method)(
            f"/api/v1/events/stop/{path}", data, content_type="application/json", headers=headers
        )

    return call


def test_programs_announce_and_undo(event, api, client):
    made = api("post", "live/", {"kind": "late", "slot": f"{slot_of(event, 0)}", "minutes": 15})
    assert made.status_code == 201 and len(made.json()["effects"]) == 3
    state = client.get("/api/v1/events/stop/live/").json()
    assert state["slots"][f"{slot_of(event, 2)}"]["mark"] == "15 min later"
    assert api("delete", f"live/{made.json()['guid']}/").status_code == 204
    assert api("delete", f"live/{made.json()['guid']}/").status_code == 409
    assert api("post", "live/", {"kind": "odd"}).status_code == 400
    assert client.post("/api/v1/events/stop/live/", {"kind": "notice", "text": "x"}).status_code == 401


def test_statuses_of_rooms_come_and_go_in_fosdems_form(event, api, client):
    states = [{"roomname": "Attic", "state": "0"}, {"roomname": "Hall", "state": "1"}]
    factories.Event().event_rooms.create(room=event.rooms.get(name="Hall"))  # another event has the room, too
    assert api("post", "room-states/", states).json() == states
    assert client.get("/api/v1/events/stop/room-states/").json() == states
    for odd in ({}, [{"roomname": "Hall", "state": "7"}], [{"roomname": "Cellar", "state": "1"}], ["x"]):
        assert api("post", "room-states/", odd).status_code == 400


def test_a_foyer_shows_what_changed_and_a_door_its_room(event, organiser, client):
    hall = event.event_rooms.get(room__name="Hall").room
    announce(event, organiser, Kind.LATE, 1, minutes=15)
    announce(event, organiser, Kind.STATUS, room=hall, status="full")
    page = client.get("/events/stop/display/?show=changes&at=2030-10-06T08:00").text
    assert "Talk 1" in page and "15 min later" in page and "mark--full" in page and "Talk 0" not in page
    door = client.get("/events/stop/display/?room=Hall&at=2030-10-06T08:00").text
    assert "data:image/svg+xml" in door and "Talk 3" not in door


def test_an_organiser_limits_a_helper_to_rooms(event, organiser, client):
    role = Role.objects.create(user=factories.User(), name="volunteer", event=event)
    hall = event.rooms.get(name="Hall")
    client.force_login(organiser)
    page = f"/admin/events/event/{event.pk}/people/"
    assert "Only in these rooms" in client.get(page).text
    client.post(page, {"do": "rooms", "key": role.pk, "rooms": [hall.guid, "x"]})
    assert list(role.rooms.all()) == [hall]
    client.post(page, {"do": "rooms", "key": role.pk})
    assert not role.rooms.exists()
