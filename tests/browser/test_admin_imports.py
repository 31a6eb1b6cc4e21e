"""Mistakes that new organisers make with imports, made on purpose: the page stops or warns, and nothing is lost."""

import datetime as dt
import os
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from events import actions
from events.formats import detect, schedule_xml
from events.formats.document import Document, Person, Room, Slot, Talk
from events.models import Event
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)
START = dt.datetime(2027, 4, 3, 8, tzinfo=dt.UTC)


def make_file(count=12, *, title="Spring days", acronym="spring", word="Talk", days=0) -> bytes:
    talks = [
        Talk(
            title=f"{word} {number}",
            persons=[Person(name=f"Person {number % 4}")],
            slots=[
                Slot(
                    starts_at=START + dt.timedelta(days=days, minutes=30 * number),
                    ends_at=START + dt.timedelta(days=days, minutes=30 * number + 25),
                    room="Hall",
                )
            ],
        )
        for number in range(count)
    ]
    document = Document(
        title=title, acronym=acronym, timezone="Europe/Berlin", rooms=[Room(name="Hall")], talks=talks
    )
    return schedule_xml.write(document).replace(b'generator name="roadshow"', b'generator name="other"')


@pytest.fixture
def event(live_server):
    """An event that was imported before, with its organiser as `user`."""
    user = factories.Organiser()
    event = factories.Event(
        name="Spring days",
        starts_on=START.date(),
        ends_on=START.date(),
        timezone="Europe/Berlin",
        organisers=[user],
    )
    actions.import_schedule(
        reading=detect.read(make_file(), timezone="Europe/Berlin"), event=event, force=True
    )
    event.user = user
    return event


@pytest.fixture
def organiser_page(open_page, sign_in, event):
    page = open_page()
    sign_in(page, event.user)
    return page


def upload(page, live_server, event, name: str, data: bytes, **choices):
    page.goto(live_server.url + reverse("admin:events_event_import_schedule", args=[event.pk]))
    page.set_input_files("input[type=file]", {"name": name, "mimeType": "text/plain", "buffer": data})
    if "date_order" in choices:
        page.locator("details summary").first.click()
    for field, value in choices.items():
        page.select_option(f"select[name={field}]", value)
    page.get_by_role("button", name="Show what would change").click()
    page.wait_for_url("**entry=*")


def shoot(page, name: str) -> None:
    """Keep a picture, where somebody wants to look at it."""
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def test_the_wrong_order_of_dates_moves_nothing_unasked(organiser_page, live_server, event):
    table = b"Title,Date,Time,Room\nTalk 1,3/4/2027,10:00,Hall\nTalk 2,3/4/2027,11:00,Hall\n"
    page = organiser_page
    upload(page, live_server, event, "plan.csv", table, date_order="mdy")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("event's days would change")
    shoot(page, "dates")
    page.get_by_role("button", name="Import it").click()  # the tick is missing: the browser stops it
    assert Event.objects.get().starts_on == START.date()
    assert "entry=" in page.url
    page.get_by_text("Read it otherwise").click()
    page.select_option("select[name=date_order]", "dmy")
    page.get_by_role("button", name="Show what would change").click()
    expect(page.get_by_role("heading", name="What the import would do")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)
    shoot(page, "dates-corrected")


def test_another_conference_s_file_is_stopped(organiser_page, live_server, event):
    page = organiser_page
    other = make_file(8, title="Autumn days", acronym="autumn", word="Other", days=180)
    upload(page, live_server, event, "autumn.xml", other)
    expect(page.get_by_role("alert")).to_contain_text("autumn")
    shoot(page, "wrong-file")
    page.get_by_role("button", name="Import it").click()
    assert "entry=" in page.url
    assert not Event.objects.get().talks.filter(title__startswith="Other").exists()


def test_replacing_with_half_a_file_is_stopped_and_can_be_undone(organiser_page, live_server, event):
    page = organiser_page
    upload(page, live_server, event, "half.xml", make_file(6), mode="replace")
    expect(page.get_by_role("alert")).to_contain_text("6 of 12 talks would be cancelled")
    shoot(page, "half")
    page.get_by_role("button", name="Import it").click()
    assert event.talks.filter(state="cancelled").count() == 0
    page.get_by_label("Yes, all of this is meant").check()
    page.get_by_role("button", name="Import it").click()
    expect(page.get_by_role("status").first).to_contain_text("6 cancelled")
    shoot(page, "half-done")
    assert event.talks.filter(state="cancelled").count() == 6
    page.get_by_role("button", name="Undo").first.click()
    expect(page.get_by_text("Undone: half.xml")).to_be_visible()
    assert event.talks.filter(state="cancelled").count() == 0


def test_columns_are_mapped_by_hand_on_a_phone(open_page, sign_in, live_server, event):
    page = open_page(width=390, height=844)
    sign_in(page, event.user)
    table = b"Title,Start,Room,Mood\nNeues,2027-04-03 16:00,Hall,gut\n"
    upload(page, live_server, event, "own.csv", table)
    page.get_by_text("Read it otherwise").click()
    page.get_by_label("Mood", exact=True).select_option("subtitle")
    page.get_by_role("button", name="Show what would change").click()
    expect(page.get_by_role("heading", name="What the import would do")).to_be_visible()
    shoot(page, "phone")
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0
    page.get_by_role("button", name="Import it").click()
    expect(page.get_by_role("status").first).to_contain_text("1 new")
    assert event.talks.get(title="Neues").subtitle == "gut"
