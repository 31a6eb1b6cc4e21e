"""What organisers' jobs cost in a browser: clicks, fields (a paste is one) and pages, with the limit of each.

`EFFORT=1 make test ARGS="-m browser -k effort -n 0 -s"` prints the figures.
"""

import os
from dataclasses import dataclass, field

import pytest
from django.core import mail
from django.urls import reverse

from events.actions import import_schedule, release
from events.formats.document import Document, Reading
from events.formats.document import Talk as FileTalk
from events.models import Event, EventSpeaker, TalkLink
from tests import factories
from tests.browser.fixtures import PASTE

pytestmark = pytest.mark.django_db(transaction=True)
ROOMS = ["Hall", "Lab", "Attic", "Yard"]


@dataclass
class Hand:
    """An organiser at a page, whose clicks, filled fields and opened pages are counted."""

    page: object
    clicks: int = 0
    fields: int = 0
    addresses: list[str] = field(default_factory=list)

    def __post_init__(self):
        self.page.on(
            "framenavigated",
            lambda frame: frame == self.page.main_frame and self.addresses.append(frame.url),
        )

    @property
    def pages(self) -> int:
        return len(self.addresses)

    def open(self, address: str) -> None:
        self.page.goto(address)

    def click(self, target, leads_on: bool = False) -> None:
        self.clicks += 1
        if not leads_on:
            target.click()
            return
        with self.page.expect_navigation():
            target.click()

    def press(self, name: str, leads_on: bool = True) -> None:
        self.click(self.page.get_by_role("button", name=name, exact=True).first, leads_on)

    def follow(self, name: str) -> None:
        self.click(self.page.get_by_role("link", name=name, exact=True).first, leads_on=True)

    def type(self, name: str, text: str) -> None:
        self.fields += 1
        self.page.locator(f"[name='{name}']").fill(text)

    def choose(self, name: str, value: str) -> None:
        self.fields += 1
        self.page.locator(f"select[name='{name}']").select_option(value, force=True)

    def paste(self, name: str, text: str) -> None:
        self.fields += 1
        self.page.locator(f"[name='{name}']").focus()
        self.page.evaluate(PASTE, text)


@pytest.fixture
def user():
    return factories.Organiser(email="olga@example.org")


@pytest.fixture
def hand(open_page, sign_in, live_server, user):
    page = open_page(errors=True)
    sign_in(page, user)
    page.goto(live_server.url + reverse("admin:index"))
    return Hand(page)


@pytest.fixture
def event(user):
    event = factories.Event(name="Summit", organisers=[user], timezone="UTC")
    for number in range(4):
        talk = factories.Talk(event=event, title=f"Talk {number}", speakers=[factories.Speaker()])
        EventSpeaker.objects.update_or_create(
            event=event, speaker=talk.speakers.get(), defaults={"email": f"p{number}@example.org"}
        )
        factories.Slot(talk=talk, room=factories.Room(name=ROOMS[number]))
    release(event=event, by=user)
    return event


def check(request, hand: Hand, *, clicks: int, fields: int, pages: int) -> None:
    if os.environ.get("EFFORT"):
        name = request.node.name.removeprefix("test_").replace("_", " ")
        print(f"\n| {name} | {hand.clicks} | {hand.fields} | {hand.pages} |")
    assert (hand.clicks <= clicks, hand.fields <= fields, hand.pages <= pages) == (True, True, True)


def test_an_event_of_16_talks_12_speakers_and_4_rooms(request, hand, live_server):
    hand.follow("Add an event")
    hand.type("name", "Summit")
    hand.type("starts_on", "2030-10-06")
    hand.choose("timezone", "Europe/Rome")
    hand.choose("state", "published")
    hand.type("venue_name", "Town hall")
    hand.type("city", "Milano")
    hand.type("rooms", "\n".join(f"{room}, 100" for room in ROOMS))
    hand.type("tracks", "Data, #0b6e4f\nWeb")
    hand.press("Save")
    hand.follow("Enter talks")
    rows = []
    for number in range(16):
        person = f"Speaker {number % 12} <s{number % 12}@example.org>"
        start = f"{9 + number // 4}:00"
        day = [] if hand.page.locator("[name=talks-0-day][type=hidden]").count() else ["2030-10-06"]
        rows.append(
            "\t".join([f"Talk {number}", person, "talk", "40", "Data", *day, start, ROOMS[number % 4]])
        )
    hand.paste("talks-0-title", "\n".join(rows))
    hand.press("Enter these talks")
    hand.follow("Release")
    hand.click(
        hand.page.locator("main button[type=submit], #content button[type=submit]").last, leads_on=True
    )
    event = Event.objects.get(name="Summit")
    assert event.current_release.slots.count() == 16
    check(request, hand, clicks=70, fields=60, pages=8)


