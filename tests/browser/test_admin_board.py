"""The schedule board in a browser: by mouse, finger, keyboard (with announcements) and plain form."""

import datetime as dt

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from events.models import EventSpeaker, Slot
from speakers.models import Speaker
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def event(live_server):
    user = factories.Organiser()
    event = factories.Event(organisers=[user], timezone="UTC", slot_minutes=15)
    event.user = user
    event.address = reverse("admin:events_event_board", args=[event.pk])
    for name in ("Hall", "Attic"):
        event.event_rooms.create(room=factories.Room(name=name))
    hall = event.rooms.get(name="Hall")
    factories.Slot(talk__event=event, talk__title="Placed", room=hall)
    factories.Talk(event=event, title="Waiting", duration=30, speakers=[factories.Speaker(name="Ada")])
    return event


@pytest.fixture
def board(open_page, sign_in, live_server, event):
    """`board(**options)` opens it; `JavaScript` has started when it returns."""

    def board(**options):
        page = open_page(**options)
        sign_in(page, event.user)
        page.goto(live_server.url + event.address)
        if options.get("javascript", True):
            page.wait_for_selector("#board[data-ready]")
        return page

    return board


def box(page, title):
    return page.locator(".bd-box", has_text=title)


def said(page, words):
    page.wait_for_function(
        "words => document.querySelector('.bd-say').textContent.includes(words)", arg=words
    )


def planned(title):
    slot = Slot.objects.select_related("room").get(talk__title=title)
    return f"{slot.starts_at:%H:%M}", slot.minutes, slot.room.name


