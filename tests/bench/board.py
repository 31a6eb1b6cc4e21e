"""What planning a conference of 1,100 talks takes: its conflicts, and the board in a browser."""

import math
import time
from dataclasses import dataclass
from statistics import median

from django.urls import reverse

from events.actions import load_plan
from events.models import Event
from events.schedule import find_conflicts
from tests.browser.fixtures import ARGUMENTS
from tests.conftest import find_chromium

from .server import Server

SCREEN = {"width": 1366, "height": 900}
LOADS, SECONDS = 5, 4  # how often the page is opened; how long a talk is dragged
PAINT = "() => performance.getEntriesByName('first-contentful-paint')[0].startTime"
# Everything that is wholly inside the grid's window.
DENSITY = """() => {
    const grid = document.querySelector(".bd-grid").getBoundingClientRect();
    const hour = [...document.querySelectorAll(".bd-times li")].map((li) => li.getBoundingClientRect().top);
    const rooms = [...document.querySelectorAll(".bd-room")].map((room) => room.getBoundingClientRect().right);
    const head = document.querySelector(".bd-corner").offsetHeight;
    return [rooms.filter((right) => right <= grid.right).length, (grid.height - head) / (hour[1] - hour[0])];
}"""
MIDDLE = """() => {
    const boxes = [...document.querySelectorAll(".bd-box")].map((box) => box.getBoundingClientRect());
    const box = boxes.find((box) => box.x > 500 && box.y > 350 && box.y < 700);
    return [box.x + 40, box.y + 12];
}"""
WATCH = """() => {
    window.frames_ = [];
    let last = performance.now();
    requestAnimationFrame(function frame(now) {
        window.frames_.push(now - last);
        last = now;
        requestAnimationFrame(frame);
    });
}"""


@dataclass
class Found:
    slots: int
    conflicts: int
    pure: float  # ms to find them
    paints: list[float]  # ms until something is seen, the first time with nothing kept
    rooms: int
    hours: float
    frames: list[float]  # ms of each frame while a talk is dragged

    def __str__(self) -> str:
        late = sum(frame > 25 for frame in self.frames)
        return (
            f"{self.conflicts} conflicts of {self.slots} slots in {self.pure:.1f} ms\n"
            f"first paint {self.paints[0]:.0f} ms with nothing kept, then {median(self.paints[1:]):.0f} ms\n"
            f"{self.rooms} rooms and {self.hours:.1f} hours on {SCREEN['width']} × {SCREEN['height']}\n"
            f"drag: {1000 * len(self.frames) / sum(self.frames):.1f} frames a second, "
            f"{late} of {len(self.frames)} late, the longest {max(self.frames):.0f} ms"
        )


def measure(server: Server, slug: str, session: str) -> Found:
    """Needs Chromium; the plan stays as it is."""
    from playwright.sync_api import sync_playwright

    event = Event.objects.get(slug=slug)
    plan = load_plan(event)
    pure = min(_took(lambda: find_conflicts(plan.slots, plan.rules)) for _ in range(9))
    found = len(find_conflicts(plan.slots, plan.rules))
    address = server.url + reverse("admin:events_event_board", args=[event.pk])
    server.get("/healthz")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        context = browser.new_context(viewport=SCREEN)
        context.add_cookies([{"name": "sessionid", "value": session, "url": server.url}])
        page = context.new_page()
        paints = []
        for _ in range(LOADS):
            page.goto(address)
            page.wait_for_selector("#board[data-ready]")
            page.wait_for_timeout(500)
            paints.append(page.evaluate(PAINT))
        rooms, hours = page.evaluate(DENSITY)
        frames = _drag(page)
        browser.close()
    return Found(len(plan.slots), found, pure, paints, rooms, hours, frames)


def _took(work) -> float:
    start = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - start)


def _drag(page) -> list[float]:
    """Drag a talk in circles over the grid, also to where it scrolls, and leave it where it was."""
    page.mouse.move(*page.evaluate(MIDDLE))
    page.mouse.down()
    page.evaluate(WATCH)
    start = time.monotonic()
    while (at := time.monotonic() - start) < SECONDS:
        page.mouse.move(700 + 350 * math.sin(at * 1.3), 500 + 250 * math.sin(at * 2.1))
    frames = page.evaluate("frames_")
    page.keyboard.press("Escape")
    page.mouse.up()
    return frames