def open_page_of(hand, live_server, event, view: str) -> None:
    """The overview, then one of its pages."""
    hand.open(live_server.url + reverse("admin:events_event_overview", args=[event.pk]))
    hand.follow(view)


def test_invite_a_volunteer(request, hand, live_server, event):
    open_page_of(hand, live_server, event, "People")
    hand.type("email", "vera@example.org")
    hand.press("Send an invitation")
    assert event.invitations.get().name == "volunteer"
    check(request, hand, clicks=3, fields=2, pages=4)


def test_move_the_day_by_a_week(request, hand, live_server, event):
    before = event.slots.order_by("pk").first().starts_at
    open_page_of(hand, live_server, event, "Set-up")
    hand.type("starts_on", "2030-10-13")
    hand.type("ends_on", "2030-10-13")
    hand.press("Save")
    assert (event.slots.order_by("pk").first().starts_at - before).days == 7
    check(request, hand, clicks=3, fields=2, pages=4)


def test_tell_all_speakers_of_a_room_that_it_moved(request, hand, live_server, event):
    mail.outbox = []
    open_page_of(hand, live_server, event, "Mail")
    hand.follow("Announcement")
    hand.choose("room", str(event.rooms.get(name="Lab").pk))
    hand.type("subject_en", "Room B moved")
    hand.type("body_en", "It is in the yard now.")
    hand.press("Preview")
    hand.press("Send to 1 person")
    assert [one.to for one in mail.outbox] == [["p1@example.org"]]
    check(request, hand, clicks=5, fields=3, pages=6)


def test_add_the_slides_of_forty_talks(request, hand, live_server, event):
    for number in range(36):
        factories.Talk(event=event, title=f"More {number}")
    titles = event.talks.values_list("title", flat=True)
    open_page_of(hand, live_server, event, "Slides and recordings")
    hand.type("lines", "\n".join(f"{title}\thttps://example.org/{n}.pdf" for n, title in enumerate(titles)))
    hand.press("Fill in the table")
    hand.press("Save")
    assert TalkLink.objects.filter(kind="slides").count() == 40
    check(request, hand, clicks=4, fields=2, pages=5)


def test_print_door_signs(request, hand, live_server, event):
    open_page_of(hand, live_server, event, "Print")
    hand.choose("kind", "doors")
    with hand.page.expect_response(
        lambda response: response.headers.get("content-type") == "application/pdf"
    ):
        hand.click(hand.page.get_by_role("button", name="Make the PDF"))
    check(request, hand, clicks=3, fields=1, pages=4)


def test_undo_an_import(request, hand, live_server, event, user):
    reading = Reading(document=Document(title="File", talks=[FileTalk(title="Imported")]))
    import_schedule(reading=reading, event=event, by=user, force=True, source="file.xml")
    assert event.talks.filter(title="Imported").exists()
    open_page_of(hand, live_server, event, "Activity")
    hand.click(hand.page.get_by_role("button", name="Undo: Import: file.xml"), leads_on=True)
    assert not event.talks.filter(title="Imported").exists()
    check(request, hand, clicks=2, fields=0, pages=4)


def test_restore_a_deleted_talk(request, hand, live_server, event):
    talk = factories.Talk(event=event, title="Gone")
    talk.delete()
    open_page_of(hand, live_server, event, "Activity")
    hand.choose("kind", "deleted")
    hand.press("Show")
    hand.click(hand.page.locator(".rs-log button").first, leads_on=True)
    assert event.talks.filter(title="Gone").exists()
    check(request, hand, clicks=4, fields=1, pages=5)


def test_export_the_talks_as_a_workbook(request, hand, live_server, event):
    open_page_of(hand, live_server, event, "Talks")
    hand.follow("Export this list (CSV, XLSX)")
    with hand.page.expect_download():
        hand.click(hand.page.get_by_role("button", name="XLSX"))
    check(request, hand, clicks=3, fields=0, pages=4)


def test_make_a_private_link_for_a_speaker(request, hand, live_server, event):
    row = EventSpeaker.objects.filter(event=event).first()
    hand.open(live_server.url + reverse("admin:events_eventspeaker_private_link", args=[row.pk]))
    hand.press("Make a link")
    assert "/my-page/" in hand.page.locator(".rs-token").inner_text()
    check(request, hand, clicks=1, fields=0, pages=3)


def test_repeat_the_event_next_year(request, hand, live_server, event):
    open_page_of(hand, live_server, event, "Copy the event")
    hand.type("name", "Summit 2031")
    hand.type("starts_on", "2031-10-05")
    hand.press("Save")
    assert Event.objects.get(name="Summit 2031").state == "draft"
    check(request, hand, clicks=3, fields=2, pages=4)
