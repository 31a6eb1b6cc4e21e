"""A day of an event on a phone: `python -m tests.bench.day ADDRESS [--login NAME:PASSWORD] [--readers 500]`.

ADDRESS is an event's, at a portal that is running, best with `make run`, on a day of the event. It prints
- milliseconds until the first row of the schedule can be read, on four networks, with a processor four times slower;
- bytes over the wire, and where the schedule opens at 12:30;
- the taps that ten jobs take;
- with --login (somebody who may use the live desk): seconds from an announcement until readers have heard of it.
"""

import argparse
import http.client
import sys
import threading
import time
from dataclasses import dataclass, field
from statistics import median
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, Route, sync_playwright

from .phone import SLOWER, find_chromium, weigh

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "reduced_motion": "reduce"}
RUNS = 3  # the middle one counts
LONGEST = 60_000  # milliseconds that a page is waited for
SLOW = {
    "offline": False,
    "latency": 400,
    "downloadThroughput": 100_000,
    "uploadThroughput": 50_000,
}  # bytes a second
POLL = 1.5  # seconds between two questions of a reader, as in live.js
# When the first row is there that is neither folded nor below the window.
FIRST_ROW = """() => {
    const look = () => {
        const rows = [...document.querySelectorAll("[data-results] .slot")];
        const row = rows.find((one) => one.getBoundingClientRect().height > 0);
        if (row && row.getBoundingClientRect().top < innerHeight) window.firstRow ??= performance.now();
        else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
}"""
# Waits for it; `wait_for_function` would evaluate a text in the page, which its security policy forbids.
READ_FIRST_ROW = """(longest) => new Promise((resolve) => {
    const look = () => {
        if (window.firstRow || performance.now() > longest) resolve(window.firstRow ?? Infinity);
        else setTimeout(look, 20);
    };
    look();
})"""
OPENED = """() => {
    const rows = [...document.querySelectorAll("[data-results] .slot")].filter((row) => row.offsetHeight);
    const top = rows.find((row) => row.getBoundingClientRect().bottom > 0);
    return [Math.round(scrollY), rows.length, Math.round(top.getBoundingClientRect().top),
        top.querySelector("time").textContent];
}"""


def open_phone(browser: Browser, *, keeps=True) -> Page:
    context = browser.new_context(**PHONE, service_workers="allow" if keeps else "block")
    context.set_default_timeout(LONGEST)
    context.add_init_script(f"({FIRST_ROW})()")
    return context.new_page()


def read_first_row(page: Page, address: str) -> float:
    """Milliseconds from the beginning of the navigation; infinite when the row does not come."""
    page.goto(address, wait_until="commit")
    return page.evaluate(READ_FIRST_ROW, LONGEST)


def measure_networks(browser: Browser, schedule: str) -> dict[str, float]:
    """The first visit on a good and on a slow network, and the next one, with the event kept, on all four."""
    found = {}
    for name, network in (("good", None), ("400 ms", SLOW)):
        page = open_phone(browser, keeps=False)
        slow_down(page, network)
        found[f"first visit, {name}"] = read_first_row(page, schedule)
        page.context.close()
    page = open_phone(browser)
    page.goto(schedule)
    page.wait_for_selector("[data-kept]:not([hidden])", state="attached")
    page.wait_for_timeout(3_000)  # grids and abstracts come after the schedule
    for name, network in (("good", None), ("400 ms", SLOW)):
        slow_down(page, network)
        found[f"next visit, {name}"] = read_first_row(page, schedule)
    slow_down(page, None)
    held: list[Route] = []

    def hold(route: Route) -> None:  # accepted, and not answered
        held.append(route)

    page.context.route("**/events/**", hold)
    found["next visit, hanging"] = read_first_row(page, schedule)
    for route in held:
        route.abort()
    page.context.unroute_all(behavior="ignoreErrors")
    page.context.set_offline(True)
    found["next visit, none"] = read_first_row(page, schedule)
    page.context.close()
    return found


def slow_down(page: Page, network: dict | None) -> None:
    devtools = page.context.new_cdp_session(page)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    devtools.send("Network.enable")
    free = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    devtools.send("Network.emulateNetworkConditions", network or free)


def measure_weight(browser: Browser, schedule: str) -> dict[str, float]:
    page = open_phone(browser, keeps=False)
    weights = weigh(page.context.new_cdp_session(page))
    page.goto(schedule)
    page.wait_for_load_state("load")
    page.wait_for_timeout(1_000)
    found = weights()
    device = page.request.get(
        f"{schedule.removesuffix('schedule/')}device.json", headers={"Accept-Encoding": "gzip"}
    )
    page.context.close()
    return found | {"event for the device, kB": int(device.headers.get("content-length", 0)) / 1000}


def find_opening(browser: Browser, schedule: str) -> str:
    """Where the schedule of the event's first day opens at 12:30 of the event's time."""
    page = open_phone(browser, keeps=False)
    page.goto(schedule)
    zone = page.locator("[data-zone]").first
    offset = zone.get_attribute("data-sample")[19:]
    day = page.locator("[data-results] .slot time").first.get_attribute("datetime")[:10]
    page.clock.set_fixed_time(f"{day}T12:30:00{offset}")
    page.goto(f"{schedule}?day={day}")
    page.wait_for_timeout(500)
    scrolled, rows, top, clock = page.evaluate(OPENED)
    page.context.close()
    return f"scrolled {scrolled} px; the first of {rows} rows, at {clock}, begins {top} px below the top"


