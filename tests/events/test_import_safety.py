"""Imports do no harm: what is absent stays, what is doubtful is refused, and all of it can be undone."""

import datetime as dt
from dataclasses import replace
from uuid import UUID

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection

from events import actions
from events.formats.document import Document, Link, Person, Reading, Room, Slot, Talk, Track
from events.models import Event, Import
from events.models import Room as RoomRow
from events.models import Talk as TalkRow
from events.models import Track as TrackRow
from speakers.models import Speaker
from tests import factories

pytestmark = pytest.mark.django_db
START = dt.datetime(2025, 2, 1, 9, tzinfo=dt.UTC)
ONE, TWO = (UUID(f"11111111-1111-4111-8111-11111111111{n}") for n in (1, 2))
NOT_COMPARED = (
    "events_import", "django_session", "django_admin_log", "django_migrations", "django_content_type",
    "auth_permission",
)  # fmt: skip
COUNTED = ("events_event", "events_talk")  # whose `sequence` never falls, whatever is undone


def talk(title="Hello", *, hour=0, room="Hall", **values):
    start = START + dt.timedelta(hours=hour)
    slot = Slot(starts_at=start, ends_at=start + dt.timedelta(hours=1), room=room)
    return Talk(**({"title": title, "slots": [slot]} | values))


def reading(*talks, fields=None, is_full=False, kind="CSV", **values):
    rooms = dict.fromkeys(slot.room for item in talks for slot in item.slots if slot.room)
    known = {
        "title": "Conference",
        "timezone": "Europe/Brussels",
        "talks": list(talks),
        "rooms": [Room(name=name) for name in rooms],
    }
    document = Document(**(known | values))
    return Reading(document=document, kind=kind, fields=fields and frozenset(fields), is_full=is_full)


def load(*talks, event=None, mode="", force=False, release=False, dry_run=False, **values):
    return actions.import_schedule(
        reading=reading(*talks, **values),
        event=event,
        mode=mode,
        force=force,
        release=release,
        dry_run=dry_run,
    )


def the_event():
    return Event.objects.get()


