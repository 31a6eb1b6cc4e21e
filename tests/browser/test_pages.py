"""Pages in a real browser: for everybody, in both themes and languages, with and without JavaScript."""

import datetime as dt
from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from PIL import Image
from playwright.sync_api import expect

from events import actions
from tests import factories
from tests.sample import PATHS, make_portal

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def portal(transactional_db):
    return make_portal()


def test_axe_finds_nothing(portal, open_page, live_server, axe):
    page = open_page()
    for path in PATHS:
        page.goto(live_server.url + path)
        axe(page)


def test_dark_colours_contrast_in_chinese_on_a_phone(portal, open_page, live_server, axe):
    page = open_page(width=360, height=780, dark=True)
    for path in (
        "/",
        "/events/stop/",
        "/events/stop/schedule/",
        "/events/stop/talks/talk-3/",
        "/resources/link/",
    ):
        page.goto(f"{live_server.url}/zh-hans{path}")
        axe(page, runOnly=["color-contrast", "target-size"])


def sideways(page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


@pytest.mark.parametrize("width", [320, 1280])
def test_nothing_scrolls_sideways_not_even_at_twice_the_size_of_text(portal, open_page, live_server, width):
    page = open_page(width=width)
    for path in PATHS:
        page.goto(live_server.url + path)
        assert sideways(page) == 0, path
        page.evaluate("document.documentElement.style.setProperty('font-size', '200%')")
        assert width == 320 or sideways(page) == 0, path


def test_every_page_is_there_without_javascript(portal, open_page, live_server):
    page = open_page(javascript=False)
    for path in PATHS:
        page.goto(live_server.url + path)
        expect(page.locator("h1")).to_be_attached()


def test_a_page_can_be_used_by_keyboard_from_its_beginning(portal, open_page):
    page = open_page("/events/stop/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


# Faults of what has the focus: out of view, without a name, not drawn. `isWalked`: it had the focus before.
# A style that comes with the focus is there after a frame.
WALK = """async () => {
    const element = document.activeElement;
    if (element === document.body) return null;
    const isMain = element.tagName === "MAIN";
    const name = element.getAttribute("aria-label") || element.labels?.[0]?.textContent || element.textContent
        || element.querySelector("img[alt], svg title")?.textContent || element.title || element.placeholder;
    const listFaults = () => {
        const box = element.getBoundingClientRect();
        const isSeen = box.bottom >= 0 && box.top <= innerHeight && box.right >= 0 && box.left <= innerWidth;
        const isDrawn = isMain || element.tagName === "IFRAME" || getComputedStyle(element).outlineStyle !== "none";
        return [
            (box.width < 1 || box.height < 1) && "has no size",
            !isSeen && "is out of view",
            !isDrawn && "has no outline",
            !isMain && !name?.trim() && "has no name",
            element.tabIndex > 0 && "is out of order",
        ].filter(Boolean);
    };
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    for (let frames = 0; frames < 3 && listFaults().length; frames += 1) await frame();
    const isWalked = element.dataset.walked;
    element.dataset.walked = "yes";
    return { isWalked, faults: listFaults().map((fault) => `${element.outerHTML.slice(0, 120)} ${fault}`) };
}"""
MOST_STOPS = 40


def test_the_focus_is_seen_and_named_on_a_walk_by_keyboard(portal, open_page, live_server):
    page = open_page()
    faults = []
    for path in PATHS:
        page.goto(live_server.url + path)
        for _stop in range(MOST_STOPS):
            page.keyboard.press("Tab")
            found = page.evaluate(WALK)
            if not found or found.get("isWalked"):
                break
            faults += [f"{path}: {fault}" for fault in found["faults"]]
    assert not faults, "\n".join(faults)


def test_a_reader_chooses_light_or_dark_and_it_stays(portal, open_page, live_server):
    page = open_page("/")
    switch = page.locator("[data-theme-switch]")
    switch.click()
    switch.click()
    expect(switch).to_have_accessible_name("Colours: dark")
    page.goto(f"{live_server.url}/events/")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.locator("[data-theme-switch]").click()
    assert page.evaluate("document.documentElement.dataset.theme") is None


def test_a_list_is_filtered_while_typing_and_the_address_follows(portal, open_page):
    page = open_page("/events/stop/talks/")
    page.get_by_label("Words to search for").fill("opening")
    expect(page.locator("[data-results] .talk")).to_have_count(1)
    assert page.url.endswith("?q=opening")
    page.go_back()
    expect(page.locator("[data-results] .talk")).to_have_count(4)


def test_a_list_is_filtered_without_javascript(portal, open_page):
    page = open_page("/events/stop/talks/", javascript=False)
    page.get_by_label("Words to search for").fill("opening")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator(".talk")).to_have_count(1)


def test_feedback_is_sent_without_javascript(portal, open_page):
    page = open_page("/events/stop/talks/talk-0/", javascript=False)
    page.get_by_role("link", name="Say what you think").click()
    page.get_by_label("4").check()
    page.get_by_label("Comment").fill("Clear and short.")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("status").filter(has_text="Thank you.")).to_contain_text("Thank you.")


def test_pictures_open_large_and_go_on_by_keyboard(portal, open_page, picture):
    for number in range(2):
        portal.photos.create(picture=picture, alternative=f"Picture {number}", position=number)
    page = open_page("/events/stop/")
    page.get_by_role("link", name="Picture 0").press("Enter")
    viewer = page.get_by_role("dialog")
    expect(viewer.get_by_role("img", name="Picture 0")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(viewer.get_by_role("img", name="Picture 1")).to_be_visible()
    page.keyboard.press("Escape")
    expect(viewer).to_be_hidden()
    expect(page.get_by_role("link", name="Picture 1")).to_be_focused()


@pytest.fixture
def picture(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path
    data = BytesIO()
    Image.new("RGB", (60, 40), "teal").save(data, "PNG")
    return ContentFile(data.getvalue(), name="picture.png")


def test_a_grid_shows_ten_rooms_and_four_hours_on_a_laptop(transactional_db, open_page):
    event = factories.Event(slug="large")
    begin = dt.datetime(2030, 10, 6, 4, tzinfo=dt.UTC)
    for room in [factories.Room(name=f"Room {number}") for number in range(14)]:
        for number in range(14):
            start = begin + dt.timedelta(minutes=35 * number)
            factories.Slot(
                talk__event=event, room=room, starts_at=start, ends_at=start + dt.timedelta(minutes=30)
            )
    actions.release(event=event, by=None)
    page = open_page("/events/large/schedule/?view=grid")
    seen = page.evaluate(
        """() => {
            const grid = document.querySelector(".grid").getBoundingClientRect();
            const end = Math.min(grid.bottom, innerHeight);
            const inside = (box) => box.right <= grid.right && box.bottom <= end;
            const heads = [...document.querySelectorAll(".grid thead th")].slice(1);
            const times = [...document.querySelectorAll(".grid tbody th time")];
            const minutes = times.filter((time) => inside(time.getBoundingClientRect())).length * 30;
            return [heads.filter((head) => inside(head.getBoundingClientRect())).length, minutes];
        }"""
    )
    assert seen[0] >= 10
    assert seen[1] >= 4 * 60
