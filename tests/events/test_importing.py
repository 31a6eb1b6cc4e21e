"""Imports: the same file changes nothing, a newer one only what it changed, and nothing is ever lost."""

import datetime as dt
from dataclasses import replace
from uuid import UUID

import pytest

from events import actions
from events.formats.document import Document, Link, Person, Reading, Room, Slot, Talk, Track
from events.models import AcceptedClash, AcceptedOverlap, Booking, Event, Release
from events.models import Room as RoomRow
from events.models import Talk as TalkRow
from roadshow.core.slugs import SlugAllocator
from speakers.models import Speaker
from tests import factories

pytestmark = pytest.mark.django_db
START = dt.datetime(2025, 2, 1, 9, tzinfo=dt.UTC)
GUID = UUID("11111111-1111-4111-8111-111111111111")


def talk(title="Hello", *, hour=0, room="Hall", **values):
    slot = Slot(
        starts_at=START + dt.timedelta(hours=hour), ends_at=START + dt.timedelta(hours=hour + 1), room=room
    )
    return Talk(**({"title": title, "slots": [slot]} | values))


def document(*talks, **values):
    rooms = dict.fromkeys(slot.room for item in talks for slot in item.slots if slot.room)
    tracks = dict.fromkeys(item.track for item in talks if item.track)
    known = {
        "title": "Conference",
        "timezone": "Europe/Brussels",
        "talks": list(talks),
        "rooms": [Room(name=name) for name in rooms],
        "tracks": [Track(name=name, color="#336699") for name in tracks],
    }
    return Document(**(known | values))


def load(*talks, event=None, release=False, dry_run=False, mode="replace", force=True, **values):
    return actions.import_schedule(
        reading=Reading(document=document(*talks, **values)),
        event=event,
        release=release,
        dry_run=dry_run,
        mode=mode,
        force=force,
    )


def the_event():
    return Event.objects.get()


def test_a_file_becomes_a_published_event_with_its_plan():
    ada = Person(name="Ada, Countess of Lovelace", id="7", biography="Wrote *notes*.")
    report = load(
        talk(
            "Notes",
            track="History",
            persons=[ada, Person(name="Bo")],
            links=[Link(url="thttps://odd", title="Odd")],
        ),
        release=True,
        color="#123456",
    )
    event = the_event()
    assert (event.slug, event.timezone, event.state, event.starts_on) == (
        "conference", "Europe/Brussels", "published", dt.date(2025, 2, 1),
    )  # fmt: skip
    row = event.talks.get()
    assert [credit.speaker.name for credit in row.talk_speakers.all()] == ["Ada, Countess of Lovelace", "Bo"]
    assert (event.day_change, event.color) == (dt.time(4), "#123456")
    assert (row.track.name, row.links.get().url, row.slots.get().room.name) == (
        "History",
        "thttps://odd",
        "Hall",
    )
    assert (report.release, report.new, report.persons, report.links) == (1, ["Notes"], 2, 1)


def test_the_same_file_again_changes_nothing():
    talks = [talk("One", persons=[Person(name="Ada")]), talk("Two", hour=1, persons=[Person(name="Ada")])]
    load(*talks, release=True)
    again = load(*talks, event=the_event(), release=True)
    assert (again.changes, again.unchanged, again.release) == (0, 2, None)
    assert Speaker.objects.count() == 1 and Release.objects.count() == 1


def test_a_dry_run_reports_and_writes_nothing():
    report = load(talk("One"), dry_run=True, release=True)
    assert report.new == ["One"] and report.dry_run
    assert not Event.objects.exists() and not RoomRow.objects.exists()


