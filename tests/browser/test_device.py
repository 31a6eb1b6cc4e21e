"""What happens on the reader's own device: whose time, instant filters, stars, now and next, offline."""

import datetime as dt

import pytest
from playwright.sync_api import expect

from events import actions
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)

BEGIN = dt.datetime(2030, 10, 6, 4, tzinfo=dt.UTC)  # 09:30 in Kolkata
SCHEDULE = "/events/stop/schedule/"


@pytest.fixture
def event(transactional_db):
    """A day of six talks in two rooms, half of them about maps, one with a recording."""
    event = factories.Event(
        slug="stop", name="The stop", starts_on=dt.date(2030, 10, 6), timezone="Asia/Kolkata"
    )
    maps, other = factories.Track(event=event, name="Maps"), factories.Track(event=event, name="Other things")
    rooms = [factories.Room(name="Hall"), factories.Room(name="Attic")]
    for number in range(6):
        talk = factories.Talk(
            event=event, slug=f"talk-{number}", title=f"Talk {number}", track=[maps, other][number % 2]
        )
        start = BEGIN + dt.timedelta(minutes=60 * (number // 2) + 20 * (number % 2))
        factories.Slot(
            talk=talk, room=rooms[number % 2], starts_at=start, ends_at=start + dt.timedelta(minutes=30)
        )
    talk.links.create(url="https://example.org/film", kind="recording", title="Film")
    actions.release(event=event, by=None)
    event.refresh_from_db()
    return event


def test_times_are_the_events_or_the_readers_and_it_is_remembered(event, open_page, live_server):
    page = open_page(SCHEDULE, timezone_id="America/New_York")
    first = page.locator(".hour__time").first
    expect(first).to_have_text("09:30")
    expect(page.locator("[data-zone-name]")).to_contain_text("UTC+5:30")
    page.get_by_role("button", name="Mine").click()
    expect(first).to_have_text("00:00")
    expect(page.locator("[data-zone-name]")).to_contain_text("Eastern Daylight Time")
    page.goto(f"{live_server.url}/events/stop/talks/talk-0/")
    expect(page.locator(".facts time").first).to_have_text("00:00")
    page.get_by_role("button", name="The event's").click()
    expect(page.locator(".facts time").first).to_have_text("09:30")


def test_another_day_of_the_readers_is_named(event, open_page):
    page = open_page(SCHEDULE, timezone_id="America/Los_Angeles")
    page.get_by_role("button", name="Mine").click()
    expect(page.locator(".hour__time").first).to_have_text("Sat 21:00")


def test_nobody_is_asked_whose_time_where_it_is_the_same_or_without_javascript(event, open_page):
    assert not open_page(SCHEDULE, timezone_id="Asia/Kolkata").locator("[data-whose]").first.is_visible()
    page = open_page(SCHEDULE, javascript=False)
    assert not page.locator("[data-whose]").first.is_visible()
    expect(page.locator("[data-zone-name]")).to_contain_text("UTC+5:30")


def shown(page) -> int:
    return page.locator(".slot:visible").count()


def test_a_schedule_is_narrowed_at_once_and_the_address_follows(event, open_page):
    page = open_page(SCHEDULE)
    page.get_by_text("Find in this schedule").click()
    page.get_by_label("Track").select_option("Maps")
    assert shown(page) == 3
    expect(page.get_by_role("status")).to_have_text("Entries that fit: 3")
    assert page.url.endswith("?track=Maps")
    page.reload()
    assert shown(page) == 3
    page.get_by_label("Track").select_option("")
    expect(page.locator(".slot:visible")).to_have_count(6)
    page.get_by_label("Words to search for").fill("talk 5")
    assert shown(page) == 1
    page.get_by_label("Recording").select_option("yes")
    assert shown(page) == 1
    page.get_by_label("Room", exact=True).select_option("Hall")
    assert shown(page) == 0


def test_a_grid_shows_pale_what_does_not_fit(event, open_page):
    page = open_page(SCHEDULE + "?view=grid")
    page.get_by_text("Find in this schedule").click()
    page.get_by_label("Room", exact=True).select_option("Attic")
    expect(page.locator(".cell--pale")).to_have_count(3)


def test_a_schedule_is_narrowed_without_javascript(event, open_page):
    page = open_page(SCHEDULE, javascript=False)
    page.get_by_text("Find in this schedule").click()
    page.get_by_label("Track").select_option("Maps")
    page.get_by_role("button", name="Show", exact=True).click()
    assert shown(page) == 3
