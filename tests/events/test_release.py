"""Releases: one transaction, immutable, and never a double booking."""

import datetime as dt
import os
import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from events import actions
from events.formats import document as doc
from events.models import AcceptedClash, Booking, Event, Release, ReleasedSlot, Slot, Talk
from events.schedule import compare_documents, group_by_day
from tests import factories

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)
RACES = int(os.environ.get("RACES", "5"))


def document(release):
    return doc.decode(release.document)


def move(slot, by=HOUR):
    slot.starts_at += by
    slot.ends_at += by
    slot.save()


def test_a_release_copies_the_plan_and_becomes_the_current_one(django_user_model):
    slot = factories.Slot()
    by = factories.Organiser()
    release = actions.release(event=slot.event, by=by, note="First draft")
    slot.event.refresh_from_db()
    assert (release.number, release.note, release.released_by) == (1, "First draft", by)
    assert slot.event.current_release == release
    copy = release.slots.get()
    assert (copy.guid, copy.number, copy.starts_at, copy.room) == (
        slot.guid,
        slot.number,
        slot.starts_at,
        slot.room,
    )
    assert [day.date for day in group_by_day(document(release))] == [slot.event.starts_on]


def test_moving_a_slot_changes_nothing_for_attendees_until_the_next_release():
    slot = factories.Slot()
    first = actions.release(event=slot.event, by=None)
    guid, before = slot.guid, slot.starts_at
    move(slot)
    assert ReleasedSlot.objects.current().get().starts_at == before
    second = actions.release(event=slot.event, by=None)
    now = ReleasedSlot.objects.current().get()
    assert (now.guid, now.starts_at, now.sequence, now.previous_starts_at) == (guid, before + HOUR, 1, before)
    assert [change.kind for change in compare_documents(document(first), document(second))] == ["moved"]


def test_drafts_are_not_released_and_cancelled_talks_take_no_room():
    room = factories.Room()
    event = factories.Event()
    factories.Slot(talk=factories.Talk(event=event, state="draft"), room=room)
    factories.Slot(talk=factories.Talk(event=event, state="cancelled", title="Off"), room=room)
    factories.Slot(talk=factories.Talk(event=event, title="On"), room=room)
    release = actions.release(event=event, by=None)
    assert [(talk.title, talk.state) for talk in document(release).talks] == [
        ("Off", "cancelled"),
        ("On", "confirmed"),
    ]
    assert Booking.objects.count() == 1


@pytest.mark.parametrize("what", ["room", "speaker"])
def test_a_double_booking_is_refused_naming_both_slots_and_changes_nothing(what):
    one = factories.Slot(talk__title="One")
    if what == "room":
        talk, room = factories.Talk(event=one.event, title="Other"), one.room
    else:
        speaker = factories.Speaker()
        one.talk.talk_speakers.create(speaker=speaker)
        talk, room = factories.Talk(event=one.event, title="Other", speakers=[speaker]), factories.Room()
    factories.Slot(talk=talk, room=room)
    with pytest.raises(actions.ScheduleConflict) as refusal:
        actions.release(event=one.event, by=None)
    assert "One" in str(refusal.value) and "Other" in str(refusal.value)
    assert not Release.objects.exists() and not Booking.objects.exists()


@pytest.mark.parametrize("same", ["event", "other event"])
def test_postgresql_itself_refuses_a_second_booking(same):
    """Without any check of ours: the constraint alone keeps two releases apart."""
    slot = factories.Slot()
    actions.release(event=slot.event, by=None)
    taken = Booking.objects.get()
    event = slot.event if same == "event" else factories.Event()
    with pytest.raises(IntegrityError, match="one_booking_at_a_time"), transaction.atomic():
        Booking.objects.create(event=event, slot=taken.slot, resource=taken.resource, during=taken.during)


def test_another_events_release_keeps_its_room():
    slot = factories.Slot(talk__title="Theirs")
    actions.release(event=slot.event, by=None)
    mine = factories.Slot(talk__title="Mine", room=slot.room, starts_at=slot.starts_at)
    with pytest.raises(actions.ScheduleConflict) as refusal:
        actions.release(event=mine.event, by=None)
    assert "Theirs" in str(refusal.value) and slot.event.name in str(refusal.value)


def test_a_shared_room_and_an_accepted_clash_are_let_through():
    speaker, room = factories.Speaker(), factories.Room(shared=True)
    event = factories.Event()
    slots = [
        factories.Slot(talk=factories.Talk(event=event, speakers=[speaker]), room=room) for _ in range(2)
    ]
    AcceptedClash.objects.create(slot=slots[1], speaker=speaker, reason="One demonstration in two parts.")
    actions.release(event=event, by=None)
    assert Booking.objects.get().resource == speaker.guid


def test_back_to_back_talks_are_no_clash():
    slot = factories.Slot()
    factories.Slot(talk=factories.Talk(event=slot.event), room=slot.room, starts_at=slot.ends_at)
    assert actions.release(event=slot.event, by=None).slots.count() == 2


def test_the_database_refuses_to_change_a_release():
    release = actions.release(event=factories.Slot().event, by=None)
    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        ReleasedSlot.objects.update(number=7)
    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        Release.objects.filter(pk=release.pk).update(note="Rewritten")