def wait_for_frames(page):
    """Wait until the board, which follows the pointer frame by frame, has seen where it is."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def drag(page, start, end):
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(end[0] - 5, end[1] - 5, steps=4)
    page.mouse.move(*end, steps=2)
    wait_for_frames(page)
    page.mouse.up()


def middle(locator, dy=0):
    frame = locator.bounding_box()
    return frame["x"] + frame["width"] / 2, frame["y"] + frame["height"] / 2 + dy


def test_a_mouse_places_moves_resizes_sends_back_and_undoes(board):
    page = board()
    attic = page.locator(".bd-room[data-name=Attic]")
    target = attic.bounding_box()["x"] + 40, middle(box(page, "Placed"))[1]
    drag(page, middle(page.locator(".bd-talk")), target)
    said(page, "“Waiting” is at")
    assert planned("Waiting")[1:] == (30, "Attic")
    drag(page, middle(box(page, "Placed")), middle(box(page, "Placed"), dy=72))
    said(page, "“Placed” is at 10:30–11:00")
    frame = box(page, "Placed").bounding_box()
    bottom = frame["x"] + 20, frame["y"] + frame["height"] - 3
    drag(page, bottom, (bottom[0], bottom[1] + 36))
    said(page, "10:30–11:15")
    assert planned("Placed") == ("10:30", 45, "Hall")
    drag(page, middle(box(page, "Placed")), middle(page.locator("[data-tray]")))
    said(page, "“Placed” is not in the plan any more")
    assert not Slot.objects.filter(talk__title="Placed").exists()
    page.get_by_role("button", name="Undo").click()
    said(page, "Undone. “Placed” is at 10:30–11:15")
    page.keyboard.press("Control+z")
    said(page, "Undone. “Placed” is at 10:30–11:00")
    page.get_by_role("button", name="Redo").click()
    said(page, "Done again. “Placed” is at 10:30–11:15")


def test_the_keyboard_does_everything_and_says_it(board):
    page = board()
    page.locator(".bd-talk a").focus()
    page.keyboard.press("Space")
    said(page, "Picked up “Waiting”, 30 minutes")
    page.keyboard.press("ArrowRight")
    said(page, "Attic")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Enter")
    said(page, "“Waiting” is at")
    assert planned("Waiting")[1:] == (45, "Attic")
    assert page.evaluate("document.activeElement.closest('.bd-box').dataset.title") == "Waiting"
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("document.activeElement.closest('.bd-box').dataset.title") == "Placed"
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    for _ in range(20):
        if "beside “Waiting”" in page.inner_text(".bd-say"):
            break
        page.keyboard.press("ArrowUp")
    said(page, "beside “Waiting”")
    page.keyboard.press("Escape")
    said(page, "stays where it was")
    assert planned("Placed") == ("10:00", 30, "Hall")
    page.keyboard.press("Delete")
    said(page, "“Placed” is not in the plan any more")


def test_several_chosen_talks_move_together_and_are_undone_as_one(board, event):
    attic = event.rooms.get(name="Attic")
    factories.Slot(talk__event=event, talk__title="Second", room=attic)
    page = board()
    before = planned("Placed")[0], planned("Second")[0]
    box(page, "Placed").click(modifiers=["Control"])
    box(page, "Second").locator("a").focus()
    page.keyboard.press("x")
    said(page, "2 chosen")
    expect(page.locator(".bd-box.is-chosen")).to_have_count(2)
    page.keyboard.press(" ")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    said(page, "2 slots are moved by 15 minutes")
    assert [planned(title)[0] for title in ("Placed", "Second")] != list(before)
    expect(page.locator(".bd-box.is-chosen")).to_have_count(2)
    page.get_by_role("button", name="Undo").click()
    said(page, "Undone")
    assert (planned("Placed")[0], planned("Second")[0]) == before


def test_times_without_a_speaker_are_shaded_while_a_talk_is_held(board, event):
    person = EventSpeaker.objects.of(event, Speaker.objects.get(name="Ada"))
    person.availability = [["2030-10-06T09:00:00+00:00", "2030-10-06T12:00:00+00:00"]]
    person.save()
    page = board()
    page.locator(".bd-talk a").focus()
    page.keyboard.press(" ")
    expect(page.locator(".bd-away").first).to_be_attached()
    page.keyboard.press("Escape")
    expect(page.locator(".bd-away")).to_have_count(0)


def test_a_talk_moves_to_another_day_by_mouse_and_keyboard(board, event):
    event.ends_on += dt.timedelta(days=1)
    event.save()
    page = board()
    drag(page, middle(box(page, "Placed")), middle(page.locator(".bd-days a").nth(1)))
    said(page, "“Placed” is on Mon 7 Oct at 10:00–10:30, Hall.")
    page.locator(".bd-talk a").focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    said(page, "Mon 7 Oct")
    page.keyboard.press("Enter")
    said(page, "“Waiting” is on Mon 7 Oct at")
    assert planned("Waiting")[1:] == (30, "Attic")
    assert {slot.starts_at.day for slot in Slot.objects.all()} == {7}
    page.keyboard.press("Control+z")
    said(page, "Undone. “Waiting” is not in the plan any more")


def test_a_finger_holds_before_it_drags(board):
    page = board(has_touch=True)
    x, y = middle(box(page, "Placed"))
    session = page.context.new_cdp_session(page)

    def touch(kind, *points):
        points = [{"x": x, "y": y} for x, y in points]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", (x, y))
    expect(page.locator(".is-moving")).to_have_count(1)
    for step in range(1, 7):
        touch("touchMove", (x, y + step * 12))
        wait_for_frames(page)
    touch("touchEnd")
    said(page, "“Placed” is at 10:30–11:00")


def test_conflicts_appear_at_once_on_both_sides(board):
    page = board()
    drag(page, middle(page.locator(".bd-talk")), middle(box(page, "Placed")))
    said(page, "“Waiting” is at")
    assert page.locator(".bd-box[data-level=block]").count() == 2
    conflicts = page.locator("[data-conflicts]")
    assert "Room taken twice" in conflicts.inner_text()
    conflicts.get_by_role("link", name="“Placed”").first.click()
    assert page.evaluate("document.activeElement.closest('.bd-box').dataset.title") == "Placed"


def test_a_stale_view_is_refused_and_made_fresh(board):
    page = board(errors=True)
    slot = Slot.objects.get()
    slot.starts_at += dt.timedelta(hours=2)
    slot.ends_at += dt.timedelta(hours=2)
    slot.save()
    drag(page, middle(box(page, "Placed")), middle(box(page, "Placed"), dy=72))
    said(page, "Somebody changed this")
    assert "12:00" in box(page, "Placed").inner_text()
    assert planned("Placed") == ("12:00", 30, "Hall")


def test_a_form_does_it_without_javascript(board):
    page = board(javascript=False)
    page.locator(".bd-talk a").click()
    page.get_by_label("Start").fill("14:15")
    page.get_by_label("Room").select_option(label="Attic")
    page.get_by_role("button", name="Place").click()
    assert planned("Waiting") == ("14:15", 30, "Attic")
    box(page, "Waiting").get_by_role("link").click()
    page.get_by_role("button", name="Send back").click()
    assert not Slot.objects.filter(talk__title="Waiting").exists()
    page.get_by_role("link", name="Add a break").click()
    page.get_by_role("button", name="Add").click()
    assert Slot.objects.filter(talk__kind="break").count() == 2


def test_rooms_are_hidden_and_pinned_and_stay_so(board):
    page = board()
    page.locator(".bd-room[data-name=Hall] header").hover()
    page.get_by_role("button", name="Hide Hall").click()
    page.locator(".bd-room[data-name=Attic] header").hover()
    page.get_by_role("button", name="Keep Attic in view").click()
    page.reload()
    page.wait_for_selector("#board[data-ready]")
    assert not page.locator(".bd-room[data-name=Hall]").is_visible()
    assert page.locator(".bd-room.is-pinned").get_attribute("data-name") == "Attic"


@pytest.mark.parametrize("dark", [False, True])
def test_everybody_can_use_the_board(board, axe, dark):
    page = board(dark=dark)
    axe(page, include=["#board"])


def test_ten_rooms_and_four_hours_fit_on_an_ordinary_screen(board, event):
    for number in range(20):
        event.event_rooms.create(room=factories.Room(name=f"Room {number}"))
    page = board()
    rooms, hours = page.evaluate(
        """() => {
            const grid = document.querySelector(".bd-grid").getBoundingClientRect();
            const inside = (room) => room.getBoundingClientRect().right <= grid.right;
            const hour = document.querySelectorAll(".bd-times li");
            const height = hour[1].getBoundingClientRect().top - hour[0].getBoundingClientRect().top;
            const rooms = [...document.querySelectorAll(".bd-room")].filter(inside);
            return [rooms.length, (grid.height - 32) / height];
        }"""
    )
    assert rooms >= 10
    assert hours >= 4