def digest():
    """The content of every table but those that keep a log."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        names = [
            name
            for (name,) in cursor.fetchall()
            if not name.startswith(("api_", "core_contentversion", "axes_", "jobs_", "journal_"))
        ]
        found = {}
        for name in names:
            if name not in NOT_COMPARED:
                row = "(to_jsonb(t) - 'sequence')::text" if name in COUNTED else "t::text"
                cursor.execute(
                    f"SELECT COALESCE(md5(string_agg({row}, '|' ORDER BY {row})), '') FROM {name} t"
                )
                found[name] = cursor.fetchone()[0]
    return found


# Modes and columns


def test_rows_that_are_absent_leave_their_talks_alone():
    load(talk("One"), talk("Two", hour=1))
    report = load(talk("One", abstract="More"), event=the_event())
    assert (report.mode, report.absent, report.gone) == ("update", 1, [])
    assert TalkRow.objects.get(title="Two").state == "confirmed"


def test_columns_that_are_absent_leave_what_is_there_alone():
    load(talk("One", track="Core", subtitle="Sub", persons=[Person(name="Ada")]))
    bare = Talk(title="One", links=[Link(url="https://x.example/a.pdf", kind="slides")])
    report = load(bare, event=the_event(), fields={"title", "links:slides"})
    row = TalkRow.objects.get()
    assert (row.track.name, row.subtitle, row.slots.count(), row.speakers.count()) == ("Core", "Sub", 1, 1)
    assert row.links.get().kind == "slides"
    assert [change.name for change in report.changed[0].fields] == ["links"]


def test_links_of_other_kinds_stay():
    load(
        talk(
            "One",
            links=[
                Link(url="https://x.example/p", kind="paper"),
                Link(url="https://x.example/old", kind="slides"),
            ],
        )
    )
    load(
        Talk(title="One", links=[Link(url="https://x.example/new", kind="slides")]),
        event=the_event(), fields={"title", "links:slides"},
    )  # fmt: skip
    assert set(TalkRow.objects.get().links.values_list("url", flat=True)) == {
        "https://x.example/p", "https://x.example/new",
    }  # fmt: skip


def test_a_table_of_rooms_moves_talks_and_keeps_their_times():
    load(talk("One"))
    load(
        Talk(title="One", room="Cellar"),
        event=the_event(),
        fields={"title", "room"},
        rooms=[Room(name="Cellar")],
    )
    slot = the_event().slots.get()
    assert (slot.room.name, slot.starts_at) == ("Cellar", START)


def test_a_table_of_times_keeps_the_rooms():
    load(talk("One"))
    load(talk("One", hour=3, room=""), event=the_event(), fields={"title", "times"})
    slot = the_event().slots.get()
    assert (slot.room.name, slot.starts_at) == ("Hall", START + dt.timedelta(hours=3))


def test_an_empty_cell_does_not_empty_what_was_entered_by_hand():
    event = factories.Event(timezone="Europe/Brussels", starts_on=START.date(), ends_on=START.date())
    factories.Talk(event=event, title="One", abstract="By hand")
    load(talk("One"), event=event, fields={"title", "abstract", "times", "room"})
    assert TalkRow.objects.get().abstract == "By hand"


def test_add_only_changes_nothing_that_is_there():
    load(talk("One", abstract="Old"))
    report = load(talk("One", abstract="New"), talk("Two", hour=1), event=the_event(), mode="add")
    assert (report.new, report.changed) == (["Two"], [])
    assert TalkRow.objects.get(title="One").abstract == "Old"


def test_exchange_formats_of_the_same_conference_replace():
    talks = [talk(f"Talk {n}", hour=n) for n in range(4)]
    load(*talks, is_full=True, kind="schedule.xml")
    report = load(*talks[:3], event=the_event(), is_full=True, kind="schedule.xml")
    assert (report.mode, report.gone) == ("replace", ["Talk 3"])


# The gate


@pytest.mark.parametrize(
    ("talks", "values", "concern"),
    [
        ([], {}, "no_talks"),
        (["Talk 0", "Talk 1"], {}, "talks_vanish"),
        (["Other"], {"title": "Another conference"}, "other_conference"),
        (["Talk 0", "Talk 1", "Talk 2"], {"acronym": "othr"}, "other_conference"),
    ],
)
def test_what_is_doubtful_is_refused_until_it_is_confirmed(talks, values, concern):
    load(*(talk(f"Talk {n}", hour=n) for n in range(4)), acronym="conf", is_full=True, kind="schedule.xml")
    later = [talk(title, hour=n) for n, title in enumerate(talks)]
    options = {"event": the_event(), "is_full": True, "kind": "schedule.xml", **values}
    before = digest()
    with pytest.raises(actions.ImportRefused, match="--force"):
        load(*later, mode="replace", **options)
    assert digest() == before and Import.objects.count() == 1
    shown = load(*later, mode="replace", dry_run=True, **options)
    assert concern in [one.kind for one in shown.concerns]
    load(*later, mode="replace", force=True, **options)


def test_the_event_s_days_widen_only_on_consent():
    load(talk("One"))
    event = the_event()
    with pytest.raises(actions.ImportRefused, match="days would change"):
        load(talk("One", hour=500), event=event)
    event.refresh_from_db()
    assert event.ends_on == START.date()
    load(talk("One", hour=500), event=event, force=True)
    event.refresh_from_db()
    assert event.ends_on > START.date()


def test_a_track_that_would_lose_everything_is_named():
    kept = [talk(f"Kept {n}", hour=n) for n in range(6)]
    lost = [talk(f"Lost {n}", hour=10 + n, track="Web", room="Attic") for n in range(2)]
    load(*kept, *lost, tracks=[Track(name="Web")])
    report = load(*kept, event=the_event(), mode="replace", dry_run=True)
    texts = " ".join(concern.text for concern in report.concerns)
    assert "“Web”" in texts and "“Attic”" in texts


# Who is who


def test_renamed_and_swapped_rooms_are_known_by_their_guid():
    halls = [Room(name="A", guid=ONE), Room(name="B", guid=TWO)]
    talks = [talk("One", room="A"), talk("Two", room="B")]
    load(*talks, rooms=halls)
    rooms = {room.guid: room.pk for room in RoomRow.objects.all()}
    swapped = [talk("One", room="B"), talk("Two", room="A")]
    report = load(*swapped, event=the_event(), rooms=[Room(name="B", guid=ONE), Room(name="A", guid=TWO)])
    assert sorted(report.renamed) == ["A → B", "B → A"]
    assert {room.guid: room.pk for room in RoomRow.objects.all()} == rooms
    report = load(*swapped[:1], event=the_event(), rooms=[Room(name="B", guid=ONE)])
    assert report.changes == 0
    report = load(talk("One", room="Main"), event=the_event(), rooms=[Room(name="Main", guid=ONE)])
    assert report.renamed == ["B → Main"] and RoomRow.objects.count() == 2


def test_a_room_that_other_events_use_keeps_its_name():
    load(talk("One", room="A"), rooms=[Room(name="A", guid=ONE)])
    factories.Event().rooms.add(RoomRow.objects.get())
    report = load(
        talk("One", room="Z"), event=the_event_called("Conference"), rooms=[Room(name="Z", guid=ONE)]
    )
    assert RoomRow.objects.get().name == "A" and report.renamed == []
    assert any("Other events use it too" in problem.message for problem in report.problems)


def the_event_called(name):
    return Event.objects.get(name=name)


def test_renamed_tracks_and_speakers_are_known_by_their_id():
    load(
        talk("One", track="Web", persons=[Person(name="Kim", id="1")]),
        talk("Two", hour=1, track="Ops", persons=[Person(name="Lee", id="2")]),
        tracks=[Track(name="Web", id="10"), Track(name="Ops", id="11")],
    )
    report = load(
        talk("One", track="Ops", persons=[Person(name="Lee", id="1")]),
        talk("Two", hour=1, track="Web", persons=[Person(name="Kim", id="2")]),
        event=the_event(),
        tracks=[Track(name="Ops", id="10"), Track(name="Web", id="11")],
    )
    assert sorted(report.renamed) == ["Ops → Web", "Web → Ops"] and TrackRow.objects.count() == 2
    assert sorted(report.changed_speakers) == ["Kim", "Lee"] and Speaker.objects.count() == 2
    assert report.new == [] and report.changed == []


def test_a_talk_is_known_by_its_id_in_the_source_when_its_title_changed():
    load(talk("One", id="5"), kind="Sessionize, all data")
    report = load(talk("Renamed", id="5"), event=the_event(), kind="Sessionize, grid")
    assert report.new == [] and TalkRow.objects.get().title == "Renamed"


# What is public


def test_people_of_drafts_are_not_public_until_a_talk_of_theirs_is():
    def public():
        return set(Speaker.objects.visible_to(AnonymousUser()).values_list("name", flat=True))

    load(
        talk("One", state="draft", persons=[Person(name="Kim")]),
        talk("Two", hour=1, persons=[Person(name="Lee")]),
    )
    assert public() == {"Lee"}
    load(talk("One", persons=[Person(name="Kim")]), event=the_event())
    assert public() == {"Kim", "Lee"}


# Undo


def whole():
    return [
        talk("One", track="Web", persons=[Person(name="Kim", id="1", biography="Bio")], topics=["Python"],
             links=[Link(url="https://x.example")]),
        talk("Two", hour=1, room="Cellar", persons=[Person(name="Lee", id="2")]),
    ]  # fmt: skip


def undo(report):
    actions.undo_import(entry=Import.objects.get(pk=report.entry), by=None)


def test_an_import_into_an_event_is_undone_to_the_byte():
    event = factories.Event(timezone="Europe/Brussels", starts_on=START.date(), ends_on=START.date())
    factories.Slot(talk__event=event, talk__title="One")
    before = digest()
    report = load(*whole(), event=event, release=True, force=True)
    assert digest() != before
    undo(report)
    assert digest() == before
    assert Import.objects.get().state == "undone"


def test_a_later_import_is_undone_to_the_state_after_the_first():
    load(*whole(), release=True)
    event = the_event()
    before = digest()
    changed = [
        talk("One", hour=4, track="Backend", persons=[Person(name="Kim P.", id="1")], subtitle="New"),
        talk("Three", hour=2, room="Attic"),
    ]
    report = load(*changed, event=event, mode="replace", force=True, release=True)
    undo(report)
    assert digest() == before


def test_imports_are_undone_one_after_the_other():
    event = factories.Event(timezone="Europe/Brussels")
    before = digest()
    first = load(*whole(), event=event, force=True)
    second = load(talk("One", hour=4), event=event, mode="replace", force=True)  # cancels a talk
    undo(second)
    undo(first)
    assert digest() == before


def test_an_import_that_made_the_event_is_undone_with_it():
    before = digest()
    report = load(*whole(), release=True)
    undo(report)
    assert digest() == before and not Event.objects.exists()


def test_swapped_rooms_swap_back():
    load(
        talk("One", room="A"),
        talk("Two", room="B"),
        rooms=[Room(name="A", guid=ONE), Room(name="B", guid=TWO)],
    )
    before = digest()
    report = load(
        talk("One", room="B"), talk("Two", room="A"), event=the_event(),
        rooms=[Room(name="B", guid=ONE), Room(name="A", guid=TWO)],
    )  # fmt: skip
    undo(report)
    assert digest() == before


def test_what_was_changed_since_stands_in_the_way_and_is_named():
    report = load(*whole())
    row = TalkRow.objects.get(title="One")
    row.subtitle = "By hand"
    row.save()
    before = digest()
    with pytest.raises(actions.CannotUndo, match="“One”"):
        undo(report)
    assert digest() == before


def test_a_release_made_since_stands_in_the_way():
    report = load(*whole())
    actions.release(event=the_event(), by=None)
    with pytest.raises(actions.CannotUndo):
        undo(report)


def test_an_import_cannot_be_undone_twice():
    event = factories.Event(timezone="Europe/Brussels", starts_on=START.date(), ends_on=START.date())
    report = load(*whole(), event=event)
    undo(report)
    with pytest.raises(actions.CannotUndo, match="already"):
        undo(report)


def test_a_failed_import_leaves_nothing():
    load(talk("One"), release=True)
    room = RoomRow.objects.get()
    other = factories.Event(
        venue=room.venue, timezone="Europe/Brussels", starts_on=START.date(), ends_on=START.date()
    )
    before = digest()
    with pytest.raises(actions.ScheduleConflict):
        load(*whole(), event=other, release=True)
    assert digest() == before


# The preview


def test_the_preview_says_in_words_what_will_be():
    load(talk("One", persons=[Person(name="Kim")], abstract="Old"))
    shown = load(
        replace(talk("One", hour=2, persons=[Person(name="Kim")], abstract="New")), talk("Two", hour=3, state="draft"),
        event=the_event(), dry_run=True,
    )  # fmt: skip
    one, two = shown.rows
    assert (one.title, one.when, one.where, one.who, one.change) == (
        "One", "Sat 1 Feb 2025, 12:00–13:00", "Hall", "Kim", "changed",
    )  # fmt: skip
    assert one.details == [
        "abstract: Old → New",
        "time and room: Sat 1 Feb 2025, 10:00–11:00 Hall → Sat 1 Feb 2025, 12:00–13:00 Hall",
    ]
    assert (two.change, two.state, two.doubtful) == ("new", "draft", True)


def sequences(client) -> dict[str, int]:
    """SEQUENCE by summary of the event's calendar."""
    from icalendar import Calendar

    calendar = Calendar.from_ical(client.get(f"/events/{the_event().slug}/schedule.ics").content)
    return {
        str(one["SUMMARY"]).removeprefix("Cancelled: "): one["SEQUENCE"] for one in calendar.walk("VEVENT")
    }


@pytest.mark.parametrize("release", [True, False])
def test_an_undo_lets_no_sequence_of_a_calendar_fall_back(client, release):
    """Calendar programs ignore what comes with a lower number than they have seen."""
    load(talk("One"), talk("Two", hour=1), release=True)
    first = sequences(client)
    report = load(talk("One", hour=4), event=the_event(), mode="replace", force=True, release=release)
    shown = sequences(client)
    assert shown["Two"] > first["Two"]  # cancelled
    undo(report)
    after = sequences(client)
    assert all(after[name] > shown[name] or shown[name] == first[name] for name in after)
    assert all(after[name] >= shown[name] for name in after)
    assert after["Two"] > shown["Two"]


def test_a_code_that_two_talks_have_is_reported_and_stored_once():
    report = load(talk("One", code="ABC123"), talk("Two", hour=1, code="ABC123"))
    assert sorted(TalkRow.objects.values_list("title", "code")) == [("One", "ABC123"), ("Two", "")]
    assert any("ABC123" in problem.message for problem in report.problems)
    again = load(talk("One", code="ABC123"), talk("Two", hour=1, code="ABC123"), event=the_event())
    assert again.changes == 0
