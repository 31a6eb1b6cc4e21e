"""What is wrong with a plan: each kind, from real rows and by the pure function; what an event makes of it."""

import datetime as dt
import html
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from events import actions
from events.models import Booking, EventSpeaker
from events.schedule import KINDS, PlannedSlot, PlanRules, find_conflicts
from tests import factories
from tests.roadshow.counting import count_calls

NINE = dt.datetime(2030, 10, 6, 9, tzinfo=dt.UTC)
ROOM, OTHER_ROOM, ADA, BOB = (uuid4() for _ in range(4))


def planned(title="Talk", at=0, minutes=30, **values):
    """A slot that starts `at` minutes after nine; by itself, nothing is wrong with it."""
    start = NINE + dt.timedelta(minutes=at)
    usual = {"room": ROOM, "room_name": "Hall", "venue": 1, "speakers": {ADA: "Ada"}}
    end = start + dt.timedelta(minutes=minutes)
    return PlannedSlot(key=uuid4(), title=title, starts_at=start, ends_at=end, **usual | values)


def rules(**values):
    return PlanRules(**{"zone": ZoneInfo("UTC"), "first_day": NINE.date(), "last_day": NINE.date()} | values)


BOBS = {"speakers": {BOB: "Bob"}}
ELSEWHERE = {"room": OTHER_ROOM, "room_name": "Attic"}
OPEN = {"hours": {ROOM: (dt.time(9), dt.time(18))}}
HERE = {"availability": {ADA: [(NINE, NINE + dt.timedelta(hours=1))]}}
OVERNIGHT = {"hours": {ROOM: (dt.time(20), dt.time(2))}}

