"""The live desk on a phone, and what readers see of it without touching anything."""

import datetime as dt

import pytest
from playwright.sync_api import expect

from events import actions
from events.models import LiveChange
from tests import factories
from tests.sample import LONG

pytestmark = pytest.mark.django_db(transaction=True)

BEGIN = dt.datetime(2030, 10, 6, 8, tzinfo=dt.UTC)


@pytest.fixture
def event(transactional_db):
    """A day of three talks in one room, an hour each."""
    event = factories.Event(
        slug="stop", starts_on=BEGIN.date(), timezone="UTC", organisers=[factories.Organiser()]
    )
    room = factories.Room(name="Hall")
    for number in range(3):
        start = BEGIN + dt.timedelta(hours=number)
        talk = factories.Talk(event=event, slug=f"talk-{number}", title=f"Talk {number}")
        factories.Slot(talk=talk, room=room, starts_at=start, ends_at=start + dt.timedelta(hours=1))
    actions.release(event=event, by=None)
    return event


def open_reader(open_page, live_server, path):
    """A page of a reader on the day of the event, half past the first hour."""
    page = open_page()
    page.clock.set_fixed_time(BEGIN + dt.timedelta(minutes=30))
    page.goto(f"{live_server.url}/events/stop/{path}")
    return page


def test_two_taps_without_javascript_reach_open_pages_and_one_takes_them_back(
    event, open_page, live_server, sign_in
):
    desk = open_page(javascript=False, width=390, height=844)
    sign_in(desk, event.organisers.get())
    desk.goto(f"{live_server.url}/events/stop/live/?at=2030-10-06T08:30")
    schedule, talk = (open_reader(open_page, live_server, path) for path in ("schedule/", "talks/talk-1/"))
    desk.get_by_role("link", name="15 minutes late: Talk 0").click()
    desk.get_by_role("button", name="Announce").click()
    entry = schedule.locator(".slot", has_text="Talk 1")
    expect(entry).to_contain_text("15 min later")
    expect(entry.locator("time").first).to_have_text("09:15")
    expect(talk.locator(".head__slot")).to_contain_text("15 min later")
    desk.get_by_role("button", name="Undo").first.click()
    expect(entry.locator(".mark")).to_have_count(0)
    expect(entry.locator("time").first).to_have_text("09:00")


def test_a_full_room_and_a_notice_take_one_tap_and_are_told(event, open_page, live_server, sign_in):
    desk = open_page(width=390, height=844)
    sign_in(desk, event.organisers.get())
    page = open_reader(open_page, live_server, "schedule/")
    desk.goto(f"{live_server.url}/events/stop/live/?at=2030-10-06T08:30")
    desk.get_by_role("button", name="Hall: full", exact=True).click()
    expect(page.locator(".slot", has_text="Talk 0")).to_contain_text("full")
    desk.get_by_label("Text").fill("Lunch is served")
    desk.get_by_role("button", name="Preview").click()
    desk.get_by_role("button", name="Announce").click()
    expect(page.get_by_role("status").filter(has_text="Lunch is served")).to_be_visible()


def test_a_change_of_a_starred_talk_is_told_until_it_is_seen(event, open_page, live_server):
    page = open_reader(open_page, live_server, "schedule/")
    page.get_by_role("button", name="Keep “Talk 2” in my schedule").click()
    slot = event.slots.get(talk__slug="talk-2").guid
    change = LiveChange(event=event, kind="cancelled", slot=slot)
    actions.announce(change=change, by=event.organisers.get())
    expect(page.get_by_text("In your schedule: Talk 2: Cancelled")).to_be_visible()
    page.get_by_role("button", name="Seen").click()
    page.reload()
    expect(page.locator(".slot", has_text="Talk 2")).to_contain_text("Cancelled")
    expect(page.get_by_text("In your schedule")).to_be_hidden()


def test_everybody_can_use_the_desk(event, open_page, live_server, sign_in, axe):
    page = open_page(width=390, height=844)
    sign_in(page, event.organisers.get())
    room = event.rooms.get()
    for path in (
        "live/?at=2030-10-06T08:30",
        f"live/{room.guid}/?at=2030-10-06T08:30",
        f"rooms/{room.guid}/",
        "rooms/",
    ):
        page.goto(f"{live_server.url}/events/stop/{path}")
        axe(page)


def test_the_desk_holds_long_words_on_a_small_phone(event, open_page, live_server, sign_in):
    event.talks.update(title=f"{LONG} {LONG}")
    event.rooms.update(name=LONG)
    actions.release(event=event, by=None)
    page = open_page(width=320, height=700)
    sign_in(page, event.organisers.get())
    for path in ("live/?at=2030-10-06T08:30", f"live/{event.rooms.get().guid}/?at=2030-10-06T08:30"):
        page.goto(f"{live_server.url}/events/stop/{path}")
        assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_a_grid_is_walked_with_arrow_keys_and_is_one_tab_stop(event, open_page, live_server):
    page = open_reader(open_page, live_server, "schedule/?view=grid")
    expect(page.locator('.grid .cell[tabindex="0"]')).to_have_count(1)
    page.get_by_role("link", name="Talk 0").focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="Talk 1")).to_be_focused()
    page.keyboard.press("s")
    expect(page.get_by_role("button", name="Keep “Talk 1” in my schedule")).to_have_attribute(
        "aria-pressed", "true"
    )
    page.keyboard.press("End")
    expect(page.get_by_role("link", name="Talk 2")).to_be_focused()