def test_a_talk_that_was_released_cannot_be_deleted_but_its_event_can():
    slot = factories.Slot()
    actions.release(event=slot.event, by=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        Talk.objects.get(pk=slot.talk_id).delete()
    slot.event.delete()
    assert not Event.objects.exists() and not ReleasedSlot.objects.exists()


@pytest.mark.parametrize("count", [1, 3])
def test_a_release_takes_the_same_number_of_queries_however_long(count, django_assert_num_queries):
    event = factories.Event()
    for _ in range(count):
        factories.Slot(talk=factories.Talk(event=event, speakers=[factories.Speaker()]))
    with django_assert_num_queries(41):
        actions.release(event=event, by=None)


def test_a_slot_cannot_end_before_it_starts_nor_be_in_a_room_of_nobody():
    slot = factories.Slot()
    slot.ends_at = slot.starts_at
    with pytest.raises(ValidationError, match="end is not after the start"):
        slot.full_clean()
    slot = factories.Slot()
    slot.room = factories.Room()
    with pytest.raises(ValidationError, match="Add it to the event first"):
        slot.full_clean()


def test_a_stale_move_is_refused_with_the_fresh_slot():
    slot = factories.Slot()
    seen = slot.updated_at
    actions.schedule_slot(
        talk=slot.talk, slot=slot, starts_at=slot.starts_at + HOUR, room=slot.room, seen=seen
    )
    with pytest.raises(actions.StalePlan) as refusal:
        actions.schedule_slot(talk=slot.talk, slot=slot, starts_at=slot.starts_at, room=slot.room, seen=seen)
    assert refusal.value.slot.starts_at == slot.starts_at + HOUR


def test_a_cancelled_talk_that_attendees_know_is_not_sent_back_but_a_withdrawn_one_is():
    slot = factories.Slot()
    actions.release(event=slot.event, by=None)
    slot.talk.state = "cancelled"
    slot.talk.save()
    with pytest.raises(ValidationError, match="stays, marked as cancelled"):
        actions.unschedule_slot(slot=slot)
    assert [talk.state for talk in document(actions.release(event=slot.event, by=None)).talks] == [
        "cancelled"
    ]
    slot.talk.state = "withdrawn"
    slot.talk.save()
    actions.unschedule_slot(slot=slot)
    assert not slot.event.slots.exists()


def test_an_older_release_can_be_loaded_back_into_the_plan():
    slot = factories.Slot()
    first = actions.release(event=slot.event, by=None)
    before = slot.starts_at
    move(slot)
    late = factories.Slot(talk=factories.Talk(event=slot.event))
    actions.release(event=slot.event, by=None)
    actions.load_release(release=first)
    assert [(row.guid, row.starts_at) for row in slot.event.slots.all()] == [(slot.guid, before)]
    assert late.talk.slots.count() == 0


@pytest.mark.django_db(transaction=True)
def test_two_talks_that_are_placed_at_the_same_moment_have_numbers_of_their_own():
    event = factories.Event()
    one, two = factories.Talk(event=event), factories.Talk(event=event)

    def run():
        actions.schedule_slot(talk=two, starts_at=timezone.now())
        connections.close_all()

    other = threading.Thread(target=run)
    with transaction.atomic():
        actions.schedule_slot(talk=one, starts_at=timezone.now())
        other.start()
        other.join(0.3)
    other.join()
    assert sorted(event.slots.values_list("number", flat=True)) == [1, 2]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("what", ["room", "speaker"])
def test_of_two_releases_at_the_same_moment_exactly_one_wins(what):
    """The race, again and again: never two winners, never none. RACES=200 makes it the long run."""
    for _ in range(RACES):
        room, speaker = factories.Room(), factories.Speaker()
        events = []
        for _side in range(2):
            talk = factories.Talk(speakers=[speaker] if what == "speaker" else [])
            slot = factories.Slot(talk=talk, room=room if what == "room" else factories.Room())
            events.append(slot.event)
        results, start = [], threading.Barrier(2)

        def run(event, results=results, start=start):
            try:
                start.wait()
                actions.release(event=event, by=None)
                results.append("won")
            except actions.ScheduleConflict as refusal:
                results.append(str(refusal))
            finally:
                connections.close_all()

        threads = [threading.Thread(target=run, args=[event]) for event in events]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(result == "won" for result in results) == [False, True], results
        lost = next(result for result in results if result != "won")
        assert all(event.slots.get().talk.title in lost for event in events)
        assert (
            Booking.objects.filter(event__in=events).count()
            == Booking.objects.filter(
                event=Event.objects.get(pk__in=[event.pk for event in events], current_release__isnull=False)
            ).count()
        )


def count_queries_of_loading(slots: int) -> int:
    """How many queries loading a release takes that has so many moved, added and removed slots each."""
    event = factories.Event()
    kept = [factories.Slot(talk__event=event) for _ in range(slots)]
    gone = [factories.Slot(talk__event=event) for _ in range(slots)]
    first = actions.release(event=event, by=None)
    for slot in kept:
        move(slot)
    for slot in gone:
        slot.delete()
        factories.Slot(talk__event=event)
    with CaptureQueriesContext(connection) as queries:
        actions.load_release(release=first)
    assert {slot.guid for slot in event.slots.all()} == {slot.guid for slot in (*kept, *gone)}
    assert event.slots.get(pk=kept[0].pk).starts_at == first.slots.get(guid=kept[0].guid).starts_at
    return len(queries)


def test_loading_a_release_takes_as_many_queries_however_many_slots_there_are():
    assert count_queries_of_loading(1) == count_queries_of_loading(3)


def test_the_history_tells_which_slots_a_loaded_release_took_away():
    slot = factories.Slot()
    first = actions.release(event=slot.event, by=None)
    late = factories.Slot(talk=factories.Talk(event=slot.event))
    actions.load_release(release=first)
    assert Slot.history.filter(guid=late.guid).order_by("-history_id").first().history_type == "-"
