"""The workspace of an event in a browser: pasting a spreadsheet, undo across days, a session that has ended."""

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse

from events.models import Slot
from tests import factories
from tests.browser.fixtures import PASTE

pytestmark = pytest.mark.django_db(transaction=True)

SPREADSHEET = "Compilers\tGrace Hopper\tKeynote\t40\nNotes\tAda Lovelace; Grace Hopper\ttalk\t20\n" * 6
PAGES = [
    "overview",
    "setup",
    "enter_talks",
    "people",
    "clone",
    "activity",
    "prints",
    "material",
    "mail",
    "publish",
    "quality",
    "duplicates",
    "recap",
    "statistics",
]


@pytest.fixture
def event(live_server):
    user = factories.Organiser()
    event = factories.Event(organisers=[user], timezone="UTC")
    event.user = user
    event.event_rooms.create(room=factories.Room(name="Hall"))
    return event


@pytest.fixture
def open_workspace(open_page, sign_in, live_server, event):
    def open_workspace(name, **options):
        page = open_page(**options)
        sign_in(page, event.user)
        page.goto(live_server.url + reverse(f"admin:events_event_{name}", args=[event.pk]))
        return page

    return open_workspace


def test_rows_of_a_spreadsheet_are_pasted_and_entered(open_workspace, event):
    page = open_workspace("enter_talks")
    page.locator("input[name=talks-0-title]").focus()
    page.evaluate(PASTE, SPREADSHEET)
    assert page.locator("select[name=talks-10-kind]").input_value() == "keynote"
    with page.expect_navigation():
        page.get_by_role("button", name="Enter these talks").click()
    assert event.talks.count() == 12
    assert {talk.duration for talk in event.talks.all()} == {20, 40}


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("dark", [False, True])
def test_everybody_can_use_the_pages(open_workspace, axe, name, dark):
    page = open_workspace(name, dark=dark)
    axe(page, include=["#content"])


@pytest.mark.parametrize("name", PAGES)
def test_the_pages_fit_a_phone(open_workspace, name):
    page = open_workspace(name, width=390, height=844)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def open_board(open_workspace, event):
    factories.Slot(talk__event=event, talk__title="Placed", room=event.rooms.get())
    page = open_workspace("board", errors=True)
    page.wait_for_selector("#board[data-ready]")
    return page


def unschedule(page):
    page.locator(".bd-box a", has_text="Placed").focus()
    page.keyboard.press("Delete")


def test_undo_is_there_after_the_page_was_opened_again(open_workspace, event):
    page = open_board(open_workspace, event)
    unschedule(page)
    page.wait_for_selector(".bd-talk")
    page.reload()
    page.wait_for_selector("#board[data-ready]")
    page.locator("[data-undo]").click()
    page.wait_for_selector(".bd-box")
    assert Slot.objects.filter(talk__title="Placed").exists()


def test_a_change_is_kept_when_the_session_has_ended(open_workspace, sign_in, event):
    page = open_board(open_workspace, event)
    Session.objects.all().delete()
    unschedule(page)
    page.wait_for_selector(".bd-say a")
    assert Slot.objects.exists()
    sign_in(page, event.user)
    page.locator("[data-redo]").click()
    page.wait_for_selector(".bd-talk")
    assert not Slot.objects.exists()