def test_a_newer_file_moves_a_talk_and_keeps_its_slot():
    load(talk("One", id="1"))
    slot = the_event().slots.select_related("talk").get()
    report = load(talk("One, renamed", id="1", hour=3, room="Cellar"), event=the_event())
    moved = the_event().slots.get()
    assert moved.updated_at > slot.updated_at
    assert moved.talk.updated_at > slot.talk.updated_at
    assert (moved.guid, moved.number, moved.room.name) == (slot.guid, slot.number, "Cellar")
    assert moved.starts_at == slot.starts_at + dt.timedelta(hours=3)
    assert [change.name for change in report.changed[0].fields] == ["title", "slots"]


def test_what_vanished_is_cancelled_and_what_returns_is_confirmed():
    load(talk("One"), talk("Two", hour=1), release=True)
    assert load(talk("One"), event=the_event(), release=True).gone == ["Two"]
    assert TalkRow.objects.get(title="Two").state == "cancelled"
    assert load(talk("One"), event=the_event()).changes == 0
    load(talk("One"), talk("Two", hour=1), event=the_event())
    assert TalkRow.objects.get(title="Two").state == "confirmed"


def test_an_edit_by_hand_stays_unless_the_file_changes_that_field():
    load(talk("One", guid=GUID, abstract="Old", subtitle="Sub"))
    TalkRow.objects.update(abstract="Edited", subtitle="Edited too")
    report = load(talk("One", guid=GUID, abstract="Old", subtitle="New"), event=the_event())
    row = TalkRow.objects.get()
    assert (row.abstract, row.subtitle) == ("Edited", "New")
    assert [(change.name, change.by_hand) for change in report.changed[0].fields] == [("subtitle", True)]
    assert [change.name for change in report.kept[0].fields] == ["abstract"]


def test_people_who_share_a_name_or_an_id_stay_two():
    load(
        talk("One", persons=[Person(name="Kim", id="1"), Person(name="Kim", id="2")]),
        talk("Two", hour=1, persons=[Person(name="Lee", id="1")]),
    )
    assert sorted(Speaker.objects.values_list("name", flat=True)) == ["Kim", "Kim", "Lee"]


def test_likely_duplicates_are_listed_merged_and_stay_merged():
    known = factories.Speaker(name="Kim")
    report = load(talk("One", persons=[Person(name="Kim", id="1", biography="Bio")]))
    assert report.duplicates == [["kim", "kim-2"]]
    actions.merge_speakers(into=known, other=Speaker.objects.get(slug="kim-2"))
    known.refresh_from_db()
    assert (known.biography, known.talks.get().title) == ("Bio", "One")
    assert (
        load(talk("One", persons=[Person(name="Kim", id="1", biography="Bio")]), event=the_event()).changes
        == 0
    )


def test_of_two_persons_who_were_merged_one_speaks_for_both():
    two = [
        talk("One", persons=[Person(name="Kim", id="1", biography="Long ago")]),
        talk("Two", hour=1, persons=[Person(name="Kim", id="2", biography="Lately")]),
    ]
    load(*two)
    one, other = Speaker.objects.order_by("pk")
    actions.merge_speakers(into=one, other=other)
    assert load(*two, event=the_event()).changes == 0
    assert Speaker.objects.get().biography == "Long ago"


def test_a_person_whose_name_the_file_changed_is_renamed_unless_by_hand():
    def who(name):
        return talk("One", persons=[Person(name=name, guid=GUID)])

    load(who("Kim Lee"))
    assert load(who("Kim Park"), event=the_event()).changed_speakers == ["Kim Lee"]
    Speaker.objects.update(name="Kim P.")
    assert load(who("Kim Park"), event=the_event()).changes == 0
    assert Speaker.objects.get().name == "Kim P."


def test_two_who_are_booked_at_once_cannot_be_merged():
    load(
        talk("One", persons=[Person(name="Kim", id="1")]),
        talk("Two", room="B", persons=[Person(name="Kim", id="2")]),
        release=True,
    )
    one, other = Speaker.objects.order_by("pk")
    with pytest.raises(actions.MergeRefused, match="booked at the same time"):
        actions.merge_speakers(into=one, other=other)