CASES = {
    "nothing": ([planned(), planned(at=30)], {}, []),
    "a room taken": ([planned(), planned(at=15, **BOBS)], {}, ["room_taken"]),
    "a room that is shared": ([planned(room_shared=True), planned(room_shared=True, **BOBS)], {}, []),
    "a speaker in two places": ([planned(), planned(at=15, **ELSEWHERE)], {}, ["speaker_taken"]),
    "a clash that was accepted": ([planned(), planned(**ELSEWHERE, accepted=frozenset([ADA]))], {}, []),
    "cancelled, so the room is free": ([planned(), planned(state="cancelled", **BOBS)], {}, []),
    "the day before": ([planned(at=-10 * 60)], {}, ["outside_days"]),
    "after midnight, still the same day": ([planned(at=18 * 60)], {}, []),
    "past the last day": ([planned(at=18 * 60 + 45)], {}, ["outside_days"]),
    "before the room opens": ([planned(at=-5)], OPEN, ["outside_hours"]),
    "when the room opens, until it closes": ([planned(), planned(at=510, minutes=30)], OPEN, []),
    "longer than the room is open": ([planned(at=510, minutes=31)], OPEN, ["outside_hours"]),
    "a room open over midnight": ([planned(at=16 * 60)], OVERNIGHT, []),
    "after it closed in the night": ([planned(at=16 * 60 + 45)], OVERNIGHT, ["outside_hours"]),
    "before the speaker comes": ([planned(at=-5)], HERE, ["speaker_away"]),
    "while the speaker is there": ([planned(), planned(at=30)], HERE, []),
    "a speaker of whom no times are known": ([planned(at=300, **BOBS)], HERE, []),
    "cancelled while the speaker is away": ([planned(at=300, state="cancelled")], HERE, []),
    "no room": ([planned(room=None, venue=None)], {}, ["no_room"]),
    "no speaker": ([planned(speakers={})], {}, ["no_speaker"]),
    "a break needs no speaker": ([planned(speakers={}, kind="break")], {}, []),
    "a draft": ([planned(state="draft")], {}, ["not_confirmed"]),
    "withdrawn": ([planned(state="withdrawn")], {}, ["not_confirmed"]),
    "cancelled": ([planned(state="cancelled")], {"levels": {"cancelled": "warn"}}, ["cancelled"]),
    "a room too small": ([planned(capacity=20, audience=21)], {}, ["room_too_small"]),
    "a room just big enough": ([planned(capacity=20, audience=20)], {}, []),
    "too little time in a room": (
        [planned(), planned(at=34, **BOBS)],
        {"room_changeover": 5},
        ["room_changeover"],
    ),
    "enough time in a room": ([planned(), planned(at=35, **BOBS)], {"room_changeover": 5}, []),
    "too little time to walk": (
        [planned(), planned(at=44, **ELSEWHERE, venue=2)],
        {"speaker_changeover": 15},
        ["speaker_changeover"],
    ),
    "next door": ([planned(), planned(at=44, **ELSEWHERE)], {"speaker_changeover": 15}, []),
    "nobody knows where to walk": (
        [planned(), planned(at=44, room=None, venue=None)],
        {"speaker_changeover": 15, "levels": {"no_room": "ignore"}},
        [],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_a_conflict_and_what_is_not(case):
    slots, says, expected = CASES[case]
    assert [one.kind for one in find_conflicts(slots, rules(**says))] == expected


@pytest.mark.parametrize("level", ["ignore", "warn", "block"])
@pytest.mark.parametrize("kind", KINDS)
def test_an_event_says_what_each_kind_does(kind, level):
    slots, says = next((slots, says) for slots, says, found in CASES.values() if found == [kind])
    found = find_conflicts(slots, rules(**says | {"levels": {kind: level}}))
    assert [(one.kind, one.level) for one in found] == ([] if level == "ignore" else [(kind, level)])


@pytest.mark.parametrize("kind", ["room_taken", "speaker_taken"])
def test_what_another_event_has_taken_blocks_whatever_the_event_says(kind):
    alike = ELSEWHERE if kind == "speaker_taken" else BOBS
    theirs = planned("Theirs", event="Other", foreign=True, **alike)
    mine = planned("Mine", at=10)
    (found,) = find_conflicts([theirs, mine], rules(levels=dict.fromkeys(KINDS, "ignore")))
    assert (found.kind, found.level, found.slot, found.other) == (kind, "block", mine, theirs)
    assert all(word in str(found) for word in ("Mine", "Theirs", "Other"))


def test_a_thousand_talks_take_little_work():
    rooms, people = ([uuid4() for _ in range(count)] for count in (35, 1193))
    slots = [
        planned(
            str(number),
            at=number // 35 * 25,
            room=rooms[number % 35],
            venue=number % 5,
            speakers={people[(number * 7 + one) % 1193]: "Somebody" for one in range(number % 4)},
            capacity=100,
            audience=number % 120,
        )
        for number in range(1105)
    ]
    hours = {room: (dt.time(9), dt.time(18)) for room in rooms}
    asked = rules(room_changeover=10, speaker_changeover=15, hours=hours)
    found = []
    calls = count_calls(lambda: found.extend(find_conflicts(slots, asked)))
    assert len(found) > 1000
    assert calls < 65 * len(slots)


@pytest.fixture
def crowded(client):
    """An event with one conflict of every kind, some with another event's release; its organiser is signed in."""
    user = factories.Organiser()
    client.force_login(user)
    event = factories.Event(
        organisers=[user],
        timezone="UTC",
        starts_on=NINE.date(),
        ends_on=NINE.date(),
        room_changeover=5,
        speaker_changeover=15,
        conflict_levels={"cancelled": "warn"},
    )
    small, far = factories.Room(name="Cabin", capacity=10), factories.Room(name="Far away")
    theirs = factories.Slot(
        talk__title="Theirs", talk__speakers=[factories.Speaker()], room=small, starts_at=NINE
    )
    actions.release(event=theirs.event, by=None)
    event.event_rooms.create(room=small, opens_at=dt.time(9), closes_at=dt.time(18))

    def add(title, at, room=small, **values):
        talk = factories.Talk(event=event, title=title, **{"speakers": [factories.Speaker()]} | values)
        return factories.Slot(talk=talk, room=room, starts_at=NINE + dt.timedelta(minutes=at))

    busy = theirs.talk.speakers.get()
    add("Same room", 0)
    add("Same speaker", 0, far, speakers=[busy])
    add("Right after", 34, expected_audience=11)
    add("Walking", 70, far, speakers=[event.talks.get(title="Right after").speakers.get()])
    add("Too early", -6 * 60)
    add("Too late in the room", 10 * 60)
    add("Homeless", 90, None)
    add("Nobody", 90, speakers=[])
    add("Draft", 150, state="draft")
    add("Off", 200, state="cancelled")
    away = EventSpeaker.objects.of(event, event.talks.get(title="Same room").speakers.get())
    away.availability = [[f"{NINE:%Y-%m-%d}T12:00:00+00:00", f"{NINE:%Y-%m-%d}T13:00:00+00:00"]]
    away.save()
    event.theirs = theirs
    return event


@pytest.mark.django_db
def test_each_kind_is_found_in_real_rows_and_shown_with_links_to_both_sides(client, crowded):
    crowded.refresh_from_db()
    found = actions.find_plan_conflicts(crowded)
    assert {one.kind for one in found} == set(KINDS)
    pages = {
        "board": client.get(reverse("admin:events_event_board", args=[crowded.pk])),
        "release": client.get(reverse("admin:events_event_release_plan", args=[crowded.pk])),
    }
    for name, page in pages.items():
        text = html.unescape(page.content.decode())
        for label, _usual in KINDS.values():
            assert str(label) in text, name
        assert f'href="{crowded.theirs.talk.get_absolute_url()}"' in text, name
    assert client.get(crowded.theirs.talk.get_absolute_url()).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("what", ["room", "speaker"])
def test_an_event_may_overlap_itself_where_it_only_warns_but_nobody_else(what):
    speaker = factories.Speaker()
    event = factories.Event(conflict_levels={f"{what}_taken": "warn"})
    one, two = (
        factories.Slot(
            talk=factories.Talk(event=event, speakers=[speaker] if what == "speaker" else []),
            starts_at=NINE + dt.timedelta(minutes=at),
        )
        for at in (0, 15)
    )
    if what == "room":
        two.room = one.room
        two.save()
    actions.release(event=event, by=None)
    resource = one.room.guid if what == "room" else speaker.guid
    booking = Booking.objects.get(resource=resource)
    assert (booking.during.lower, booking.during.upper) == (one.starts_at, two.ends_at)
    other = factories.Slot(
        talk__event__conflict_levels={f"{what}_taken": "ignore"},
        talk__speakers=[speaker] if what == "speaker" else [],
        starts_at=NINE + dt.timedelta(minutes=40),
        **({"room": one.room} if what == "room" else {}),
    )
    with pytest.raises(actions.ScheduleConflict):
        actions.release(event=other.event, by=None)