@dataclass
class Hand:
    """A reader at a phone, whose taps are counted; what is typed counts once."""

    page: Page
    taps: int = 0
    found: dict[str, int] = field(default_factory=dict)

    def tap(self, selector: str) -> None:
        self.page.locator(selector).locator("visible=true").first.click()
        self.taps += 1

    def choose(self, selector: str, index: int) -> None:
        self.page.locator(selector).first.select_option(index=index)
        self.taps += 2  # open it, choose

    def type(self, text: str) -> None:
        self.page.locator("#filter-q").fill(text)
        self.taps += 1

    def do(self, job: str, *steps) -> None:
        self.taps = 0
        for step, *values in steps:
            step(self, *values)
        self.found[job] = self.taps


def count_taps(browser: Browser, base: str) -> dict[str, int]:
    """Taps that ten jobs of a reader take, each from the schedule."""
    find, show = (Hand.tap, ".dock a[href$='#filter-q']"), (Hand.tap, "[data-close]")
    tab = "nav.tabs a[href$='{}']".format
    jobs = {
        "what is on now, in each room": [(Hand.tap, ".dock a[href$='/now/']")],
        "the next talk on Rust": [find, (Hand.type, "rust"), show],
        "the same, narrowed by two menus": [
            find,
            (Hand.type, "rust"),
            (Hand.choose, "#filter-room", 2),
            (Hand.choose, "#filter-language, #filter-level, #filter-kind", 1),
            show,
        ],
        "keep a talk": [(Hand.tap, ".slot .star")],
        "my next talk": [(Hand.tap, ".dock a[href$='/my/']")],
        "what happens tomorrow": [(Hand.tap, ".days a:not([aria-current])")],
        "what is on at another hour": [(Hand.choose, "[data-jump]", 1)],
        "what a talk is about": [(Hand.tap, "[data-results] .slot h3 a")],
        "where a room is": [(Hand.tap, "[data-results] .slot h3 a"), (Hand.tap, ".facts a[href*='/rooms/']")],
        "what changed": [(Hand.tap, tab("/changes/"))],
    }
    page = open_phone(browser, keeps=False)
    hand = Hand(page)
    for job, steps in jobs.items():
        page.goto(f"{base}schedule/")
        page.wait_for_load_state("load")
        hand.do(job, *steps)
    page.context.close()
    return hand.found


class Reader(threading.Thread):
    """Asks for what changed as an open page does; `heard` is when the answer changed."""

    def __init__(self, base: str, delay: float, done: threading.Event):
        super().__init__(daemon=True)
        self.host, self.path = urlsplit(base).netloc, f"{urlsplit(base).path}live.json"
        self.delay, self.done, self.heard = delay, done, 0.0
        self.is_ready = threading.Event()

    def run(self) -> None:
        time.sleep(self.delay)
        tag = None
        while not self.done.is_set() and not self.heard:
            connection = http.client.HTTPConnection(self.host, timeout=30)
            try:
                connection.request("GET", self.path, headers={"If-None-Match": tag} if tag else {})
                response = connection.getresponse()
                response.read()
                if tag and response.status == 200:
                    self.heard = time.monotonic()
                tag = tag or response.headers["ETag"]
                self.is_ready.set()
            except OSError:
                pass  # it asks again
            finally:
                connection.close()
            time.sleep(POLL)


def measure_live(browser: Browser, base: str, login: str, count: int) -> str:
    """Announce a full room at the desk, and wait for the readers. The change is undone again."""
    page = browser.new_page(**PHONE)
    name, _, password = login.partition(":")
    page.goto(
        f"{urlsplit(base).scheme}://{urlsplit(base).netloc}/admin/login/?next={urlsplit(base).path}live/"
    )
    page.locator("input[name=username], input[name=login]").first.fill(name)
    page.locator("input[type=password]").fill(password)
    page.keyboard.press("Enter")
    page.wait_for_url("**/live/")
    done = threading.Event()
    readers = [Reader(base, POLL * number / count, done) for number in range(count)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.is_ready.wait(30)
    began = time.monotonic()
    page.locator("button[name=status][value=full]").first.click()
    announced = time.monotonic() - began
    for reader in readers:
        reader.join(max(0.0, began + 30 - time.monotonic()))
    done.set()
    page.goto(f"{base}live/")
    page.get_by_role("button", name="Undo").first.click()
    page.close()
    delays = sorted(reader.heard - began for reader in readers if reader.heard)
    if not delays:
        return "no reader heard of it in 30 s"
    return (
        f"{len(delays)} of {count} readers heard of it; half of them in {median(delays):.1f} s, "
        f"19 of 20 in {delays[int(len(delays) * 0.95) - 1]:.1f} s, the last in {delays[-1]:.1f} s "
        f"(the desk's own answer came after {announced:.1f} s)"
    )


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.day", description="What a day costs on a phone."
    )
    parser.add_argument("address", help="of an event: http://127.0.0.1:8000/events/SLUG/")
    parser.add_argument("--login", help="NAME:PASSWORD of somebody who may use the live desk")
    parser.add_argument("--readers", type=int, default=500)
    options = parser.parse_args()
    base, schedule = options.address, f"{options.address}schedule/"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        runs = [measure_networks(browser, schedule) for _ in range(RUNS)]
        for name in runs[0]:
            print(f"{name:28} {sorted(run[name] for run in runs)[RUNS // 2]:8.0f} ms to the first row")
        for name, value in measure_weight(browser, schedule).items():
            print(f"{name:28} {value:8.1f}")
        print(f"at 12:30: {find_opening(browser, schedule)}")
        for job, taps in count_taps(browser, base).items():
            print(f"{job:28} {taps:8d} taps")
        if options.login:
            print(measure_live(browser, base, options.login, options.readers))
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