def test_overlaps_inside_a_released_file_are_accepted_as_pairs_of_that_event():
    ada = Person(name="Ada")
    report = load(talk("One", persons=[ada]), talk("Two", persons=[ada]), release=True)
    assert report.release == 1
    assert not RoomRow.objects.get().shared and AcceptedClash.objects.get().speaker.name == "Ada"
    assert {
        AcceptedOverlap.objects.get().slot.talk.title,
        AcceptedOverlap.objects.get().other.talk.title,
    } == {
        "One",
        "Two",
    }
    assert [problem.place for problem in report.problems] == ["One", "One"]
    assert Booking.objects.filter(resource=RoomRow.objects.get().guid).count() == 1


def test_a_third_talk_in_the_room_is_a_conflict_still():
    load(talk("One"), talk("Two"), release=True)
    event = the_event()
    factories.Slot(
        talk=factories.Talk(event=event, title="Three"), room=RoomRow.objects.get(), starts_at=START,
        ends_at=START + dt.timedelta(minutes=30),
    )  # fmt: skip
    with pytest.raises(actions.ScheduleConflict, match="Three"):
        actions.release(event=event, by=None)


def test_a_clash_with_another_event_refuses_the_whole_import():
    load(talk("One"), release=True)
    room = RoomRow.objects.get()
    other = factories.Event(venue=room.venue, timezone="Europe/Brussels", starts_on=dt.date(2025, 2, 1))
    with pytest.raises(actions.ScheduleConflict, match="One"):
        load(talk("Mine"), event=other, release=True)
    assert not other.talks.exists()


def test_a_guid_of_another_event_is_not_taken_from_it():
    load(talk("One", guid=GUID))
    other = factories.Event()
    load(talk("One", guid=GUID), event=other)
    assert other.talks.get().guid != GUID and TalkRow.objects.get(guid=GUID).event != other
    assert load(talk("One", guid=GUID), event=other).changes == 0


def test_a_file_without_a_zone_says_what_to_do():
    with pytest.raises(actions.ImportRefused, match="--timezone"):
        load(talk("One"), timezone="")


def test_a_title_that_is_too_long_is_kept_whole_in_the_description():
    load(talk("T" * 700, description="Rest"))
    row = TalkRow.objects.get()
    assert len(row.title) == 500 and row.description == "T" * 700 + "\n\nRest"


def test_what_such_a_portal_wrote_keeps_its_addresses():
    page = "https://other.example/events/conference/talks/opening/"
    load(talk("Welcome", url=page, slug="conf-1-welcome"), generator="roadshow")
    assert TalkRow.objects.get().slug == "opening"


def test_addresses_are_found_in_few_statements_however_many_are_taken(django_assert_num_queries):
    for name in ("Kim", "Kim", "Lee"):
        factories.Speaker(name=name)
    with django_assert_num_queries(4):  # slugs in use, former addresses; both again for numbered slugs
        slugs = SlugAllocator(Speaker, ["Kim", "Lee", "Kim", "New"], fallback="speaker")
        assert [slugs.allocate(name) for name in ("Kim", "Lee", "Kim", "New")] == [
            "kim-3",
            "lee-2",
            "kim-4",
            "new",
        ]


def test_a_talk_with_two_slots_keeps_both():
    two = talk("One")
    two = replace(two, slots=[*two.slots, *talk("One", hour=4).slots])
    load(two)
    assert the_event().slots.count() == 2
    assert load(two, event=the_event()).changes == 0


@pytest.mark.parametrize("count", [1, 3])
def test_statements_grow_with_batches_not_with_talks(count, django_assert_num_queries):
    talks = [
        talk(f"Talk {n}", id=str(n), hour=n, persons=[Person(name=f"P{n}")], links=[Link(url="https://x")])
        for n in range(count)
    ]
    with django_assert_num_queries(51):
        load(*talks, event=factories.Event(timezone="Europe/Brussels"))
